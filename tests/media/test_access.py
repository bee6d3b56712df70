"""The owner sees a photo, and whom the record lets; for others it does not exist. Originals are read on the record."""

from __future__ import annotations

from uuid import UUID

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from database.base import new_id
from media import commands
from media.access import MediaRules
from media.models import Media, Rendition
from media.pool import RenderPool
from media.rendering import Renderer
from tests.media.conftest import PEOPLE, World
from tests.media.makers import CANARY, telling_photo
from tests.media.test_content import put


def make_photo(world: World, pool: RenderPool, photo: bytes | None = None, role: str | None = "report") -> UUID:
    """A finished photo of the owner's; part of a case if it has a role."""
    media_id = new_id()
    put(world, media_id, photo or telling_photo())
    if role is not None:
        world.do(lambda session: commands.attach(session, world.people["owner"], [media_id], "case", new_id(), role))
    world.renders(media_id, pool)
    return media_id


def get(world: World, who: str, media_id: UUID, rest: str = "", **headers: str) -> TestResponse:
    return world.client(who).get(f"/api/v1/media/{media_id}{rest}", headers=headers, buffered=True)


PATHS = ("", "/renditions/1600", "/renditions/320", "/original")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("role", "who", "status"),
    [
        ("report", "owner", 200),
        ("report", "officer", 200),
        ("report", "clerk", 404),
        ("report", "stranger", 404),
        ("report", "guest", 404),
        ("verification", "clerk", 200),
        ("verification", "stranger", 404),
        (None, "owner", 200),
        (None, "officer", 404),
        (None, "clerk", 404),
    ],
)
def test_a_photo_exists_for_whom_the_record_lets(
    world: World, pool: RenderPool, path: str, role: str | None, who: str, status: int
) -> None:
    media_id = make_photo(world, pool, role=role)
    answer = get(world, who, media_id, path)
    if status == 200 and (path, who) != ("/original", "clerk"):
        assert answer.status_code == 200
    else:
        nothing = get(world, who, new_id(), path)
        assert (answer.status_code, answer.text) == (404, nothing.text)
        assert {name for name, _ in answer.headers} == {name for name, _ in nothing.headers}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_there_is_no_photo(world: World, pool: RenderPool, path: str) -> None:
    media_id = make_photo(world, pool)
    assert world.app.test_client().get(f"/api/v1/media/{media_id}{path}").status_code == 401


def test_a_photo_says_where_its_pictures_are(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool)
    document = get(world, "owner", media_id).json
    assert document is not None
    assert (document["state"], document["width"], document["height"]) == ("ready", 640, 427)
    assert document["taken_at"] == "2026-11-20T01:30:15+00:00"
    assert [picture["name"] for picture in document["renditions"]] == ["1600", "320"]
    for picture in document["renditions"]:
        answer = world.client().get(picture["url"], buffered=True)
        assert (answer.status_code, len(answer.data)) == (200, picture["length_bytes"])
    assert world.client().get(document["original_url"], buffered=True).data == telling_photo()


def test_who_may_see_pictures_only_learns_nothing_of_the_original(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool, role="verification")
    document = get(world, "clerk", media_id).json
    assert document is not None
    assert document.keys().isdisjoint({"original_url", "sha256", "length_bytes", "content_type", "taken_at", "captured_at"})
    assert len(document["renditions"]) == 2
    for person in PEOPLE:
        assert str(world.people[person].id) not in get(world, "clerk", media_id).text


def test_the_position_is_kept_sealed_and_shown_to_nobody(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool)
    media = world.media(media_id)
    assert media is not None
    assert media.position is not None
    assert "111.753" in media.position
    at_rest = world.do(lambda session: session.connection().exec_driver_sql("SELECT position FROM media").scalar_one())
    assert b"111" not in bytes(at_rest)
    assert all("111.75" not in get(world, who, media_id).text for who in ("owner", "officer"))


