"""Ten thousand dates that have passed at once, as after a week without a worker: each is told of once, and the oldest first."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from api.context import Parts
from database.base import new_id
from database.journal import Event
from notifications.channels import channels_for
from tests.clock import Clock
from tests.makers import Case, make_hazard
from tests.workflow.depth import SEED, count
from timetable import TIMETABLE, Process, renderer_of, tasks_of

OVERDUE, AT_ONCE = 10_000, 2000
MOST_SECONDS = 60
STATES = ("SUBMITTED", "REGISTERED", "ASSIGNED")  # nobody's, nobody's, two officers'
ESCALATED = ("clock.breached", "task.escalated")

_NEW = "FROM unnest(CAST(:ids AS uuid[]), CAST(:dues AS timestamptz[])) AS n(id, due)"
_HAZARDS = text(
    f"""
    INSERT INTO hazard SELECT (jsonb_populate_record(h, jsonb_build_object(
           'id', n.id, 'number', n.id, 'tracking_hash', NULL, 'tracking_short_hash', NULL, 'due_at', n.due))).*
      {_NEW} JOIN hazard h ON h.id = :original
    """
)
_TASKS = text(
    f"""
    INSERT INTO task SELECT (jsonb_populate_record(t, jsonb_build_object(
           'id', gen_random_uuid(), 'subject_id', n.id, 'due_at', n.due))).*
      {_NEW} JOIN task t ON t.subject_id = :original
    """
)
_CLOCKS = text(
    f"""
    INSERT INTO clock SELECT (jsonb_populate_record(c, jsonb_build_object(
           'id', gen_random_uuid(), 'entity_id', n.id, 'due_at', n.due, 'started_at', n.due - (c.due_at - c.started_at)))).*
      {_NEW} JOIN clock c ON c.entity_id = :original
    """
)


def copied(parts: Parts, original: Case, dues: list[datetime]) -> list[UUID]:
    """As many cases like this one as there are dates, with their tasks and clocks."""
    ids = [new_id() for _ in dues]
    with parts.database.transaction() as session:
        for statement in (_HAZARDS, _TASKS, _CLOCKS):
            session.execute(statement, {"ids": ids, "dues": dues, "original": original.id})
    return ids


def overdue(client: FlaskClient, parts: Parts, clock: Clock, chance: random.Random, number: int) -> dict[UUID, str]:
    """So many cases whose 24 hours are over, each at another moment, and the state that each is in."""
    originals = {state: make_hazard(client, state) for state in STATES}
    born = clock.now
    clock.advance(days=7)
    made = {original.id: state for state, original in originals.items()}
    for state, original in originals.items():
        share = number // len(STATES)
        moments = [born + timedelta(days=1, seconds=1 + chance.random() * 5 * 86_400) for _ in range(share - 1)]
        made |= dict.fromkeys(copied(parts, original, moments), state)
    return made


def process_of(parts: Parts) -> Process:
    """A worker's process."""
    return Process(parts, tasks_of(parts), channels_for(parts.settings), renderer_of(parts))


def run_line(process: Process, name: str) -> None:
    """A line of the timetable, once."""
    next(line for line in TIMETABLE if line.name == name).run(process)


def told(parts: Parts) -> list[Event]:
    """What the journal has of escalations, in order."""
    with parts.database.transaction() as session:
        return list(session.scalars(select(Event).where(Event.name.in_(ESCALATED)).order_by(Event.transaction_id, Event.id)))


def how_many(parts: Parts) -> int:
    """Events of escalations so far."""
    with parts.database.transaction() as session:
        return session.scalars(select(func.count()).where(Event.name.in_(ESCALATED))).one()


def through(parts: Parts, process: Process, name: str) -> tuple[float, int]:
    """Run a line until it has nothing more to do: seconds, and how many runs it took."""
    began, runs, before = time.monotonic(), 0, -1
    while how_many(parts) > before and time.monotonic() - began < 2 * MOST_SECONDS:
        before = how_many(parts)
        run_line(process, name)
        runs += 1
    return time.monotonic() - began, runs - 1


@pytest.mark.deep
def test_ten_thousand_missed_dates_are_told_of_within_a_minute_once_each_and_the_oldest_first(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object, record_property: Callable[[str, object], None]
) -> None:
    cases = overdue(client, parts, clock, random.Random(SEED), count(OVERDUE))
    process = process_of(parts)
    seconds, runs = through(parts, process, "mark_breaches")
    breaches = told(parts)
    assert Counter(event.entity_id for event in breaches) == dict.fromkeys(cases, 1), f"SEED={SEED}"
    dues = [event.data["due"] for event in breaches]
    assert dues == sorted(dues), f"SEED={SEED}: not the oldest first"
    for event in breaches:
        assert event.concerns["leaders"], f"SEED={SEED}: {event.entity_id} was told to nobody"
        is_held = cases[event.entity_id] == "ASSIGNED"
        assert (len(event.concerns.get("holders", [])), event.data["holder"] == "未指派") == (
            (2, False) if is_held else (0, True)
        )
    raised_in, _ = through(parts, process, "raise_untouched")
    raised = [event for event in told(parts) if event.name == "task.escalated"]
    untouched = {str(case_id) for case_id, state in cases.items() if state == "SUBMITTED"}
    assert Counter(event.data["subject_id"] for event in raised) == dict.fromkeys(untouched, 1), f"SEED={SEED}"
    dues = [event.data["due"] for event in raised]
    assert dues == sorted(dues), f"SEED={SEED}: not the oldest first"
    for name in ("mark_breaches", "raise_untouched"):
        run_line(process, name)
    assert len(told(parts)) == len(breaches) + len(raised), "a step was taken a second time"
    spent = f"{len(breaches)} breaches in {seconds:.1f} s ({runs} runs), {len(raised)} raised in {raised_in:.1f} s"
    record_property("figures", f"seed {SEED}: {spent}")
    assert max(seconds, raised_in) < MOST_SECONDS, spent


@pytest.mark.deep
def test_two_workers_at_once_tell_of_each_missed_date_once(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object, record_property: Callable[[str, object], None]
) -> None:
    cases = overdue(client, parts, clock, random.Random(SEED), count(AT_ONCE))
    process, began = process_of(parts), time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        lines = ("mark_breaches", "mark_breaches", "raise_untouched", "raise_untouched")
        for _ in pool.map(partial(through, parts, process), lines):
            pass
    events = told(parts)
    counted: Counter[tuple[str, Any]] = Counter((event.name, event.data.get("subject_id") or event.entity_id) for event in events)
    untouched = [case_id for case_id, state in cases.items() if state == "SUBMITTED"]
    expected = [*(("clock.breached", case_id) for case_id in cases), *(("task.escalated", str(case_id)) for case_id in untouched)]
    assert counted == dict.fromkeys(expected, 1), f"SEED={SEED}"
    record_property("figures", f"seed {SEED}: {len(counted)} steps of two workers in {time.monotonic() - began:.1f} s")
