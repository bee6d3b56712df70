"""The schedule faults of docs/sync-protocol.md 8, planted: each turns red what is green without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.journal import record
from sync import ledger
from sync.feed import Feed, Line as FeedLine, LineKey, touch
from sync.mutations import Origin
from sync.pull import Pull, Pulled, PullRequest, State
from sync.push import Push
from tests.sync import toy
from tests.sync.checks import REGION, Caught, no_line_is_stale, nothing_is_missed
from tests.sync.stops import Runner, Stops
from tests.sync.world import Json, Phone, World

MakeWorld = Callable[..., World]


@pytest.fixture
def stops() -> Stops:
    return Stops()


def leader(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


def visit_of(phone: Phone) -> UUID:
    visit = phone.open()
    phone.push(phone.lines[-1:], first_seq=len(phone.lines))
    return visit


# ---- cursor by updated_at ----


class ByTime(Phone):
    """Reads what was changed after the newest change that it has seen."""

    seen: datetime | None = None

    def pull(self, *_: Any, **__: Any) -> list[Json]:
        rows = self.world.rows(
            "SELECT v.id, v.updated_at, f.line FROM visit v JOIN sync_feed f ON f.entity_id = v.id"
            " JOIN sync_scope s ON s.id = f.scope_id WHERE s.key = :key AND f.gone IS NULL"
            " AND v.updated_at > coalesce(CAST(:seen AS timestamptz), '-infinity') ORDER BY v.updated_at",
            key=REGION,
            seen=self.seen,
        )
        for row in rows:
            self._row(REGION, orjson.loads(row.line))
            self.seen = row.updated_at
        return []


@pytest.mark.parametrize("reader_type", [Phone, ByTime])
def test_a_cursor_by_updated_at_is_caught(make_world: MakeWorld, stops: Stops, reader_type: type[Phone]) -> None:
    world = make_world(before_heads=[stops.observer("rendered")])
    slow, quick = leader(world), leader(world)
    reader = reader_type(world, world.person(Role.UNIT_LEADER))
    stops.hold("slow", "rendered")
    pausing = Runner("slow", lambda: visit_of(slow))
    stops.wait_for("slow", "rendered")
    world.clock.advance(seconds=1)
    visit_of(quick)
    nothing_is_missed(world, reader)
    stops.release("slow", "rendered")
    pausing.done()
    if reader_type is Phone:
        nothing_is_missed(world, reader)
    else:
        with pytest.raises(Caught):
            nothing_is_missed(world, reader)


# ---- head unlocked before commit ----


class UnlockedHeads(Feed):
    """Takes positions in a transaction of its own: the heads are free again before the rows are committed."""

    database: Any = None

    def _take_heads(self, session: Session, scope_ids: list[int]) -> dict[int, int]:
        with self.database.engine.begin() as connection:
            taken = connection.execute(
                text("UPDATE sync_scope SET head = head + 1 WHERE id = ANY(:ids) RETURNING id, head - 1"), {"ids": scope_ids}
            ).all()
        return {row[0]: row[1] for row in taken}

    def _move(self, session: Session, lines: dict[LineKey, FeedLine], ids: dict[str, int], heads: dict[int, int]) -> None:
        for (key, entity_type, entity_id), line in lines.items():
            session.execute(
                text(
                    "INSERT INTO sync_feed (scope_id, position, entered, entity_type, entity_id, revision, line, hash)"
                    " VALUES (:scope, :position, :position, :type, :entity, :revision, :line, :hash)"
                ),
                {"scope": ids[key], "position": heads[ids[key]] + 1, "type": entity_type, "entity": entity_id,
                 "revision": line.revision, "line": line.line, "hash": line.hash},
            )  # fmt: skip


@pytest.mark.parametrize("feed_type", [Feed, UnlockedHeads])
def test_a_head_unlocked_before_commit_is_caught(make_world: MakeWorld, stops: Stops, feed_type: type[Feed]) -> None:
    world = make_world(before_commit=[stops.observer("numbered")])
    slow, quick, reader = leader(world), leader(world), leader(world)
    visit_of(quick)  # the scopes exist
    visit_of(slow)
    if feed_type is UnlockedHeads:
        faulty = UnlockedHeads(world.engine.catalog)  # which keeps no digests either
        reader.trusts = False
        faulty.database = world.database
        world.database._before_commit = (faulty.publish, stops.observer("numbered"))
    stops.hold("slow", "numbered")
    pausing = Runner("slow", lambda: visit_of(slow))
    stops.wait_for("slow", "numbered")
    hurrying = Runner("quick", lambda: visit_of(quick))
    if feed_type is Feed:
        reader.pull()
        stops.release("slow", "numbered")
        hurrying.done()
    else:
        hurrying.done()
        reader.pull()
        stops.release("slow", "numbered")
    pausing.done()
    if feed_type is Feed:
        nothing_is_missed(world, reader)
    else:
        with pytest.raises(Caught):
            nothing_is_missed(world, reader)


# ---- render before lock ----


@pytest.mark.parametrize("locks_first", [True, False])
def test_a_line_rendered_before_the_lock_is_caught(make_world: MakeWorld, stops: Stops, *, locks_first: bool) -> None:
    world = make_world()

    def hasty(session: Session, actor: Actor, visit_id: UUID, data: Json, origin: Origin) -> toy.Visit:
        """Reads the row, works out what it will be, and only then changes it."""
        visit = session.get_one(toy.Visit, visit_id)
        stops.at("read")
        values = {"count": visit.count + 1, "revision": visit.revision + 1}
        session.expunge(visit)
        session.execute(
            update(toy.Visit).where(toy.Visit.id == visit_id).values(count=toy.Visit.count + 1, revision=toy.Visit.revision + 1)
        )
        for name, value in values.items():
            setattr(visit, name, value)
        record(session, "visit.shaken", visit, actor)
        touch(session, visit)
        return visit

    if not locks_first:
        shake = world.engine.mutations.by_name["visit.shake"]
        world.engine.mutations.by_name["visit.shake"] = replace(shake, run=hasty)
    one, other = leader(world), leader(world)
    visit = visit_of(one)
    stops.hold("one", "read")
    first = Runner("one", lambda: one.do("visit.shake", visit))
    if not locks_first:
        stops.wait_for("one", "read")
    other.do("visit.shake", visit)
    stops.release("one", "read")
    first.done()
    assert world.visits()[visit].count == 2
    if locks_first:
        no_line_is_stale(world)
    else:
        with pytest.raises(Caught):
            no_line_is_stale(world)


# ---- heads and rows read in two snapshots ----


class TwoSnapshots(Pull):
    """Reads the heads, lets the world go on, and then reads the rows."""

    stops: Stops

    def _read(self, session: Session, request: PullRequest) -> Pulled:
        with self._engine.database.snapshot() as later:
            return super()._read(later, request)

    def _state(self, session: Session, queue_id: UUID, actor: Actor) -> State:
        with self._engine.database.snapshot() as earlier:
            state = super()._state(earlier, queue_id, actor)
        self.stops.at("heads read")
        session.rollback()  # so that the rows are read in a snapshot of their own
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return state


class OneSnapshot(Pull):
    """As it is, stopped at the same point."""

    stops: Stops

    def _state(self, *arguments: Any) -> State:
        state = super()._state(*arguments)
        self.stops.at("heads read")
        return state


@pytest.mark.parametrize("pull_type", [OneSnapshot, TwoSnapshots])
def test_heads_and_rows_of_two_snapshots_are_caught(world: World, stops: Stops, pull_type: Any) -> None:
    writer, reader = leader(world), leader(world)
    visit = visit_of(writer)
    pull = pull_type(world.engine, reader.authenticate)
    pull.stops = stops
    stops.hold("reader", "heads read")
    pulling = Runner("reader", lambda: pull.run(PullRequest(reader.queue, None, 1, 524_288, [], [])))
    stops.wait_for("reader", "heads read")
    writer.do("visit.shake", visit)
    stops.release("reader", "heads read")
    lines = reader.take(pulling.done())
    assert lines[-1]["checkpoint"] is True

    def a_checkpoint_holds_what_was_there_all_the_time() -> None:
        if reader.held().get(REGION) != {str(visit)}:
            raise Caught("a record that was in the banner before, during and after the pull is not in the checkpoint")

    if pull_type is OneSnapshot:
        a_checkpoint_holds_what_was_there_all_the_time()
    else:
        with pytest.raises(Caught):
            a_checkpoint_holds_what_was_there_all_the_time()


# ---- receipt outside the transaction ----


class PowerCut(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("is_outside", [False, True])
def test_a_receipt_outside_the_transaction_is_caught(world: World, monkeypatch: pytest.MonkeyPatch, *, is_outside: bool) -> None:
    phone = leader(world)
    visit = visit_of(phone)
    phone.seal("visit.shake", visit, base=1)
    cuts = [True]
    write = ledger.write

    if is_outside:

        class Late(Push):
            """Keeps the receipts in a transaction after the one that has the effect."""

            def _some(self, *arguments: Any, **options: Any) -> Any:
                kept: list[Any] = []
                monkeypatch.setattr(ledger, "write", lambda *values: kept.append(values))
                monkeypatch.setattr(ledger, "advance", lambda *values: None)
                done = super()._some(*arguments, **options)
                if cuts.pop() if cuts else False:
                    raise PowerCut
                with self._engine.database.transaction() as session:
                    for values in kept:
                        write(session, *values[1:])
                return done

        push: type[Push] = Late
    else:

        class Cut(Push):
            """Dies at the same point, after the commit and before the answer."""

            def _some(self, *arguments: Any, **options: Any) -> Any:
                done = super()._some(*arguments, **options)
                if cuts.pop() if cuts else False:
                    raise PowerCut
                return done

        push = Cut
    request = phone.request(phone.lines[1:], 2)
    with pytest.raises(PowerCut):
        push(world.engine, phone.authenticate).run(request)
    push(world.engine, phone.authenticate).run(request)

    def it_had_one_effect() -> None:
        if world.visits()[visit].count != 1:
            raise Caught(f"one mutation, {world.visits()[visit].count} effects")

    if is_outside:
        with pytest.raises(Caught):
            it_had_one_effect()
    else:
        it_had_one_effect()
