"""Within a banner, over HTTP: each person may take exactly the steps that the table of the life cycle gives his roles.

Each case stands in one state; every action is tried by everybody, and what would be committed is rolled back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.actor import Role
from tests.application import undone
from tests.contracts.cases import LIVES
from tests.contracts.document import Json, Operation, operations
from tests.contracts.world import World
from tests.majors import DRAFTED as DRAFTED_OF_MAJORS
from tests.makers import Case, collection
from tests.measures import DRAFTED as DRAFTED_OF_MEASURES
from tests.people import HOME, Caller, citizen, enterprise, staff, through_provider
from workflow.majors.rules import LIFE as MAJOR
from workflow.measures.rules import LIFE as MEASURE
from workflow.state_machine import START

# States of a hazard in which two officers hold it.
HELD = {"ASSIGNED", "VERIFYING", "VERIFIED_FALSE", "VERIFIED_FIXED", "VERIFIED_TRUE", "RECTIFIED", "CLOSED", "REVIEWING"}
# Conditions beyond the table that a case made by the shortest way does not meet; (kind, state or "", action) -> reason.
GUARDED = {
    ("hazard", "VERIFIED_FALSE", "close"): "not_ready_to_close",
    ("hazard", "VERIFIED_FALSE", "dispute"): "dispute_window",
    ("hazard", "VERIFIED_FIXED", "close"): "not_ready_to_close",
    ("hazard", "VERIFIED_FIXED", "dispute"): "dispute_window",
    ("hazard", "VERIFIED_TRUE", "close"): "not_ready_to_close",
    ("hazard", "HANDED_OVER", "close"): "not_ready_to_close",
    ("hazard", "HANDED_OVER", "force_close"): "receiver_holds_the_case",
    ("hazard", "", "confirm_timely"): "nothing_claimed",
    ("hazard", "", "judge_reuse"): "nothing_to_judge",
    ("permit", "INSPECTED", "grant"): "does_not_conform",
}
# Where one act leads further than its row: the draft's, or the closing that follows from telling.
LEADS_ON = {
    ("hazard", "VERIFYING", "cosign"): "VERIFIED_FALSE",
    ("hazard", "VERIFIED_FALSE", "tell_reporter"): "CLOSED",
    ("hazard", "VERIFIED_FIXED", "tell_reporter"): "CLOSED",
    ("rectification", "RECHECK_PENDING", "cosign"): "RECTIFIED",
    ("inspection", "IN_PROGRESS", "cosign"): "NO_PROBLEM",
    **{
        (life.name, state, "cosign"): next(step.target for step in life.transitions if (step.source, step.action) == (state, act))
        for life, drafted in ((MEASURE, DRAFTED_OF_MEASURES), (MAJOR, DRAFTED_OF_MAJORS))
        for state, act in drafted.items()
    },
    ("permit", "ACCEPTED", "cosign"): "INSPECTED",
    ("permit", "VERIFY_PENDING", "cosign"): "ACTIVE",
    ("permit", "VERIFY_DEFERRED", "cosign"): "ACTIVE",
    ("permit", "RECHECK", "cosign"): "ACTIVE",
}


def people(world: World, case: Case) -> dict[str, tuple[Caller, set[Role]]]:
    """Everybody who could have to do with the case, and which roles he has on it: said here, not asked of the program."""
    office, client = case.office, world.client
    first, second = office.officers
    third = staff(client, Role.FIRE_OFFICER, HOME, 2)
    league = staff(client, Role.UNIT_LEADER, f"{HOME[:4]}00")
    everybody: dict[str, tuple[Caller, set[Role]]] = {
        "clerk": (office.clerk, {Role.INTAKE_CLERK}),
        "leader": (office.leader, {Role.UNIT_LEADER}),
        "supervisor": (office.committee, {Role.SUPERVISOR}),
        "reporter": (case.reporter, set()),
    }
    if case.kind == "hazard":
        holding = {Role.FIRE_OFFICER} if case.state in HELD else set()
        everybody |= {
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "first officer": (first, holding),
            "second officer": (second, holding),
            "third officer": (third, set()),
            "grid worker": (world.grid_worker, {Role.GRID_WORKER} if world.grid_worker_holds(case) else set()),
            "reporter": (case.reporter, {Role.REPORTER}),
            "receiver": (office.receiver, set()),
        }
    elif case.kind == "handover":
        everybody |= {
            "officer": (third, {Role.FIRE_OFFICER}),
            "receiver": (office.receiver, {Role.RECEIVER_CLERK}),
            "handler": (staff(client, Role.DEPT_HANDLER), {Role.DEPT_HANDLER}),
            "other receiver": (office.other_receiver, set()),
        }
    elif case.kind == "assistance":
        held = {Role.EXPERT} if case.read()["data"]["expert_id"] else set()
        everybody = {
            "clerk": (office.clerk, {Role.INTAKE_CLERK}),
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "expert": (staff(client, Role.EXPERT), held),
            "officer": (first, set()),
            "window": (staff(client, Role.PERMIT_CLERK), set()),
            "manager": (office.manager, {Role.UNIT_MANAGER}),
            "responsible": (world.responsible, {Role.UNIT_RESPONSIBLE}),
            "agent": (enterprise(client, Role.AGENT), {Role.AGENT}),
            "employee": (enterprise(client, Role.UNIT_STAFF), set()),
        }
    elif case.kind == "inspection":
        everybody = {
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "first officer": (first, {Role.FIRE_OFFICER}),
            "second officer": (second, {Role.FIRE_OFFICER}),
            "third officer": (third, set()),
            "clerk": (office.clerk, {Role.INTAKE_CLERK}),
            "grid worker": (world.grid_worker, set()),
            "manager": (office.manager, set()),
            "responsible": (enterprise(client, Role.UNIT_RESPONSIBLE), set()),
        }
    elif case.kind == "transfer":
        everybody = {
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "first officer": (first, {Role.FIRE_OFFICER}),
            "second officer": (second, {Role.FIRE_OFFICER}),
            "third officer": (third, set()),
            "clerk": (office.clerk, {Role.INTAKE_CLERK}),
            "receiver": (office.receiver, set()),
            "manager": (office.manager, set()),
        }
    elif case.kind == "measure":
        told = case.state not in ("OPEN", "PROPOSED", "DECIDED", "DROPPED")
        everybody = {
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "first officer": (first, {Role.FIRE_OFFICER}),
            "second officer": (second, {Role.FIRE_OFFICER}),
            "third officer": (third, set()),
            "clerk": (office.clerk, {Role.INTAKE_CLERK}),
            "manager": (office.manager, {Role.UNIT_MANAGER} if told else set()),
            "responsible": (world.responsible, {Role.UNIT_RESPONSIBLE} if told else set()),
            "agent": (enterprise(client, Role.AGENT), {Role.AGENT} if told else set()),
        }
    elif case.kind == "major":
        told = case.read()["data"]["served"] is not None
        everybody = {
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "reviewer": (staff(client, Role.LEGAL_REVIEWER), {Role.LEGAL_REVIEWER}),
            "first officer": (first, {Role.FIRE_OFFICER}),
            "second officer": (second, {Role.FIRE_OFFICER}),
            "third officer": (third, set()),
            "clerk": (office.clerk, {Role.INTAKE_CLERK}),
            "manager": (office.manager, {Role.UNIT_MANAGER} if told else set()),
            "responsible": (world.responsible, {Role.UNIT_RESPONSIBLE} if told else set()),
            "agent": (enterprise(client, Role.AGENT), {Role.AGENT} if told else set()),
        }
    elif case.kind == "permit":
        sent = bool(case.read(case.reporter if case.state in ("DRAFT", "DISCARDED") else None)["data"].get("officer_ids"))
        held = {Role.FIRE_OFFICER} if sent else set()
        everybody = {
            "window": (staff(client, Role.PERMIT_CLERK), {Role.PERMIT_CLERK}),
            "approver": (staff(client, Role.PERMIT_APPROVER), {Role.PERMIT_APPROVER}),
            "leader": (office.leader, {Role.UNIT_LEADER}),
            "leader of the league": (league, {Role.UNIT_LEADER}),
            "first officer": (first, held),
            "second officer": (second, held),
            "third officer": (third, set()),
            "intake clerk": (office.clerk, set()),
            "manager": (office.manager, {Role.UNIT_MANAGER}),
            "responsible": (world.responsible, {Role.UNIT_RESPONSIBLE}),
            "agent": (enterprise(client, Role.AGENT), {Role.AGENT}),
            "employee": (enterprise(client, Role.UNIT_STAFF), {Role.UNIT_STAFF}),
        }
    else:
        everybody |= {
            "first officer": (first, {Role.FIRE_OFFICER}),
            "second officer": (second, {Role.FIRE_OFFICER}),
            "third officer": (third, set()),
            "manager": (office.manager, {Role.UNIT_MANAGER}),
            "responsible": (enterprise(client, Role.UNIT_RESPONSIBLE), {Role.UNIT_RESPONSIBLE}),
            "agent": (enterprise(client, Role.AGENT), {Role.AGENT}),
            "employee": (enterprise(client, Role.UNIT_STAFF), {Role.UNIT_STAFF}),
        }
    if case.state in LIVES[case.kind].final and not LIVES[case.kind].offered(case.state, Role):
        return {name: entry for name, entry in everybody.items() if entry[1]}  # the end: enough that nobody with a role goes on
    return everybody


def expected(case: Case, action: str, roles: set[Role]) -> str:
    """`done`, `guarded`, or the code of the refusal, from the table alone."""
    rows = [step for step in LIVES[case.kind].steps(action) if step.who & roles]
    if not rows:
        return "role_not_allowed"
    if all(step.source != case.state for step in rows):
        return "illegal_transition"
    return "guarded" if {(case.kind, case.state, action), (case.kind, "", action)} & GUARDED.keys() else "done"


def answered(status: int, document: Json) -> str:
    """The same words for what happened."""
    if status == 200:
        return "done"
    code = str(document["type"]).removeprefix("/problems/")
    return {"already_so": "illegal_transition", "guard_failed": "guarded"}.get(code, code)


# Who has the roles of somebody else is asked only where it makes a difference, or once for all.
DRAFTED = {
    "verify_true", "verify_false", "fix_on_site", "recheck_pass", "recheck_fail", "inspect_pass", "inspect_fail", "verify_pass",
    "verify_fail", "propose", "seal_at_once", "serve", "check", "confirm_stopped",
}  # fmt: skip
SIGNED = DRAFTED | {"cosign"}
LIKE_ANOTHER = {"second officer": SIGNED, "leader of the league": {"assign", "close"}}

CELLS = [pytest.param(kind, state, id=f"{kind}-{state}") for kind, life in LIVES.items() for state in life.states]


@pytest.mark.parametrize(("kind", "state"), CELLS)
def test_people_may_do_exactly_what_the_table_says(
    app: Flask, client: FlaskClient, kind: str, state: str, record_property: Callable[[str, object], None]
) -> None:
    document: Json = client.get("/api/v1/openapi.json").get_json()
    world = World(client, document)
    wrong, counted, sees = [], Counter[str](), dict[tuple[UUID, str], bool]()
    for operation in actions_of(document, kind):
        action = operation.path.rpartition("/")[2]
        case = world.for_action(kind, action, state)
        arguments = world.arguments(operation, case)
        for name, (caller, roles) in people(world, case).items():
            if name in LIKE_ANOTHER and action not in LIKE_ANOTHER[name]:
                continue
            if (case.id, name) not in sees:
                sees[case.id, name] = caller.get(case.path).status_code == 200
            with undone(app.extensions["fire"]):
                answer = caller.post(f"{case.path}/actions/{action}", arguments)
            document_ = answer.get_json()
            got = answered(answer.status_code, document_)
            want = expected(case, action, roles) if sees[case.id, name] else "not_found"
            counted[got] += 1
            if got != want and not is_second_person(case, action, name, document_):
                wrong.append(f"{name} {action}: {got} instead of {want}: {document_}")
    record_property("cells", dict(counted))
    assert not wrong, "\n".join(wrong)


def actions_of(document: Json, kind: str) -> list[Operation]:
    return [op for op in operations(document) if op.path.startswith(f"/api/v1/{collection(kind)}/") and "/actions/" in op.path]


def is_second_person(case: Case, action: str, name: str, document: Json) -> bool:
    """Who signed first may not sign second, who asked may not agree, and who decided may not review."""
    if action == "cosign" and (case.kind, case.state, action) in LEADS_ON:
        return name == "first officer" and document.get("reason") == "not_the_second_officer"
    if action in DRAFTED:
        return name == "second officer" and document.get("reason") == "another_act_waits"
    if action in ("uphold", "reopen"):
        return name == "leader" and document.get("reason") == "second_person_needed"
    if action == "force_close":
        return name == "leader" and document.get("reason") == "second_person_needed"
    return False


def test_every_step_that_people_may_take_is_taken_by_somebody(app: Flask, client: FlaskClient) -> None:
    """So the matrix is not green because everything is refused."""
    document: Json = client.get("/api/v1/openapi.json").get_json()
    world = World(client, document)
    never = []
    for kind, life in LIVES.items():
        by_action = {operation.path.rpartition("/")[2]: operation for operation in actions_of(document, kind)}
        for step in life.transitions:
            if step.source == START or step.who == {Role.SYSTEM}:
                continue
            if {(kind, step.source, step.action), (kind, "", step.action)} & GUARDED.keys():
                continue
            case = world.for_action(kind, step.action, step.source)
            arguments = world.arguments(by_action[step.action], case)
            who = [caller for caller, roles in people(world, case).values() if roles & step.who]
            with undone(app.extensions["fire"]):
                answers = [caller.post(f"{case.path}/actions/{step.action}", arguments) for caller in who]
            states = {answer.get_json()["state"] for answer in answers if answer.status_code == 200}
            target = step.source if step.officers == 2 else step.target  # the first of two signatures leaves the state as it is
            if states != {LEADS_ON.get((kind, step.source, step.action), target)}:
                never.append(f"{kind} {step.source} {step.action}: {[answer.get_json() for answer in answers]}")
    assert not never, "\n".join(never)


def test_an_agent_acts_only_in_what_he_is_charged_with(client: FlaskClient) -> None:
    document: Json = client.get("/api/v1/openapi.json").get_json()
    world = World(client, document)
    order = world.case("rectification", "ORDERED")
    agent = citizen(client)
    responsible = through_provider(client, f"responsible.{HOME}")
    charge = {"phone": agent.way["phone"], "role": "AGENT", "scope": ["training"], "valid_until": "2027-06-01T00:00:00Z"}
    assert responsible.post(f"/units/{world.unit['id']}/agents", charge).status_code == 201
    answer = agent.post(f"{order.path}/actions/apply_recheck")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not_found")
