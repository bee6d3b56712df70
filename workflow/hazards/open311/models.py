"""What partners have sent, and what each was last told of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Revised
from workflow.hazards.open311.rules import CLOSED, OPEN


class PartnerRequest(Revised, Base):
    """A case that a partner reported. Not a word of the report is here."""

    __tablename__ = "partner_request"
    __table_args__ = (
        CheckConstraint(f"status IN ('{OPEN}', '{CLOSED}')", name="status_known"),
        Index("ix_partner_request_token", "partner_id", "token", unique=True, postgresql_where="token IS NOT NULL"),
        Index("ix_partner_request_hazard", "hazard_id", unique=True),
        Index("ix_partner_request_created", "partner_id", "created_at", "id"),
    )

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    token: Mapped[UUID | None]  # the partner's own: the same one again is the same request
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # keyed, of what came under that token
    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))
    region_code: Mapped[str]
    status: Mapped[str]
    status_notes: Mapped[str]  # in words for everybody
