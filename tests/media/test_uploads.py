"""tus 1.0.0, core and creation, as the protocol words it."""

from __future__ import annotations

import base64

import pytest

from database.base import new_id
from tests.media.conftest import World
from tests.media.makers import digest, telling_photo
from tests.media.tus import PATCH, TUS, create, creation, fields, metadata, offset_of, send


def test_options_say_what_is_spoken_without_a_token(world: World) -> None:
    answer = world.app.test_client().options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation"
    assert answer.headers["Tus-Max-Size"] == str(world.settings.max_photo_bytes)


def test_a_photo_sent_in_pieces_is_stored_byte_for_byte(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id, role="verification")
    assert offset_of(world, url) == 0
    for start in range(0, len(photo), 20_000):
        answer = send(world, url, start, photo[start : start + 20_000])
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(min(start + 20_000, len(photo)))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    media = world.media(media_id)
    assert media is not None
    assert (media.state, media.role, media.length_bytes, media.sha256) == ("stored", "verification", len(photo), digest(photo))
    assert [event.name for event in world.events(media_id)] == ["media.announced", "media.stored"]
    assert world.spooled() == []
    assert len(world.objects()) == 1


def test_head_repeats_length_and_metadata_and_is_never_cached(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    send(world, url, 0, photo[:1000])
    headers = world.client().head(url, headers=TUS).headers
    assert (headers["Upload-Offset"], headers["Upload-Length"]) == ("1000", str(len(photo)))
    assert headers["Upload-Metadata"] == creation(photo, media_id)["Upload-Metadata"]
    assert headers["Cache-Control"] == "no-store"


def test_the_same_photo_created_again_has_the_same_url(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    send(world, url, 0, photo[:5000])
    assert create(world, photo, media_id) == url
    send(world, url, 5000, photo[5000:])
    assert create(world, photo, media_id) == url
    assert offset_of(world, url) == len(photo)


def test_an_upload_url_cannot_be_guessed(world: World) -> None:
    photo = telling_photo()
    urls = {create(world, photo) for _ in range(5)}
    assert len(urls) == 5
    assert all(len(base64.urlsafe_b64decode(url.rpartition("/")[2] + "=")) == 32 for url in urls)


@pytest.mark.parametrize("method", ["post", "head", "patch"])
@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1"])
def test_another_version_is_412_and_told_the_right_one(world: World, method: str, version: str | None) -> None:
    url = "/api/v1/uploads" if method == "post" else create(world, telling_photo())
    headers = {**creation(telling_photo(), new_id()), **PATCH, "Upload-Offset": "0"}
    headers = {name: value for name, value in headers.items() if name != "Tus-Resumable"}
    answer = getattr(world.client(), method)(url, headers=headers | ({"Tus-Resumable": version} if version else {}))
    assert answer.status_code == 412
    assert (answer.headers["Tus-Version"], answer.headers["Tus-Resumable"]) == ("1.0.0", "1.0.0")


@pytest.mark.parametrize("length", [None, "", "-1", "1.5", "many", "٣", "9" * 20])
def test_a_length_that_is_no_number_is_400(world: World, length: str | None) -> None:
    headers = creation(telling_photo(), new_id())
    del headers["Upload-Length"]
    answer = world.client().post("/api/v1/uploads", headers=headers | ({"Upload-Length": length} if length is not None else {}))
    assert answer.status_code == 400
    assert fields(answer) == ["Upload-Length"]


@pytest.mark.parametrize("header", ["media_id ***", "media_id YQ", "media_id /w==", "x" * 3000])
def test_metadata_that_cannot_be_read_are_400(world: World, header: str) -> None:
    answer = world.client().post("/api/v1/uploads", headers={**TUS, "Upload-Length": "5", "Upload-Metadata": header})
    assert answer.status_code == 400
    assert fields(answer) == ["Upload-Metadata"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"media_id": "not-a-uuid"}, "Upload-Metadata.media_id"),
        ({"sha256": "abc"}, "Upload-Metadata.sha256"),
        ({"sha256": "g" * 64}, "Upload-Metadata.sha256"),
        ({"role": "Not A Word"}, "Upload-Metadata.role"),
        ({"role": "a\0b"}, "Upload-Metadata.role"),
        ({"captured_at": "yesterday"}, "Upload-Metadata.captured_at"),
        ({"captured_at": "9999-12-31T23:59:59Z"}, "Upload-Metadata.captured_at"),
        ({"filename": "IMG_1.jpg"}, "Upload-Metadata.filename"),
    ],
)
def test_metadata_that_are_wrong_are_422_and_named(world: World, said: dict[str, str], field: str) -> None:
    words = {"media_id": str(new_id()), "sha256": digest(b"x").hex(), **said}
    headers = {**TUS, "Upload-Length": "1", "Upload-Metadata": metadata(**words)}
    answer = world.client().post("/api/v1/uploads", headers=headers)
    assert answer.status_code == 422
    assert fields(answer) == [field]


