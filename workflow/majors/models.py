"""A major fire hazard."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.majors.rules import LIFE


class MajorHazard(Revised, Base):
    """重大火灾隐患: what it comes of, by which clauses it is suspected, what was decided about it, and what followed."""

    __tablename__ = "major"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name="comes_of_one"),
        Index("ix_major_region", "region_code", "state", "id"),
        Index("ix_major_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_major_unit", "unit_id"),
        Index("ix_major_told", "told_unit_id"),
        Index("ix_major_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # ZD + division + day + serial
    state: Mapped[str]
    hazard_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    unit_id: Mapped[UUID | None]
    told_unit_id: Mapped[UUID | None]  # the same, once the notice was served: then its people see it
    unit_name: Mapped[str]
    place: Mapped[str]  # which part
    facts: Mapped[str]  # what is wrong there
    standard: Mapped[str]  # the edition that was in force at the check
    criteria: Mapped[list[Json]] = mapped_column(default=list)  # clause, title, note
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    inspected_on: Mapped[date]
    experts: Mapped[Json | None]  # at, by, reason, people, and once they were heard: opinion
    review: Mapped[Json | None]  # of the legal reviewer: at, by, opinion
    study: Mapped[Json | None]  # at, leader_id, attended, minutes, ground, reason
    notice_no: Mapped[str | None]
    demand: Mapped[str] = mapped_column(default="")  # what has to be done
    due_on: Mapped[date | None]
    served: Mapped[Json | None]  # at, signed, party_name, witness_name, photo_ids, officers
    report: Mapped[Json | None]  # to the government: at, by, government, through, proposal, document_no
    supervision: Mapped[Json | None]  # at, by, level, body, document_no, until_on, leader
    progress: Mapped[list[Json]] = mapped_column(default=list)  # of the unit, oldest first: at, note, photo_ids
    request: Mapped[Json | None]  # to be struck off: at, note, photo_ids
    finding: Mapped[Json | None]  # of two officers, the last: at, is_removed, finding, photo_ids, officers
    awaits_recheck: Mapped[bool] = mapped_column(default=False)
    extended: Mapped[Json | None]  # at, by, until_on, reason, approved_by
    ending: Mapped[Json | None]  # at, by, reason, document_no
    pending_act: Mapped[Json | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]
