"""A photo in one request: all of it or nothing, and as often as a client likes."""

from __future__ import annotations

import base64
import errno
import os
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from accounts.actor import Actor
from database.base import new_id
from media import commands
from tests.media.conftest import World
from tests.media.makers import digest, telling_photo


def content_digest(photo: bytes) -> str:
    return f"sha-256=:{base64.b64encode(digest(photo)).decode()}:"


def put(world: World, media_id: UUID, photo: bytes, who: str = "owner", query: str = "", **headers: str) -> TestResponse:
    return world.client(who).put(
        f"/api/v1/media/{media_id}/content{query}",
        data=photo,
        headers={"Content-Type": "image/jpeg", "Content-Digest": content_digest(photo), **headers},
    )


def fields(answer: TestResponse) -> list[str]:
    return [entry["field"] for entry in answer.json["errors"]]  # type: ignore[index]


def announced(world: World, media_id: UUID, who: str = "owner", **said: Any) -> None:
    world.do(lambda session: commands.announce(session, world.people[who], {"id": media_id, **said}))


def test_a_photo_is_stored_and_described(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    answer = put(world, media_id, photo, query="?role=verification&captured_at=2026-11-20T01:30:15Z")
    assert answer.status_code == 201
    assert answer.json is not None
    told = {name: answer.json[name] for name in ("id", "state", "role", "sha256", "length_bytes", "content_type", "captured_at")}
    assert told == {
        "id": str(media_id),
        "state": "stored",
        "role": "verification",
        "sha256": digest(photo).hex(),
        "length_bytes": len(photo),
        "content_type": "image/jpeg",
        "captured_at": "2026-11-20T01:30:15+00:00",
    }
    assert "owner_id" not in answer.json
    assert [event.name for event in world.events(media_id)] == ["media.announced", "media.stored"]
    assert world.spooled() == []


def test_the_same_bytes_again_are_the_same_photo(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    assert put(world, media_id, photo).status_code == 201
    again = put(world, media_id, photo)
    assert (again.status_code, again.json["revision"]) == (200, 2)  # type: ignore[index]
    assert len(world.events(media_id)) == 2
    assert len(world.objects()) == 1


def test_other_bytes_need_another_id(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    put(world, media_id, photo)
    answer = put(world, media_id, telling_photo("PNG"))
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/media_already_stored")  # type: ignore[index]


@pytest.mark.parametrize(("image_format", "kind"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("HEIF", "heic")])
def test_the_kind_is_what_the_bytes_say(world: World, image_format: str, kind: str) -> None:
    answer = put(world, new_id(), telling_photo(image_format))
    assert (answer.status_code, answer.json["content_type"]) == (201, f"image/{kind}")  # type: ignore[index]


@pytest.mark.parametrize("header", ["", "sha-256=abc", "sha-256=:YWJj:", "sha-512=:YWJj:", "sha-256=:***:", "\x7f"])
def test_without_a_digest_nothing_is_taken(world: World, header: str) -> None:
    answer = put(world, new_id(), telling_photo(), **{"Content-Digest": header})
    assert (answer.status_code, fields(answer)) == (422, ["Content-Digest"])


def test_a_digest_among_others_is_found(world: World) -> None:
    photo = telling_photo()
    assert put(world, new_id(), photo, **{"Content-Digest": f"md5=:YQ==:, {content_digest(photo)}"}).status_code == 201


def nothing_stays(world: World, media_id: UUID) -> bool:
    return world.media(media_id) is None and world.spooled() + world.objects() == []


def test_a_wrong_digest_is_named_and_nothing_stays(world: World) -> None:
    media_id = new_id()
    answer = put(world, media_id, telling_photo(), **{"Content-Digest": content_digest(b"other")})
    assert (answer.status_code, fields(answer)) == (422, ["Content-Digest"])
    assert nothing_stays(world, media_id)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xd8", b"GIF89a", b"BM" + b"\0" * 60, b"\0" * 40, b"RIFF....WEBX"])
def test_what_is_no_image_is_422_and_nothing_stays(world: World, body: bytes) -> None:
    media_id = new_id()
    answer = put(world, media_id, body)
    assert (answer.status_code, fields(answer)) == (422, ["body"])
    assert nothing_stays(world, media_id)


def test_what_is_too_large_is_413(world: World) -> None:
    media_id = new_id()
    answer = put(world, media_id, b"\xff\xd8\xff" + bytes(world.settings.max_photo_bytes))
    assert answer.status_code == 413
    assert nothing_stays(world, media_id)


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "image/gif", "image/svg+xml", ""])
def test_another_content_type_is_415(world: World, content_type: str) -> None:
    assert put(world, new_id(), telling_photo(), **{"Content-Type": content_type}).status_code == 415


@pytest.mark.parametrize("query", ["?role=Not", "?role=", "?captured_at=now", "?owner=me", "?role=a%00b"])
def test_a_wrong_query_is_422(world: World, query: str) -> None:
    assert put(world, new_id(), telling_photo(), query=query).status_code == 422


def test_somebody_elses_id_is_refused_by_name(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    announced(world, media_id)
    answer = put(world, media_id, photo, who="stranger")
    assert (answer.status_code, fields(answer)) == (422, ["media_id"])
    assert put(world, media_id, photo).status_code == 201


def test_an_announced_digest_binds(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    announced(world, media_id, sha256=digest(photo))
    assert fields(put(world, media_id, telling_photo("PNG"))) == ["sha256"]
    assert put(world, media_id, photo).status_code == 201


def test_a_caller_without_a_token_is_401(world: World) -> None:
    assert put(world, new_id(), telling_photo(), Authorization="").status_code == 401


def test_a_full_disk_stores_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    media_id = new_id()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = put(world, media_id, telling_photo())
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/storage_full")  # type: ignore[index]
    assert nothing_stays(world, media_id)


def test_the_original_is_unreadable_on_the_disk(world: World) -> None:
    photo = telling_photo()
    put(world, new_id(), photo)
    (path,) = world.objects()
    at_rest = path.read_bytes()
    assert b"CANARY" not in at_rest
    assert b"JFIF" not in at_rest
    assert not any(photo[start : start + 16] in at_rest for start in range(0, len(photo), 1000))
    assert path.stat().st_mode & 0o077 == 0


def test_position_and_camera_never_enter_the_journal(world: World) -> None:
    media_id = new_id()
    put(world, media_id, telling_photo())
    assert all(
        set(event.data) <= {"role", "entity_type", "entity_id", "sha256", "length_bytes", "content_type"}
        for event in world.events(media_id)
    )


def test_an_actor_is_not_told_who_owns_a_photo(world: World) -> None:
    assert isinstance(world.people["owner"], Actor)
    media_id = new_id()
    document = put(world, media_id, telling_photo()).text
    assert str(world.people["owner"].id) not in document
