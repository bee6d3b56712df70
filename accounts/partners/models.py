"""Partners and their keys. Of a key only a hash is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from accounts.partners.rules import MOST_REQUESTS_PER_MINUTE
from database.base import Base, Revised


class Partner(Revised, Base):
    """A system of somebody else's (DATA_PARTNER), and the division whose administrator looks after it."""

    __tablename__ = "partner"
    __table_args__ = (
        CheckConstraint("name <> ''", name="has_name"),
        Index("ix_partner_region", "region_code", "id"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str]
    created_by: Mapped[UUID]


class ApiKey(Revised, Base):
    """One key: which divisions and interfaces it opens, from when to when. Ended, never deleted."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_after_made"),
        CheckConstraint("region_codes <> '[]' AND interfaces <> '[]'", name="opens_something"),
        CheckConstraint(f"requests_per_minute BETWEEN 1 AND {MOST_REQUESTS_PER_MINUTE}", name="throttled"),
        Index("ix_api_key_partner", "partner_id", "id"),
    )

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256: the key has 256 random bits
    hint: Mapped[str]  # its last characters, by which people tell keys apart
    region_codes: Mapped[list[str]]
    interfaces: Mapped[list[str]]
    requests_per_minute: Mapped[int]
    issued_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id"))
    last_used_at: Mapped[datetime | None]  # to the hour
