"""A transfer of what is suspected to be a crime."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.transfers.rules import LIFE


class Transfer(Revised, Base):
    """涉罪移送: the report of two officers, the leader's decision, and what the police answered."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name="comes_of_one"),
        Index("ix_transfer_region", "region_code", "state", "id"),
        Index("ix_transfer_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_transfer_unit", "unit_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # SZ + division + day + serial
    state: Mapped[str]
    hazard_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    proposer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))  # whose report it is, whoever has it now
    unit_id: Mapped[UUID | None]
    party: Mapped[str]  # whom it is about: a unit or a person
    offence: Mapped[str]  # the suspected crime with its article of the 刑法
    facts: Mapped[str]
    evidence: Mapped[str]  # 证据和检验、鉴定材料
    items: Mapped[str]  # 涉案物品清单
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    decision: Mapped[Json | None]  # leader_id, at, is_approved, reason, document_no of the 移送书
    delivery: Mapped[Json | None]  # at, police, received_by, photo_ids, by
    replies: Mapped[list[Json]] = mapped_column(default=list)  # of the police, oldest first (records.py)
    objection: Mapped[Json | None]  # at, on, reason, by
    supervision: Mapped[Json | None]  # what was suggested to the procuratorate: at, on, reason, by
    handed: Mapped[Json | None]  # at, note, photo_ids, by
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
