"""Every route is known, guarded and described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import Rule

from api.auth import DRAIN, KEYED, PUBLIC
from api.examples import EXAMPLES
from tests.contracts.document import operations, resolved

A_UUID = "0190a1b2-0000-7000-8000-000000000000"
# What a converter takes, so that the URL is built and the request arrives at the view.
VALUES = {"UUIDConverter": A_UUID, "IntegerConverter": 2026, "UnicodeConverter": "x", "PathConverter": "x",
          "AnyConverter": "json"}  # fmt: skip


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return answer


def guarded(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Method and rule of everything that is not public."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"} or {"HEAD"}):
                yield method, rule


def url_of(app: Flask, rule: Rule) -> str:
    values = {name: VALUES[type(converter).__name__] for name, converter in rule._converters.items()}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values, method=min(rule.methods or ())))


def test_every_route_that_is_not_listed_as_public_answers_401_without_a_token(app: Flask, client: FlaskClient) -> None:
    """But for Open311, whose specification wants 403 where there is no key."""
    open_routes = []
    for method, rule in guarded(app):
        answer = client.open(url_of(app, rule), method=method, json=None if method in ("GET", "HEAD") else {})
        if answer.status_code != (403 if rule.endpoint.startswith(KEYED) else 401):
            open_routes.append(f"{method} {rule.rule} ({rule.endpoint}) answers {answer.status_code}")
    assert open_routes == []


def test_a_wrong_or_empty_token_counts_as_none(app: Flask, client: FlaskClient) -> None:
    for header in ("Bearer", "Bearer ", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "bearer " + "A" * 75, "Bearer \xe4"):
        answer = client.get("/api/v1/me", headers={"Authorization": header})
        assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (401, "Bearer"), header


@pytest.mark.parametrize("listed", [PUBLIC, DRAIN], ids=["PUBLIC", "DRAIN"])
def test_the_lists_of_exceptions_name_endpoints_that_exist(app: Flask, listed: frozenset[str]) -> None:
    assert sorted(listed - set(app.view_functions)) == []


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_below_api_v1_is_in_the_document(app: Flask, document: dict[str, Any]) -> None:
    described = {operation.id for operation in operations(document)}
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert sorted(routes - described - {name for name in routes if name.startswith(("api-docs.", "swagger_ui."))}) == []


def test_every_operation_has_a_name_a_summary_and_the_default_problem(document: dict[str, Any]) -> None:
    poor = [operation for operation in operations(document) if not (operation.id and operation.body.get("summary"))]
    assert poor == []
    names = [operation.id for operation in operations(document)]
    assert len(names) == len(set(names))
    for operation in operations(document):
        default = operation.body["responses"].get("default", {})
        schema = default.get("content", {}).get("application/problem+json", {}).get("schema", {})
        assert schema == {"$ref": "#/components/schemas/Problem"}, operation
        assert (operation.body.get("security") == []) == (operation.id in PUBLIC), operation


def test_summaries_are_sentences_in_english_and_tags_say_what_they_hold(document: dict[str, Any]) -> None:
    """One language: a Chinese term stands behind its English one."""
    odd = [op for op in operations(document) if not re.fullmatch(r"[A-Z][a-z0-9']*[ :].*\.", op.body["summary"])]
    assert odd == []
    assert [tag for tag in document["tags"] if not re.match("[A-Z][a-z]", tag["description"])] == []
    assert document["info"]["description"]
    assert document["servers"]


def test_every_success_is_described(document: dict[str, Any]) -> None:
    """With a schema, or none at all: 204, and the headers of uploads."""
    bare = []
    for operation in operations(document):
        successes = {status: answer for status, answer in operation.body["responses"].items() if status.startswith("2")}
        assert successes, operation
        for status, answer in successes.items():
            if status != "204" and "content" not in answer and operation.id not in ("uploads.create", "uploads.head"):
                bare.append(f"{operation} {status}")
    assert bare == []


def test_every_body_that_is_read_is_described(document: dict[str, Any]) -> None:
    without = {operation.id for operation in operations(document) if operation.writes and "requestBody" not in operation.body}
    # Ending something needs no words; tus announces by headers.
    allowed = {"uploads.create", "accounts.report_loss"} | {op.id for op in operations(document) if op.method == "delete"}
    assert sorted(without - allowed) == []


# Shapes of which a reader finds only those members that are there for him, or that its record has; some come in as well.
PARTIAL = {"Address", "Article", "Block", "CardTitle", "EventData", "HandedIn", "HazardOutline", "IssueRecord", "LostValue",
           "Media", "OrderCells", "Position", "Problem", "WayIn"}  # fmt: skip


def shapes(part: Any, document: dict[str, Any], seen: set[str]) -> set[str]:
    """The names of all schemas that a part of the document leads to."""
    if isinstance(part, list):
        for item in part:
            shapes(item, document, seen)
    elif isinstance(part, dict):
        _, is_shape, name = str(part.get("$ref", "")).rpartition("/components/schemas/")
        if is_shape and name not in seen:
            seen.add(name)
            shapes(document["components"]["schemas"][name], document, seen)
        for item in part.values():
            shapes(item, document, seen)
    return seen


def test_a_typed_client_knows_which_members_an_answer_has(document: dict[str, Any]) -> None:
    """All of them, always, but for the shapes above; and no member is an object of which nothing is said."""
    known = document["components"]["schemas"]
    answered = shapes([operation.body["responses"] for operation in operations(document)], document, set())
    leaving_out = {name for name in answered if known[name].get("properties", {}).keys() - set(known[name].get("required", []))}
    assert leaving_out == PARTIAL
    free = {
        f"{name}.{member}"
        for name in answered
        for member, schema in known[name].get("properties", {}).items()
        if "object" in schema.get("type", ()) and "properties" not in schema
    }
    # Arguments of any mutation and of any act of two officers, data of any problem.
    assert free == {"HandedIn.args", "HandedIn.explained", "ReadableAct.data"}


def test_the_examples_of_requests_are_what_their_operations_take(document: dict[str, Any], app: Flask) -> None:
    known = {operation.id: operation for operation in operations(document)}
    assert sorted(EXAMPLES.keys() - known.keys()) == []
    for name, examples in EXAMPLES.items():
        content = known[name].body["requestBody"]["content"]["application/json"]
        whole = {"components": document["components"], "allOf": [content["schema"]]}
        shown = [example["value"] for example in content["examples"].values()]
        assert shown == list(examples.values())
        for body in shown:
            jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(body)


def test_a_newcomer_can_sign_in_and_report_with_the_examples(client: FlaskClient) -> None:
    guest = EXAMPLES["auth.open_session"]["a guest"]
    token = client.post("/api/v1/auth/sessions", json=guest).get_json()["access_token"]
    report = EXAMPLES["hazards.submit"]["without a position, anonymous"]
    answer = client.post("/api/v1/hazards", json=report, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.get_data(as_text=True)


def unbounded(schema: dict[str, Any], document: dict[str, Any], path: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """The members of a request that have no limit: strings without length or form, numbers without range, lists without size."""
    ref = schema.get("$ref", "")
    if ref in seen:
        return
    schema = resolved(schema, document)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "string" in kinds and not (schema.keys() & {"maxLength", "enum", "format", "const", "pattern"}):
        yield f"{path}: a string of any length"
    if {"integer", "number"} & set(kinds) and not ({"minimum", "maximum"} <= schema.keys() or "enum" in schema):
        yield f"{path}: a number of any size"
    if "array" in kinds and "maxItems" not in schema and "enum" not in schema.get("items", {}):
        yield f"{path}: a list of any length"
    for name, member in schema.get("properties", {}).items():
        yield from unbounded(member, document, f"{path}.{name}", (*seen, ref))
    for branch in [*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])]:
        yield from unbounded(branch, document, path, (*seen, ref))
    if "items" in schema:
        yield from unbounded(schema["items"], document, f"{path}[]", (*seen, ref))


def test_everything_that_comes_in_has_a_limit(document: dict[str, Any]) -> None:
    """PostgreSQL's bigint, a text of a gigabyte: what the schema lets in, something further down has to refuse with a 500."""
    found: set[str] = set()
    for operation in operations(document):
        for parameter in operation.parameters:
            if parameter["in"] == "query":
                found |= set(unbounded(parameter["schema"], document, f"{operation} ?{parameter['name']}"))
        schema = operation.json_schema
        if schema is not None:
            found |= set(unbounded(schema, document, str(operation)))
    assert sorted(found) == []
