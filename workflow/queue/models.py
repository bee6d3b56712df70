"""The workflow queue: one task for each open case."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Float,
    Index,
    Interval,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised

# As the indexes have them, word by word.
_UTC: ColumnElement[str] = literal_column("'UTC'")
_HOUR: ColumnElement[timedelta] = literal_column("interval '1 hour'", Interval)


class Task(Revised, Base):
    """One open case as a piece of work: which office has to act, who holds it, until when."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id"),
        CheckConstraint("claimed_by IS NULL OR claimed_at IS NOT NULL", name="claim_has_time"),
        Index("ix_task_org_due", "org_id", "due_at", "id", postgresql_where="is_open"),
        Index("ix_task_waiting_due", "waiting_for", "due_at", "id", postgresql_where="is_open"),
        Index("ix_task_signers", "signer_ids", postgresql_using="gin"),
        Index("ix_task_claimed", "claimed_at", postgresql_where="claimed_at IS NOT NULL"),
        Index("ix_task_escalated", "escalated_to", postgresql_where="escalated_to IS NOT NULL"),
        Index("ix_task_holders", "holder_ids", postgresql_using="gin"),
        # With all that the map counts by: the rows themselves are not read.
        Index(
            "ix_task_map", "region_code", "lon", "lat", postgresql_include=["subject_type", "due_at"], postgresql_where="is_open"
        ),
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
    lon: Mapped[float | None] = mapped_column(Float)  # WGS-84, of the case or of what it came of (workflow/queue/placing.py)
    lat: Mapped[float | None] = mapped_column(Float)
    due_at: Mapped[datetime]
    ranked_up: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")  # why, in words
    hours_up: Mapped[int] = mapped_column(default=0, server_default="0")  # how much earlier it comes (workflow/queue/ranking.py)
    is_open: Mapped[bool] = mapped_column(default=True)
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    escalated_to: Mapped[UUID | None]  # the office above, since nobody took this up in time

    @hybrid_property
    def rank_at(self) -> datetime:
        """Its date less what weighs: by it the queue is sorted."""
        return self.due_at - timedelta(hours=self.hours_up)

    @rank_at.inplace.expression
    @classmethod
    def _rank_at(cls) -> ColumnElement[datetime]:
        """By way of UTC, where an hour is an hour: so it may be the key of an index."""
        plain = func.timezone(_UTC, cls.due_at, type_=DateTime) - cls.hours_up * _HOUR
        return func.timezone(_UTC, plain, type_=DateTime(timezone=True))


for _name, _columns in (("org_rank", [Task.org_id]), ("region_rank", [Task.region_code]), ("rank", [])):
    Index(f"ix_task_{_name}", *_columns, Task.rank_at, Task.id, postgresql_where=Task.is_open)