def test_a_creation_without_a_digest_or_a_length_is_refused(world: World) -> None:
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata(media_id=str(new_id()))}
    answer = world.client().post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, fields(answer)) == (422, ["Upload-Metadata.sha256"])
    answer = world.client().post("/api/v1/uploads", headers=creation(b"", new_id()))
    assert (answer.status_code, fields(answer)) == (422, ["Upload-Length"])


def test_what_is_too_large_is_413_before_a_byte_is_sent(world: World) -> None:
    headers = {**creation(telling_photo(), new_id()), "Upload-Length": str(world.settings.max_photo_bytes + 1)}
    assert world.client().post("/api/v1/uploads", headers=headers).status_code == 413
    assert world.client().post("/api/v1/uploads", headers=creation(b"x", new_id()), data=b"x").status_code == 413
    photo = telling_photo()
    assert send(world, create(world, photo), 0, photo + b"one byte more").status_code == 413


def test_another_kind_of_file_is_415(world: World) -> None:
    headers = creation(telling_photo(), new_id(), filetype="text/html")
    assert world.client().post("/api/v1/uploads", headers=headers).status_code == 415


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/jpeg", ""])
def test_bytes_under_another_content_type_are_415(world: World, content_type: str) -> None:
    photo = telling_photo()
    url = create(world, photo)
    assert send(world, url, 0, photo, **{"Content-Type": content_type}).status_code == 415
    assert offset_of(world, url) == 0


@pytest.mark.parametrize("offset", [1, 999, 1001, 10**14])
def test_bytes_that_start_elsewhere_are_409_and_told_where(world: World, offset: int) -> None:
    photo = telling_photo()
    url = create(world, photo)
    send(world, url, 0, photo[:1000])
    answer = send(world, url, offset, b"x" * 10)
    assert (answer.status_code, answer.json["offset_bytes"]) == (409, 1000)  # type: ignore[index]
    assert send(world, url, -1, b"x").status_code == 400
    assert offset_of(world, url) == 1000


@pytest.mark.parametrize("method", ["head", "patch"])
def test_somebody_elses_upload_answers_like_none(world: World, method: str) -> None:
    url = create(world, telling_photo())
    answers = [
        getattr(world.client("stranger"), method)(address, headers={**PATCH, "Upload-Offset": "0"})
        for address in (url, "/api/v1/uploads/nothing", "/api/v1/uploads/" + "照" * 20)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("method", ["post", "head", "patch"])
def test_without_a_token_nothing_is_taken(world: World, method: str) -> None:
    url = "/api/v1/uploads" if method == "post" else create(world, telling_photo())
    assert getattr(world.app.test_client(), method)(url, headers=PATCH).status_code == 401


def test_a_guests_upload_is_finished_by_the_guest_alone(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id, who="guest")
    assert send(world, url, 0, photo, who="owner").status_code == 404
    assert send(world, url, 0, photo, who="guest").status_code == 204
    media = world.media(media_id)
    assert media is not None
    assert (media.owner_id, media.state) == (world.people["guest"].id, "stored")


def test_an_id_of_somebody_else_is_refused_by_name(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    create(world, photo, media_id)
    answer = world.client("stranger").post("/api/v1/uploads", headers=creation(photo, media_id))
    assert (answer.status_code, fields(answer)) == (422, ["Upload-Metadata.media_id"])


def test_another_file_under_the_same_id_is_refused_by_name(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    create(world, photo, media_id)
    answer = world.client().post("/api/v1/uploads", headers=creation(photo[:-1] + b"x", media_id))
    assert (answer.status_code, fields(answer)) == (422, ["Upload-Metadata.sha256"])
    headers = {**creation(photo, media_id), "Upload-Length": str(len(photo) + 1)}
    answer = world.client().post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, fields(answer)) == (422, ["Upload-Length"])


def test_a_file_with_another_digest_is_460_and_thrown_away(world: World) -> None:
    photo, media_id = telling_photo(), new_id()
    url = create(world, photo, media_id)
    answer = send(world, url, 0, photo[:-1] + b"\x00")
    assert (answer.status_code, answer.json["type"]) == (460, "/problems/digest_mismatch")  # type: ignore[index]
    assert world.spooled() == []
    assert world.objects() == []
    assert world.client().head(url, headers=TUS).status_code == 410
    media = world.media(media_id)
    assert media is not None
    assert media.state == "waiting"
    again = create(world, photo, media_id)
    assert again != url
    assert send(world, again, 0, photo).status_code == 204


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"\x00" * 5000, b"GIF89a" + b"x" * 99, b"%PDF-1.7 x"])
def test_a_file_that_is_no_image_is_refused_for_good(world: World, content: bytes) -> None:
    media_id = new_id()
    answer = send(world, create(world, content, media_id), 0, content)
    assert (answer.status_code, fields(answer)) == (422, ["body"])
    media = world.media(media_id)
    assert media is not None
    assert (media.state, media.refused_reason) == ("refused", "not_an_image")
    assert world.spooled() + world.objects() == []
    assert world.client().post("/api/v1/uploads", headers=creation(content, media_id)).status_code == 409
