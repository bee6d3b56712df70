"""The same doors behind a real socket: a tus client that others wrote, and lines that are cut."""

from __future__ import annotations

import base64
import io
import socket
import threading
import urllib.parse
from collections.abc import Callable
from uuid import UUID

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from database.base import new_id
from media.pool import RenderPool
from tests.media.conftest import World
from tests.media.makers import digest, photograph, telling_photo

TUS = {"Tus-Resumable": "1.0.0", "Authorization": "Bearer owner"}


def tus(server: str, who: str = "owner") -> TusClient:
    return TusClient(f"{server}/uploads", headers={"Authorization": f"Bearer {who}"})


def words(photo: bytes, media_id: UUID) -> dict[str, str]:
    return {"media_id": str(media_id), "sha256": digest(photo).hex(), "filetype": "image/jpeg", "role": "report"}


def state(world: World, media_id: UUID) -> str:
    media = world.media(media_id)
    return media.state if media else "unknown"


def cut(address: str, head: str, body: bytes) -> None:
    """Send a request whose body ends before its declared length, and hang up."""
    host, _, port = urllib.parse.urlsplit(address).netloc.partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        while line.recv(65_536):
            pass


def patch_head(url: str, offset: int, length: int) -> str:
    path = urllib.parse.urlsplit(url).path
    return (
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer owner\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n\r\n"
    )


def create(server: str, photo: bytes, media_id: UUID) -> str:
    return str(tus(server).uploader(file_stream=io.BytesIO(photo), metadata=words(photo, media_id)).create_url())


def offset(url: str) -> int:
    return int(requests.head(url, headers=TUS, timeout=10).headers["Upload-Offset"])


def test_tuspy_sends_a_photo_that_then_has_pictures(world: World, server: str, pool: RenderPool) -> None:
    photo, media_id = telling_photo(image=photograph(2000, 1500)), new_id()
    tus(server).uploader(file_stream=io.BytesIO(photo), chunk_size=100_000, metadata=words(photo, media_id)).upload()
    assert state(world, media_id) == "stored"
    world.renders(media_id, pool)
    answer = requests.get(f"{server}/media/{media_id}/original", headers=TUS, timeout=10)
    assert answer.content == photo


def test_tuspy_resumes_where_it_stopped(world: World, server: str) -> None:
    photo, media_id = telling_photo(), new_id()
    first = tus(server).uploader(file_stream=io.BytesIO(photo), chunk_size=10_000, metadata=words(photo, media_id))
    first.upload(stop_at=20_000)
    second = tus(server).uploader(file_stream=io.BytesIO(photo), url=first.url, chunk_size=10_000)
    assert second.offset == 20_000
    second.upload()
    assert state(world, media_id) == "stored"


def test_tuspy_is_told_that_a_file_is_another_than_announced(world: World, server: str) -> None:
    photo, media_id = telling_photo(), new_id()
    said = {**words(photo, media_id), "sha256": digest(b"another").hex()}
    with pytest.raises(TusUploadFailed) as failure:
        tus(server).uploader(file_stream=io.BytesIO(photo), metadata=said).upload()
    assert failure.value.status_code == 460
    assert state(world, media_id) == "waiting"


def test_tuspy_cannot_continue_somebody_elses_upload(world: World, server: str) -> None:
    photo = telling_photo()
    url = create(server, photo, new_id())
    with pytest.raises(TusCommunicationError):
        tus(server, "stranger").uploader(file_stream=io.BytesIO(photo), url=url)
    assert offset(url) == 0


def test_bytes_before_a_cut_are_kept(world: World, server: str) -> None:
    photo, media_id = telling_photo(image=photograph(1500, 1000)), new_id()
    url = create(server, photo, media_id)
    sent = 0
    for length in (1, 50_000, 16_384, 100_000):
        cut(server, patch_head(url, sent, len(photo) - sent), photo[sent : sent + length])
        sent += length
        assert offset(url) == sent
    tus(server).uploader(file_stream=io.BytesIO(photo), url=url).upload()
    assert state(world, media_id) == "stored"


def test_a_cut_body_is_not_a_short_photo(world: World, server: str) -> None:
    photo, media_id = telling_photo(), new_id()
    head = (
        f"PUT /api/v1/media/{media_id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer owner\r\nContent-Type: image/jpeg\r\n"
        f"Content-Digest: sha-256=:{base64.b64encode(digest(photo)).decode()}:\r\nContent-Length: {len(photo)}\r\n\r\n"
    )
    cut(server, head, photo[:-1])
    assert state(world, media_id) == "unknown"
    assert world.spooled() + world.objects() == []


@pytest.mark.parametrize("extra", [b"", b"one byte too many"])
def test_a_body_of_undeclared_length_ends_where_the_photo_ends(world: World, server: str, extra: bytes) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(server, photo, media_id)
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    answer = requests.patch(url, data=iter([photo[:1000], photo[1000:] + extra]), headers=headers, timeout=10)
    assert answer.status_code == (413 if extra else 204)
    assert state(world, media_id) == ("waiting" if extra else "stored")
    assert offset(url) == (0 if extra else len(photo))


def at_once(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_creations_at_once_all_get_the_same_upload(world: World, server: str) -> None:
    photo, media_id, urls = telling_photo(), new_id(), []
    at_once(*[lambda: urls.append(create(server, photo, media_id)) for _ in range(8)])
    assert len(urls) == 8
    assert len(set(urls)) == 1


def test_of_many_writers_at_once_none_spoils_the_file(world: World, server: str) -> None:
    photo, media_id, statuses = telling_photo(image=photograph(1500, 1000)), new_id(), []
    url = create(server, photo, media_id)
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

    def write() -> None:
        statuses.append(requests.patch(url, data=photo, headers=headers, timeout=20).status_code)

    at_once(*[write for _ in range(6)])
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    assert state(world, media_id) == "stored"


def test_one_photo_sent_by_both_doors_at_once_is_stored_once(world: World, server: str) -> None:
    photo, media_id, statuses = telling_photo(), new_id(), []
    url = create(server, photo, media_id)

    def by_tus() -> None:
        headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        statuses.append(requests.patch(url, data=photo, headers=headers, timeout=20).status_code)

    def at_one_go() -> None:
        said = {"Content-Type": "image/jpeg", "Content-Digest": f"sha-256=:{base64.b64encode(digest(photo)).decode()}:"}
        answer = requests.put(f"{server}/media/{media_id}/content", data=photo, headers={**TUS, **said}, timeout=20)
        statuses.append(answer.status_code)

    at_once(by_tus, at_one_go, at_one_go)
    assert set(statuses) <= {200, 201, 204}
    assert [event.name for event in world.events(media_id)].count("media.stored") == 1
    assert len(world.objects()) == 1
