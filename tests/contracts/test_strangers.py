"""Somebody else's case answers exactly like one that does not exist: every operation with an id, each role, valid bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.actor import Role
from api.app import MUTATIONS
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.application import undone
from tests.contracts.bodies import usual_headers
from tests.contracts.cases import LIVES
from tests.contracts.document import Json, Operation, operations
from tests.contracts.strangers import Stranger, strangers
from tests.contracts.targets import NOT_SOMEBODYS, target, task_of
from tests.contracts.world import Ids, World
from tests.people import BASE, ELSEWHERE, HOME, demo_accounts
from tests.photos import a_photo
from tests.wsgi import WsgiTransport

# Operations that create under an id made by the client: an id in use is refused to whom it does not belong.
CREATES = {"media.put_content": "a photo's id is the client's; a used one answers 422 id_taken and nothing else"}
# What works in several transactions, of which each needs what the one before has committed.
IN_STEPS = ("media.put_content", "media.rendition", "media.original", "uploads.head", "uploads.patch")
# Who belongs to everybody: drafts of laws and lessons are the work of all editors of the region.
OF_THE_REGION = {"laws": {Role.CONTENT_EDITOR}, "lessons": {Role.CONTENT_EDITOR}}


def absent(ids: Ids) -> Ids:
    """The same, for things that do not exist."""
    return {name: _like(value) for name, value in ids.items()}


def _like(value: str) -> str:
    try:
        UUID(value)
    except ValueError:
        return value if len(value) < 20 else value[:-8] + ("AAAAAAAA" if value[-8:] != "AAAAAAAA" else "BBBBBBBB")
    return str(new_id())


def call(client: FlaskClient, operation: Operation, ids: Ids, body: Any, headers: Any) -> TestResponse:
    """The request with everything that the document asks for."""
    wanted = {
        parameter["name"] for parameter in operation.parameters if parameter["in"] == "header" and parameter.get("required")
    }
    photo = a_photo()
    known = usual_headers(photo)
    options: Json = {"headers": {**{name: known[name] for name in wanted}, **headers}}
    content = operation.body.get("requestBody", {}).get("content", {})
    if operation.json_schema is not None:
        options["json"] = body
    elif content:
        options |= {"data": photo, "content_type": "image/jpeg" if "image/jpeg" in content else next(iter(content))}
    return client.open(operation.path.format(**ids), method=operation.method.upper(), **options)


def said(answer: TestResponse, ids: Ids) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers, but for the ids."""
    text = answer.get_data(as_text=True)
    for value in ids.values():
        text = text.replace(value, "<id>")
    left_out = ("Date", "Content-Length")
    return answer.status_code, text, {name: value for name, value in answer.headers.items() if name not in left_out}


def document_of(client: FlaskClient) -> Json:
    document: Json = client.get(f"{BASE}/openapi.json").get_json()
    return document


def with_an_id(document: Json) -> list[Operation]:
    return [op for op in operations(document) if op.path_parameters and op.id not in NOT_SOMEBODYS]


@pytest.mark.parametrize("half", [0, 1])
def test_somebody_elses_record_answers_like_one_that_does_not_exist(
    client: FlaskClient, record_property: Callable[[str, object], None], half: int
) -> None:
    """In two halves, so that two workers share them."""
    document = document_of(client)
    world = World(client, document)
    targets = [(operation, target(world, operation)) for operation in with_an_id(document)]
    everybody = strangers(client)[half::2]
    cells: Counter[int] = Counter()
    barred: dict[int, Counter[str]] = {status: Counter() for status in (401, 403, 422)}
    differing, open_doors = [], []
    for operation, found in targets:
        section = operation.path.removeprefix(f"{BASE}/").split("/")[0]
        others = absent(found.ids)
        for who in everybody:
            if who.roles & OF_THE_REGION.get(section, set()):
                continue
            theirs = said(call(client, operation, found.ids, found.body, who.headers), found.ids)
            nobodys = said(call(client, operation, others, found.body, who.headers), others)
            status = theirs[0]
            cells[status] += 1
            if status in barred:
                barred[status][str(operation)] += 1
            if operation.id in CREATES:
                continue
            if theirs != nobodys:
                differing.append(f"{operation} as {who.name}: {theirs} instead of {nobodys}")
            elif status < 400:
                open_doors.append(f"{operation} as {who.name}: {status}")
    record_property("figures", _table(len(targets), everybody, cells, barred))
    assert not differing, "\n".join(differing)
    assert not open_doors, "\n".join(open_doors)


