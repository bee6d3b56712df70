"""Where partners want to be told, and each message on its way there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Json, Revised
from database.crypto import Sealed
from notifications.webhooks.rules import DELIVERY_STATES, STATES


class Webhook(Revised, Base):
    """An address of a partner's. After a failure all of its messages rest, longer each time."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint("(state = 'PAUSED') = (paused_at IS NOT NULL)", name="paused_since"),
        CheckConstraint("event_types <> '[]'", name="wants_something"),
        Index("ix_webhook_partner", "partner_id", "id"),
    )

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    url: Mapped[str]
    event_types: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="ACTIVE")
    secret: Mapped[str] = mapped_column(Sealed)
    old_secret: Mapped[str | None] = mapped_column(Sealed)
    old_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]


class WebhookDelivery(Identified, Base):
    """One message to one address. `id` is what the receiver knows it by, however often it is sent."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        CheckConstraint(f"state IN {tuple(DELIVERY_STATES)}", name="state_known"),
        Index("ix_webhook_delivery_webhook", "webhook_id", "id"),
        Index("ix_webhook_delivery_due", "not_before", "id", postgresql_where="state IN ('waiting', 'sending')"),
        Index("ix_webhook_delivery_created", "created_at"),
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[UUID]
    event_type: Mapped[str]
    payload: Mapped[Json]  # the document that is sent
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
