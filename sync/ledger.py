"""The rows that a chunk leaves behind, written together: mutations, receipts, and how far the queue has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.rows import json_rows
from sync.bodies import Bodies
from sync.execution import QueueState, Tried
from sync.lines import Sent

RESULT_BYTES = 4096


class TwinCommitted(Exception):
    """Another transaction wrote a receipt under one of our mids meanwhile: the chunk is done again and finds it."""


@dataclass(frozen=True)
class Entry:
    """One line with its outcome. `result` is the stored part of the answer; `is_copy`: another queue's mutation came again."""

    sent: Sent
    outcome: str
    reason: str | None
    issue_id: UUID | None
    result: bytes
    is_copy: bool = False
    is_forgotten: bool = False  # it was answered, and nothing of what it says may be kept
    has_receipt: bool = True  # False: the mid is another line's
    resolution: str | None = None


@dataclass(frozen=True)
class Known:
    """What the owner's ledger holds under a mid."""

    sha256: bytes
    status: str
    result: bytes


@dataclass(frozen=True)
class Past:
    """What a queue already has at a seq."""

    mid: UUID | None
    sha256: bytes
    result: bytes


def entry_of(sent: Sent, tried: Tried, issues: Sequence[UUID], *, has_receipt: bool = True, is_forgotten: bool = False) -> Entry:
    """The entry of a mutation that was just tried."""
    document: dict[str, Any] = {
        "outcome": tried.outcome,
        "revision": tried.revision,
        "issues": [str(issue) for issue in issues[:50]],
    }
    if tried.code is not None:
        document["code"] = tried.code
    if tried.after_reassignment:
        document["after_reassignment"] = True
    result = orjson.dumps({**document, "explained": tried.data} if tried.data else document)
    if len(result) > RESULT_BYTES:
        result = orjson.dumps(document)
    issue_id = issues[0] if issues else None
    return Entry(
        sent, tried.outcome, tried.code, issue_id, result, has_receipt=has_receipt, is_forgotten=is_forgotten
    )  # fmt: skip


def known_of(session: Session, owner_id: UUID, mids: Iterable[UUID]) -> dict[UUID, Known]:
    """Receipts that this owner already has under these mids; another owner's are unknown."""
    rows = session.execute(_KNOWN, {"owner": owner_id, "mids": list(mids)})
    return {row.key: Known(bytes(row.body_sha256), row.status, bytes(row.result)) for row in rows}


def copy_of(session: Session, queue: QueueState, sent: Sent, known: Known) -> Entry:
    """A mutation that this owner sent before, in whatever queue: its outcome stands, and here its seq passes."""
    stored = orjson.loads(known.result)
    issues = stored.get("issues") or [None]
    stands: Any = None
    if known.status == "parked":
        stands = _held(session, {"mid": sent.mid, "owner": queue.owner_id, "sha256": sent.sha256})
    return Entry(
        sent, known.status, stored.get("code"),
        stands.issue_id if stands is not None else UUID(issues[0]) if issues[0] else None,
        known.result, is_copy=True, resolution=stands.resolution if stands is not None else None,
    )  # fmt: skip


def _held(session: Session, values: dict[str, Any]) -> Any:
    """How the parked original stands, which another issue than its first may look after by now.

    Its issue is held: a supervisor who is deciding about it now has this copy among what he decides, or before it.
    """
    stands = session.execute(_STANDS, values).one_or_none()
    while stands is not None and stands.issue_id is not None:
        session.execute(_HOLD_ISSUE, {"issue": stands.issue_id})
        before, stands = stands, session.execute(_STANDS, values).one()
        if stands.issue_id == before.issue_id:
            break
    return stands


def past_of(session: Session, queue: QueueState, first: int, last: int) -> dict[int, Past]:
    """What the queue holds from `first` to `last`, by seq."""
    rows = session.execute(_PAST, {"queue": queue.id, "owner": queue.owner_id, "first": first, "last": last})
    return {row.seq: Past(row.mid, bytes(row.body_sha256), _result_of(row)) for row in rows}


def _result_of(row: Any) -> bytes:
    if row.result is not None:
        return bytes(row.result)
    issues = [str(row.issue_id)] if row.issue_id else []
    return orjson.dumps({"outcome": row.outcome, "revision": None, "issues": issues, "code": row.reason})


