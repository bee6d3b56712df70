"""Anybody tries anything with any case, through either door; and what the tables of the life cycles say of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.journal import Event
from device.client import Device
from tests.contracts.cases import LIVES, MAKERS
from tests.contracts.document import Operation, operations
from tests.contracts.world import World
from tests.makers import Case, collection
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, enterprise, staff
from tests.permits import responsible
from tests.wsgi import WsgiTransport
from workflow.case_tasks import CASES
from workflow.state_machine import START, StateMachine, Transition

LEAGUE = f"{HOME[:4]}00"
AT_HOME = (
    Role.INTAKE_CLERK, Role.HOTLINE_CLERK, Role.DISPATCHER, Role.UNIT_LEADER, Role.LEGAL_REVIEWER, Role.PERMIT_CLERK,
    Role.PERMIT_APPROVER, Role.RECEIVER_CLERK, Role.DEPT_HANDLER, Role.SUPERVISOR, Role.GRID_WORKER, Role.EXPERT,
)  # fmt: skip
OF_THE_UNIT = (Role.UNIT_MANAGER, Role.UNIT_STAFF, Role.AGENT)
DONE = {"200", "applied", "merged"}
# What a refusal may be, over HTTP and in the result of a push. Anything else is a fault.
REFUSED = {"403", "404", "409", "422", "noop", "rejected", "conflict", "parked"}


@dataclass(frozen=True)
class Person:
    """Somebody with the roles that he has in the banner of the cases: none there, if he is of another one."""

    caller: Caller
    roles: frozenset[Role]
    pushes: bool = True


@dataclass(frozen=True)
class Stand:
    """Where a case is."""

    state: str
    revision: int
    drafted: str | None  # the act that waits for the second officer
    people: frozenset[Any]  # officers who hold it, its expert, the office that a letter went to


@dataclass
class Attempt:
    """One try: before it, what was answered, after it."""

    case: Case
    action: str
    person: Person
    door: str
    before: Stand
    answer: str = ""
    after: Stand | None = None
    moves: list[tuple[str, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        after = self.after.state if self.after else "?"
        who = sorted(self.person.roles)
        return (
            f"{self.case.path} {self.before.state} {self.action} by {who} over {self.door}: {self.answer}, {after}, {self.moves}"
        )


@dataclass
class Trials:
    """Cases of every kind and in every state, and everybody who could want something of them."""

    client: FlaskClient
    parts: Parts
    chance: random.Random
    tried: Counter[str] = field(default_factory=Counter)
    _devices: dict[str, Device] = field(default_factory=dict)

    @cached_property
    def world(self) -> World:
        """Knows valid arguments for everything."""
        return World(self.client, self.client.get("/api/v1/openapi.json").get_json())

    @cached_property
    def reporter(self) -> Caller:
        """Whose reports the hazards are."""
        return citizen(self.client)

    @cached_property
    def people(self) -> list[Person]:
        """The banner's, those above it, those of its enterprise, the reporter, and some who have no business here."""
        client = self.client
        found = [Person(staff(client, role), frozenset({role})) for role in AT_HOME]
        found += [Person(staff(client, Role.FIRE_OFFICER, nth=nth), frozenset({Role.FIRE_OFFICER})) for nth in range(3)]
        found += [Person(staff(client, Role.RECEIVER_CLERK, nth=1), frozenset({Role.RECEIVER_CLERK}))]
        found += [Person(staff(client, Role.UNIT_LEADER, LEAGUE), frozenset({Role.UNIT_LEADER}))]
        found += [Person(enterprise(client, role), frozenset({role, Role.CITIZEN})) for role in OF_THE_UNIT]
        found += [Person(responsible(client), frozenset({Role.UNIT_RESPONSIBLE, Role.CITIZEN}), pushes=False)]
        found += [Person(self.reporter, frozenset({Role.REPORTER, Role.CITIZEN})), Person(citizen(client), frozenset())]
        return found + [Person(staff(client, role, ELSEWHERE), frozenset()) for role in (Role.UNIT_LEADER, Role.FIRE_OFFICER)]

    @cached_property
    def operations(self) -> dict[tuple[str, str], Operation]:
        """By kind and action: what the HTTP surface offers."""
        found = {}
        for operation in operations(self.world.document):
            for kind in LIVES:
                if operation.path.startswith(f"/api/v1/{collection(kind)}/") and "/actions/" in operation.path:
                    found[kind, operation.path.rpartition("/")[2]] = operation
        return found

    @cached_property
    def cases(self) -> list[Case]:
        """One of each kind in each state."""
        return [self._made(kind, state) for kind, life in LIVES.items() for state in life.states]

    def _made(self, kind: str, state: str) -> Case:
        mine: Json = {"reporter": self.reporter} if kind == "hazard" else {}
        return MAKERS[kind](self.client, state, HOME, **mine)

    def stand(self, case: Case) -> Stand:
        """As the row says it."""
        with self.parts.database.transaction() as session:
            row: Any = session.get_one(CASES[case.kind], case.id)
            act = getattr(row, "pending_act", None)
            held = {*getattr(row, "officer_ids", []), getattr(row, "expert_id", None), getattr(row, "to_org_id", None)}
            return Stand(row.state, row.revision, act["action"] if act else None, frozenset(held))

    def attempt(self) -> Attempt:
        """The next one: of two, one of anything by anybody, the other of what the table offers to somebody with such a role."""
        place = self.chance.randrange(len(self.cases))
        case = self.cases[place]
        life = LIVES[case.kind]
        if not life.offered(self.stand(case).state, Role) and self.chance.random() < 0.7:  # its story is over
            case = self.cases[place] = self._made(case.kind, self.chance.choice(life.states))
        before = self.stand(case)
        case.state = before.state
        rows = [step for step in life.offered(before.state, Role) if (case.kind, step.action) in self.operations]
        if rows and self.chance.random() < 0.5:
            row = self.chance.choice(rows)
            action, able = row.action, [person for person in self.people if person.roles & row.who]
        else:
            action, able = self.chance.choice([name for kind, name in self.operations if kind == case.kind]), []
        person = self.chance.choice(able or self.people)
        is_pushed = person.pushes and self.chance.random() < 0.4 and self._may_be_pushed(case.kind, action)
        attempt = Attempt(case, action, person, "push" if is_pushed else "HTTP", before)
        arguments = self.world.arguments(self.operations[case.kind, action], case)
        attempt.answer = self._push(attempt, arguments) if is_pushed else self._post(attempt, arguments)
        attempt.after = self.stand(case)
        attempt.moves = self._moves(case, before.revision)
        self.tried[f"{attempt.door} {attempt.answer}"] += 1
        return attempt

    def _may_be_pushed(self, kind: str, action: str) -> bool:
        mutation = self.parts.sync.mutations.by_name.get(f"{kind}.{action}")
        return mutation is not None and mutation.devices

    @staticmethod
    def _post(attempt: Attempt, arguments: Json) -> str:
        answer = attempt.person.caller.post(f"{attempt.case.path}/actions/{attempt.action}", arguments)
        return str(answer.status_code)

    def _push(self, attempt: Attempt, arguments: Json) -> str:
        """By the person's device; with a new one after something was parked, behind which the rest would wait."""
        caller = attempt.person.caller
        device = self._devices.get(caller.user["id"])
        if device is None:
            device = self._devices[caller.user["id"]] = Device(
                WsgiTransport(self.client.application.wsgi_app), clock=self.parts.database.clock
            )
            device.sign_in(**caller.way)
            device.register()
        device.mutate(f"{attempt.case.kind}.{attempt.action}", str(attempt.case.id), arguments or {})
        [result] = device.push()
        if result["outcome"] == "parked":
            del self._devices[caller.user["id"]]
            return "parked" if result["code"] != "fault" else "fault"
        return str(result["outcome"])

    def _moves(self, case: Case, after_revision: int) -> list[tuple[str, str, str]]:
        """From, action, to of each step that the journal has since then."""
        since = select(Event).where(Event.entity_id == case.id, Event.revision > after_revision).order_by(Event.id)
        with self.parts.database.transaction() as session:
            data = [event.data for event in session.scalars(since)]
        return [(said["from"], said["action"], said["to"]) for said in data if "action" in said and "from" in said]


