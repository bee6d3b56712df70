"""Photos, their uploads and their renditions. Which case a photo belongs to is known by type and id only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Revised
from database.crypto import Sealed

WAITING = "waiting"  # announced; its bytes are not here yet
STORED = "stored"  # the sealed original is durable
READY = "ready"  # the renditions that others see are made
REFUSED = "refused"  # not an image that can be shown; `refused_reason` says why
STATES = (WAITING, STORED, READY, REFUSED)

OPEN = "open"
FINISHED = "finished"
DISCARDED = "discarded"  # the whole file was wrong
EXPIRED = "expired"
UPLOAD_STATES = (OPEN, FINISHED, DISCARDED, EXPIRED)

RENDITIONS = ("1600", "320")  # longer edge in px


class Media(Revised, Base):
    """One photo: a client-made id under which a record names it, before or after its bytes arrive."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint("(entity_type IS NULL) = (entity_id IS NULL)", name="belongs_whole"),
        CheckConstraint("role ~ '^[a-z][a-z_]{0,39}$'", name="role_is_a_word"),
        CheckConstraint("octet_length(declared_sha256) = 32 AND octet_length(sha256) = 32", name="digest_is_whole"),
        CheckConstraint("declared_length_bytes > 0 AND length_bytes > 0", name="length_positive"),
        CheckConstraint(
            "state NOT IN ('stored', 'ready') OR (sha256 IS NOT NULL AND length_bytes IS NOT NULL AND content_type IS NOT NULL"
            " AND storage_key IS NOT NULL AND stored_at IS NOT NULL)",
            name="stored_is_complete",
        ),
        CheckConstraint("(state = 'refused') = (refused_reason IS NOT NULL)", name="refusal_has_reason"),
        CheckConstraint("(perceptual_hash IS NULL) = (perceptual_bands IS NULL)", name="look_is_whole"),
        Index("ix_media_entity", "entity_type", "entity_id", "id"),
        Index("ix_media_sha256", "sha256", postgresql_where="sha256 IS NOT NULL"),
        Index("ix_media_bands", "perceptual_bands", postgresql_using="gin"),
        Index("ix_media_unlooked", "id", postgresql_where="state = 'ready' AND perceptual_bands IS NULL"),
        Index("ix_media_owner", "owner_id", "stored_at"),
        Index("ix_media_unattached", "stored_at", postgresql_where="entity_id IS NULL AND storage_key IS NOT NULL"),
    )

    owner_id: Mapped[UUID]  # never shown: a guest's photo tells nothing of a person
    entity_type: Mapped[str | None]
    entity_id: Mapped[UUID | None]
    role: Mapped[str]  # what it is to the record: report, verification, rectification, recheck
    state: Mapped[str] = mapped_column(default=WAITING, server_default=WAITING)
    refused_reason: Mapped[str | None]

    declared_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # what the client said that it will send
    declared_length_bytes: Mapped[int | None]
    captured_at: Mapped[datetime | None]  # by the device's clock: evidence, never authority

    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the bytes that arrived
    length_bytes: Mapped[int | None]
    content_type: Mapped[str | None]  # by the first bytes, whatever the client called it
    storage_key: Mapped[str | None]  # the sealed original
    stored_at: Mapped[datetime | None]

    width: Mapped[int | None] = mapped_column(Integer)  # px, upright
    height: Mapped[int | None] = mapped_column(Integer)
    taken_at: Mapped[datetime | None]  # EXIF
    position: Mapped[str | None] = mapped_column(Sealed)  # EXIF: {"lon", "lat", "altitude_m"} as JSON
    perceptual_hash: Mapped[int | None] = mapped_column(BigInteger)  # what it looks like (media/likeness.py)
    perceptual_bands: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))  # of it, indexed; empty if it tells too little


class Upload(Identified, Base):
    """One tus upload (version 1.0.0). Its URL is a capability: the table finds it by hash and can tell it to its owner again."""

    __tablename__ = "media_upload"
    __table_args__ = (
        CheckConstraint(f"state IN {UPLOAD_STATES}", name="state_known"),
        CheckConstraint("offset_bytes BETWEEN 0 AND length_bytes", name="offset_inside"),
        Index(
            "uq_media_upload_live",
            "media_id",
            unique=True,
            postgresql_where="state IN ('open', 'finished')",
        ),
        Index("ix_media_upload_owner", "owner_id", postgresql_where="state = 'open'"),
        Index("ix_media_upload_expires", "expires_at", postgresql_where="state = 'open'"),
        Index("ix_media_upload_spooled", "id", postgresql_where="sealed_bytes > 0 AND state <> 'open'"),
    )

    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), index=True)
    owner_id: Mapped[UUID]
    token: Mapped[str] = mapped_column(Sealed)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    metadata_header: Mapped[str]  # as the client sent it: HEAD has to repeat it
    state: Mapped[str] = mapped_column(default=OPEN, server_default=OPEN)
    length_bytes: Mapped[int]
    offset_bytes: Mapped[int] = mapped_column(default=0)  # acknowledged: on the disk
    sealed_bytes: Mapped[int] = mapped_column(default=0)  # how much of the spool file holds them; 0: there is no file
    writer: Mapped[UUID | None]  # the request that writes now, until `writer_until`
    writer_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # slides with each acknowledged byte


class Rendition(Base):
    """A picture made from the original, without one byte of metadata: what others see."""

    __tablename__ = "media_rendition"
    __table_args__ = (CheckConstraint(f"name IN {RENDITIONS}", name="name_known"),)

    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    length_bytes: Mapped[int]
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    storage_key: Mapped[str]
