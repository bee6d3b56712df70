"""Register: a device and a queue introduce themselves (docs/sync-protocol.md 4). The same queue again gives its state."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from problems import Invalid, field_error
from sync.bodies import new_body_key
from sync.engine import Engine
from sync.models import SyncQueue
from sync.problems import QueueOwner, ServerBehind, Wiped

_PUBLIC = frozenset({"kty", "crv", "x", "y", "alg", "use", "key_ops", "kid", "ext"})
_KEPT = ("kty", "crv", "x", "y")


def public_key(jwk: Json) -> Json:
    """The four members of an ES256 public key (RFC 7518 6.2). Raises Invalid: another curve, a private part, no point of it."""
    try:
        if not jwk.keys() <= _PUBLIC or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
            raise ValueError("not a public P-256 key")  # noqa: TRY301 - answered below, with what the library refuses
        kept = {name: jwk[name] for name in _KEPT}
        ECKey.import_key(kept)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Invalid(field_error("public_key", "bad_key", "应为 ES256 (P-256) 公钥,且不得包含私钥")) from error
    return kept


def register(engine: Engine, session: Session, actor: Actor, data: dict[str, Any]) -> Json:
    """Make or find the device and the queue. `data` is a loaded RegisterSchema.

    Raises QueueOwner, Wiped, ServerBehind, and Invalid for a key that is none or an install that is not the session's.
    """
    if data["schema"] > engine.versions.current:
        raise ServerBehind(current=engine.versions.current)
    if actor.device_id is not None and actor.device_id != data["install"]:
        raise Invalid(field_error("install", "other_install", "与登录时的设备不一致"))
    key = public_key(data["public_key"]) if data["public_key"] is not None else None
    moment = now(session)
    queue = _renewed(session, actor, data, key)
    _note_device(session, actor, data, moment)
    if queue is None:
        queue = _made(engine, session, actor, data, key)
    epoch = session.scalar(text("SELECT value FROM sync_meta WHERE name = 'epoch'"))
    settings = engine.settings
    return {
        "queue": queue.id,
        "last_seq": queue.last_seq,
        "durable_seq": queue.durable_seq,
        "epoch": epoch,
        "server_time": moment,
        "skew_ms": _skew_ms(data["wall_clock"], moment),
        "schema": asdict(engine.versions),
        "limits": {
            "push_mutations": settings.push_mutations,
            "push_bytes": settings.push_bytes,
            "pull_bytes": settings.pull_bytes,
            "line_bytes": settings.line_bytes,
            "poll_seconds": settings.poll_seconds,
        },
    }


def _renewed(session: Session, actor: Actor, data: dict[str, Any], key: Json | None) -> SyncQueue | None:
    """The queue, if it is known already. Its row comes before the device's, as in push."""
    queue = session.get(SyncQueue, data["queue"], with_for_update={"key_share": True})
    if queue is None:
        return None
    _require_own(queue, actor, data["install"])
    if key is not None and key != queue.public_key:
        queue.public_key = key
    region_code = _region_code(actor)
    if region_code is not None and not actor.draining:
        queue.region_code = region_code
    session.flush()
    return queue


def _require_own(queue: SyncQueue, actor: Actor, install: UUID) -> None:
    if queue.owner_id != actor.id or queue.device_id != install:
        raise QueueOwner


def _made(engine: Engine, session: Session, actor: Actor, data: dict[str, Any], key: Json | None) -> SyncQueue:
    session.execute(
        _NEW_QUEUE,
        {
            "id": data["queue"],
            "device": data["install"],
            "owner": actor.id,
            "region": _region_code(actor),
            "body_key": new_body_key(engine.ring),
            "moment": now(session),
        },
    )
    # Somebody else may have been quicker: then this is his.
    queue = session.get_one(SyncQueue, data["queue"], with_for_update={"key_share": True})
    _require_own(queue, actor, data["install"])
    queue.public_key = key
    session.flush()
    return queue


def _region_code(actor: Actor) -> str | None:
    """Where a member of staff works: the first banner of his, else the first division."""
    codes = sorted({grant.region_code for grant in actor.grants})
    return next((code for code in codes if not code.endswith("00")), codes[0] if codes else None)


def _note_device(session: Session, actor: Actor, data: dict[str, Any], moment: datetime) -> None:
    device = session.execute(
        _NOTE_DEVICE,
        {
            "id": data["install"],
            "is_guests": actor.is_guest,
            "platform": data["platform"],
            "app_version": data["app_version"],
            "schema": data["schema"],
            "skew": _skew_ms(data["wall_clock"], moment),
            "moment": moment,
            "owner": actor.id,
        },
    ).one()
    if device.status == "wiped":
        raise Wiped
    # A guest's install is his alone, before and after: else these tables would join an anonymous report to a person.
    if (device.is_guests or actor.is_guest) and device.has_others:
        raise QueueOwner
    if device.is_guests != actor.is_guest:
        raise QueueOwner


def _skew_ms(wall_clock: datetime | None, moment: datetime) -> int | None:
    """Device clock minus server clock."""
    return None if wall_clock is None else round((wall_clock - moment).total_seconds() * 1000)


_NOTE_DEVICE = text(
    """
    INSERT INTO sync_device (id, status, is_guests, platform, app_version, schema_version, skew_ms, last_seen_at)
    VALUES (:id, 'active', :is_guests, :platform, :app_version, :schema, :skew, :moment)
    ON CONFLICT (id) DO UPDATE
       SET platform = excluded.platform, app_version = excluded.app_version, schema_version = excluded.schema_version,
           skew_ms = excluded.skew_ms, last_seen_at = excluded.last_seen_at
    RETURNING status, is_guests,
              EXISTS (SELECT FROM sync_queue q WHERE q.device_id = sync_device.id AND q.owner_id <> :owner) AS has_others
    """
)
# A queue that follows another on the same device (after a fork, in a new epoch) brings the same person's same work: his
# office looks after it, and a right that he lost meanwhile is still lost.
_NEW_QUEUE = text(
    """
    WITH before AS (
        SELECT q.region_code,
               CASE WHEN q.revoked_at > COALESCE((SELECT h.pulled_at FROM sync_hold h WHERE h.queue_id = q.id), '-infinity')
                    THEN q.revoked_at END AS revoked_at
          FROM sync_queue q WHERE q.device_id = :device AND q.owner_id = :owner ORDER BY q.created_at DESC, q.id DESC LIMIT 1
    )
    INSERT INTO sync_queue (id, device_id, owner_id, region_code, revoked_at, body_key, last_seq, durable_seq, created_at)
    VALUES (:id, :device, :owner, COALESCE(:region, (SELECT region_code FROM before)), (SELECT revoked_at FROM before),
            :body_key, 0, 0, :moment)
    ON CONFLICT (id) DO NOTHING
    """
)
