"""The workflow queue: one task for each open case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised


class Task(Revised, Base):
    """One open case as a piece of work: which office has to act, who holds it, until when."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id"),
        CheckConstraint("claimed_by IS NULL OR claimed_at IS NOT NULL", name="claim_has_time"),
        Index("ix_task_org_due", "org_id", "due_at", "id", postgresql_where="is_open"),
        Index("ix_task_org_rank", "org_id", "rank_at", "id", postgresql_where="is_open"),
        Index("ix_task_region_rank", "region_code", "rank_at", "id", postgresql_where="is_open"),
        Index("ix_task_waiting_due", "waiting_for", "due_at", "id", postgresql_where="is_open"),
        Index("ix_task_signers", "signer_ids", postgresql_using="gin"),
        Index("ix_task_claimed", "claimed_at", postgresql_where="claimed_at IS NOT NULL"),
        Index("ix_task_escalated", "escalated_to", postgresql_where="escalated_to IS NOT NULL"),
        Index("ix_task_rank", "rank_at", "id", postgresql_where="is_open"),
        Index("ix_task_holders", "holder_ids", postgresql_using="gin"),
    )

    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    region_code: Mapped[str]
    org_id: Mapped[UUID]  # the office that has to act: exactly one
    holder_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)  # the people who have it now
    signer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)  # whose second signature a drafted act lacks
    waiting_for: Mapped[str]
    state: Mapped[str]
    title: Mapped[Json]  # what a card shows: number, category, place
    due_at: Mapped[datetime]
    weights: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")  # rows that move it up
    rank_at: Mapped[datetime]  # its date less what weighs: by it the queue is sorted (workflow/queue/ranking.py)
    is_open: Mapped[bool] = mapped_column(default=True)
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    escalated_to: Mapped[UUID | None]  # the office above, since nobody took this up in time
