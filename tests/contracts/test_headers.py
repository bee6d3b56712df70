"""Headers are what the document says: each operation that declares one reads or answers it, and no other does."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.actor import Role
from database.base import new_id
from tests.application import undone
from tests.contracts.document import Json, Operation, operations
from tests.contracts.targets import Target, sensible
from tests.contracts.test_strangers import call
from tests.contracts.world import World
from tests.people import BASE, staff

STALE = '"999999"'
# Whom `targets` leaves open, since the act itself wants more than a request with this header.
CALLERS = {"accounts.set_roster": lambda world: world.office.leader}
# Made by what is no single record that could be read under an address of its own.
WITHOUT_ADDRESS = {
    "inspections.publish_checklist": "an edition is read in the list of checklists",
    "auth.open_session": "a session is read as /me",
    "accounts.grant_role": "a right is read with its person",
    "partners.issue_key": "a key is read with its partner",
    "accounts.name_deputy": "a deputyship is read with the roster",
    "unit_powers.claim_unit": "a power is read in the list of the unit",
    "unit_powers.name_agent": "the same",
    "sync.save_rescue": "whoever hands it in cannot read it",
    "licences.register_legacy": "the public finds it in the list, or by its token",
}


@dataclass
class Asking:
    """Everything that is needed to send a valid request to any operation."""

    app: Flask
    client: FlaskClient
    world: World

    def target(self, operation: Operation) -> Target:
        found = sensible(self.world, operation)
        caller = CALLERS[operation.id](self.world) if operation.id in CALLERS else found.rightful
        return Target(found.ids, found.body, caller)

    def send(self, operation: Operation, found: Target, *, stays: bool = False, **headers: str) -> TestResponse:
        """The request by whoever may do it, with these headers (`if_match=` is `If-Match`). It leaves nothing behind."""
        caller = found.rightful or self.world.office.leader
        given = {name.replace("_", "-").title(): value for name, value in headers.items()}
        owns = getattr(self.app.view_functions[operation.id], "owns_transactions", False)
        with nullcontext() if stays or owns else undone(self.app.extensions["fire"]):
            return call(self.client, operation, found.ids, found.body, {**caller.headers, **given})


@pytest.fixture
def document(client: FlaskClient) -> Json:
    found: Json = client.get(f"{BASE}/openapi.json").get_json()
    return found


@pytest.fixture
def asking(fresh_database: object, app: Flask, client: FlaskClient, document: Json) -> Asking:
    return Asking(app, client, World(client, document))


def test_a_write_reads_the_idempotency_key_if_and_only_if_it_says_so(client: FlaskClient, document: Json) -> None:
    """A key that is none is refused wherever keys are read, before anything else is looked at."""
    leader = staff(client, Role.UNIT_LEADER)
    wrong = []
    for operation in operations(document):
        if operation.method in ("head", "options"):
            continue
        ids = {parameter["name"]: str(new_id()) for parameter in operation.path_parameters} | {"year": "2027"}
        answer = call(client, operation, ids, {}, {**leader.headers, "Idempotency-Key": "none"})
        if names_header(answer, "Idempotency-Key") != operation.reads_header("Idempotency-Key"):
            wrong.append(f"{operation} answers {answer.status_code}")
    assert wrong == []


def names_header(answer: TestResponse, header: str) -> bool:
    """True if the answer refuses this header."""
    said: Any = answer.get_json(silent=True)
    return answer.status_code == 422 and header in [error["field"] for error in said.get("errors", [])]


def test_if_match_is_read_required_and_compared_where_the_document_says_so(asking: Asking, document: Json) -> None:
    wrong = []
    for operation in operations(document):
        if not operation.writes or operation.id.startswith(("auth.", "sync.", "me.", "uploads.", "media.")):
            continue
        found = asking.target(operation)
        reads = operation.reads_header("If-Match")
        if names_header(asking.send(operation, found, if_match="latest"), "If-Match") != reads:
            wrong.append(f"{operation} reads it: {not reads}")
        if not reads:
            continue
        is_required = "428" in operation.body["responses"]
        without = asking.send(without_required(operation), found).status_code
        if (without == 428) != is_required:
            wrong.append(f"{operation} answers {without} without it")
        if found.rightful is not None and (stale := asking.send(operation, found, if_match=STALE).status_code) != 412:
            wrong.append(f"{operation} answers {stale} to a revision that is not the present one")
    assert wrong == []


def without_required(operation: Operation) -> Operation:
    """The operation as if no header were required."""
    parameters = [parameter for parameter in operation.parameters if parameter["in"] != "header"]
    return Operation(operation.method, operation.path, {**operation.body, "parameters": parameters})


def test_a_read_has_an_etag_and_answers_304_if_and_only_if_it_says_so(asking: Asking, document: Json) -> None:
    wrong = []
    for operation in operations(document):
        if operation.method != "get" or operation.id in (
            "auth.demo_authorize",
            "queue.list_assignable",
            "queue.show_map",
            "permits.needed",
        ):  # they ask back
            continue
        found = asking.target(operation)
        first = asking.send(operation, found)
        assert first.status_code == 200, (operation, first.get_data(as_text=True))
        declared = [
            operation.answers_header(200, "ETag"), operation.reads_header("If-None-Match"), "304" in operation.body["responses"],
        ]  # fmt: skip
        if {*declared} != {"ETag" in first.headers}:
            wrong.append(f"{operation} has an ETag: {'ETag' in first.headers}, says {declared}")
        if "ETag" in first.headers:
            again = asking.send(operation, found, if_none_match=first.headers["ETag"])
            if (again.status_code, again.data, again.headers.get("ETag")) != (304, b"", first.headers["ETag"]):
                wrong.append(f"{operation} answers {again.status_code} to its own ETag")
    assert wrong == []


def test_what_was_made_is_read_under_its_location_with_the_same_etag(asking: Asking, document: Json) -> None:
    wrong = []
    for operation in operations(document):
        if "201" not in operation.body["responses"] or operation.id in WITHOUT_ADDRESS:
            continue
        found = asking.target(operation)
        if operation.id == "media.put_content":
            found = Target({"media_id": str(new_id())}, found.body, found.rightful)
        made = asking.send(operation, found, stays=True)
        assert made.status_code == 201, (operation, made.get_data(as_text=True))
        caller = found.rightful
        assert caller is not None
        path = made.headers.get("Location", "").removeprefix(BASE)
        shown = caller.call("HEAD", path, headers={"Tus-Resumable": "1.0.0"}) if path else None
        if shown is None or shown.status_code != 200 or not operation.answers_header(201, "Location"):
            wrong.append(f"{operation}: {made.headers.get('Location')}")
        elif operation.answers_header(201, "ETag") and shown.headers["ETag"] != made.headers["ETag"]:
            wrong.append(f"{operation}: {made.headers['ETag']}, then {shown.headers['ETag']}")
    assert wrong == []


def test_a_repeated_write_has_the_headers_of_the_first_one(asking: Asking, document: Json) -> None:
    register = next(operation for operation in operations(document) if operation.id == "laws.draft_law")
    found, key = asking.target(register), str(new_id())
    first, again = (asking.send(register, found, stays=True, idempotency_key=key) for _ in range(2))
    assert (again.status_code, again.headers["Idempotent-Replay"], again.data) == (201, "true", first.data)
    assert [again.headers[name] for name in ("Location", "ETag")] == [first.headers[name] for name in ("Location", "ETag")]
