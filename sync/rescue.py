"""Rescue: whatever a broken client still holds, into quarantine, unparsed (docs/sync-protocol.md 4)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from accounts.actor import Actor, Role
from database.base import Json, new_id
from database.journal import record
from database.session import now
from problems import NotFound, RoleNotAllowed, TooManyRequests
from sync.engine import Engine
from sync.models import Rescue, SyncQueue

MAX_BYTES = 50 * 2**20
# In a day, or broken phones fill the disk: of one person, of a guest, and of everybody.
_OWNERS_BYTES, _GUESTS_BYTES, _ALL_BYTES = 4 * MAX_BYTES, MAX_BYTES, 100 * MAX_BYTES
_DAY = timedelta(days=1)


def keep(engine: Engine, session: Session, actor: Actor, body: bytes) -> Json:
    """Store the bytes sealed. The same bytes again are the same rescue. Event: rescue.received. Raises TooManyRequests."""
    sha256 = hashlib.sha256(body).digest()
    known = session.scalar(select(Rescue.id).where(Rescue.owner_id == actor.id, Rescue.sha256 == sha256))
    if known is not None:
        return {"id": known, "sha256": sha256.hex(), "bytes": len(body)}
    moment = now(session)
    total = func.sum(Rescue.length_bytes)
    recent = select(total, total.filter(Rescue.owner_id == actor.id)).where(Rescue.created_at > moment - _DAY)
    everybodys, own = (count or 0 for count in session.execute(recent).one())
    if own + len(body) > (_GUESTS_BYTES if actor.is_guest else _OWNERS_BYTES) or everybodys + len(body) > _ALL_BYTES:
        raise TooManyRequests(retry_after_seconds=int(_DAY.total_seconds()))
    region_code = session.scalar(
        select(SyncQueue.region_code)
        .where(SyncQueue.owner_id == actor.id, SyncQueue.region_code.is_not(None))
        .order_by(SyncQueue.created_at.desc())
        .limit(1)
    )
    values = {
        "id": new_id(), "revision": 1, "stamps": {}, "created_at": moment, "updated_at": moment, "owner_id": actor.id,
        "device_id": actor.device_id, "region_code": region_code, "length_bytes": len(body), "sha256": sha256,
        "body": engine.ring.seal(body),
    }  # fmt: skip
    made = session.scalars(
        insert(Rescue).values(values).on_conflict_do_nothing(constraint="uq_rescue_owner_id_sha256").returning(Rescue.id)
    ).one_or_none()
    if made is None:  # a twin of this request was quicker
        return keep(engine, session, actor, body)
    kept = session.get_one(Rescue, made, options=[defer(Rescue.body)])
    record(session, "rescue.received", kept, actor, data={"bytes": len(body)})
    return {"id": made, "sha256": sha256.hex(), "bytes": len(body)}


def seen_by(actor: Actor) -> Select[Rescue]:
    """Rescues that this actor looks after, without their bytes. Raises RoleNotAllowed unless he is a system administrator."""
    prefixes = {grant.region_prefix for grant in actor.grants if grant.role is Role.SYS_ADMIN}
    if not prefixes:
        raise RoleNotAllowed(action="read_rescues")
    inside = [Rescue.region_code.startswith(prefix, autoescape=True) for prefix in sorted(prefixes)]
    nobodys = [Rescue.region_code.is_(None)] if actor.is_regional(Role.SYS_ADMIN) else []
    return select(Rescue).options(defer(Rescue.body)).where(or_(*inside, *nobodys))


def shown(rescue: Rescue) -> Json:
    """A line of the list."""
    return {
        "id": rescue.id,
        "owner_id": rescue.owner_id,
        "device_id": rescue.device_id,
        "region_code": rescue.region_code,
        "bytes": rescue.length_bytes,
        "sha256": rescue.sha256.hex(),
        "received_at": rescue.created_at,
    }


def opened(engine: Engine, session: Session, actor: Actor, rescue_id: UUID) -> bytes:
    """The bytes as they came. Each reading is on record: rescue.opened. Raises NotFound, RoleNotAllowed."""
    rescue = session.scalars(seen_by(actor).where(Rescue.id == rescue_id).with_for_update()).one_or_none()
    if rescue is None:
        raise NotFound
    record(session, "rescue.opened", rescue, actor)
    return engine.ring.open(rescue.body)
