"""Large scopes begin with chunks that were made once for all; what has time limits goes when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.actor import Role
from problems import NotFound
from sync import retention, snapshots
from tests.sync.checks import REGION, digests_are_sums
from tests.sync.world import ELSEWHERE, Json, Phone, World

MakeWorld = Callable[..., World]


OF_REGION = "SELECT p.id, p.chunks FROM sync_snapshot p JOIN sync_scope s ON s.id = p.scope_id WHERE s.key = :key ORDER BY upto"


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world(snapshot_rows=20)


def write(phone: Phone, count: int, **args: Any) -> list[UUID]:
    visits = [phone.open(title=f"第{number}家", **args) for number in range(count)]
    phone.push(phone.lines[-count:], first_seq=len(phone.lines) - count + 1)
    return visits


def make_all(world: World) -> None:
    while snapshots.make_due(world.engine):
        pass


def forget_tombstones(world: World) -> int:
    with world.database.transaction() as session:
        return sum(iter(lambda: retention.forget_tombstones(session), 0))


def of_kind(lines: list[Json], kind: str) -> list[Json]:
    return [line for line in lines if line["kind"] == kind]


def test_a_device_begins_a_large_scope_with_a_snapshot_and_goes_on_with_what_changed(world: World) -> None:
    writer, officer = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.FIRE_OFFICER))
    visits = write(writer, 30)
    make_all(world)
    writer.do("visit.remove", visits[0])
    writer.do("visit.shake", visits[1])
    later = write(writer, 1)
    lines = officer.pull()
    offer = of_kind(lines, "snapshot")[0]
    assert (offer["key"], offer["upto"]) == (REGION, 30)
    region = next(line for line in of_kind(lines, "scope") if line["key"] == REGION)
    assert (region["action"], region["from"], region["to"]) == ("continue", 30, 33)
    assert len(of_kind(lines, "row")) == 3
    assert officer.held()[REGION] == {str(visit) for visit in (*visits[1:], *later)}
    assert not of_kind(officer.pull(), "snapshot")


def test_chunks_that_did_not_change_keep_their_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "CHUNK_BYTES", 1000)
    writer = world.phone(world.person(Role.UNIT_LEADER))
    visits = write(writer, 60)
    make_all(world)
    for _ in range(16):
        writer.do("visit.shake", visits[0])
    make_all(world)
    first, second = ({chunk["sha256"] for chunk in row.chunks} for row in world.rows(OF_REGION, key=REGION))
    assert len(first) > 8
    assert len(first - second) == 1


def test_nobody_loads_the_snapshot_of_a_scope_that_he_may_not_see(world: World) -> None:
    writer = world.phone(world.person(Role.UNIT_LEADER))
    write(writer, 30)
    make_all(world)
    snapshot_id, chunks = world.rows(OF_REGION, key=REGION)[0]
    stranger = world.person(Role.FIRE_OFFICER, region=ELSEWHERE)
    with world.database.snapshot() as session, pytest.raises(NotFound):
        snapshots.chunk_of(world.engine, session, stranger, snapshot_id, chunks[0]["sha256"])
    with world.database.snapshot() as session, pytest.raises(NotFound):
        snapshots.chunk_of(world.engine, session, writer.person, snapshot_id, "00" * 32)


def test_a_snapshot_below_the_floor_is_not_offered(world: World) -> None:
    writer, officer = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.FIRE_OFFICER))
    visits = write(writer, 30)
    make_all(world)
    writer.do("visit.remove", visits[0])
    world.clock.advance(days=181)
    assert forget_tombstones(world) == 2  # the region's, and that of the author
    assert world.scalar("SELECT floor FROM sync_scope WHERE key = :key", key=REGION) == 31
    digests_are_sums(world)
    lines = officer.pull()
    assert not of_kind(lines, "snapshot")
    assert officer.held()[REGION] == {str(visit) for visit in visits[1:]}
    make_all(world)
    assert (
        world.scalar("SELECT max(upto) FROM sync_snapshot p JOIN sync_scope s ON s.id = scope_id WHERE key = :key", key=REGION)
        == 31
    )


def test_a_device_that_was_away_when_tombstones_went_begins_anew_and_keeps_nothing_that_is_gone(world: World) -> None:
    writer, officer = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.FIRE_OFFICER))
    visits = write(writer, 3)
    officer.pull()
    writer.do("visit.remove", visits[0])
    world.clock.advance(days=181)
    forget_tombstones(world)
    officer.pull()
    assert officer.held()[REGION] == {str(visit) for visit in visits[1:]}


def test_replaced_snapshots_go_after_two_days_with_the_chunks_that_nobody_has_any_more(world: World) -> None:
    writer = world.phone(world.person(Role.UNIT_LEADER))
    write(writer, 30)
    make_all(world)
    world.clock.advance(days=1)
    write(writer, 30)
    make_all(world)
    with world.database.transaction() as session:
        assert snapshots.forget_old(session) == 0
    world.clock.advance(days=3)
    with world.database.transaction() as session:
        assert snapshots.forget_old(session) == 4
    assert len(world.rows(OF_REGION, key=REGION)) == 1
    assert {chunk["sha256"] for row in world.rows("SELECT chunks FROM sync_snapshot") for chunk in row.chunks} == {
        row.name for row in world.rows("SELECT encode(sha256, 'hex') AS name FROM sync_chunk")
    }


def test_bodies_and_their_key_are_destroyed_after_two_years_and_the_queue_goes_on(world: World) -> None:
    writer = world.phone(world.person(Role.UNIT_LEADER))
    visits = write(writer, 3)
    writer.do("visit.unheard_of", visits[0])  # parked: somebody still has to look at it
    world.clock.advance(days=731)
    with world.database.transaction() as session:
        assert retention.forget_bodies(session) == 3
        assert retention.forget_bodies(session) == 0
    assert world.scalar("SELECT count(*) FROM sync_mutation WHERE body IS NOT NULL") == 1
    assert world.scalar("SELECT octet_length(body_key) FROM sync_queue WHERE id = :id", id=writer.queue) > 0
    world.discard(world.person(Role.UNIT_LEADER), world.issues()[0].id)
    with world.database.transaction() as session:
        assert retention.forget_bodies(session) == 1
    assert world.scalar("SELECT octet_length(body_key) FROM sync_queue WHERE id = :id", id=writer.queue) == 0
    assert [item["duplicate"] for item in writer.results()] == [True] * 4
    assert writer.do("visit.shake", visits[1])["outcome"] == "applied"
    assert world.scalar("SELECT count(*) FROM sync_mutation WHERE body IS NOT NULL") == 1


def test_a_scope_of_many_pages_begins_though_tombstones_were_let_go(world: World) -> None:
    """Old rows lie below the floor: a page that ends there goes on from there."""
    writer, officer = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.FIRE_OFFICER))
    visits = write(writer, 12)
    writer.do("visit.remove", visits[-1])
    world.clock.advance(days=181)
    forget_tombstones(world)
    pages = 0
    while True:
        lines = officer.take(officer.ask(officer.cursor, 300))
        pages += 1
        assert pages < 40, "it begins again and again"
        if not lines[-1]["more"]:
            break
    assert officer.held()[REGION] == {str(visit) for visit in visits[:-1]}


def test_every_scope_that_is_asked_for_again_comes_though_the_first_fills_the_page(world: World) -> None:
    writer, officer = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.FIRE_OFFICER))
    write(writer, 5, officer_ids=[officer.person.id])
    officer.pull()
    own = f"user:{officer.person.id}#own"
    officer.rows[own].clear()
    officer.rows[REGION].clear()
    officer.pull(max_bytes=300, refill=[own, REGION])
    assert (len(officer.held()[own]), len(officer.held()[REGION])) == (5, 5)
    assert world.scalar("SELECT refills FROM sync_hold WHERE queue_id = :id", id=officer.queue) == 2
