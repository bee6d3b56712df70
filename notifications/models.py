"""Outbox, inbox, message texts, what each person wants, and messages on their way out. They know people by id only."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Json, Revised

CLASSES = ("statutory", "progress", "duty", "content")
DELIVERY_STATES = ("waiting", "sending", "sent", "unreachable", "dead")


class OutboxRow(Identified, Base):
    """Work that follows from an event. Deleted only in the transaction of the task that did it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_claim", "not_before", "id", postgresql_where="died_at IS NULL"),
        Index("ix_outbox_dead", "died_at", postgresql_where="died_at IS NOT NULL"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    task: Mapped[str]  # a name of worker.TASKS
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime]
    last_error: Mapped[str | None]
    died_at: Mapped[datetime | None]  # given up: kept for a person to look at and to replay


class InboxItem(Revised, Base):
    """The one visible copy of a notice for a person and an event. Never says who reported."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        UniqueConstraint("person_id", "event_id"),
        CheckConstraint(f"notice_class IN {CLASSES}", name="class_known"),
        Index("ix_inbox_item_person", "person_id", "id"),
        Index("ix_inbox_item_unread", "person_id", postgresql_where="read_at IS NULL"),
    )

    person_id: Mapped[UUID]
    event_id: Mapped[UUID]  # no foreign key: checking it would cost every business transaction, and events never go
    event_name: Mapped[str]
    template_key: Mapped[str]
    notice_class: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]  # Chinese, ready to read
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    read_at: Mapped[datetime | None]


class MessageTemplate(Base):
    """A text of docs/wording.md as data: an administrator may change it, the seed never overwrites that."""

    __tablename__ = "message_template"
    __table_args__ = (CheckConstraint(f"notice_class IN {CLASSES}", name="class_known"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]  # with {placeholders} named like the keys of the event's data
    notice_class: Mapped[str]
    ignores_quiet_hours: Mapped[bool]
    is_editable: Mapped[bool]  # False: the words are the law's
    source: Mapped[str]


class NotificationPreference(Revised, Base):
    """What a person does not want, and when. No row: the defaults of `notifications/rules.py`. `id` is the person's."""

    __tablename__ = "notification_preference"

    switched: Mapped[Json]  # {"progress": {"sms": true}}: differs from the default
    quiet_from: Mapped[time | None] = mapped_column(Time)  # Beijing time; None: no quiet hours
    quiet_until: Mapped[time | None] = mapped_column(Time)


class Delivery(Identified, Base):
    """One message to one person about one event through one channel beyond the inbox. A sent one is left alone."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("person_id", "event_id", "channel"),
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state_known"),
        Index("ix_delivery_due", "channel", "not_before", "id", postgresql_where="state IN ('waiting', 'sending')"),
        Index("ix_delivery_dead", "id", postgresql_where="state = 'dead'"),
    )

    person_id: Mapped[UUID]
    event_id: Mapped[UUID]
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime]  # after quiet hours, after a failure, or when a claim by a dead worker lapses
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
