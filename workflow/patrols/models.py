"""What somebody saw who walked through a unit or a place: a grid worker on his round, or the unit itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.patrols.rules import KINDS, STATES


class Patrol(Revised, Base):
    """One round: who walked where and when, by which edition of which checklist, and what he saw."""

    __tablename__ = "patrol"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint(
            "CASE kind WHEN 'GRID_PATROL' THEN patroller_id IS NOT NULL AND town_org_id IS NOT NULL AND own_unit_id IS NULL"
            " ELSE patroller_id IS NULL AND town_org_id IS NULL AND own_unit_id IS NOT NULL AND own_unit_id = unit_id END",
            name="belongs_to_one",
        ),
        CheckConstraint("(closed_at IS NULL) = (state = 'PUTTING_RIGHT')", name="closed_when_done"),
        Index("ix_patrol_region", "region_code", "id"),
        Index("ix_patrol_unit", "unit_id", "id"),
        Index("ix_patrol_own_unit", "own_unit_id", "id"),
        Index("ix_patrol_patroller", "patroller_id", "id"),
        Index("ix_patrol_town", "town_org_id", "id"),
        Index("ix_patrol_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # XC + division + day + serial
    kind: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[str]
    patroller_id: Mapped[UUID | None]  # of a grid patrol: whose round it was
    town_org_id: Mapped[UUID | None]  # and the office that he walks for
    own_unit_id: Mapped[UUID | None]  # of a self-check: the unit, whose people see it
    recorded_by: Mapped[UUID]
    walked_by: Mapped[str]  # as it is signed: of a unit often somebody without an account
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    place_name: Mapped[str]
    address: Mapped[Json]  # region_name, and what is known of sumu, gacha, household, landmark
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    position: Mapped[Json | None]  # where the phone was
    checked_at: Mapped[datetime]  # as said, or by the device's clock; never later than it came in
    device_at: Mapped[datetime | None]  # the device's clock when it was sealed: evidence, never authority
    checklist: Mapped[Json]  # as it stood: code, edition, title, items
    answers: Mapped[list[Json]]  # code, result, note, photos, is_fixed, put_right_by, put_right: at, note, photos
    note: Mapped[str]
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    due_at: Mapped[datetime | None]  # the first day that the unit has set itself
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]
