"""Messages of a case: sealed, on no device, in no event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified
from database.crypto import Sealed
from workflow.hazards.messages.rules import SIDES


class HazardMessage(Identified, Base):
    """A question of the office, or an answer of the reporter."""

    __tablename__ = "hazard_message"
    __table_args__ = (
        CheckConstraint(f"side IN {tuple(SIDES)}", name="side_known"),
        CheckConstraint("(side = 'OFFICE') = (author_id IS NOT NULL)", name="reporters_are_not_named"),
        Index("ix_hazard_message_hazard", "hazard_id", "sent_at", "id"),
    )

    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))
    side: Mapped[str]
    author_id: Mapped[UUID | None]  # who asked: colleagues read his name, the reporter does not
    text: Mapped[str] = mapped_column(Sealed)
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # by the other side
