"""Photos that arrived and that no record has named leave the store; all others stay."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, literal, select

from accounts.actor import SYSTEM
from database.base import new_id
from database.journal import Event
from media import commands
from media.pool import RenderPool
from media.retention import sweep_unattached
from tests.media.conftest import World
from tests.media.makers import telling_photo
from tests.media.test_access import get, make_photo
from tests.media.test_content import put


def sweep(world: World, needed_by: UUID = SYSTEM.id) -> int:
    owners: Select[UUID] = select(literal(needed_by))
    lifetime = world.settings.unattached_photo_lifetime
    swept: int = world.do(lambda session: sweep_unattached(session, world.storage, lifetime, owners))
    return swept


def test_a_photo_that_no_record_names_is_given_up_after_a_week_and_its_files_go(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool, role=None)
    world.clock.passes(days=6, hours=23)
    assert sweep(world) == 0
    world.clock.passes(hours=1)
    assert (sweep(world), sweep(world)) == (1, 0)
    document = get(world, "owner", media_id).json
    assert document is not None
    assert (document["state"], document["refused_reason"]) == ("refused", "unattached")
    assert [event.name for event in world.events(media_id)][-1] == "media.expired"
    assert len(world.objects()) == 3
    world.clock.passes(days=1)
    assert (sweep(world), sweep(world)) == (1, 0)
    assert world.objects() == []
    assert get(world, "owner", media_id, "/renditions/320").status_code == 404
    assert get(world, "owner", media_id, "/original").status_code == 404


def test_a_record_that_names_it_too_late_counts_it_as_refused(world: World, pool: RenderPool) -> None:
    media_id = make_photo(world, pool, role=None)
    world.clock.passes(days=7)
    sweep(world)
    (photo,) = world.do(lambda session: commands.attach(session, world.people["owner"], [media_id], "case", new_id(), "report"))
    assert photo.state == "refused"
    told = world.do(lambda session: session.scalars(select(Event).where(Event.name == "media.refused")).one())
    assert told.concerns == {"sender": [str(world.people["owner"].id)]}, "he is asked for another"
    world.clock.passes(days=30)
    assert sweep(world) == 0


def test_what_a_record_has_named_stays(world: World, pool: RenderPool) -> None:
    make_photo(world, pool)
    world.clock.passes(days=365)
    assert sweep(world) == 0
    assert len(world.objects()) == 3


def test_photos_of_who_waits_for_a_decision_stay(world: World) -> None:
    put(world, new_id(), telling_photo())
    world.clock.passes(days=30)
    assert sweep(world, needed_by=world.people["owner"].id) == 0
    assert sweep(world) == 1
