"""Promises about dates that pass: who is told, what starts when, and that no act hides a breach."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

import timetable
import worker
from accounts.actor import SYSTEM, Actor, Grant, Role
from api.context import Parts
from database.base import new_id
from database.journal import Event, record
from notifications.models import OutboxRow
from sync.editing import lock
from sync.mutations import Origin
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard, make_order
from tests.papers import served
from tests.people import Caller
from timetable import TIMETABLE, Process, renderer_of, tasks_of
from workflow import timekeeping, turns
from workflow.handovers.models import Handover
from workflow.hazards.models import Hazard
from workflow.hazards.synced import HAZARD
from workflow.hazards.verification import verify_false
from workflow.queue import escalation
from workflow.rectification.models import Rectification


def worked_off(parts: Parts, step: Callable[[Session], int]) -> int:
    """What the timetable does with one of its lines: how many there were."""
    count = 0
    more = True
    while more:
        with parts.database.transaction() as session:
            more = step(session) > 0
        count += more
    return count


def breaches(parts: Parts, case: Case) -> list[Event]:
    """What was said of this case's missed dates."""
    with parts.database.transaction() as session:
        found = select(Event).where(Event.entity_id == case.id, Event.name == "clock.breached").order_by(Event.id)
        return list(session.scalars(found))


def clock_of(case: Case, rule_id: str) -> dict[str, Any]:
    """The last clock of a rule, as the leader reads it."""
    found: list[dict[str, Any]] = [clock for clock in case.read()["clocks"] if clock["rule_id"] == rule_id]
    return found[-1]


def as_actor(caller: Caller, role: Role) -> Actor:
    """An officer, as his session would make him."""
    grant = Grant(role, caller.org_id, "150102")
    return Actor(id=caller.id, name="", grants=(grant,), roles=frozenset({role}))


