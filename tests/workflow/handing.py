"""Hazards that wander at random through checks and letters, as people and the timetable of one banner would take them.

`Wanderers(client, parts, clock, random.Random(seed)).wander()` lets time pass and takes one legal step with one hazard. What
is legal is read from the rows, so that what the timetable did in between counts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from tests.clock import Clock
from tests.makers import CATEGORY, FOUND, Case, Office, in_days, make_hazard, order_to
from tests.people import HOME, Caller, Json, citizen, staff
from tests.workflow.test_escalation import worked_off
from workflow.clocks import local_day
from workflow.handovers.rules import MAX_REJECTIONS
from workflow.queue import escalation

AT_ONCE, REPORTERS, MOST_LETTERS, BETWEEN_TIMERS = 15, 5, 6, 40
WHY: Json = {"reason": "属于贵单位职责范围", "legal_basis": "消防法第五十二条"}
UNVERIFIED = ("SUBMITTED", "REGISTERED", "ASSIGNED", "VERIFYING")
TIMERS = (escalation.mark_breaches, escalation.remind_holders, escalation.refer_unsigned, escalation.expire_terms)
_ROWS = text(
    """
    SELECT h.state, h.disputed_at, l.id AS letter_id, l.state AS letter, l.to_org_id, l.rejections, l.is_decided,
           l.is_extended, l.due_at
      FROM hazard h LEFT JOIN handover l ON l.id = h.handover_id AND l.state <> 'CLOSED' WHERE h.id = :id
    """
)

Take = Callable[[], object]
Ways = list[tuple[str, float, Take]]  # the name of a step, its weight, and how it is taken


@dataclass
class Wanderers:
    """One banner with some hazards under way."""

    client: FlaskClient
    parts: Parts
    clock: Clock
    chance: random.Random
    cases: list[Case] = field(default_factory=list)  # all that ever were
    under_way: list[Case] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    letters: Counter[UUID] = field(default_factory=Counter)
    steps: int = 0

    @cached_property
    def office(self) -> Office:
        return Office(self.client, HOME)

    @cached_property
    def reporters(self) -> list[Caller]:
        return [citizen(self.client) for _ in range(REPORTERS)]

    @cached_property
    def receivers(self) -> dict[str, list[Caller]]:
        """By their office: who works on letters there."""
        first, other = self.office.receiver, self.office.other_receiver
        return {str(first.org_id): [first, staff(self.client, Role.DEPT_HANDLER)], str(other.org_id): [other]}

    @property
    def handovers(self) -> int:
        """Letters that were accepted or returned."""
        return self.taken["accept"] + self.taken["return"]

    def wander(self) -> tuple[Case, str]:
        """Let time pass, and take a step with a hazard; both."""
        self.let_time_pass()
        while True:
            case = self._some_case()
            ways = self._ways(case)
            if ways:
                break
            self.under_way.remove(case)
        name, _, take = self.chance.choices(ways, [weight for _, weight, _ in ways])[0]
        take()
        self.taken[name] += 1
        self.letters[case.id] += name == "hand_over"
        return case, name

    def let_time_pass(self) -> None:
        """Seconds mostly, sometimes an hour, seldom days; from time to time the timetable has its turn."""
        kind = self.chance.random()
        if kind < 0.88:
            self.clock.advance(seconds=self.chance.randint(1, 60))
        elif kind < 0.97:
            self.clock.advance(minutes=self.chance.randint(5, 120))
        else:
            self.clock.advance(hours=self.chance.randint(6, 72))
        self.steps += 1
        if self.steps % BETWEEN_TIMERS == 0:
            for timer in TIMERS:
                self.taken[timer.__name__] += worked_off(self.parts, timer)
            self.clock.advance(seconds=1)

    def _some_case(self) -> Case:
        if len(self.under_way) < AT_ONCE:
            made = make_hazard(self.client, "SUBMITTED", reporter=self.chance.choice(self.reporters))
            self.cases.append(made)
            self.under_way.append(made)
            self.clock.advance(seconds=1)
        return self.chance.choice(self.under_way)

    def _ways(self, case: Case) -> Ways:
        """What may be done with it now; nothing once its story is over."""
        with self.parts.database.transaction() as session:
            row = session.execute(_ROWS, {"id": case.id}).one()
        case.state = row.state
        if row.letter is not None:
            letter = Case("handover", row.letter_id, self.office, case.reporter, case.id, "", state=row.letter)
            return [*self._with_letter(letter, row), *[(name, weight / 6, take) for name, weight, take in self._checks(case)]]
        return self._checks(case) + self._after_the_check(case, row)

    def _checks(self, case: Case) -> Ways:
        """What the brigade does on the spot, whether a letter is under way or not."""
        office = self.office
        first, _ = office.officers
        found = {**FOUND, "late_reason": "大雪封路,车辆无法通行"}
        match case.state:
            case "SUBMITTED":
                return [("register", 8, lambda: case.act(office.clerk, "register", category=CATEGORY))]
            case "REGISTERED":
                pair = [str(officer.id) for officer in office.officers]
                return [("assign", 4, lambda: case.act(office.leader, "assign", officer_ids=pair))]
            case "ASSIGNED":
                return [("start", 4, lambda: case.act(first, "start"))]
            case "VERIFYING":
                return [
                    ("verify_true", 5, lambda: case.cosigned("verify_true", **found, order=order_to(case))),
                    ("verify_false", 0.3, lambda: case.cosigned("verify_false", **found)),
                ]
        return []

    def _after_the_check(self, case: Case, row: Any) -> Ways:
        """What follows where no letter is under way: one is asked for, or the case goes on to its end."""
        office = self.office
        tell: tuple[str, float, Take] = ("tell_reporter", 2, lambda: case.act(office.clerk, "tell_reporter"))
        is_open = self.letters[case.id] < MOST_LETTERS
        match case.state:
            case "REGISTERED" | "ASSIGNED" | "VERIFYING" if is_open:
                return [
                    ("hand_over", 1.5, lambda: self._hand_over(case, lack_of_competence=True)),
                    ("transfer instead of a check", 1, lambda: self._refused(case)),
                ]
            case "VERIFIED_TRUE" if is_open:
                return [("hand_over", 9, lambda: self._hand_over(case)), tell]
            case "HANDED_OVER" | "VERIFIED_FALSE":
                return [tell]
            case "CLOSED" if row.disputed_at is None and is_open:
                reason = "隐患仍未消除"
                return [
                    ("dispute", 3, lambda: case.act(case.reporter, "dispute", reason=reason)),
                    ("rest", 1, lambda: self.under_way.remove(case)),
                ]
            case "REVIEWING":
                return [
                    ("reopen", 3, lambda: case.act(office.committee, "reopen", reason="重新核查")),
                    ("uphold", 1, lambda: case.act(office.committee, "uphold", reason="复核与原核查一致")),
                ]
        return []

    def _hand_over(self, case: Case, **more: Any) -> None:
        officer = self.office.officers[0]
        who = self.chance.choice([self.office.leader, officer]) if case.state != "REGISTERED" else self.office.leader
        case.act(who, "hand_over", to_org_id=self._somewhere(), **WHY, **more)

    def _refused(self, case: Case) -> None:
        """Not even once: a case that nobody has checked is not passed on without lack of competence and its reason."""
        wrong: Json = self.chance.choice([{}, {"lack_of_competence": False}, {"lack_of_competence": True, "reason": ""}])
        body = {"to_org_id": self._somewhere(), **WHY, **wrong}
        answer = self.office.leader.post(f"{case.path}/actions/hand_over", body)
        assert answer.status_code == 422, answer.get_data(as_text=True)
        field_ = "reason" if "reason" in wrong else "lack_of_competence"
        assert [error["field"] for error in answer.get_json()["errors"]] == [field_]

    def _somewhere(self, not_to: str = "") -> str:
        return self.chance.choice([org_id for org_id in self.receivers if org_id != not_to])

    def _with_letter(self, letter: Case, row: Any) -> Ways:
        """The steps of the letter."""
        leader, committee, to_org = self.office.leader, self.office.committee, str(row.to_org_id)
        receiver = self.chance.choice(self.receivers[to_org])
        supervise = self._step(letter, committee, "supervise", 0.25, document_no="督〔2026〕1号", due_on=in_days(letter, 10))
        match letter.state:
            case "DRAFT":
                ended = self._step(letter, leader, "discard", 0.4), self._step(letter, leader, "withdraw", 0.3)
                return [self._step(letter, leader, "approve", 8), *ended]
            case "SENT":
                asked = self._step(letter, leader, "dispute", 0.4), self._step(letter, leader, "withdraw", 0.3)
                return [self._step(letter, receiver, "sign_for", 8), *asked, supervise]
            case "RECEIVED":
                back = {**WHY, "suggested_org_id": self._somewhere(not_to=to_org)}
                returns = [] if row.is_decided else [self._step(letter, receiver, "return", 8, **back)]
                return [self._step(letter, receiver, "accept", 5), *returns, supervise]
            case "RETURNED":
                again = self._step(letter, leader, "resend", 9, to_org_id=self._somewhere(not_to=to_org))
                return [again, self._step(letter, leader, "dispute", 0.6), self._step(letter, leader, "withdraw", 0.6), supervise]
            case "ARBITRATION":
                decided = self._step(letter, committee, "decide", 4, to_org_id=self._somewhere(not_to=to_org))
                return [decided, self._step(letter, committee, "leave_with_sender", 1)]
            case "ACCEPTED":
                until = (local_day(row.due_at) + timedelta(days=10)).isoformat()
                later = [] if row.is_extended else [self._step(letter, receiver, "extend", 0.5, due_on=until, reason="需设计")]
                fed_back = self._step(letter, receiver, "finish", 5, result="已责令清理并复查")
                return [fed_back, self._step(letter, receiver, "progress", 0.5, text="已约谈负责人"), *later, supervise]
            case _:
                no = self._step(letter, leader, "reject", 0.8, reason="未说明是否停止使用")
                refused = [no] if row.rejections < MAX_REJECTIONS else []
                return [self._step(letter, leader, "confirm", 4), *refused, supervise]

    @staticmethod
    def _step(letter: Case, who: Caller, action: str, weight: float, **said: Any) -> tuple[str, float, Take]:
        return action, weight, lambda: letter.act(who, action, **said)
