"""Bad input is refused by a problem document that names the field, or the byte where the body cannot be read.

In under two seconds, and nothing is stored: every table has as many rows as before.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, table as sql_table, text
from werkzeug.test import TestResponse

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.contracts.bad_requests import GROUPS, Bad
from tests.contracts.document import operations
from tests.makers import make_hazard, report
from tests.people import BASE, Caller, citizen, guest, staff

SECONDS = 2.0
_HAS_CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("group", list(GROUPS))
def test_bad_input_is_refused_by_name_at_once_and_leaves_nothing(client: FlaskClient, parts: Parts, group: str) -> None:
    people = _people(client)
    hazard_id = str(make_hazard(client, "VERIFYING", reporter=people["citizen"]).id)
    wrong = []
    for bad in GROUPS[group]:
        before = rows(parts)
        began = time.perf_counter()
        answer = send(client, bad, people, hazard_id)
        took = time.perf_counter() - began
        complaint = complaint_about(bad, answer) or ("" if took < SECONDS else f"took {took:.1f} s")
        after = rows(parts)
        if before != after:
            complaint += f" stored: { {table: after[table] - before[table] for table in after if after[table] != before[table]} }"
        if complaint:
            wrong.append(f"{bad}: {complaint}")
    assert not wrong, "\n".join(wrong)


def _people(client: FlaskClient) -> dict[str, Caller]:
    return {
        "citizen": citizen(client),
        "leader": staff(client, Role.UNIT_LEADER),
        "officer": staff(client, Role.FIRE_OFFICER),
        "sysadmin": staff(client, Role.SYS_ADMIN),
    }


def send(client: FlaskClient, bad: Bad, people: dict[str, Caller], hazard_id: str) -> TestResponse:
    """The request as it is meant, byte by byte."""
    headers = dict(bad.headers)
    body = bad.raw
    if bad.who in people:
        headers = {**people[bad.who].headers, **headers}
        if bad.body is not None:
            body = json.dumps(bad.body).encode().replace(b"{install}", str(people[bad.who].install).encode())
    elif bad.body is not None:
        body = json.dumps(bad.body).encode()
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    path = f"/api/v1{bad.path}".replace("{hazard}", hazard_id)
    return client.open(path, method=bad.method, data=body, headers=headers)


def complaint_about(bad: Bad, answer: TestResponse) -> str:
    """What is wrong with the answer; empty if nothing is."""
    if answer.status_code != bad.status:
        return f"{answer.status_code} instead of {bad.status}: {answer.get_data(as_text=True)[:300]}"
    if bad.method == "HEAD":
        return ""
    if answer.mimetype != "application/problem+json":
        return f"answered as {answer.mimetype}"
    document = answer.get_json()
    if document["status"] != bad.status or not document["title"] or not document["type"].startswith("/problems/"):
        return f"no problem document: {document}"
    if bad.where is not None and bad.where not in {error["field"] for error in document.get("errors", [])}:
        return f"does not name {bad.where}: {document}"
    foreign = [error for error in document.get("errors", []) if not _HAS_CHINESE.search(error["message"])]
    if foreign:
        return f"is not said in Chinese: {foreign}"
    if (
        bad.status == 400
        and bad.where is None
        and document["type"] == "/problems/malformed_body"
        and not isinstance(document["offset"], int)
    ):
        return f"names no byte: {document}"
    return ""


# Attempts are counted, by intent: they hold no content.
COUNTERS = frozenset({"throttle", "track_attempt"})


def rows(parts: Parts) -> dict[str, int]:
    """How many rows each table has."""
    with parts.database.engine.connect() as connection:
        tables = (
            connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars().all()
        )
        counted = [table for table in tables if table not in COUNTERS]
        return {table: connection.execute(select(func.count()).select_from(sql_table(table))).scalar_one() for table in counted}


def test_the_byte_where_reading_failed_is_counted_in_bytes(client: FlaskClient) -> None:
    """Chinese before it does not shift it."""
    body = '{"description":"楼道","picture":}'.encode()
    answer = citizen(client).call("POST", "/hazards", data=body, content_type="application/json")
    assert answer.get_json()["offset"] == body.index(b"}")


@pytest.mark.parametrize(
    ("body", "offset"),
    [(b'{"description":"\xff"}', 16), (b'{"reporter":' * 40 + b"1" + b"}" * 40, 12 * 32), (b'"[[[[" ]', 7)],
    ids=["no UTF-8", "too deep", "brackets within a text"],
)
def test_the_byte_is_named_where_the_body_is_no_utf_8_or_too_deep(client: FlaskClient, body: bytes, offset: int) -> None:
    answer = citizen(client).call("POST", "/hazards", data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["offset"]) == (400, offset)


LONG_LISTS = [
    ("PUT", f"/accounts/organisations/{new_id()}/roster", {"shifts": [{}] * 250_000}),
    ("POST", "/hazards", {"photos": [1] * 190_000}),
    ("POST", "/hazards", {f"m{number}": 1 for number in range(80_000)}),
    ("POST", "/hazards", {f"m{number}": 1 for number in range(9_000)}),
]


@pytest.mark.parametrize(("method", "path", "body"), LONG_LISTS, ids=["shifts", "photos", "members", "fewer members"])
def test_a_megabyte_of_mistakes_is_answered_in_a_few_lines(client: FlaskClient, method: str, path: str, body: Any) -> None:
    began = time.process_time()
    answer = guest(client).call(method, path, json=body, headers={"If-Match": '"1"'})
    assert answer.status_code in (400, 422)
    assert len(answer.data) < 10_000
    assert time.process_time() - began < SECONDS


def test_bad_input_by_a_guest_is_no_different(client: FlaskClient) -> None:
    answer = guest(client).post("/hazards", {**report(client), "report_mode": "ANONYMOUS", "reporter": {"name": "张三"}})
    assert answer.get_json()["errors"][0]["field"] == "reporter"


def test_a_nul_character_in_an_address_names_nothing(client: FlaskClient) -> None:
    """On every path with a name in it: PostgreSQL would refuse the text, and that would be a fault."""
    document = client.get("/api/v1/openapi.json").get_json()
    named = [op for op in operations(document) if any(part["schema"].get("format") != "uuid" for part in op.path_parameters)]
    assert len(named) > 5
    administrator = staff(client, Role.SYS_ADMIN, "150000")
    for operation in named:
        path = re.sub(r"{[^}]*}", "%00", operation.path.removeprefix(BASE))
        assert administrator.call(operation.method.upper(), path).status_code in (404, 405), operation