def _table(targets: int, people: list[Stranger], cells: Counter[int], barred: dict[int, Counter[str]]) -> str:
    """The cells that did not come as far as the record: how many of each operation, the commonest number once."""
    names = ", ".join(who.name for who in people)
    lines = [f"somebody else's records: {targets} operations x {len(people)} strangers ({names})"]
    lines.append(f"  cells by status: {dict(sorted(cells.items()))}")
    for status, by_operation in barred.items():
        usual = Counter(by_operation.values()).most_common(1)[0][0] if len(by_operation) > 20 else None
        if usual:
            lines.append(f"  {status} x {usual:3} each of {sum(count == usual for count in by_operation.values())} operations")
        lines += [f"  {status} x {count:3} {op}" for op, count in sorted(by_operation.items()) if count != usual]
    return "\n".join(lines)


def test_the_bodies_of_that_test_are_valid_and_the_records_exist(app: Flask, client: FlaskClient) -> None:
    """The same request by who may do it succeeds; so what the strangers met was not a mistake in the request."""
    document = document_of(client)
    world = World(client, document)
    failed = []
    for operation in with_an_id(document):
        found = target(world, operation)
        if found.rightful is None:
            continue
        with nullcontext() if operation.id in IN_STEPS else undone(app.extensions["fire"]):
            answer = call(client, operation, found.ids, found.body, found.rightful.headers)
        if answer.status_code >= 300:
            failed.append(f"{operation}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
    assert not failed, "\n".join(failed)


def searches(document: Json) -> list[tuple[Operation, str]]:
    """Every list, as widely as it can be asked for, and narrowed to the banner."""
    found = []
    for operation in operations(document):
        known = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"}
        if operation.method == "get" and "limit" in known:
            wide = "?limit=100" + ("&view=all" if "view" in known else "")
            found += [(operation, ""), (operation, wide)]
            found += [(operation, f"{wide}&region_code={HOME}")] if "region_code" in known else []
    return found


def test_nobody_finds_somebody_elses_case_in_a_list(client: FlaskClient) -> None:
    document = document_of(client)
    world = World(client, document)
    hazard, letter, order = (
        world.case("hazard", "VERIFYING"),
        world.case("handover", "SENT"),
        world.case("rectification", "ORDERED"),
    )
    secrets = {
        str(hazard.id), hazard.number, str(letter.id), letter.number, str(order.id), order.number, task_of(world, claimed=False),
        world.photo_id, world.notice_id, world.newcomer["id"], world.unit["id"], world.law_id, world.lesson_id,
    }  # fmt: skip
    found = []
    for who in strangers(client):
        drafts = {world.law_id, world.lesson_id} if who.roles & {Role.CONTENT_EDITOR} else set()
        for operation, query in searches(document):
            text = client.get(operation.path + query, headers=who.headers).get_data(as_text=True)
            found += [f"{operation}{query} as {who.name} shows {secret}" for secret in secrets - drafts if secret in text]
    assert not found, "\n".join(found)


def a_report(there: World) -> str:
    return str(there.case("hazard", "REGISTERED").id)


# Ids that travel in a body: operation, somebody else's, the members that name it, who calls.
IN_BODIES: tuple[tuple[str, Callable[[World], str], Callable[[str], Json], Role], ...] = (
    (
        "queue.take_many",
        a_report,
        lambda hazard_id: {"hazards": [{"id": hazard_id, "state": "REGISTERED", "holder_ids": []}]},
        Role.UNIT_LEADER,
    ),
    ("hazards.hazard_merge", a_report, lambda hazard_id: {"master_id": hazard_id}, Role.INTAKE_CLERK),
    ("rescue_sheets.open_sheet", lambda there: str(there.unit["id"]), lambda unit_id: {"unit_id": unit_id}, Role.UNIT_LEADER),
    ("units.merge_unit", lambda there: str(there.unit["id"]), lambda unit_id: {"into": unit_id}, Role.UNIT_LEADER),
)


@pytest.mark.parametrize(("name", "others", "naming", "role"), IN_BODIES, ids=[each[0] for each in IN_BODIES])
def test_an_id_in_a_body_tells_no_more_than_one_in_a_path(
    app: Flask, client: FlaskClient, name: str, others: Callable[[World], str], naming: Callable[[str], Json], role: Role
) -> None:
    document = document_of(client)
    here, there = World(client, document), World(client, document, ELSEWHERE)
    operation = next(op for op in operations(document) if op.id == name)
    caller = here.office.leader if role is Role.UNIT_LEADER else here.office.clerk
    ids = target(here, operation).ids if operation.path_parameters else {}
    answers = []
    for entity_id in (others(there), str(new_id())):
        arguments = {**here.arguments(operation), **naming(entity_id)}
        with undone(app.extensions["fire"]):
            answers.append(said(call(client, operation, ids, arguments, caller.headers), {"id": entity_id, **ids}))
    assert answers[0] == answers[1]


def test_a_device_that_pushes_learns_no_more_than_one_that_asks(client: FlaskClient, parts: Parts) -> None:
    """Neither from the results, nor from the issues that come of them."""
    document = document_of(client)
    world = World(client, document)
    by_name = {op.id.partition(".")[2]: op for op in operations(document)}
    device = Device(WsgiTransport(client.application.wsgi_app), clock=parts.database.clock)
    device.sign_in(**demo_accounts(Role.UNIT_LEADER, ELSEWHERE)[0].way_in())
    device.register()
    pairs = {kind: (world.case(kind, life.states[0]), str(new_id())) for kind, life in LIVES.items()}
    for mutation in MUTATIONS:
        if mutation.entity_type in pairs and mutation.devices and not mutation.creates:
            case, nobodys = pairs[mutation.entity_type]
            arguments = world.arguments(by_name[f"{case.kind}_{mutation.action}"], case)
            for entity_id in (str(case.id), nobodys):
                device.mutate(mutation.name, entity_id, arguments)
    for name, arguments in (("hazard.withdraw", {"what": 1}), ("hazard.unheard_of", {}), ("hazard.close", {})):
        for entity_id in (str(pairs["hazard"][0].id), pairs["hazard"][1]):
            device.mutate(name, entity_id, arguments)
    results = device.push()
    issues: Json = {}
    after: str | None = ""
    while after is not None:
        page = device.call("GET", f"/sync/issues?limit=100{after}")
        issues |= {item["id"]: item["data"] for item in page["items"]}
        after = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    told = [_told(result, issues) for result in results]
    assert {result["outcome"] for result in results} == {"rejected", "parked"}
    assert told[::2] == told[1::2]


def _told(result: Json, issues: Json) -> Json:
    """A result with its issues, but for what names the mutation itself."""
    own = ("mid", "seq", "issues", "subject_id", "opened_at")
    of_it = [{name: value for name, value in issues[issue].items() if name not in own} for issue in result.get("issues", [])]
    return {**{name: value for name, value in result.items() if name not in own}, "issues": of_it}


def test_every_stranger_of_the_matrix_is_really_somebody(client: FlaskClient) -> None:
    """Else all cells would end at 401 and prove nothing."""
    without = {"revoked session", "draining session", "no token"}
    found: list[Stranger] = strangers(client)
    assert {who.name for who in found if client.get(f"{BASE}/me", headers=who.headers).status_code != 200} == without
    assert len({who.name for who in found}) == len(found) >= 30
