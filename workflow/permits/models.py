"""An application for the check before opening, and the licences that the public can look up."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from database.crypto import Sealed
from workflow.permits.rules import LIFE, ROUTES

LICENCE_KINDS = {
    "OPINION": "公众聚集场所投入使用、营业前消防安全检查意见书",
    "LEGACY": "公众聚集场所投入使用、营业前消防安全检查合格证",
}
LICENCE_STATES = {"VALID": "有效", "CHANGED": "已变更", "REVOKED": "已撤销", "CANCELLED": "已注销", "RETRACTED": "已撤回"}


class Permit(Revised, Base):
    """One application of one place, from its draft to the end of the permit that it led to."""

    __tablename__ = "permit"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"route IN {tuple(ROUTES)}", name="route_known"),
        CheckConstraint("state IN ('DRAFT', 'DISCARDED') OR received_at IS NOT NULL", name="what_is_submitted_was_received"),
        Index("ix_permit_region", "region_code", "state", "id"),
        Index("ix_permit_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_permit_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
        Index("ix_permit_banned", "unit_id", postgresql_where="banned_until IS NOT NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    route: Mapped[str]
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    applicant_id: Mapped[UUID]
    form: Mapped[Json]  # schemas.FormSchema, without the contact
    contact_name: Mapped[str | None] = mapped_column(Sealed)
    contact_phone: Mapped[str | None] = mapped_column(Sealed)
    materials: Mapped[Json]  # code of a material -> ids of its pictures
    commitment: Mapped[Json | None]  # edition, sha256, by, at, auth_level
    received_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    is_deemed_accepted: Mapped[bool] = mapped_column(Boolean, default=False)
    accepted_by: Mapped[UUID | None]
    corrections: Mapped[list[Json]] = mapped_column(default=list)  # field, message: all that was ever asked for, once
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision: Mapped[Json | None]  # kind, reason, words, remedies, document_no
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    pending_act: Mapped[Json | None]
    finding: Mapped[Json | None]
    orders: Mapped[list[Json]] = mapped_column(default=list)  # what has to be put right after a failed verification
    fix_due_on: Mapped[date | None]
    paused: Mapped[Json | None]  # kind, reason, at
    revocation: Mapped[Json | None]  # reason, words, told_at, answer
    licence_id: Mapped[UUID | None]
    documents: Mapped[list[Json]] = mapped_column(default=list)  # paper, paper_id, label, number, on, served_at
    banned_until: Mapped[date | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]


class Licence(Revised, Base):
    """《意见书》 or an earlier 《合格证》: public (行政许可法 40), verified by its token, which the QR code carries."""

    __tablename__ = "licence"
    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(LICENCE_KINDS)}", name="kind_known"),
        CheckConstraint(f"status IN {tuple(LICENCE_STATES)}", name="status_known"),
        Index("ix_licence_issued", "issued_on", "id"),
        Index("ix_licence_region", "region_code", "issued_on", "id"),
        Index("ix_licence_unit", "unit_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    status: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str]
    issuer: Mapped[str]
    holder: Mapped[str]
    uscc: Mapped[str | None]
    venue: Mapped[str]
    address: Mapped[str]
    issued_on: Mapped[date]
    ended_on: Mapped[date | None]
    unit_id: Mapped[UUID | None]
    permit_id: Mapped[UUID | None] = mapped_column(ForeignKey("permit.id"))


class CommitmentText(Base):
    """An edition of 告知承诺书, kept for ever: a signature is under the SHA-256 of these very words."""

    __tablename__ = "commitment_text"

    edition: Mapped[str] = mapped_column(primary_key=True)
    effective_from: Mapped[date]
    body: Mapped[str]
    basis: Mapped[str]
