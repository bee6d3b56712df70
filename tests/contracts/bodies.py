"""Valid bodies for any operation, from its schema in the OpenAPI document.

What a schema cannot say (that a category exists, that a code has the right check digit) stands in a table by the name of
the member; everything else is the smallest value that the schema allows.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from accounts.demo import DEMO_PASSWORD, demo_credit_code
from database.base import new_id
from tests.contracts.document import Json, resolved

# By the name of the member. A world adds what exists in its database.
BY_NAME: dict[str, Any] = {
    "category": "EVAC_BLOCKED",
    "current_password": DEMO_PASSWORD,
    "description": "楼道安全出口被货物堵塞",
    "due_on": "2027-01-06",
    "ends_at": "2026-12-02T00:00:00Z",
    "landmark": "加油站西侧100米",
    "lat": 40.8414,
    "lon": 111.7519,
    "no_code_reason": "门口没有张贴入企码",
    "no_evidence_reason": "手机没电",
    "password": "Krokus-2026-steppe",
    "phone": "13700000001",
    "reason_code": "NOT_FIRE_MATTER",
    "region_code": "150102",
    "scope": ["permits"],
    "starts_at": "2026-12-01T00:00:00Z",
    "sumu": "东街街道",
    "text": "清理疏散通道",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "tracking_code": "0123456789ABCDEFGHJKMNPQRS",
    "username": "newcomer.150102",
    "valid_until": "2027-06-01T00:00:00Z",
    "uscc": demo_credit_code("150102", "MA0PRB01"),
    "act_sha256": "a" * 64,
    "witness_name": "巴图",
}
# Members that are not required, but without which a body says nothing.
WANTED = frozenset(
    {
        "description",
        "region_code",
        "landmark",
        "due_on",
        "text",
        "lack_of_competence",
        "scope",
        "valid_until",
        "no_code_reason",
        "no_evidence_reason",
        "materials",
        "witness_name",
        "inspection_id",
        "fixed_item_ids",
        "place",
    }
)


class CannotFill(Exception):
    """A schema asks for something that neither it nor the table explains: add it to `BY_NAME`."""


def body(schema: Json, document: Json, given: Mapping[str, Any] | None = None) -> Any:
    """A value that the schema accepts. `given` goes before the table, at any depth."""
    return _value(schema, document, {**BY_NAME, **(given or {})}, "")


def _value(schema: Json, document: Json, known: Mapping[str, Any], name: str) -> Any:
    schema = resolved(schema, document)
    if name in known and known[name] in schema.get("enum", [known[name]]):
        return known[name]
    for word in ("const", "default", "example"):
        if word in schema and name:
            return schema[word]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _value(schema[word][0], document, known, name)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return _object(schema, document, known)
    if kind == "array":
        return [_value(schema["items"], document, known, f"{name}[]") for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return _text(schema, name)
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    if kind == "boolean":
        return True
    raise CannotFill(f"{name}: {schema}")


def _object(schema: Json, document: Json, known: Mapping[str, Any]) -> Json:
    members: Json = schema.get("properties", {})
    taken = [name for name in members if name in schema.get("required", []) or name in WANTED]
    return {name: _value(members[name], document, known, name) for name in taken}


def _text(schema: Json, name: str) -> str:
    if schema.get("format") == "date":
        return "2026-12-14"
    if schema.get("format") == "date-time":
        return "2026-11-23T02:00:00Z"
    if "pattern" in schema or "format" in schema:
        raise CannotFill(f"{name}: {schema}")
    return "测试" * max(1, -(-int(schema.get("minLength", 1)) // 2))


def usual_headers(photo: bytes) -> dict[str, str]:
    """What operations want in headers: of any revision, and of this photo, under a new id."""
    digest = hashlib.sha256(photo)
    said = {"media_id": str(new_id()), "sha256": digest.hexdigest()}
    return {
        "If-Match": "*",
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(photo)),
        "Upload-Offset": "0",
        "Upload-Metadata": ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items()),
    }
