"""An order to put a hazard right, with its items."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.rectification.rules import KINDS, LIFE


class Rectification(Revised, Base):
    """One order. Its items are owned by it: changing one bumps the order."""

    __tablename__ = "rectification"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint("due_on >= ordered_on", name="due_after_order"),
        CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name="comes_of_one"),
        Index("ix_rectification_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_rectification_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
        Index("ix_rectification_region", "region_code", "state", "id"),
    )

    order_no: Mapped[str] = mapped_column(unique=True)  # of 即知即改, which is no order, JG and a serial
    state: Mapped[str]
    # What it came of: a report that was found true, or an inspection.
    hazard_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    unit_id: Mapped[UUID | None] = mapped_column(index=True)
    unit_name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    ordered_on: Mapped[date]
    due_on: Mapped[date]
    served_at: Mapped[datetime | None]  # when the order that stands came to the party; None: not yet, or nobody put it on record
    due_at: Mapped[datetime | None]
    # id, description, clause, photo_ids (before), fixed, fixed_photo_ids, note
    items: Mapped[list[Json]]
    is_extended: Mapped[bool] = mapped_column(default=False)
    extension: Mapped[Json | None]  # asked for and not decided yet: until when, why
    pending_act: Mapped[Json | None]
    finding: Mapped[Json | None]
    case_no: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]  # 90 days after its end it leaves every device