def wrongly_passed(attempt: Attempt) -> str | None:
    """Why this step that was taken should not have been, or should have led elsewhere; None if all is as the table says."""
    life, before, after = LIVES[attempt.case.kind], attempt.before, attempt.after
    assert after is not None
    rows = [step for step in life.steps(attempt.action) if step.source == before.state and step.who & _held(attempt)]
    if not rows:
        return "the table has no such step for these roles"
    if rows[0].officers == 2:
        return None if (after.state, attempt.moves) == (before.state, []) else "one signature was enough"
    expected = before.state, attempt.action, rows[0].target
    if attempt.action == "cosign":
        drafted = [step for step in life.steps(before.drafted or "") if step.source == before.state]
        if not drafted:
            return "there was nothing to sign"
        expected = before.state, drafted[0].action, drafted[0].target
    first, *rest = attempt.moves or [expected]
    if first != expected:
        return f"the table leads along {expected}"
    ended = first[2]
    for move in rest:
        if move[0] != ended or not _follows(life, move):
            return f"{move} does not follow by itself"
        ended = move[2]
    return None if after.state == ended else f"the journal ends in {ended}"


def _held(attempt: Attempt) -> frozenset[Role]:
    """His roles on this case: officers and experts only while they hold it, receivers while the letter is theirs."""
    roles, kind, people = attempt.person.roles, attempt.case.kind, attempt.before.people
    caller = attempt.person.caller
    if kind != "handover" and caller.id not in people:
        roles -= {Role.FIRE_OFFICER, Role.GRID_WORKER, Role.EXPERT}
    if kind == "handover" and roles & {Role.RECEIVER_CLERK, Role.DEPT_HANDLER} and caller.org_id not in people:
        return frozenset()
    return roles


def _follows(life: StateMachine, move: tuple[str, str, str]) -> bool:
    def is_it(step: Transition) -> bool:
        return step.source != START and (step.source, step.action, step.target) == move and Role.SYSTEM in step.who

    return any(is_it(step) for step in life.transitions)
