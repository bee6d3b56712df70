"""What a device gets: the stored lines of its scopes, read in one snapshot. Nothing happens per row in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from marshmallow import fields, validate
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.crypto import KeyRing
from database.session import now
from settings import Settings
from sync.catalog import Catalog
from sync.cursor import Cursor
from sync.models import SyncQueue
from sync.problems import EpochChanged, ServerBehind
from sync.registration import SCHEMA_VERSION, epoch, queue_of
from wire import StrictSchema

log = structlog.get_logger()

SEGMENT_BYTES = 65_536  # a cursor line comes at least this often
_SEGMENT_ROWS = 2_000
_LEASE_NOTED_EVERY = timedelta(minutes=10)


class PullSchema(StrictSchema):
    """Where the device stands. `adopted` and `refill` belong to snapshots and digests, which come later."""

    queue = fields.UUID(required=True)
    cursor = fields.String(required=True, allow_none=True, validate=validate.Length(max=20_000))
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    max_bytes = fields.Integer(load_default=None, strict=True, validate=validate.Range(1, 10_000_000))
    adopted = fields.List(fields.String(validate=validate.Length(max=100)), load_default=list, validate=validate.Length(max=100))
    refill = fields.List(fields.String(validate=validate.Length(max=100)), load_default=list, validate=validate.Length(max=100))


@dataclass
class Page:
    """One response as it grows."""

    budget: int
    parts: list[bytes] = field(default_factory=list)
    since_cursor: int = 0

    def add(self, line: bytes) -> None:
        """Append bytes that end a line."""
        self.parts.append(line)
        self.budget -= len(line)
        self.since_cursor += len(line)


# The next lines of a scope up to a number of bytes (at least one), as one value.
_SEGMENT = text(
    """
    SELECT string_agg(line, ''::bytea ORDER BY position), max(position)
      FROM (SELECT line, position, row_number() OVER w AS n, sum(octet_length(line)) OVER w AS bytes
              FROM (SELECT line, position FROM sync_feed
                     WHERE scope_id = :scope AND position > :after AND position <= :head AND (:tombstones OR gone IS NULL)
                     ORDER BY position LIMIT :rows) AS next
            WINDOW w AS (ORDER BY position)) AS counted
     WHERE bytes <= :budget OR n = 1
    """
)
_SCOPES = text("SELECT id, key, head, floor FROM sync_scope WHERE key = ANY(:keys) OR id = ANY(:ids)")


def pull(
    session: Session, catalog: Catalog, ring: KeyRing, settings: Settings, actor: Actor, asked: Json
) -> tuple[bytes, Cursor]:
    """One page within a snapshot. Raises QueueOwner, BadCursor, ServerBehind, EpochChanged."""
    if asked["schema"] > SCHEMA_VERSION:
        raise ServerBehind(current=SCHEMA_VERSION)
    queue = queue_of(session, asked["queue"], actor)
    current_epoch = epoch(session)
    cursor = Cursor.read(ring, asked["cursor"]) if asked["cursor"] else Cursor(current_epoch)
    if cursor.epoch != current_epoch:
        raise EpochChanged(epoch=current_epoch, last_seq=queue.last_seq)
    page = Page(min(asked["max_bytes"] or settings.pull_bytes, settings.pull_bytes))
    page.add(_line(_hello(session, queue, current_epoch)))
    more = _fill(session, page, cursor, catalog.scopes_for(actor), ring)
    end = {
        "kind": "end",
        "more": more,
        "checkpoint": not more,
        "cursor": cursor.token(ring),
        "digests": {},
        "retry_seconds": 0 if more else settings.poll_seconds,
    }
    page.add(_line(end))
    return b"".join(page.parts), cursor


def _hello(session: Session, queue: SyncQueue, current_epoch: str) -> Json:
    return {
        "kind": "hello",
        "epoch": current_epoch,
        "server_time": now(session),
        "last_seq": queue.last_seq,
        "durable_seq": queue.durable_seq,
    }


def _line(document: Json) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def _fill(session: Session, page: Page, cursor: Cursor, keys: Sequence[str], ring: KeyRing) -> bool:
    """Drops first, then scopes: those that go on before those that begin, personal ones before large ones."""
    rows = session.execute(_SCOPES, {"keys": list(keys), "ids": list(cursor.positions)}).all()
    authorised = set(keys)
    found = {row.key: row for row in rows if row.key in authorised}
    for row in rows:
        if row.key not in authorised:
            page.add(_line({"kind": "drop", "key": row.key, "reason": "not_authorised"}))
            cursor.positions.pop(row.id, None)
            cursor.beginning.discard(row.id)
        elif cursor.positions.get(row.id, 0) > row.head:
            # A cursor of ours beyond the head proves that history went back.
            log.critical("history went back", scope=row.key, head=row.head, position=cursor.positions[row.id])
            raise EpochChanged(epoch=cursor.epoch)
    going_on = [found[key] for key in keys if key in found and found[key].id in cursor.positions]
    begin = [found[key] for key in keys if key in found and found[key].id not in cursor.positions]
    more = False
    for scope in [*going_on, *begin]:
        if not _send(session, page, cursor, scope, ring):
            more = True
    return more


def _send(session: Session, page: Page, cursor: Cursor, scope: Any, ring: KeyRing) -> bool:
    """Send a scope as far as the budget goes; True if it is at its head."""
    position = cursor.positions.get(scope.id)
    if position == scope.head and scope.id not in cursor.beginning:
        return True
    if page.budget <= 0:
        return False
    action = "continue"
    if position is None or position < scope.floor:
        action = "begin" if position is None else "resync"
        position = 0
        cursor.beginning.add(scope.id)
    segments: list[tuple[bytes, int]] = []
    start, reached, room = position, position, page.budget
    while reached < scope.head and room > 0:
        lines, last = session.execute(
            _SEGMENT,
            {
                "scope": scope.id,
                "after": reached,
                "head": scope.head,
                "tombstones": start > 0,
                "rows": _SEGMENT_ROWS,
                "budget": min(SEGMENT_BYTES, room),
            },
        ).one()
        reached = scope.head if last is None else last
        if lines is not None:
            segments.append((bytes(lines), reached))
            room -= len(lines)
    whole = reached == scope.head or not _has_more(session, scope, reached, tombstones=start > 0)
    if whole and segments:
        segments[-1] = (segments[-1][0], scope.head)
    page.add(_line({"kind": "scope", "key": scope.key, "action": action, "from": start, "to": scope.head, "whole": whole}))
    for index, (lines, last) in enumerate(segments):
        page.add(lines)
        cursor.positions[scope.id] = last
        if index < len(segments) - 1:
            page.add(_line({"kind": "cursor", "cursor": cursor.token(ring)}))
    if whole:
        cursor.positions[scope.id] = scope.head
        cursor.beginning.discard(scope.id)
    else:
        cursor.positions.setdefault(scope.id, position)
    page.add(_line({"kind": "cursor", "cursor": cursor.token(ring)}))
    return whole


def _has_more(session: Session, scope: Any, after: int, *, tombstones: bool) -> bool:
    """False where only positions without a line (or with tombstones that a beginning scope skips) are left."""
    statement = text(
        "SELECT EXISTS (SELECT FROM sync_feed WHERE scope_id = :scope AND position > :after AND position <= :head"
        " AND (:tombstones OR gone IS NULL))"
    )
    values = {"scope": scope.id, "after": after, "head": scope.head, "tombstones": tombstones}
    return bool(session.execute(statement, values).scalar_one())


def lease_is_old(session: Session, queue_id: UUID, cursor: Cursor) -> bool:
    """True if what the device holds has changed since it was last noted, or that was long ago."""
    queue = session.get_one(SyncQueue, queue_id)
    old = queue.pulled_at is None or now(session) - queue.pulled_at >= _LEASE_NOTED_EVERY
    return old or queue.held != _held(cursor)


def note_lease(session: Session, queue_id: UUID, cursor: Cursor) -> None:
    """Remember what the device holds: its lease runs from this pull."""
    queue = session.get_one(SyncQueue, queue_id)
    queue.pulled_at, queue.held = now(session), _held(cursor)


def _held(cursor: Cursor) -> Json:
    return {str(scope): position for scope, position in cursor.positions.items()}