def write(session: Session, queue: QueueState, bodies: Bodies, entries: Sequence[Entry], moment: datetime) -> None:
    """Insert the chunk's mutations and receipts. Raises TwinCommitted."""
    mutations, receipts = [], []
    for entry in entries:
        sent = entry.sent
        mutations.append(
            {
                "seq": sent.seq,
                "mid": sent.mid,
                "name": sent.name,
                "version": sent.version,
                "type": sent.entity_type,
                "entity": sent.entity_id,
                "outcome": entry.outcome,
                "reason": entry.reason,
                "resolution": entry.resolution,
                "issue": entry.issue_id,
                "sha": sent.sha256,
                "body": None if entry.is_copy or entry.is_forgotten else bodies.seal(sent.text, sent.sha256),
            }
        )
        if sent.mid is not None and entry.has_receipt and not entry.is_copy:
            receipts.append({"key": sent.mid, "sha": sent.sha256, "status": entry.outcome, "result": entry.result})
    session.execute(_INSERT_MUTATIONS, {"rows": json_rows(mutations), "queue": queue.id, "moment": moment})
    values = {"rows": json_rows(receipts), "owner": queue.owner_id, "moment": moment}
    written: Any = session.execute(_INSERT_RECEIPTS, values)
    if written.rowcount != len(receipts):
        raise TwinCommitted


def advance(session: Session, queue: QueueState, last_seq: int) -> None:
    """The queue has come so far."""
    session.execute(_ADVANCE, {"queue": queue.id, "last_seq": last_seq})


def note_backlog(
    session: Session, queue: QueueState, pending: int, oldest: datetime | None, moment: datetime, every: timedelta
) -> None:
    """How much the device still has of its owner's, as it says; written only if that changed, or after a while.

    `oldest` is of the device's clock, and corrected by what that clock is known to be wrong.
    """
    values = {"queue": queue.id, "device": queue.device_id, "owner": queue.owner_id, "pending": pending, "oldest": oldest}
    session.execute(_NOTE_BACKLOG, {**values, "moment": moment, "before": moment - every})


_KNOWN = text("SELECT key, body_sha256, status, result FROM receipt WHERE owner_id = :owner AND key = ANY(:mids)")
_HOLD_ISSUE = text("SELECT FROM issue WHERE id = CAST(:issue AS uuid) FOR SHARE")
_STANDS = text(
    """
    SELECT m.issue_id, m.resolution FROM sync_mutation m JOIN sync_queue q ON q.id = m.queue_id
     WHERE m.mid = :mid AND q.owner_id = :owner AND m.body_sha256 = :sha256 AND m.outcome = 'parked'
     ORDER BY m.body IS NULL LIMIT 1
    """
)
_PAST = text(
    """
    SELECT m.seq, m.mid, m.body_sha256, m.outcome, m.reason, m.issue_id, r.result
      FROM sync_mutation m
      LEFT JOIN receipt r ON r.owner_id = :owner AND r.key = m.mid AND r.body_sha256 = m.body_sha256
     WHERE m.queue_id = :queue AND m.seq BETWEEN :first AND :last
    """
)
_INSERT_MUTATIONS = text(
    """
    INSERT INTO sync_mutation (queue_id, seq, mid, name, version, entity_type, entity_id, outcome, reason,
                               resolution, issue_id, body_sha256, body, received_at)
    SELECT :queue, seq, mid, name, version, type, entity, outcome, reason, resolution, issue, sha, body, :moment
      FROM json_to_recordset(CAST(:rows AS json))
           AS new(seq bigint, mid uuid, name text, version integer, type text, entity uuid, outcome text, reason text,
                  resolution text, issue uuid, sha bytea, body bytea)
    """
)
_INSERT_RECEIPTS = text(
    """
    INSERT INTO receipt (owner_id, key, body_sha256, status, result, at)
    SELECT :owner, key, sha, status, result, :moment
      FROM json_to_recordset(CAST(:rows AS json)) AS new(key uuid, sha bytea, status text, result bytea)
    ON CONFLICT (owner_id, key) DO NOTHING
    """
)
_ADVANCE = text("UPDATE sync_queue SET last_seq = :last_seq WHERE id = :queue AND last_seq < :last_seq")
_NOTE_BACKLOG = text(
    """
    WITH seen AS (
        UPDATE sync_device SET last_seen_at = :moment
         WHERE id = :device AND (last_seen_at IS NULL OR last_seen_at < :before)
    ), told AS (
        SELECT CAST(:oldest AS timestamptz) - make_interval(secs => coalesce(skew_ms, 0) / 1000.0) AS oldest
          FROM sync_device WHERE id = :device
    ), said AS (  -- what waited in an earlier queue of his is in this one now
        SELECT q.id, CASE WHEN q.id = :queue THEN CAST(:pending AS bigint) ELSE 0 END AS pending,
               CASE WHEN q.id = :queue THEN told.oldest END AS oldest
          FROM sync_queue q, told
         WHERE q.device_id = :device AND q.owner_id = :owner AND (q.id = :queue OR q.pending > 0)
    )
    UPDATE sync_queue q SET pending = said.pending, oldest_pending_at = said.oldest
      FROM said
     WHERE q.id = said.id AND (q.pending <> said.pending OR q.oldest_pending_at IS DISTINCT FROM said.oldest)
    """
)
