"""One sealed line as text, and what it says (docs/sync-protocol.md 4). A line that does not parse is parked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

MAX_DEPTH = 32
MAX_DEPENDENCIES = 100


class Unreadable(Exception):
    """The line is no mutation; the message says why."""


@dataclass(frozen=True)
class Envelope:
    """A mutation as its device sealed it."""

    line: bytes
    sha256: bytes
    mid: UUID
    name: str
    version: int
    entity_type: str
    entity_id: UUID
    base_revision: int
    changes: dict[str, Any] = field(default_factory=dict)
    args: dict[str, Any] = field(default_factory=dict)
    made_at: datetime | None = None
    depends_on: tuple[UUID, ...] = ()


def read(line: bytes) -> Envelope:
    """Parse a line. Raises Unreadable."""
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}") from error
    if not isinstance(document, dict) or _too_deep(document):
        raise Unreadable("not an object, or nested too deeply")
    if b"\\u0000" in line:
        raise Unreadable("holds a NUL character")
    try:
        entity = document["entity"]
        name = document["name"]
        entity_type, _, action = name.partition(".")
        depends_on = document.get("depends_on", [])
        if not action or entity["type"] != entity_type or len(name) > 100 or len(depends_on) > MAX_DEPENDENCIES:
            raise Unreadable("name and entity do not agree")
        changes, args = document.get("changes", {}), document.get("args", {})
        if not isinstance(changes, dict) or not isinstance(args, dict):
            raise Unreadable("changes and args must be objects")
        return Envelope(
            line=line,
            sha256=hashlib.sha256(line).digest(),
            mid=UUID(document["mid"]),
            name=name,
            version=_count(document.get("version", 1)),
            entity_type=entity_type,
            entity_id=UUID(entity["id"]),
            base_revision=_count(document.get("base", {}).get("revision", 0)),
            changes=changes,
            args=args,
            made_at=_moment(document.get("made_at")),
            depends_on=tuple(UUID(mid) for mid in depends_on),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError("not a count")
    return value


def _moment(made_at: Any) -> datetime | None:
    """The device's wall clock; evidence, so a broken one is no reason to refuse the line."""
    if not isinstance(made_at, dict):
        return None
    try:
        moment = datetime.fromisoformat(made_at["wall"])
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _too_deep(document: Any) -> bool:
    """Without recursion, so that depth cannot exhaust the stack."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
        if not level:
            return False
    return True
