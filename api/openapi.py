"""What the OpenAPI document says once for all operations: the headers of requests and answers, refusals, how to begin."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api

from api.auth import KEY_HEADER, KEY_PARAMETER
from api.georeport import errors_schema
from api.problems import ProblemSchema
from api.routes import header_refs
from wire import AnyOf

_DESCRIPTION = """\
The backend of 草原消防 (grassland fire safety): snap reports of hazards, the work on them, letters between offices, orders and
rechecks, offline sync, law library and lessons.

**Language.** Names, summaries and descriptions are English, with the Chinese term of the domain where one exists; what people
read (`title` of problems, labels, messages, notices) is Chinese.

**To begin.** `POST /api/v1/auth/sessions` gives an access token; send it as `Authorization: Bearer …`. Operations without a
padlock need none. Under `make run`, `GET /api/v1/demo/accounts` lists an account of each role with its way to sign in.

**Refusals** are RFC 9457 documents (`application/problem+json`) with a stable `type`; unknown fields are refused. `429` and
`503` say in `Retry-After` when to come back.

**Repeating is safe.** Writes take `Idempotency-Key`: the same key and body give the stored answer of the first time.

**Nobody's work is lost.** Reads of a record have an `ETag` and answer `304` to `If-None-Match`; edits require it as `If-Match`
(`428` without, `412` if the record moved on), actions may carry it.

**Values.** Ids are UUIDs, those that a client makes UUIDv7; times are RFC 3339 in UTC, dates those of the region; lists are
pages: pass `next_cursor` on as `cursor` until it is null. Positions are WGS-84 unless `crs` says otherwise.
"""

SPEC: dict[str, Any] = {
    "info": {"description": _DESCRIPTION},
    "servers": [{"url": "/", "description": "The server that this document comes from"}],
    "security": [{"token": []}],
    "components": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The `access_token` of `POST /api/v1/auth/sessions`, good for ten minutes; "
                "`POST /api/v1/auth/sessions/refresh` gives the next one.",
            },
            "api_key_header": {"type": "apiKey", "in": "header", "name": KEY_HEADER, "description": "A partner's key"},
            "api_key": {
                "type": "apiKey",
                "in": "query",
                "name": KEY_PARAMETER,
                "description": "The same as GeoReport v2 has it, in forms too; a header is not written into anybody's logs",
            },
        },
        "headers": {
            "ETag": {
                "description": "The revision and a checksum of the answer",
                "required": True,
                "schema": {"type": "string", "example": '"3.2868391"'},
            },
            "Location": {
                "description": "Where what was made can be read",
                "required": True,
                "schema": {"type": "string", "format": "uri-reference"},
            },
            "Retry-After": {
                "description": "Seconds until it is worth trying again; with 429 and 503",
                "schema": {"type": "integer", "minimum": 0},
            },
            "WWW-Authenticate": {"description": "With 401", "schema": {"type": "string", "example": "Bearer"}},
        },
    },
}

_PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "schema": {"type": "string", "format": "uuid", "maxLength": 45},
        "description": "A UUID made for this write. Sent again with the same body it does nothing and gives the stored answer "
        "with `Idempotent-Replay: true`; with another body it is refused (`idempotency_key_reused`)",
    },
    "IfMatch": {
        "name": "If-Match",
        "required": True,
        "schema": {"type": "string", "maxLength": 50, "example": '"3"'},
        "description": 'The ETag of the revision that the change is based on; of what never was set, `"0"`; `*` for any',
    },
    "IfMatchOptional": {
        "name": "If-Match",
        "schema": {"type": "string", "maxLength": 50, "example": '"3"'},
        "description": "The ETag last seen: if the record has moved on, nothing is done",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "schema": {"type": "string", "maxLength": 200},
        "description": "The ETag of the answer that the caller has",
    },
}

_REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "Problem": (
        "Refused: `type` says why (docs/problems.md)",
        header_refs("Retry-After", "WWW-Authenticate"),
    ),
    "WrongFields": ("Fields are wrong: `errors` names them", {}),
    "Stale": ("The record has moved on: `current` is its revision", {}),
    "RevisionRequired": ("`If-Match` is missing", {}),
    "TooManyRequests": ("Too often: `retry_after_seconds`, and the header", header_refs("Retry-After")),
    "Unavailable": ("Away for now, and nothing was done: `retry_after_seconds`, and the header", header_refs("Retry-After")),
}


class FireApi(Api):
    """flask-smorest for its document: what every operation has in common is ours (`api/routes.py`)."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def init_app(self, app: Flask, **options: Any) -> None:
        """Register what operations refer to by name."""
        super().init_app(app, **options)
        self.ma_plugin.converter.add_attribute_function(_any_of)
        components = self.spec.components
        for name, parameter in _PARAMETERS.items():
            components.parameter(name, "header", parameter)
        for name, (description, headers) in _REFUSALS.items():
            content = {"application/problem+json": {"schema": ProblemSchema}}
            components.response(name, {"description": description, "headers": headers, "content": content})
        both = {"application/json": {"schema": errors_schema()}, "text/xml": {"schema": {"type": "string"}}}
        refused = {**both, "application/problem+json": {"schema": ProblemSchema}}
        said = "Refused as GeoReport v2 has it; an address that there is not, as everywhere"
        components.response("GeoReportRefusal", {"description": said, "content": refused, "headers": header_refs("Retry-After")})
        components.response("NotModified", {"description": "The caller has it already", "headers": header_refs("ETag")})

    def _register_responses(self) -> None:
        """flask-smorest's own error shape; ours is the problem."""


def _any_of(self: Any, field: Any, **_: Any) -> dict[str, Any]:
    """`wire.AnyOf` as its shapes; called by apispec for each field."""
    if not isinstance(field, AnyOf):
        return {}
    shapes = [self.resolve_nested_schema(shape) for shape in field.shapes]
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
