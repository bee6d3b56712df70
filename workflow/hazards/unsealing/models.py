"""Requests to unseal who reported a case. What they open stays where it is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Revised
from workflow.hazards.unsealing.rules import BASES, STATES


class Unsealing(Revised, Base):
    """One request, decided by a second person; what it opens is to be seen for half an hour, each time with an event."""

    __tablename__ = "unsealing"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint(f"basis IN {tuple(BASES)}", name="basis_known"),
        CheckConstraint("decided_by <> requested_by OR state = 'WITHDRAWN'", name="two_persons"),
        CheckConstraint("(state = 'APPROVED') = (viewable_until IS NOT NULL)", name="approved_for_a_time"),
        CheckConstraint("tells_reporter OR silence_reason <> ''", name="silence_has_a_reason"),
        Index("ix_unsealing_region", "region_code", "id"),
        Index("ix_unsealing_hazard", "hazard_id"),
        Index("uq_unsealing_open", "hazard_id", unique=True, postgresql_where="state = 'REQUESTED'"),
    )

    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))
    region_code: Mapped[str]
    state: Mapped[str]
    basis: Mapped[str]
    authority: Mapped[str]  # who demands it
    letter_no: Mapped[str]
    reason: Mapped[str]
    tells_reporter: Mapped[bool]
    silence_reason: Mapped[str] = mapped_column(default="")  # the law by which the reporter is not told
    requested_by: Mapped[UUID]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")
    viewable_until: Mapped[datetime | None]
    view_count: Mapped[int] = mapped_column(Integer, default=0)
    last_viewed_at: Mapped[datetime | None]
