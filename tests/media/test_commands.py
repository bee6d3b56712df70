"""Photos and records: in either order, each photo in one record, nobody's photo in another's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from database.base import new_id
from media import commands, queries
from media.models import Media
from problems import Invalid
from tests.media.conftest import World
from tests.media.makers import digest, telling_photo
from tests.media.test_content import put


def attach(world: World, ids: list[UUID], case: UUID, who: str = "owner", role: str = "report") -> list[Media]:
    photos: list[Media] = world.do(lambda session: commands.attach(session, world.people[who], ids, "case", case, role))
    return photos


def announce(world: World, who: str = "owner", **data: Any) -> Media:
    media: Media = world.do(lambda session: commands.announce(session, world.people[who], data))
    return media


def count(world: World, case: UUID) -> queries.PhotoCount:
    counts: dict[UUID, queries.PhotoCount] = world.do(lambda session: queries.photo_counts(session, "case", [case]))
    return counts[case]


def test_a_record_names_photos_that_are_still_to_come(world: World) -> None:
    case, ids = new_id(), [new_id(), new_id(), new_id()]
    assert [photo.id for photo in attach(world, ids[::-1], case)] == ids[::-1]
    assert count(world, case) == queries.PhotoCount(expected=3, stored=0, missing=3, refused=0)
    put(world, ids[1], telling_photo())
    assert count(world, case) == queries.PhotoCount(expected=3, stored=1, missing=2, refused=0)
    assert not count(world, case).complete
    photos = world.do(lambda session: queries.photos_of(session, "case", case))
    assert [(photo.id, photo.state) for photo in photos] == [(ids[0], "waiting"), (ids[1], "stored"), (ids[2], "waiting")]


def test_a_photo_may_be_there_before_its_record(world: World) -> None:
    case, media_id = new_id(), new_id()
    put(world, media_id, telling_photo())
    attach(world, [media_id], case, role="verification")
    media = world.media(media_id)
    assert media is not None
    assert (media.entity_id, media.role, media.state) == (case, "verification", "stored")
    assert count(world, case).complete
    assert [event.name for event in world.events(media_id)] == ["media.announced", "media.stored", "media.attached"]


def test_naming_a_photo_again_changes_nothing(world: World) -> None:
    case, media_id = new_id(), new_id()
    attach(world, [media_id], case)
    attach(world, [media_id, media_id], case)
    assert len(world.events(media_id)) == 1
    assert count(world, case).expected == 1


def test_somebody_elses_photo_is_refused_by_its_place_and_nothing_is_attached(world: World) -> None:
    case, mine, theirs = new_id(), new_id(), new_id()
    announce(world, "stranger", id=theirs)
    with pytest.raises(Invalid) as refusal:
        attach(world, [mine, theirs], case)
    assert [entry["field"] for entry in refusal.value.data["errors"]] == ["photos.1"]
    assert count(world, case).expected == 0
    assert world.media(mine) is None


def test_a_photo_belongs_to_one_record(world: World) -> None:
    media_id = new_id()
    attach(world, [media_id], new_id())
    with pytest.raises(Invalid) as refusal:
        attach(world, [media_id], new_id())
    assert refusal.value.data["errors"][0]["code"] == "attached_elsewhere"


def test_a_record_without_photos_has_none(world: World) -> None:
    case = new_id()
    assert attach(world, [], case) == []
    assert count(world, case) == queries.PhotoCount()
    assert count(world, case).complete


def test_an_announcement_is_completed_and_then_binds(world: World) -> None:
    media_id = new_id()
    announce(world, id=media_id)
    media = announce(world, id=media_id, sha256=digest(b"a"), length_bytes=5)
    assert (media.declared_sha256, media.declared_length_bytes, media.revision) == (digest(b"a"), 5, 2)
    assert announce(world, id=media_id, sha256=digest(b"a")).revision == 2
    others: dict[str, Any] = {"sha256": digest(b"b"), "length_bytes": 6}
    for name, other in others.items():
        with pytest.raises(Invalid) as refusal:
            announce(world, "owner", id=media_id, **{name: other})
        assert refusal.value.data["errors"][0]["field"] == name


def test_the_events_of_a_photo_are_a_chain(world: World) -> None:
    media_id = new_id()
    put(world, media_id, telling_photo())
    attach(world, [media_id], new_id())
    events = world.events(media_id)
    assert [event.previous_hash for event in events] == [None, *(event.hash for event in events[:-1])]
    media = world.media(media_id)
    assert media is not None
    assert media.event_hash == events[-1].hash
