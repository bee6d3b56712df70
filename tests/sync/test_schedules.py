"""Interleavings of two or three transactions, each stopped where it could do harm (docs/sync-protocol.md 2)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.actor import Role
from problems import GuardFailed
from sync.pull import Pull, PullRequest, State
from tests.sync import toy
from tests.sync.checks import REGION, digests_are_sums, no_line_is_stale, nothing_is_missed, positions_have_no_gap
from tests.sync.stops import Runner, Stops, wait_until_blocked
from tests.sync.world import ELSEWHERE, HOME, Phone, World

MakeWorld = Callable[..., World]


@pytest.fixture
def stops() -> Stops:
    return Stops()


@pytest.fixture
def stopping(make_world: MakeWorld, stops: Stops) -> World:
    return make_world(before_heads=[stops.observer("rendered")], before_commit=[stops.observer("numbered")])


def three_phones(world: World) -> tuple[Phone, Phone, Phone]:
    return tuple(world.phone(world.person(Role.UNIT_LEADER)) for _ in range(3))  # type: ignore[return-value]


def visit_of(phone: Phone, **args: Any) -> UUID:
    visit = phone.open(**args)
    phone.push(phone.lines[-1:], first_seq=len(phone.lines))
    return visit


def test_a_writer_that_pauses_before_it_takes_heads_is_not_missed(stopping: World, stops: Stops) -> None:
    slow, quick, reader = three_phones(stopping)
    stops.hold("slow", "rendered")
    pausing = Runner("slow", lambda: visit_of(slow))
    stops.wait_for("slow", "rendered")
    visit_of(quick)
    nothing_is_missed(stopping, reader)
    stops.release("slow", "rendered")
    pausing.done()
    nothing_is_missed(stopping, reader)
    assert len(reader.held()[REGION]) == 2
    no_line_is_stale(stopping)


def test_a_numbered_writer_makes_others_wait_and_nobody_sees_over_it(stopping: World, stops: Stops) -> None:
    slow, quick, reader = three_phones(stopping)
    visit_of(quick)
    stops.hold("slow", "numbered")
    pausing = Runner("slow", lambda: visit_of(slow))
    stops.wait_for("slow", "numbered")
    waiting = Runner("quick", lambda: visit_of(quick))
    wait_until_blocked(stopping.database)
    nothing_is_missed(stopping, reader)
    assert len(reader.held()[REGION]) == 1
    stops.release("slow", "numbered")
    first, second = pausing.done(), waiting.done()
    order = [row.entity_id for row in stopping.rows(
        "SELECT entity_id FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id WHERE key = :key ORDER BY position", key=REGION
    )]  # fmt: skip
    assert order[1:] == [first, second]
    nothing_is_missed(stopping, reader)
    positions_have_no_gap(stopping)
    digests_are_sums(stopping)


def test_other_scopes_do_not_wait(stopping: World, stops: Stops) -> None:
    slow, quick, _ = three_phones(stopping)
    visit_of(slow)
    visit_of(quick, region_code=ELSEWHERE)
    stops.hold("slow", "numbered")
    pausing = Runner("slow", lambda: visit_of(slow))
    stops.wait_for("slow", "numbered")
    visit_of(quick, region_code=ELSEWHERE)
    stops.release("slow", "numbered")
    pausing.done()


def test_two_writers_of_the_same_two_scopes_in_opposite_order_do_not_deadlock(stopping: World, stops: Stops) -> None:
    one, other, _ = three_phones(stopping)
    people = [one.person.id, other.person.id]
    visit_of(one, officer_ids=people)
    stops.hold("one", "rendered")
    stops.hold("other", "rendered")
    first = Runner("one", lambda: visit_of(one, officer_ids=people))
    second = Runner("other", lambda: visit_of(other, officer_ids=people[::-1]))
    for name in ("one", "other"):
        stops.wait_for(name, "rendered")
    for name in ("other", "one"):
        stops.release(name, "rendered")
    first.done()
    second.done()
    positions_have_no_gap(stopping)
    digests_are_sums(stopping)


def test_two_writers_that_make_the_same_scope_take_turns(stopping: World, stops: Stops) -> None:
    one, other, reader = three_phones(stopping)
    stops.hold("one", "numbered")
    first = Runner("one", lambda: visit_of(one))
    stops.wait_for("one", "numbered")
    second = Runner("other", lambda: visit_of(other))
    wait_until_blocked(stopping.database)
    stops.release("one", "numbered")
    first.done()
    second.done()
    nothing_is_missed(stopping, reader)
    positions_have_no_gap(stopping)
    digests_are_sums(stopping)


def test_two_writers_of_one_record_take_turns_and_the_line_is_the_last_ones(stopping: World, stops: Stops) -> None:
    one, other, reader = three_phones(stopping)
    visit = visit_of(one)
    stops.hold("one", "rendered")
    first = Runner("one", lambda: one.do("visit.shake", visit))
    stops.wait_for("one", "rendered")
    second = Runner("other", lambda: other.do("visit.shake", visit))
    wait_until_blocked(stopping.database)
    stops.release("one", "rendered")
    assert {first.done()["revision"], second.done()["revision"]} == {2, 3}
    assert stopping.visits()[visit].count == 2
    no_line_is_stale(stopping)
    nothing_is_missed(stopping, reader)


def test_a_checkpoint_is_one_snapshot(stopping: World, stops: Stops) -> None:
    writer, reader, _ = three_phones(stopping)
    moved, stays = visit_of(writer), visit_of(writer)

    class Stopping(Pull):
        def _state(self, *arguments: Any) -> State:
            state = super()._state(*arguments)
            stops.at("heads read")
            return state

    stops.hold("reader", "heads read")
    request = PullRequest(reader.queue, None, 1, 524_288, [], [])
    pulling = Runner("reader", lambda: Stopping(stopping.engine, reader.authenticate).run(request))
    stops.wait_for("reader", "heads read")
    writer.do("visit.shake", moved)
    stops.release("reader", "heads read")
    lines = reader.take(pulling.done())
    assert lines[-1]["checkpoint"] is True
    assert {row["revision"] for (_, id_), row in reader.rows[REGION].items() if id_ == str(moved)} == {1}
    assert len(reader.held()[REGION]) == 2
    nothing_is_missed(stopping, reader)
    assert str(stays) in reader.held()[REGION]


def test_a_push_that_waits_for_a_record_does_not_hold_heads(stopping: World, stops: Stops) -> None:
    """Heads are taken last of all: whoever waits for a row holds up nobody else's scope."""
    one, other, third = three_phones(stopping)
    visit = visit_of(one)
    stops.hold("one", "rendered")
    first = Runner("one", lambda: one.do("visit.shake", visit))
    stops.wait_for("one", "rendered")
    second = Runner("other", lambda: other.do("visit.shake", visit))
    wait_until_blocked(stopping.database)
    visit_of(third)
    stops.release("one", "rendered")
    first.done()
    second.done()
    positions_have_no_gap(stopping)
    digests_are_sums(stopping)


