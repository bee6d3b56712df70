"""What the sync engine starts with: an epoch."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from sync.models import SyncMeta


def seed(session: Session) -> None:
    """The identity of this server's history, made once. Repeatable."""
    session.execute(insert(SyncMeta).values(name="epoch", value=str(uuid4())).on_conflict_do_nothing())
