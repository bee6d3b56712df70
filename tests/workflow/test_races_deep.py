"""Many want the same thing in the same moment: one has it, and everybody else is told so."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.context import Parts
from database.journal import Event
from tests.accounts.makers import hire
from tests.clock import Clock
from tests.makers import Case, in_days, make_hazard, make_letter, make_order
from tests.people import Caller, Json, citizen
from tests.permits import approver, make_permit
from tests.workflow.depth import SEED, count
from tests.workflow.racing import Racers
from workflow.queue.models import Task
from workflow.queue.rules import TAKERS

CASES, CLAIMERS = 1000, 32
PAIRS = 100  # of each kind of decision
REFUSALS = {"already_so", "illegal_transition", "guard_failed"}


def tasks_of(parts: Parts, cases: list[Case]) -> dict[UUID, Task]:
    """By their cases."""
    with parts.database.transaction() as session:
        found = session.scalars(select(Task).where(Task.subject_id.in_([case.id for case in cases])))
        return {task.subject_id: task for task in found}


def events_of(parts: Parts, entity_ids: list[UUID], *names: str) -> list[Event]:
    """What the journal has of these names."""
    with parts.database.transaction() as session:
        return list(session.scalars(select(Event).where(Event.entity_id.in_(entity_ids), Event.name.in_(names))))


@pytest.mark.deep
def test_of_thirty_two_claimers_one_has_each_of_a_thousand_cases_and_the_others_are_told_who(
    app: Flask, client: FlaskClient, parts: Parts, fresh_database: object, record_property: Callable[[str, object], None]
) -> None:
    began, chance, reporter = time.monotonic(), random.Random(SEED), citizen(client)
    cases = [make_hazard(client, reporter=reporter) for _ in range(count(CASES))]
    roles = sorted(TAKERS["register"])
    claimers: list[Caller] = [hire(client, chance.choice(roles)) for _ in range(CLAIMERS)]
    tasks = tasks_of(parts, cases)
    owner: dict[UUID, UUID] = {}
    raced = time.monotonic()
    with Racers(app, CLAIMERS) as racers:
        for case in cases:
            chance.shuffle(claimers)
            path = f"/queue/{tasks[case.id].id}/actions/claim"
            answers = racers.all_at_once([(claimer, path, {}) for claimer in claimers])
            statuses = Counter(answer.status_code for answer in answers)
            assert statuses == {200: 1, 409: CLAIMERS - 1}, f"SEED={SEED}: {case.number}: {statuses}"
            [won] = [place for place, answer in enumerate(answers) if answer.status_code == 200]
            owner[case.id] = claimers[won].id
            for answer in answers[:won] + answers[won + 1 :]:
                problem: Any = answer.get_json()
                told = (problem["type"], problem["holder_ids"])
                assert told == ("/problems/already_so", [str(owner[case.id])]), f"SEED={SEED}: {case.number}: {problem}"
    after = tasks_of(parts, cases)
    assert {case_id: (task.claimed_by, task.holder_ids) for case_id, task in after.items()} == {
        case_id: (person, [person]) for case_id, person in owner.items()
    }
    claimed = events_of(parts, [task.id for task in after.values()], "task.claimed")
    assert sorted((event.data["subject_id"], event.actor_id) for event in claimed) == sorted(
        (str(case_id), person) for case_id, person in owner.items()
    )
    winners = Counter(owner.values())
    assert len(winners) > 1, "whoever is first in line always wins: that was no race"
    seconds = time.monotonic() - raced
    spent = f"{len(cases)} cases, {len(cases) * CLAIMERS} claims in {seconds:.0f} s ({time.monotonic() - began:.0f} s in all)"
    record_property("figures", f"seed {SEED}: {spent}; {len(winners)} have won, one {max(winners.values())} times")


@dataclass(frozen=True)
class Decision:
    """Two answers to one question: the one excludes the other."""

    make: Callable[[FlaskClient, Caller], Case]
    deciders: Callable[[Case], tuple[Caller, Caller]]
    yes: tuple[str, Callable[[Case], Json], str, str]  # the action, its arguments, its event, the state that it leads to
    no: tuple[str, Callable[[Case], Json], str, str]


def nothing(_: Case) -> Json:
    return {}


def asked(client: FlaskClient, reporter: Caller) -> Case:
    """An order whose unit has asked for more time."""
    order = make_order(client, reporter=reporter)
    return order.act(order.office.manager, "ask_extension", due_on=in_days(order, 28), reason="配件尚未到货")


def back(letter: Case) -> Json:
    """What a receiver says who returns a letter."""
    other = str(letter.office.other_receiver.org_id)
    return {"reason": "不属于本单位职责", "legal_basis": "三定规定", "suggested_org_id": other}


DECISIONS = {
    "a letter is signed or discarded": Decision(
        lambda client, reporter: make_letter(client, "DRAFT", reporter=reporter),
        lambda letter: (letter.office.leader, letter.office.officers[0]),
        ("approve", nothing, "handover.sent", "SENT"),
        ("discard", nothing, "handover.discarded", "DISCARDED"),
    ),
    "a letter is accepted or returned": Decision(
        lambda client, reporter: make_letter(client, "RECEIVED", reporter=reporter),
        lambda letter: (letter.office.receiver, letter.office.receiver),
        ("accept", nothing, "handover.accepted", "ACCEPTED"),
        ("return", back, "handover.returned", "RETURNED"),
    ),
    "a permit is granted or refused": Decision(
        lambda client, _: make_permit(client, "ACCEPTED"),
        lambda permit: (approver(permit), approver(permit)),
        ("grant", nothing, "permit.granted", "VERIFY_PENDING"),
        ("refuse", lambda _: {"code": "NOT_CONFORMING", "reason": "安全出口不足"}, "permit.refused", "REFUSED"),
    ),
    "more time is granted or refused": Decision(
        asked,
        lambda order: (order.office.leader, order.office.leader),
        ("grant_extension", nothing, "rectification.extended", "ORDERED"),
        ("refuse_extension", lambda _: {"reason": "隐患严重"}, "rectification.extension_refused", "ORDERED"),
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("question", DECISIONS)
def test_of_yes_and_no_in_the_same_moment_one_counts_and_the_other_is_refused(
    app: Flask, client: FlaskClient, parts: Parts, clock: Clock, question: str, record_property: Callable[[str, object], None]
) -> None:
    decision, chance, reporter = DECISIONS[question], random.Random(SEED), citizen(client)
    counted: Counter[str] = Counter()
    with Racers(app, 2) as racers:
        for _ in range(count(PAIRS)):
            case = decision.make(client, reporter)
            answers_and_deciders = list(zip((decision.yes, decision.no), decision.deciders(case), strict=True))
            chance.shuffle(answers_and_deciders)
            asks = [(who, f"{case.path}/actions/{way[0]}", way[1](case)) for way, who in answers_and_deciders]
            answers = racers.all_at_once(asks)
            where = f"SEED={SEED}: {case.path}: {[answer.get_json() for answer in answers]}"
            assert sorted(answer.status_code for answer in answers) == [200, 409], where
            won = 0 if answers[0].status_code == 200 else 1
            action, _, name, state = answers_and_deciders[won][0]
            problem: Any = answers[1 - won].get_json()
            assert problem["type"].removeprefix("/problems/") in REFUSALS, where
            assert problem["title"], where
            assert case.read(answers_and_deciders[won][1])["state"] == state, where
            happened = events_of(parts, [case.id], decision.yes[2], decision.no[2])
            assert [event.name for event in happened] == [name], where
            counted[action] += 1
            counted[problem["type"].removeprefix("/problems/")] += 1
            clock.advance(seconds=1)
    record_property("figures", f"seed {SEED}: {question}: {dict(counted)}")