def test_sixteen_writers_and_four_pollers_on_one_scope_miss_nothing(world: World) -> None:
    """The short form; `test_deep.py` does it for a minute, with pauses."""
    writers = [world.phone(world.person(Role.UNIT_LEADER)) for _ in range(16)]
    readers = [world.phone(world.person(Role.FIRE_OFFICER)) for _ in range(4)]
    finished = threading.Event()

    def write(phone: Phone, seed: int) -> None:
        chance = random.Random(seed)
        visits = [visit_of(phone, region_code=HOME)]
        for _ in range(6):
            if chance.random() < 0.5:
                visits.append(visit_of(phone, region_code=HOME))
            else:
                assert phone.do("visit.shake", chance.choice(visits))["outcome"] == "applied"

    def read(phone: Phone) -> int:
        pulls = 0
        while not finished.is_set():
            phone.pull(max_bytes=2000)
            pulls += 1
        return pulls

    reading = [Runner(f"reader {number}", lambda phone=phone: read(phone)) for number, phone in enumerate(readers)]  # type: ignore[misc]
    writing = [
        Runner(f"writer {number}", lambda phone=phone, seed=number: write(phone, seed))  # type: ignore[misc]
        for number, phone in enumerate(writers)
    ]
    for runner in writing:
        runner.done()
    finished.set()
    assert all(runner.done() > 0 for runner in reading)
    for phone in readers:
        nothing_is_missed(world, phone)
    no_line_is_stale(world)
    positions_have_no_gap(world)
    digests_are_sums(world)


def test_a_copy_that_comes_while_its_issue_is_decided_holds_nobody_up(stopping: World, stops: Stops) -> None:
    """A cloned phone sends what is parked once more, at the moment at which a leader applies it."""
    leader, officer, _ = three_phones(stopping)
    visit = visit_of(officer)
    toy.SHAKES.append(ZeroDivisionError())
    issue = officer.do("visit.shake", visit)["issues"][0]
    toy.SHAKES.clear()
    clone = stopping.phone(officer.person)
    clone.lines = list(officer.lines)
    stops.hold("leader", "rendered")
    deciding = Runner("leader", lambda: stopping.apply(leader.person, issue))
    stops.wait_for("leader", "rendered")
    copying = Runner("clone", clone.push)
    wait_until_blocked(stopping.database)
    stops.release("leader", "rendered")
    deciding.done()
    assert [item["outcome"] for item in copying.done()[:-1]] == ["applied", "parked"]
    assert clone.do("visit.shake", visit)["outcome"] == "applied"


def test_a_losing_value_that_is_let_stand_does_not_wipe_out_what_is_being_written(stopping: World, stops: Stops) -> None:
    officer, leader, _ = three_phones(stopping)
    visit = visit_of(leader, title="旧名")
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"]})
    stops.hold("writer", "numbered")
    writing = Runner("writer", lambda: leader.do("visit.edit", visit, base=3, changes={"title": ["局名", "新局名"]}))
    stops.wait_for("writer", "numbered")
    deciding = Runner("decider", lambda: stopping.apply(leader.person, lost["issues"][0]))
    wait_until_blocked(stopping.database)
    stops.release("writer", "numbered")
    assert writing.done()["outcome"] == "applied"
    with pytest.raises(GuardFailed):
        deciding.done()
    assert stopping.visits()[visit].title == "新局名"


def test_a_decision_about_a_conflict_and_an_edit_that_adds_to_it_take_turns(stopping: World, stops: Stops) -> None:
    officer, leader, _ = three_phones(stopping)
    visit = visit_of(leader, title="旧名")
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"]})
    stops.hold("decider", "rendered")
    deciding = Runner("decider", lambda: stopping.apply(leader.person, lost["issues"][0]))
    stops.wait_for("decider", "rendered")
    adding = Runner("adder", lambda: officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名二"]}))
    wait_until_blocked(stopping.database)
    stops.release("decider", "rendered")
    deciding.done()
    assert adding.done()["outcome"] in ("conflict", "merged", "applied")