def test_the_recheck_is_due_three_working_days_after_the_term_however_late_the_worker_comes(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    order = make_order(client)  # its term ends on Monday, 14 December
    assert order.read()["data"]["due_on"] == "2026-12-14"
    clock.advance(days=22, hours=9)  # Tuesday evening
    worked_off(parts, escalation.expire_terms)
    assert clock_of(order, "IN-RE")["due_at"] == "2026-12-17T15:59:59Z"


def test_an_order_whose_term_passes_alarms_no_leader_and_keeps_the_record(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    order = served(make_order(client))
    hazard = Case("hazard", order.hazard_id, order.office, order.reporter, order.hazard_id, order.tracking_code)
    hazard.act(order.office.clerk, "tell_reporter")
    clock.advance(days=22)
    worked_off(parts, escalation.mark_breaches)
    worked_off(parts, escalation.expire_terms)
    worked_off(parts, escalation.mark_breaches)
    assert breaches(parts, order) == breaches(parts, hazard) == []
    term = clock_of(order, "IN-TERM")
    assert term["breached_at"] == term["due_at"]
    assert clock_of(hazard, "HZ-RECTIFY")["due_at"] == clock_of(order, "IN-RE")["due_at"]


def test_a_late_act_does_not_hide_its_breach(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    clock.advance(hours=25)  # the timetable has not come by
    hazard.cosigned("verify_false", **FOUND, late_reason="大雪封路,车辆无法通行")
    late = clock_of(hazard, "HZ-24H")
    assert late["breached_at"] == late["due_at"]
    [event] = breaches(parts, hazard)
    assert event.concerns["leaders"]
    assert "holders" not in event.concerns  # they have just done it
    worked_off(parts, escalation.mark_breaches)
    assert len(breaches(parts, hazard)) == 1


def test_a_duty_that_falls_away_late_was_missed_all_the_same(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client, "REGISTERED")
    clock.advance(hours=25)
    hazard.act(hazard.office.leader, "request_force_close", reason="重复上报,已另案办理")
    hazard.act(hazard.office.committee, "force_close")
    assert clock_of(hazard, "HZ-24H")["breached_at"]
    assert len(breaches(parts, hazard)) == 1


def test_a_check_that_the_leader_finds_timely_was_not_missed(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    for accepted in (True, False):
        hazard = make_hazard(client, "VERIFYING")
        first, second = hazard.office.officers
        in_time = clock.now + timedelta(hours=20)
        clock.advance(hours=25)
        worked_off(parts, escalation.mark_breaches)
        with parts.database.transaction() as session:
            origin = Origin(mid=new_id(), made_at=in_time)
            data: dict[str, Any] = {"photos": [], "no_evidence_reason": "", "late_reason": "", **FOUND}
            drafted = verify_false(session, as_actor(first, Role.FIRE_OFFICER), hazard.id, data, origin)
            assert drafted.pending_act is not None
            digest = drafted.pending_act["act_sha256"]
        hazard.act(second, "cosign", act_sha256=digest)
        assert clock_of(hazard, "HZ-24H")["met_claimed_at"]
        hazard.act(hazard.office.leader, "confirm_timely", accepted=accepted)
        assert (clock_of(hazard, "HZ-24H")["breached_at"] is None) is accepted


def test_the_timetable_passes_by_a_case_that_a_command_holds(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object
) -> None:
    """Case first, then its clocks, as commands do: with the clock first both would wait for each other."""
    hazard = make_hazard(client, "VERIFYING")
    clock.advance(hours=25)
    with parts.database.transaction() as command:
        held = lock(command, HAZARD, Hazard, hazard.id, SYSTEM, Origin())
        for step in (escalation.mark_breaches, escalation.remind_holders):
            with parts.database.transaction() as timetable:
                step(timetable)
        timekeeping.stop(command, held, "HZ-24H")
    assert len(breaches(parts, hazard)) == 1
    assert worked_off(parts, escalation.mark_breaches) == 0


def test_what_leaves_the_devices_is_found_by_an_index(parts: Parts, clock: Clock) -> None:
    with parts.database.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        for model in (Hazard, Handover, Rectification):
            wanted = select(model.id).where(model.closed_at < clock.now, model.off_devices_at.is_(None)).order_by(model.closed_at)
            question = str(wanted.limit(50).compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = "\n".join(session.scalars(text(f"EXPLAIN {question}")))
            assert f"ix_{model.__tablename__}_closed" in plan


def test_what_is_left_after_a_slice_of_time_goes_on_at_once_and_what_was_said_goes_out_in_between(
    client: FlaskClient, parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [make_hazard(client, "ASSIGNED") for _ in range(2)]
    clock.advance(days=2)
    asked: list[str] = []
    monkeypatch.setattr(escalation, "TOGETHER", 1)
    monkeypatch.setattr(timetable, "time", SimpleNamespace(monotonic=itertools.count(step=20).__next__))  # a slice is over soon
    monkeypatch.setattr(worker, "_process", (os.getpid(), Process(parts, tasks_of(parts), {}, renderer_of(parts))))
    monkeypatch.setattr(worker, "_send", lambda _client, name, **_: asked.append(name))
    line = next(line for line in TIMETABLE if line.name == "mark_breaches")
    seen = []
    for _ in range(3):
        worker.turn(line)
        with parts.database.transaction() as session:
            waiting = session.scalars(select(func.count()).select_from(OutboxRow)).one()
        seen.append((sum(len(breaches(parts, case)) for case in cases), waiting, len(asked)))
    assert seen == [(1, 0, 1), (2, 0, 2), (2, 0, 2)]
    assert set(asked) == {"mark_breaches"}


def test_a_line_that_another_process_works_on_is_not_worked_on_beside_it(
    client: FlaskClient, parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_hazard(client, "ASSIGNED")
    clock.advance(days=2)
    monkeypatch.setattr(worker, "_process", (os.getpid(), Process(parts, tasks_of(parts), {}, renderer_of(parts))))
    line = next(line for line in TIMETABLE if line.name == "mark_breaches")
    with parts.database.alone(line.name) as is_ours:
        assert is_ours
        worker.turn(line)
        assert breaches(parts, case) == []
    worker.turn(line)
    assert len(breaches(parts, case)) == 1


def failing_for(monkeypatch: pytest.MonkeyPatch, name: str, case: Case) -> None:
    """From now on this part of the timetable meets a fault in one case."""
    real = getattr(escalation, name)

    def act(session: Session, met: Hazard, *rest: Any, **named: Any) -> Any:
        if met.id == case.id:
            record(session, "hazard.half_done", met, SYSTEM)
            raise RuntimeError("a fault")
        return real(session, met, *rest, **named)

    monkeypatch.setattr(escalation, name, act)


def test_a_case_in_which_the_timetable_meets_a_fault_holds_up_none_behind_it(
    client: FlaskClient, parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_hazard(client, "REGISTERED")
    clock.advance(minutes=1)
    others = [make_hazard(client, "REGISTERED") for _ in range(3)]
    clock.advance(hours=25)
    with monkeypatch.context() as meanwhile:
        failing_for(meanwhile, "breach", broken)
        worked_off(parts, escalation.mark_breaches)
    assert [len(breaches(parts, case)) for case in (broken, *others)] == [0, 1, 1, 1]
    assert "hazard.half_done" not in str(broken.read()["timeline"])  # nothing of the attempt is left
    clock.advance(minutes=1)  # it comes again at the next turn
    worked_off(parts, escalation.mark_breaches)
    assert len(breaches(parts, broken)) == 1


def test_more_faulty_cases_than_one_turn_takes_hold_up_none_and_each_says_once_where_its_fault_is(
    client: FlaskClient, parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch, fresh_database: object
) -> None:
    broken = [make_hazard(client, "REGISTERED") for _ in range(5)]
    clock.advance(minutes=1)
    others = [make_hazard(client, "REGISTERED") for _ in range(3)]
    clock.advance(hours=25)
    monkeypatch.setattr(turns, "BATCH", 2)
    monkeypatch.setattr(escalation, "TOGETHER", 2)
    for case in broken:
        failing_for(monkeypatch, "breach", case)
    with capture_logs() as logged:
        worked_off(parts, escalation.mark_breaches)
    assert [len(breaches(parts, case)) for case in (*broken, *others)] == [0] * 5 + [1] * 3
    assert [str(case.id) in line["what"] for case, line in zip(broken, logged, strict=True)] == [True] * 5
    assert [line["exc_info"] for line in logged] == [True] * 5
    clock.advance(minutes=1)
    with capture_logs() as logged:
        worked_off(parts, escalation.mark_breaches)
    assert [line["exc_info"] for line in logged] == [False] * 5


def test_an_order_whose_end_meets_a_fault_holds_up_none_behind_it(
    client: FlaskClient, parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = make_order(client), make_order(client)
    clock.advance(days=22)
    _, expire = escalation._ENDS["IN-TERM"]

    def failing(session: Session, order_id: UUID) -> Any:
        if order_id == broken.id:
            raise RuntimeError("a fault")
        return expire(session, order_id)

    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(escalation._ENDS, "IN-TERM", (Rectification, failing))
        worked_off(parts, escalation.expire_terms)
        assert (broken.read()["state"], other.read()["state"]) == ("ORDERED", "RECHECK_PENDING")
    clock.advance(minutes=1)
    worked_off(parts, escalation.expire_terms)
    assert broken.read()["state"] == "RECHECK_PENDING"
