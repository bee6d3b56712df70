"""The sealed line of a mutation, as it was written on the device and as we understand it (docs/sync-protocol.md 4, push)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from database.base import Json
from wire import EARLIEST, LATEST

MAX_DEPTH = 32
MAX_CHANGES = 200
MAX_DEPENDENCIES = 200
BIGINT = 2**63 - 1

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}\.[a-z][a-z0-9_]{0,49}")
_MEMBERS = frozenset({"mid", "name", "version", "entity", "base", "changes", "args", "made_at", "depends_on"})
_UUID_LENGTH = 36


class BadLine(Exception):
    """The line is no mutation."""


@dataclass(frozen=True)
class Sent:
    """One line at its place in a queue. `is_good` False: it cannot be understood, whatever else is filled in."""

    seq: int
    text: bytes
    sha256: bytes
    is_good: bool = False
    mid: UUID | None = None
    name: str = ""
    version: int = 1
    entity_type: str = ""
    entity_id: UUID | None = None
    base_revision: int = 0
    after: UUID | None = None
    base_epoch: UUID | None = None  # of the history in which the base revision counts; None: of today's
    changes: Json | None = None
    args: Json | None = None
    made_at: datetime | None = None
    depends_on: tuple[UUID, ...] = ()


def read_line(seq: int, text: bytes, max_bytes: int) -> Sent:
    """Understand one line; never raises. A line that is no mutation keeps its hash, and its mid if that can be read."""
    digest = hashlib.sha256(text).digest()
    mid: UUID | None = None
    try:
        if len(text) > max_bytes:
            raise BadLine  # noqa: TRY301 - answered below, with the other causes
        document = _mapping(orjson.loads(text))
        mid = _uuid(document.get("mid"))
        return _sent(seq, text, digest, document, mid)
    except (BadLine, orjson.JSONDecodeError):
        return Sent(seq, text, digest, mid=mid)


def _sent(seq: int, text: bytes, digest: bytes, document: Json, mid: UUID) -> Sent:
    if not document.keys() <= _MEMBERS:
        raise BadLine
    if b"\\u0000" in text or text.count(b"[") + text.count(b"{") > MAX_DEPTH:
        _require_sane(document)
    name, entity = document.get("name"), _mapping(document.get("entity"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadLine
    entity_type, entity_id = entity.get("type"), _uuid(entity.get("id"))
    if entity_type != name.split(".", 1)[0] or len(entity) != 2:
        raise BadLine
    base = _mapping(document.get("base", {}))
    after, epoch = base.get("after"), base.get("epoch")
    dependencies = document.get("depends_on", [])
    if not isinstance(dependencies, list) or len(dependencies) > MAX_DEPENDENCIES:
        raise BadLine
    return Sent(
        seq,
        text,
        digest,
        is_good=True,
        mid=mid,
        name=name,
        version=_integer(document.get("version", 1), 1, 1_000_000),
        entity_type=entity_type,
        entity_id=entity_id,
        base_revision=_integer(base.get("revision", 0), 0, BIGINT),
        after=None if after is None else _uuid(after),
        base_epoch=None if epoch is None else _uuid(epoch),
        changes=_changes(document.get("changes", {})),
        args=_mapping(document.get("args", {})),
        made_at=_wall(document.get("made_at")),
        depends_on=tuple(_uuid(item) for item in dependencies),
    )


def _mapping(value: Any) -> Json:
    if not isinstance(value, dict):
        raise BadLine
    return value


def _uuid(value: Any) -> UUID:
    if not isinstance(value, str) or len(value) != _UUID_LENGTH:
        raise BadLine
    try:
        return UUID(value)
    except ValueError as error:
        raise BadLine from error


def _integer(value: Any, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:  # a bool is an int, but not here
        raise BadLine
    return value


def _changes(value: Any) -> Json:
    changes = _mapping(value)
    if len(changes) > MAX_CHANGES or not all(isinstance(pair, list) and len(pair) == 2 for pair in changes.values()):
        raise BadLine
    return changes


def _wall(value: Any) -> datetime | None:
    """The device's clock, which may say anything: evidence that cannot be read is no evidence, and no error."""
    text = value.get("wall") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment <= LATEST else None


def _require_sane(document: Json) -> None:
    """No NUL in any text (PostgreSQL keeps none), no deeper than MAX_DEPTH. Without recursion, so that depth is harmless."""
    pending: list[tuple[int, Any]] = [(0, document)]
    while pending:
        depth, item = pending.pop()
        if depth > MAX_DEPTH:
            raise BadLine
        if isinstance(item, dict):
            pending += [(depth + 1, child) for pair in item.items() for child in pair]
        elif isinstance(item, list):
            pending += [(depth + 1, child) for child in item]
        elif isinstance(item, str) and "\0" in item:
            raise BadLine
