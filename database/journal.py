"""The journal: one insert-only row for each thing that happened. The outbox, the inbox and the figures all read it.

Each event hashes the previous event of its entity (under the row lock that the command already holds), so no chain
serialises writers. A sealer chains Merkle roots of the committed events every ten seconds (`database/seal.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import UserDefinedType

from database.base import Base, Json, Revised, new_id
from database.session import now


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id (`xid8`), which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The column's type."""
        return "xid8"


class Event(Base):
    """Something that happened to an entity. Update and delete are refused by privilege and by trigger."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_entity", "entity_type", "entity_id", "id"),
        Index("ix_event_transaction", "transaction_id", "id"),
        CheckConstraint("strpos(name, '.') > 1", name="name_has_subject"),
    )
    __mapper_args__ = {"eager_defaults": False}  # nobody asks for the transaction id in the transaction itself

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]  # "hazard.handed_over": the entity type and the verb in the past
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    revision: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    region_code: Mapped[str | None]
    concerns: Mapped[Json]  # {"reporter": [ids], "officers": [ids]}: whom to tell, so that engines need not ask
    data: Mapped[Json]  # never reporter identity, numbers or phones
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    transaction_id: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))


class Who(Protocol):
    """The part of an actor that an event keeps."""

    @property
    def id(self) -> UUID: ...


def record(
    session: Session,
    name: str,
    entity: Revised,
    actor: Who,
    *,
    concerns: Mapping[str, Iterable[UUID | None]] | None = None,
    data: Json | None = None,
) -> Event:
    """Add one event, chained to the entity's previous one. The caller holds the entity's row lock.

    `concerns` names the people of the case by what they are to it (reporter, officers, leaders, receivers …); None
    entries are passed over, doubles removed. `data` is JSON without reporter identity.
    """
    people = {
        part: [str(person) for person in dict.fromkeys(ids) if person is not None] for part, ids in (concerns or {}).items()
    }
    event = Event(
        id=new_id(),
        name=name,
        entity_type=type(entity).__tablename__,
        entity_id=entity.id,
        revision=entity.revision,
        at=now(session),
        actor_id=actor.id,
        region_code=getattr(entity, "region_code", None),
        concerns={part: ids for part, ids in people.items() if ids},
        data=data or {},
        previous_hash=entity.event_hash,
    )
    event.hash = event_digest(event)
    entity.event_hash = event.hash
    session.add(event)
    recorded(session).append(event)
    return event


def recorded(session: Session) -> list[Event]:
    """The events of this transaction so far, in order."""
    events: list[Event] = session.info.setdefault("events", [])
    return events


def event_digest(event: Event) -> bytes:
    """SHA-256 over the previous hash and the canonical JSON of the event (sorted keys, RFC 3339 UTC)."""
    content = orjson.dumps(
        {
            "id": event.id,
            "name": event.name,
            "entity": [event.entity_type, event.entity_id],
            "revision": event.revision,
            "at": event.at,
            "actor": event.actor_id,
            "region": event.region_code,
            "concerns": event.concerns,
            "data": event.data,
        },
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return hashlib.sha256((event.previous_hash or b"") + content).digest()
