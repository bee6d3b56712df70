"""Orders of other intakes: their numbers, our cases, and what was sent back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from database.crypto import Sealed
from workflow.hazards.intakes.rules import SOURCES, STATES


class ExternalOrder(Revised, Base):
    """One order, under the number that its source gave it. It follows its case and ends with it."""

    __tablename__ = "external_order"
    __table_args__ = (
        CheckConstraint(f"source IN {tuple(SOURCES)}", name="source_known"),
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint("hazard_id IS NOT NULL OR state IN ('HELD', 'RETURNED')", name="case_unless_held"),
        CheckConstraint("state <> 'HELD' OR hazard_id IS NULL", name="held_without_case"),
        CheckConstraint("(state IN ('RETURNED', 'ANSWERED')) = (result IS NOT NULL)", name="ended_with_result"),
        Index("ix_external_order_number", "source", "number", unique=True),
        Index("ix_external_order_hazard", "hazard_id", unique=True),
        Index("ix_external_order_region", "region_code", "id"),
        Index("ix_external_order_unsent", "source", "id", postgresql_where="result IS NOT NULL AND sent_at IS NULL"),
    )

    source: Mapped[str]
    number: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[str]  # of the case; of a held one, where the clerk works
    received_at: Mapped[datetime | None]  # by the source: our clock starts there
    reply_by: Mapped[datetime | None]
    hazard_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"))
    cells: Mapped[str | None] = mapped_column(Sealed)  # of a held one, as it came: names and phones are among them
    notes: Mapped[list[Json]] = mapped_column(default=list)  # why it is held
    result: Mapped[Json | None]  # verdict, text, ended_at
    sent_at: Mapped[datetime | None]  # the result, to its source
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None]
    created_by: Mapped[UUID]


class IntakeCursor(Base):
    """How far the orders of a source's interface were read, and until when somebody is at it."""

    __tablename__ = "intake_cursor"

    source: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str | None]
    visited_until: Mapped[datetime]  # nobody else begins before
