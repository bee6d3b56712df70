"""The tables of the sync engine (docs/sync-protocol.md 3). They know entity types by name only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Numeric, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised

OUTCOMES = ("applied", "merged", "noop", "conflict", "rejected", "parked")
ISSUE_KINDS = ("conflict", "rejected", "parked", "fault", "reassigned")
ISSUE_STATES = ("open", "applied", "discarded")


class SyncDevice(Base):
    """One install of the client."""

    __tablename__ = "sync_device"
    __table_args__ = (CheckConstraint("status IN ('active', 'wiped')", name="status_known"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the install id, made by the client
    status: Mapped[str] = mapped_column(default="active")
    platform: Mapped[str] = mapped_column(default="")
    app_version: Mapped[str] = mapped_column(default="")
    schema_version: Mapped[int] = mapped_column(Integer, default=1)
    is_guests: Mapped[bool] = mapped_column(default=False)  # of one guest alone: an anonymous report joins nobody
    skew_ms: Mapped[int | None]  # device clock minus server clock: evidence, never authority
    last_seen_at: Mapped[datetime | None]  # written at most every ten minutes


class SyncQueue(Base):
    """The ordered mutation stream of one device and one owner; it never changes owner."""

    __tablename__ = "sync_queue"
    __table_args__ = (
        Index("ix_sync_queue_region", "region_code", postgresql_where="region_code IS NOT NULL"),
        Index("ix_sync_queue_pending", "oldest_pending_at", postgresql_where="pending > 0"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("sync_device.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    # Where the owner worked when he last registered with a role: whose supervisor looks after what he leaves behind.
    region_code: Mapped[str | None]
    public_key: Mapped[Json | None]  # ES256 JWK of this owner on this device: co-signatures and capture records
    body_key: Mapped[bytes] = mapped_column(LargeBinary)  # sealed by the ring; destroying it (empty) destroys every body
    last_seq: Mapped[int] = mapped_column(default=0)
    durable_seq: Mapped[int] = mapped_column(default=0)
    # What its device last said that it still has, and since when, by our clock.
    pending: Mapped[int] = mapped_column(default=0, server_default="0")
    oldest_pending_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # When its owner lost a right. What comes until his next pull was done before he knew, and waits for a decision.
    revoked_at: Mapped[datetime | None]


class SyncHold(Base):
    """What a queue's device held after its last pull: leases run from here. A row of its own: no push waits for a pull."""

    __tablename__ = "sync_hold"

    queue_id: Mapped[UUID] = mapped_column(ForeignKey("sync_queue.id"), primary_key=True)
    pulled_at: Mapped[datetime]
    scopes: Mapped[Json]  # scope id -> [position before the pull, position after it]
    refills: Mapped[int] = mapped_column(default=0, server_default="0")  # scopes asked for again: digests that differed


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
        CheckConstraint("resolution IS NULL OR outcome = 'parked'", name="parked_is_resolved"),
        Index(
            "ix_sync_mutation_parked",
            "queue_id",
            "entity_id",
            postgresql_where="outcome = 'parked' AND resolution IS NULL",
        ),
        Index("ix_sync_mutation_body", "received_at", postgresql_where="body IS NOT NULL"),
        Index("ix_sync_mutation_issue", "issue_id", postgresql_where="issue_id IS NOT NULL"),
    )

    queue_id: Mapped[UUID] = mapped_column(ForeignKey("sync_queue.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    mid: Mapped[UUID | None] = mapped_column(index=True)  # None: the line did not parse
    name: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, default=1)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID | None]
    outcome: Mapped[str]
    reason: Mapped[str | None]  # why it was rejected or parked
    resolution: Mapped[str | None]
    issue_id: Mapped[UUID | None]  # where a person looks after it
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed under the queue's key; None: a copy of another queue's
    received_at: Mapped[datetime]


