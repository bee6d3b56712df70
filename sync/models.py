"""The tables of the sync engine (docs/sync-protocol.md 3). They know entity types by name only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised

OUTCOMES = ("applied", "merged", "noop", "conflict", "rejected", "parked")


class SyncDevice(Base):
    """One install of the client."""

    __tablename__ = "sync_device"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the install id, made by the client
    status: Mapped[str] = mapped_column(default="active")  # active, wiped
    platform: Mapped[str] = mapped_column(default="")
    app_version: Mapped[str] = mapped_column(default="")
    schema_version: Mapped[int] = mapped_column(Integer, default=1)
    public_key: Mapped[Json | None]  # ES256 JWK: co-signatures and capture records
    owner_id: Mapped[UUID | None]  # who registered the key
    is_guests: Mapped[bool] = mapped_column(default=False)  # of one guest alone: an anonymous report joins nobody
    skew_ms: Mapped[int | None]  # device clock minus server clock: evidence, never authority
    last_seen_at: Mapped[datetime | None]  # written at most every ten minutes
    pending: Mapped[int] = mapped_column(default=0)  # queue length and age as the device last reported them
    oldest_pending_at: Mapped[datetime | None]


class SyncQueue(Base):
    """The ordered mutation stream of one device and one owner; it never changes owner."""

    __tablename__ = "sync_queue"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("sync_device.id"))
    owner_id: Mapped[UUID] = mapped_column(index=True)
    last_seq: Mapped[int] = mapped_column(default=0)
    durable_seq: Mapped[int] = mapped_column(default=0)
    pulled_at: Mapped[datetime | None]  # the last pull: leases run from here
    held: Mapped[Json] = mapped_column(default=dict)  # scope id -> position at that pull: what the device had then
    created_at: Mapped[datetime]


class Receipt(Base):
    """The one ledger: a pushed mutation's mid and an HTTP write's Idempotency-Key, kept for ever."""

    __tablename__ = "receipt"
    __table_args__ = (CheckConstraint("octet_length(result) <= 4096", name="result_is_small"),)

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str]  # the outcome of a mutation, or the HTTP status
    result: Mapped[bytes] = mapped_column(LargeBinary)  # JSON without reporter data
    at: Mapped[datetime]


class SyncMutation(Base):
    """One line that a device sealed, with its one outcome."""

    __tablename__ = "sync_mutation"
    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome_known"),
        CheckConstraint("resolution IN ('applied', 'discarded')", name="resolution_known"),
        Index(
            "ix_sync_mutation_parked",
            "queue_id",
            "entity_id",
            postgresql_where="outcome = 'parked' AND resolution IS NULL",
        ),
    )

    queue_id: Mapped[UUID] = mapped_column(ForeignKey("sync_queue.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    mid: Mapped[UUID | None] = mapped_column(index=True)  # None: the line did not parse
    name: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, default=1)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID | None]
    outcome: Mapped[str]
    resolution: Mapped[str | None]
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed
    received_at: Mapped[datetime]


class SyncScope(Base):
    """The unit of replication, permission and ordering."""

    __tablename__ = "sync_scope"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    head: Mapped[int] = mapped_column(default=0, server_default="0")
    floor: Mapped[int] = mapped_column(default=0, server_default="0")


class SyncFeed(Base):
    """One row for each (scope, entity), holding the rendered line; an update moves the row to a new position."""

    __tablename__ = "sync_feed"
    __table_args__ = (
        UniqueConstraint("entity_type", "entity_id", "scope_id"),
        CheckConstraint("gone IN ('deleted', 'left')", name="gone_known"),
    )

    scope_id: Mapped[int] = mapped_column(ForeignKey("sync_scope.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    revision: Mapped[int]
    line: Mapped[bytes] = mapped_column(LargeBinary)
    gone: Mapped[str | None]


class SyncMeta(Base):
    """Single values of the engine: the epoch."""

    __tablename__ = "sync_meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Issue(Revised, Base):
    """Something a person has to look at: a losing value, a rejected or parked mutation. Itself a synced entity."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint("kind IN ('conflict', 'rejected', 'parked', 'fault')", name="kind_known"),
        CheckConstraint("state IN ('open', 'applied', 'discarded')", name="state_known"),
        Index("ix_issue_open", "region_code", "id", postgresql_where="state = 'open'"),
    )

    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    author_id: Mapped[UUID] = mapped_column(index=True)
    region_code: Mapped[str | None]
    queue_id: Mapped[UUID]
    seq: Mapped[int]
    mid: Mapped[UUID | None]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    field: Mapped[str | None]
    reason: Mapped[str]  # a problem code
    losing: Mapped[Json]  # what the device sent, without reporter data
    resolved_by: Mapped[UUID | None]
