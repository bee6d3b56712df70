"""How a person's devices stand with the server."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from sync.engine import Engine
from sync.models import Issue

_MOST_QUEUES = 100


def status_of(engine: Engine, session: Session, actor: Actor) -> Json:
    """The caller's queues, newest first and at most 100, and how many of his issues are open."""
    queues = session.execute(_QUEUES, {"owner": actor.id, "limit": _MOST_QUEUES}).mappings()
    return {
        "epoch": session.scalar(text("SELECT value FROM sync_meta WHERE name = 'epoch'")),
        "server_time": now(session),
        "schema": asdict(engine.versions),
        "queues": [dict(row) for row in queues],
        "open_issues": session.scalar(
            select(func.count()).select_from(Issue).where(Issue.author_id == actor.id, Issue.state == "open")
        ),
    }


_QUEUES = text(
    """
    SELECT q.id AS queue, q.device_id AS device, q.last_seq, q.durable_seq, q.pending,
           q.oldest_pending_at AS oldest_pending, d.last_seen_at,
           (SELECT count(*) FROM sync_mutation m
             WHERE m.queue_id = q.id AND m.outcome = 'parked' AND m.resolution IS NULL) AS parked
      FROM sync_queue q JOIN sync_device d ON d.id = q.device_id
     WHERE q.owner_id = :owner
     ORDER BY q.created_at DESC, q.id
     LIMIT :limit
    """
)
