"""What is let go in time: closed issues leave devices, tombstones the feed, and old bodies are destroyed with their key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from database.session import now
from sync.models import Issue

CLOSED_FOR = timedelta(days=90)
TOMBSTONES_KEPT_FOR = timedelta(days=180)
BODIES_KEPT_FOR = timedelta(days=730)  # until then a supervisor can still see what a device really sent
_BATCH = 200
_ROWS = 5_000


def retire_issues(session: Session) -> int:
    """Take issues that were closed 90 days ago off every device; they stay readable over HTTP. How many it were, at most 200."""
    issues = session.scalars(
        select(Issue)
        .where(Issue.state != "open", Issue.off_devices_at.is_(None), Issue.updated_at < now(session) - CLOSED_FOR)
        .order_by(Issue.updated_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for issue in issues:
        issue.revision += 1
        issue.off_devices_at = now(session)
    return len(issues)


def forget_tombstones(session: Session) -> int:
    """Remove rows that have been gone for 180 days from one scope, and raise its floor; how many it were.

    A cursor below the floor begins anew: what it has not been told is gone it would keep for ever.
    """
    gone: int = session.execute(_FORGET_TOMBSTONES, {"before": now(session) - TOMBSTONES_KEPT_FOR, "rows": _ROWS}).scalar_one()
    return gone


def forget_bodies(session: Session) -> int:
    """Destroy what one queue sent two years ago and nobody has to decide about any more; how many bodies it were.

    A queue that is silent that long loses its key too, so that bodies in old backups cannot be opened either.
    """
    before = now(session) - BODIES_KEPT_FOR
    destroyed: Any = session.execute(_FORGET_BODIES, {"before": before, "rows": _ROWS})
    # Held first and looked at after that: a push that was under way has sealed something with the key.
    silent = list(session.scalars(_HOLD_SILENT, {"before": before, "rows": _BATCH}))
    session.execute(_FORGET_KEYS, {"before": before, "queues": silent})
    return int(destroyed.rowcount)


# The scope's row is held as a writer holds it: nobody numbers a line or begins at this floor meanwhile.
_FORGET_TOMBSTONES = text(
    """
    WITH scope AS (
        SELECT s.id FROM sync_scope s
         WHERE s.id = (SELECT scope_id FROM sync_feed WHERE gone IS NOT NULL AND gone_at < :before ORDER BY gone_at LIMIT 1)
           FOR NO KEY UPDATE
    ), old AS (
        SELECT f.scope_id, f.position FROM sync_feed f JOIN scope ON scope.id = f.scope_id
         WHERE f.gone IS NOT NULL AND f.gone_at < :before ORDER BY f.position LIMIT :rows
    ), removed AS (
        DELETE FROM sync_feed f USING old WHERE f.scope_id = old.scope_id AND f.position = old.position RETURNING f.position
    ), raised AS (
        UPDATE sync_scope s SET floor = greatest(s.floor, (SELECT max(position) FROM removed))
          FROM scope WHERE s.id = scope.id
    )
    SELECT count(*) FROM removed
    """
)
_FORGET_BODIES = text(
    """
    UPDATE sync_mutation SET body = NULL
     WHERE (queue_id, seq) IN (
           SELECT queue_id, seq FROM sync_mutation
            WHERE received_at < :before AND body IS NOT NULL AND (outcome <> 'parked' OR resolution IS NOT NULL)
              AND NOT EXISTS (SELECT FROM issue i WHERE i.id = issue_id AND i.state = 'open')
            LIMIT :rows)
    """
)
_HOLD_SILENT = text(
    """
    SELECT id FROM sync_queue q
     WHERE q.created_at < :before AND q.body_key <> ''
       AND NOT EXISTS (SELECT FROM sync_mutation m WHERE m.queue_id = q.id AND (m.body IS NOT NULL OR m.received_at >= :before))
     ORDER BY id LIMIT :rows FOR NO KEY UPDATE SKIP LOCKED
    """
)
_FORGET_KEYS = text(
    """
    UPDATE sync_queue q SET body_key = ''
     WHERE q.id = ANY(:queues)
       AND NOT EXISTS (SELECT FROM sync_mutation m WHERE m.queue_id = q.id AND (m.body IS NOT NULL OR m.received_at >= :before))
    """
)
