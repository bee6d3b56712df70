"""The declarative base, identifiers, and what every record that people work on has in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import BigInteger, Date, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Text, never varchar: lengths are check constraints. Every moment carries its zone."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        int: BigInteger,
        date: Date,
        datetime: DateTime(timezone=True),
        # None is SQL NULL: a JSON null would pass every `IS NOT NULL`.
        Json: JSONB(none_as_null=True),
        list[Json]: JSONB(none_as_null=True),
        list[str]: JSONB(none_as_null=True),
    }


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by time, so that indexes stay warm."""
    return uuid_utils.compat.uuid7()


class Identified:
    """Has a UUIDv7 made by the client or by us."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Revised(Identified):
    """Is edited by people: `revision` grows by one with each change, `event_hash` heads its chain of events."""

    if TYPE_CHECKING:
        __tablename__: str  # also the entity type's name on the wire, in events and in rules

    revision: Mapped[int] = mapped_column(default=1)
    event_hash: Mapped[bytes | None] = mapped_column(default=None)
    stamps: Mapped[Json] = mapped_column(default=dict, server_default="{}")  # field -> [revision, queue that wrote it]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
