"""An inspection of a unit, and how often a unit may be inspected."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from places.unit_kinds import CATEGORIES
from workflow.inspections.rules import KINDS, LIFE, NOTICES


class Inspection(Revised, Base):
    """One inspection: who goes where, by which checklist, what was found, what came of it."""

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint(f"notice IN {tuple(NOTICES)}", name="notice_known"),
        Index("ix_inspection_region", "region_code", "state", "id"),
        Index("ix_inspection_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_inspection_unit", "unit_id", "planned_on"),
        Index("ix_inspection_told", "told_unit_id"),
        Index("ix_inspection_published", "published_at", "id", postgresql_where="published_at IS NOT NULL"),
        Index("ix_inspection_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # JC + division + day + serial
    state: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    told_unit_id: Mapped[UUID | None]  # the same, once the unit was told: then its people see the inspection
    unit_name: Mapped[str]
    address: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    reason: Mapped[str]
    notice: Mapped[str]
    planned_on: Mapped[date]
    planned_by: Mapped[UUID]  # the leader, whose assignment approves it
    checklist: Mapped[Json]  # as it stood: code, edition, title, items
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    recusals: Mapped[list[Json]] = mapped_column(default=list)  # officer_id, reason, at
    arrival: Mapped[Json | None]  # at, is_scanned, no_code_reason, position
    pending_act: Mapped[Json | None]
    finding: Mapped[Json | None]
    rectification_id: Mapped[UUID | None]
    publication: Mapped[Json | None]  # what the leader decided on it last: decision, at, by, ground, reason
    published_at: Mapped[datetime | None]  # since when everybody may read the result
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]


class InspectionCap(Base):
    """How many spot checks a unit of a category may have in a year (国办发〔2024〕54号); without a row there is no bound."""

    __tablename__ = "inspection_cap"
    __table_args__ = (
        CheckConstraint(f"category IN {tuple(CATEGORIES)}", name="category_known"),
        CheckConstraint("most BETWEEN 0 AND 100", name="most_sensible"),
    )

    category: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str]
