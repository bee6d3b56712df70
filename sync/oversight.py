"""Operators see it: which devices still hold work, since when, and what is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.session import now
from problems import RoleNotAllowed
from sync.execution import RESOLVERS

log = structlog.get_logger()

STUCK_AFTER = timedelta(days=1)
WATCHERS = (*RESOLVERS, Role.SYS_ADMIN, Role.SEC_ADMIN)
_NAMED = 20


def queues_of(
    session: Session, actor: Actor, *, only_stuck: bool, after: str | None, limit: int, owner_id: UUID | None = None
) -> Sequence[Json]:
    """The staff's queues in the caller's divisions, by id, at most `limit`; reporters' queues are nobody's business.

    Whoever was of the staff and is no more is shown while his devices still hold something, or something of theirs waits.

    Stuck is a queue whose oldest unsent work, as its device last said, is older than a day, or of which something waits for
    a decision. Raises RoleNotAllowed.
    """
    prefixes = sorted({grant.region_prefix for grant in actor.grants if grant.role in WATCHERS})
    if not prefixes:
        raise RoleNotAllowed(action="watch_queues")
    values = {
        "prefixes": [f"{prefix}%" for prefix in prefixes], "after": after, "limit": limit, "only_stuck": only_stuck,
        "owner_id": owner_id,
        "before": now(session) - STUCK_AFTER,
    }  # fmt: skip
    return [dict(row) for row in session.execute(_QUEUES, values).mappings()]


def watch(session: Session) -> int:
    """Raise an alarm for queues whose oldest unsent work is older than a day; how many there are. For the worker.

    Not of a lost phone: what it has is told when it is reported, and it will hand in no more.
    """
    rows: Sequence[Any] = session.execute(_OLD, {"before": now(session) - STUCK_AFTER}).all()
    if rows:
        oldest = min(row.oldest_pending_at for row in rows)
        log.error(
            "devices hold work older than a day", alarm=True, queues=len(rows), oldest=oldest.isoformat(),
            some=[str(row.id) for row in rows[:_NAMED]],
        )  # fmt: skip
    return len(rows)


_QUEUES = text(
    """
    SELECT q.id AS queue, q.device_id AS device, q.owner_id, p.staff_name AS owner_name, q.region_code, d.platform,
           d.app_version, d.status, q.last_seq, q.durable_seq, q.pending, q.oldest_pending_at AS oldest_pending,
           d.last_seen_at, COALESCE(h.refills, 0) AS refills, q.revoked_at,
           (SELECT count(*) FROM sync_mutation m
             WHERE m.queue_id = q.id AND m.outcome = 'parked' AND m.resolution IS NULL) AS parked,
           (SELECT count(*) FROM issue i WHERE i.queue_id = q.id AND i.state = 'open') AS open_issues
      FROM sync_queue q
      JOIN sync_device d ON d.id = q.device_id
      JOIN person p ON p.id = q.owner_id
      LEFT JOIN sync_hold h ON h.queue_id = q.id
     WHERE q.region_code LIKE ANY(:prefixes)
       AND (CAST(:owner_id AS uuid) IS NULL OR q.owner_id = CAST(:owner_id AS uuid))
       AND (CAST(:after AS uuid) IS NULL OR q.id > CAST(:after AS uuid))
       AND (q.pending > 0 OR EXISTS (SELECT FROM role_grant g WHERE g.person_id = q.owner_id AND g.ended_at IS NULL)
            OR EXISTS (SELECT FROM issue i WHERE i.queue_id = q.id AND i.state = 'open'))
       AND (NOT :only_stuck OR q.pending > 0 AND d.status = 'active' AND q.oldest_pending_at < :before
            OR EXISTS (SELECT FROM sync_mutation m
                        WHERE m.queue_id = q.id AND m.outcome = 'parked' AND m.resolution IS NULL))
     ORDER BY q.id
     LIMIT :limit
    """
)
_OLD = text(
    """
    SELECT q.id, q.oldest_pending_at FROM sync_queue q JOIN sync_device d ON d.id = q.device_id
     WHERE q.pending > 0 AND q.oldest_pending_at < :before AND d.status = 'active' ORDER BY 2
    """
)
