"""A sealed place, or a business that was told to stop."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.measures.rules import KINDS, LIFE, SCOPES


class Measure(Revised, Base):
    """临时查封 or 停产停业: what it comes of, what is closed and why, and each decision about it."""

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint(f"scope IN {tuple(SCOPES)}", name="scope_known"),
        CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name="comes_of_one"),
        Index("ix_measure_region", "region_code", "state", "id"),
        Index("ix_measure_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_measure_unit", "unit_id"),
        Index("ix_measure_told", "told_unit_id"),
        Index("ix_measure_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # CS + division + day + serial
    state: Mapped[str]
    kind: Mapped[str]
    hazard_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    unit_id: Mapped[UUID | None]
    told_unit_id: Mapped[UUID | None]  # the same, once it is in force: then its people see it
    unit_name: Mapped[str]
    place: Mapped[str]  # which part is sealed, or what has to stop
    danger: Mapped[str]  # why
    clause: Mapped[str]
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    inspected_on: Mapped[date]
    proposal: Mapped[Json | None]  # to the leaders: note, photo_ids, officers, act_sha256, signature
    approval: Mapped[Json | None]  # by word of mouth: leader_id, at; and the sealing: photo_ids, officers, act_sha256, signature
    sealed_at: Mapped[datetime | None]
    until_on: Mapped[date | None]  # the last day of a sealing
    is_extended: Mapped[bool] = mapped_column(default=False)
    scope: Mapped[str | None]  # of an order to stop
    execute_by: Mapped[date | None]
    case_no: Mapped[str | None]
    decision: Mapped[Json | None]  # leader_id, at, attended, opinion, document_no
    served: Mapped[Json | None]  # at, signed, party_name, witness_name, photo_ids, officers
    stopped: Mapped[Json | None]  # what two officers saw: at, finding, photo_ids, officers
    request: Mapped[Json | None]  # to lift it or to resume: at, note, photo_ids
    finding: Mapped[Json | None]  # what two officers found after it
    pending_act: Mapped[Json | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]
