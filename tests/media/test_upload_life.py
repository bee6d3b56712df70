"""What becomes of an upload: one writer at a time, bytes that are safe before they are acknowledged, and an end for each."""

from __future__ import annotations

import errno
import io
import os
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from database.base import new_id
from media import uploads
from media.intake import Intake
from media.models import Upload
from media.sealing import SealedWriter
from problems import Problem
from tests.media.conftest import World
from tests.media.makers import telling_photo
from tests.media.tus import PATCH, TUS, create, offset_of, send


def test_an_upload_expires_a_week_after_its_last_byte(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    world.clock.passes(days=6)
    send(world, url, 0, photo[:1000])
    world.clock.passes(days=6)
    assert offset_of(world, url) == 1000
    world.clock.passes(days=1)
    assert world.client().head(url, headers=TUS).status_code == 410
    assert send(world, url, 1000, photo[1000:]).status_code == 410
    assert create(world, photo, media_id) != url


def sweep(world: World) -> int:
    swept: int = world.do(lambda session: uploads.sweep(session, world.spool, world.settings.upload_lifetime))
    return swept


def test_the_sweep_expires_uploads_and_then_removes_their_files(world: World) -> None:
    photo = telling_photo()
    sweep(world)
    late, young = create(world, photo), create(world, photo)
    send(world, late, 0, photo[:1000])
    world.clock.passes(days=6)
    send(world, young, 0, photo[:1000])
    world.clock.passes(days=1)
    assert sweep(world) == 1
    assert len(world.spooled()) == 2
    assert sweep(world) == 0
    assert len(world.spooled()) == 1
    assert world.client().head(late, headers=TUS).status_code == 410
    assert offset_of(world, young) == 1000


def test_the_sweep_removes_what_a_killed_process_left(world: World) -> None:
    photo = telling_photo()
    needed = create(world, photo)
    send(world, needed, 0, photo[:1000])
    with world.spool.writing(new_id(), new_id()) as writer:
        writer.finish(last=False)
    for path in world.spooled():
        long_ago = (world.clock() - timedelta(days=9)).timestamp()
        os.utime(path, (long_ago, long_ago))
    sweep(world)
    assert len(world.spooled()) == 1
    assert send(world, needed, 1000, photo[1000:]).status_code == 204


def test_there_is_one_writer_at_a_time_and_a_dead_one_is_replaced(world: World) -> None:
    photo = telling_photo()
    url = create(world, photo)
    first: Upload = world.do(lambda session: uploads.take(session, world.people["owner"], url.rpartition("/")[2], 0, None))
    answer = send(world, url, 0, photo)
    assert (answer.status_code, answer.json["type"]) == (423, "/problems/upload_busy")  # type: ignore[index]
    assert answer.headers["Retry-After"] == "2"
    world.clock.passes(seconds=11)
    assert send(world, url, 0, photo[:1000]).status_code == 204
    with pytest.raises(Problem, match="upload_busy"):
        world.intake.receive(first, iter([photo[:500]]), lambda _: world.people["owner"])
    assert offset_of(world, url) == 1000
    assert send(world, url, 1000, photo[1000:]).status_code == 204


def test_a_slow_writer_stays_the_writer(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    token = create(world, photo, media_id).rpartition("/")[2]
    taken: Upload = world.do(lambda session: uploads.take(session, world.people["owner"], token, 0, None))

    def slowly() -> Any:
        for start in range(0, len(photo), 10_000):
            world.clock.passes(seconds=8)
            assert send(world, f"/api/v1/uploads/{token}", 0, b"x").status_code == 423
            yield photo[start : start + 10_000]

    world.intake.receive(taken, slowly(), lambda _: world.people["owner"])
    media = world.media(media_id)
    assert media is not None
    assert media.state == "stored"


def test_rights_are_looked_at_again_when_the_file_is_whole(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    token = create(world, photo, media_id).rpartition("/")[2]
    taken: Upload = world.do(lambda session: uploads.take(session, world.people["owner"], token, 0, None))
    with pytest.raises(Problem, match="not_found"):
        world.intake.receive(taken, iter([photo]), lambda _: world.people["stranger"])
    media = world.media(media_id)
    assert media is not None
    assert media.state == "waiting"
    # The bytes are safe: whoever has the right completes it without sending them again.
    assert send(world, f"/api/v1/uploads/{token}", len(photo), b"").status_code == 204
    assert len(world.objects()) == 1


def test_a_session_closed_while_its_bytes_came_stores_nothing(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    send(world, url, 0, photo[:-1])

    class ClosesTheSession(io.BytesIO):
        def readinto(self, buffer: Any, /) -> int:
            world.closed.add("owner")
            return super().readinto(buffer)

    answer = world.client().patch(
        url,
        input_stream=ClosesTheSession(photo[-1:]),
        headers={**PATCH, "Upload-Offset": str(len(photo) - 1), "Content-Length": "1"},
    )
    assert answer.status_code == 401
    world.closed.clear()
    media = world.media(media_id)
    assert media is not None
    assert media.state == "waiting"
    assert offset_of(world, url) == len(photo)


def test_an_upload_whose_server_died_after_its_last_byte_is_completed_when_its_client_asks(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    with (
        patch.object(Intake, "_complete", side_effect=SystemExit),
        patch.object(uploads, "release"),  # a killed process tidies nothing
        pytest.raises(SystemExit),
    ):
        send(world, url, 0, photo)
    assert world.client().head(url, headers=TUS).status_code == 423
    world.clock.passes(seconds=11)
    assert offset_of(world, url) == len(photo)  # and a client of tus sends nothing more
    media = world.media(media_id)
    assert media is not None
    assert media.state == "stored"


def test_a_full_disk_acknowledges_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = telling_photo()
    url = create(world, photo)
    send(world, url, 0, photo[:1000])

    def full(*_: Any, **__: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SealedWriter, "finish", full)
        answer = send(world, url, 1000, photo[1000:])
        assert (answer.status_code, answer.json["type"]) == (503, "/problems/storage_full")  # type: ignore[index]
        assert answer.headers["Retry-After"] == "60"
        assert offset_of(world, url) == 1000
    with monkeypatch.context() as patched:
        patched.setattr("media.storage.shutil.copyfileobj", full)
        assert send(world, url, 1000, photo[1000:]).status_code == 503
        assert world.objects() == []
    assert offset_of(world, url) == len(photo)
    assert send(world, url, len(photo), b"").status_code == 204


def test_bytes_are_on_the_disk_before_they_are_acknowledged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = telling_photo()
    url = create(world, photo)
    steps: list[str] = []
    sync, acknowledge = os.fsync, uploads.acknowledge

    def noted_sync(descriptor: int) -> None:
        steps.append("sync")
        sync(descriptor)

    def noted_acknowledge(*arguments: Any) -> Upload:
        steps.append("acknowledge")
        return acknowledge(*arguments)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(uploads, "acknowledge", noted_acknowledge)
    send(world, url, 0, photo[:1000])
    assert steps[-2:] == ["sync", "acknowledge"]


def test_a_lost_or_changed_file_means_starting_again(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    send(world, url, 0, photo[:1000])
    world.spooled()[0].unlink()
    assert send(world, url, 1000, photo[1000:]).status_code == 410
    url = create(world, photo, media_id)
    send(world, url, 0, photo[:1000])
    path = world.spooled()[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert send(world, url, 1000, photo[1000:]).status_code == 410
    assert send(world, create(world, photo, media_id), 0, photo).status_code == 204


def test_arriving_bytes_are_sealed_on_the_disk(world: World) -> None:
    photo = telling_photo()
    send(world, create(world, photo), 0, photo[:30_000])
    (path,) = world.spooled()
    assert b"CANARY" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_no_transaction_is_open_while_the_network_is_read(world: World) -> None:
    photo = telling_photo()
    url = create(world, photo)
    seen: list[int] = []

    class Watching(io.BytesIO):
        def readinto(self, buffer: Any, /) -> int:
            seen.append(world.database.engine.pool.checkedout())  # type: ignore[attr-defined]
            return super().readinto(buffer)

    headers = {**PATCH, "Upload-Offset": "0", "Content-Length": str(len(photo))}
    assert world.client().patch(url, input_stream=Watching(photo), headers=headers).status_code == 204
    assert set(seen) == {0}