class SyncScope(Base):
    """The unit of replication, permission and ordering."""

    __tablename__ = "sync_scope"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    head: Mapped[int] = mapped_column(default=0, server_default="0")
    floor: Mapped[int] = mapped_column(default=0, server_default="0")
    live_rows: Mapped[int] = mapped_column(default=0, server_default="0")
    digest: Mapped[int] = mapped_column(Numeric(20, 0), default=0, server_default="0")  # sum of the rows' hashes modulo 2^64


class SyncFeed(Base):
    """One row for each (scope, entity), holding the rendered line; an update moves the row to a new position."""

    __tablename__ = "sync_feed"
    __table_args__ = (
        UniqueConstraint("entity_type", "entity_id", "scope_id"),
        CheckConstraint("gone IN ('deleted', 'left')", name="gone_known"),
        CheckConstraint("(gone IS NULL) = (hash IS NOT NULL)", name="living_rows_count"),
        Index("ix_sync_feed_gone", "gone_at", postgresql_where="gone IS NOT NULL"),
    )

    scope_id: Mapped[int] = mapped_column(ForeignKey("sync_scope.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    entered: Mapped[int]  # the position at which the entity last came into the scope
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    revision: Mapped[int]
    line: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[int | None]  # the 8 bytes that the line names, as a signed number
    gone: Mapped[str | None]
    gone_at: Mapped[datetime | None]


class SyncSnapshot(Base):
    """The living rows of a large scope at one position, for devices that begin."""

    __tablename__ = "sync_snapshot"
    __table_args__ = (Index("ix_sync_snapshot_scope", "scope_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("sync_scope.id"))
    upto: Mapped[int]
    chunks: Mapped[Json]  # [{"sha256", "bytes", "rows"}]
    made_at: Mapped[datetime]


class SyncChunk(Base):
    """Compressed lines, named by their SHA-256; snapshots share those that did not change."""

    __tablename__ = "sync_chunk"

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]  # or used again by a newer snapshot


class SyncDirty(Base):
    """A record whose lines have to be rendered again, by a publisher and in small batches."""

    __tablename__ = "sync_dirty"
    __table_args__ = (Index("ix_sync_dirty_marked", "marked_at", "entity_id"),)

    entity_type: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    marked_at: Mapped[datetime]


class Rescue(Revised, Base):
    """Bytes that a broken client saved, unparsed and sealed."""

    __tablename__ = "rescue"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"),)

    owner_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    length_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class SyncMeta(Base):
    """Single values of the engine: the epoch."""

    __tablename__ = "sync_meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Issue(Revised, Base):
    """Something a person has to look at: a losing value, a rejected or parked mutation. Itself a synced entity."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint(f"kind IN {ISSUE_KINDS}", name="kind_known"),
        CheckConstraint(f"state IN {ISSUE_STATES}", name="state_known"),
        CheckConstraint("(state = 'open') = (resolved_by IS NULL)", name="resolved_by_somebody"),
        Index("ix_issue_open", "region_code", "id", postgresql_where="state = 'open'"),
        Index("ix_issue_queue", "queue_id", "subject_id", postgresql_where="state = 'open'"),
        Index("ix_issue_losers", "loser_ids", postgresql_using="gin"),
        Index("ix_issue_closed", "updated_at", postgresql_where="state <> 'open' AND off_devices_at IS NULL"),
    )

    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    author_id: Mapped[UUID] = mapped_column(index=True)
    author_is_staff: Mapped[bool]  # False: a reporter, whom nobody is shown
    loser_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")  # whose values had to yield
    region_code: Mapped[str | None]
    queue_id: Mapped[UUID]
    seq: Mapped[int]
    mid: Mapped[UUID | None]
    mutation: Mapped[str]  # its name
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    field: Mapped[str | None]
    reason: Mapped[str]  # a problem code, or why it was parked
    losing: Mapped[Json]  # what the device sent, without reporter data
    resolved_by: Mapped[UUID | None]
    off_devices_at: Mapped[datetime | None]  # when it left every device, long after it was closed
