"""The body of a push, from bytes to lines (docs/sync-protocol.md 4): the digest, the header, the lines."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from marshmallow import EXCLUDE, ValidationError, fields, validate

from problems import BodyTooLarge, Invalid, Malformed
from sync.engine import Engine
from sync.lines import BIGINT, Sent, read_line
from sync.problems import ServerBehind, TornBody
from wire import MAX_ERRORS, Moment, StrictSchema, flatten

HEADER_BYTES = 4096
_DIGEST = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/=]+):\s*(?:;[^,]*)?(?:,|$)")


@dataclass(frozen=True)
class PushHeader:
    """The first line of a push."""

    queue: UUID
    first_seq: int
    count: int
    epoch: UUID
    schema: int
    pending: int
    oldest_pending: datetime | None


@dataclass(frozen=True)
class PushRequest:
    """A push as it was understood."""

    header: PushHeader
    lines: list[Sent]


class PushHeaderSchema(StrictSchema):
    """The first line of a push."""

    kind = fields.String(required=True, validate=validate.Equal("push"))
    queue = fields.UUID(required=True)
    first_seq = fields.Integer(required=True, strict=True, validate=validate.Range(1, BIGINT - 1_000_000))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    epoch = fields.UUID(required=True)
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    pending = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, BIGINT))
    oldest_pending = Moment(load_default=None, allow_none=True)


_HEADER = PushHeaderSchema()


def check_digest(body: bytes, header: str | None) -> None:
    """`Content-Digest: sha-256=:…:` over the bytes as they were sent (RFC 9530). Raises TornBody."""
    match = _DIGEST.search(header or "")
    if match is None:
        raise TornBody(reason="content_digest_missing")
    try:
        digest = base64.b64decode(match.group(1), validate=True)
    except binascii.Error as error:
        raise TornBody(reason="content_digest_unreadable") from error
    if not hmac.compare_digest(digest, hashlib.sha256(body).digest()):
        raise TornBody(reason="content_digest_differs")


def read_push(plain: bytes, engine: Engine) -> PushRequest:
    """Header and lines. Raises Malformed, Invalid, ServerBehind, BodyTooLarge, and TornBody if lines are missing."""
    first, *rest = plain.split(b"\n")
    if rest and rest[-1] == b"":
        rest.pop()
    settings = engine.settings
    header = _header(first, engine.versions.current)
    if header.count > settings.push_mutations:
        raise BodyTooLarge(max_mutations=settings.push_mutations)
    if header.count != len(rest):
        raise TornBody(reason="count", count=header.count, lines=len(rest))
    lines = [read_line(seq, text, settings.line_bytes) for seq, text in enumerate(rest, start=header.first_seq)]
    return PushRequest(header, lines)


def _header(line: bytes, newest: int) -> PushHeader:
    if len(line) > HEADER_BYTES:
        raise Malformed(offset=HEADER_BYTES, reason="header line too long")
    try:
        document: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Malformed(offset=error.pos, reason=error.msg) from error
    if not isinstance(document, dict):
        raise Malformed(offset=0, reason="the first line is no header")
    schema = document.get("schema")
    is_newer = type(schema) is int and schema > newest
    try:
        loaded = _HEADER.load(document, unknown=EXCLUDE if is_newer else None)
    except ValidationError as error:
        raise Invalid(*islice(flatten(error.messages), MAX_ERRORS)) from error
    if is_newer:
        raise ServerBehind(current=newest)
    loaded.pop("kind")
    return PushHeader(**loaded)