@pytest.mark.parametrize("name", ["1600", "320"])
def test_a_picture_is_served_so_that_no_browser_runs_it(world: World, pool: RenderPool, name: str) -> None:
    answer = get(world, "owner", make_photo(world, pool), f"/renditions/{name}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Authorization"
    assert CANARY not in answer.data


@pytest.mark.parametrize("name", ["640", "original", "..", "%00", "1600.jpg"])
def test_there_are_no_other_pictures(world: World, pool: RenderPool, name: str) -> None:
    assert get(world, "owner", make_photo(world, pool), f"/renditions/{name}").status_code == 404


def test_a_picture_is_served_in_ranges_and_not_twice(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool)
    whole = get(world, "owner", media_id, "/renditions/1600")
    part = get(world, "owner", media_id, "/renditions/1600", Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    tail = get(world, "owner", media_id, "/renditions/1600", Range="bytes=-10")
    assert (tail.status_code, tail.data) == (206, whole.data[-10:])
    beyond = get(world, "owner", media_id, "/renditions/1600", Range=f"bytes={len(whole.data)}-")
    assert beyond.status_code == 416
    unchanged = get(world, "owner", media_id, "/renditions/1600", **{"If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_a_photo_answers_304_while_nothing_changed(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool)
    tag = get(world, "owner", media_id).headers["ETag"]
    assert get(world, "owner", media_id, **{"If-None-Match": tag}).status_code == 304


def test_each_reading_of_an_original_is_an_event_before_its_first_byte(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool, role="report")
    answer = get(world, "officer", media_id, "/original")
    assert answer.data == telling_photo()
    assert answer.headers["Content-Disposition"] == f"attachment; filename={media_id}.jpg"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    get(world, "owner", media_id, "/original")
    get(world, "clerk", media_id, "/original")
    readings = [event.actor_id for event in world.events(media_id) if event.name == "media.original_read"]
    assert readings == [world.people["officer"].id, world.people["owner"].id]


@pytest.mark.parametrize("path", ["/renditions/320", "/original"])
def test_a_photo_that_the_store_has_lost_is_for_the_operator_and_no_fault(world: World, pool: RenderPool, path: str) -> None:
    media_id = make_photo(world, pool)
    for lost in world.objects():
        lost.unlink()
    with capture_logs() as logged:
        answer = get(world, "owner", media_id, path)
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/photo_unavailable")  # type: ignore[index]
    assert int(answer.headers["Retry-After"]) > 0
    assert [(entry["log_level"], entry["alarm"], entry["media_id"]) for entry in logged] == [("error", True, str(media_id))]


def test_an_original_that_was_changed_on_the_disk_is_not_served(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool)
    (path,) = [path for path in world.objects() if "originals" in path.name]
    at_rest = bytearray(path.read_bytes())
    at_rest[1000] ^= 1
    path.write_bytes(at_rest)
    answer = get(world, "owner", media_id, "/original")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")


def test_pictures_come_after_the_worker_and_the_original_after_it_was_judged(world: World, pool: RenderPool) -> None:
    media_id = new_id()
    put(world, media_id, telling_photo())
    document = get(world, "owner", media_id).json
    assert document is not None
    assert (document["state"], document["renditions"]) == ("stored", [])
    assert "original_url" not in document
    assert get(world, "owner", media_id, "/renditions/320").status_code == 404
    assert get(world, "owner", media_id, "/original").status_code == 404
    world.renders(media_id, pool)
    assert get(world, "owner", media_id, "/original").status_code == 200


def test_rendering_twice_changes_nothing(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool, role=None)
    before, objects = world.events(media_id), world.objects()
    media = world.renders(media_id, pool)
    assert (media.state, media.revision) == ("ready", 3)
    assert len(world.events(media_id)) == len(before) == 3
    assert before[-1].name == "media.rendered"
    assert world.objects() == objects
    assert world.do(lambda session: session.query(Rendition).count()) == 2


def test_two_workers_at_once_make_one_set_of_pictures(world: World, pool: RenderPool) -> None:
    media_id = new_id()
    put(world, media_id, telling_photo())

    class RacedPool:
        def render(self, photo: bytes) -> object:
            raced: Media = world.renders(media_id, pool)
            assert raced.state == "ready"
            return pool.render(photo)

    renderer = Renderer(world.storage, world.ring, RacedPool(), MediaRules())  # type: ignore[arg-type]
    media = world.do(lambda session: renderer.render_media(session, media_id))
    assert media.state == "ready"
    assert [event.name for event in world.events(media_id)].count("media.rendered") == 1


def test_a_photo_that_cannot_be_decoded_is_refused_and_its_owner_is_to_be_told(world: World, pool: RenderPool) -> None:
    photo = telling_photo()
    media_id = make_photo(world, pool, photo=photo[: len(photo) // 2])
    document = get(world, "owner", media_id).json
    assert document is not None
    assert (document["state"], document["refused_reason"], document["renditions"]) == ("refused", "broken", [])
    event = world.events(media_id)[-1]
    assert (event.name, event.concerns) == ("media.refused", {"sender": [str(world.people["owner"].id)]})
    assert get(world, "officer", media_id, "/original").status_code == 404
    # Evidence is not destroyed by a decoder: the sealed bytes are still there.
    assert len(world.objects()) == 1


def test_rendering_what_is_not_there_does_nothing(world: World, pool: RenderPool) -> None:
    assert world.renders(new_id(), pool) is None
    media_id = new_id()
    world.do(lambda session: commands.announce(session, world.people["owner"], {"id": media_id}))
    assert world.renders(media_id, pool).state == "waiting"


def test_a_mistyped_id_is_a_404(world: World) -> None:
    assert world.client().get("/api/v1/media/not-a-uuid").status_code == 404


def test_the_engine_is_documented(world: World) -> None:
    document = world.client().get("/api/v1/openapi.json").json
    assert document is not None
    assert {path: sorted(set(item) - {"parameters"}) for path, item in document["paths"].items()} == {
        "/api/v1/media/{media_id}": ["get"],
        "/api/v1/media/{media_id}/content": ["put"],
        "/api/v1/media/{media_id}/original": ["get"],
        "/api/v1/media/{media_id}/renditions/{name}": ["get"],
        "/api/v1/uploads": ["options", "post"],
        "/api/v1/uploads/{token}": ["head", "patch"],
    }
    operations = [operation for item in document["paths"].values() for name, operation in item.items() if name != "parameters"]
    assert all(operation["summary"] for operation in operations)
