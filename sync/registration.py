"""Making a device's queue and key known (docs/sync-protocol.md 4, register): an upsert, so a lost answer harms nothing."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from marshmallow import ValidationError, fields, validate
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from settings import Settings
from sync.models import SyncDevice, SyncMeta, SyncQueue
from sync.problems import QueueOwner, ServerBehind, Wiped
from wire import Line, Moment, StrictSchema

SCHEMA_VERSION = 1  # of the protocol; push is accepted from any version, pull from MIN_PULL on
MIN_PULL = 1


class PublicKeySchema(StrictSchema):
    """An ES256 public key as JWK (RFC 7517), without its private part."""

    kty = fields.String(required=True, validate=validate.Equal("EC"))
    crv = fields.String(required=True, validate=validate.Equal("P-256"))
    x = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{43}$", error="不是P-256坐标"))
    y = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{43}$", error="不是P-256坐标"))


def point_on_curve(key: dict[str, str]) -> None:
    """Raises ValidationError unless the coordinates are a point of P-256."""
    try:
        x, y = (int.from_bytes(base64.urlsafe_b64decode(key[part] + "=")) for part in ("x", "y"))
        ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (ValueError, binascii.Error) as error:
        raise ValidationError("不是P-256曲线上的点") from error


class RegisterDeviceSchema(StrictSchema):
    """What a device says of itself."""

    install = fields.UUID(required=True)
    queue = fields.UUID(required=True)
    platform = Line(max_length=40, min_length=0, load_default="")
    app_version = Line(max_length=40, min_length=0, load_default="")
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    wall_clock = Moment(required=True)
    public_key = fields.Nested(PublicKeySchema, required=True, validate=point_on_curve)


class SchemaVersionsSchema(StrictSchema):
    """The protocol versions that the server speaks."""

    current = fields.Integer()
    min_pull = fields.Integer()
    min_push = fields.Integer()


class RegisteredSchema(StrictSchema):
    """Where the queue stands, and the limits that hold."""

    queue = fields.UUID()
    last_seq = fields.Integer()
    durable_seq = fields.Integer()
    epoch = fields.String()
    server_time = Moment()
    skew_ms = fields.Integer(metadata={"description": "device clock minus server clock, milliseconds"})
    schema = fields.Nested(SchemaVersionsSchema)
    limits = fields.Dict()


def register(session: Session, settings: Settings, actor: Actor, data: dict[str, Any]) -> Json:
    """Upsert device and queue. Raises QueueOwner, Wiped, ServerBehind."""
    if data["schema"] > SCHEMA_VERSION:
        raise ServerBehind(current=SCHEMA_VERSION)
    moment = now(session)
    skew_ms = round((data["wall_clock"] - moment).total_seconds() * 1000)
    _upsert_device(session, actor, data, skew_ms, moment)
    session.execute(
        insert(SyncQueue)
        .values(id=data["queue"], device_id=data["install"], owner_id=actor.id, created_at=moment, held={})
        .on_conflict_do_nothing()
    )
    queue = session.get_one(SyncQueue, data["queue"])
    if queue.owner_id != actor.id or queue.device_id != data["install"]:
        raise QueueOwner
    return {
        "queue": queue.id,
        "last_seq": queue.last_seq,
        "durable_seq": queue.durable_seq,
        "epoch": epoch(session),
        "server_time": moment,
        "skew_ms": skew_ms,
        "schema": {"current": SCHEMA_VERSION, "min_pull": MIN_PULL, "min_push": 1},
        "limits": {
            "push_mutations": settings.push_mutations,
            "push_bytes": settings.push_bytes,
            "pull_bytes": settings.pull_bytes,
            "line_bytes": settings.line_bytes,
            "poll_seconds": settings.poll_seconds,
        },
    }


def _upsert_device(session: Session, actor: Actor, data: dict[str, Any], skew_ms: int, moment: datetime) -> None:
    known = {
        "platform": data["platform"],
        "app_version": data["app_version"],
        "schema_version": data["schema"],
        "skew_ms": skew_ms,
        "last_seen_at": moment,
    }
    # A device has one key; who registered it first signs with it, also when somebody else uses the phone later.
    made = insert(SyncDevice).values(
        id=data["install"],
        status="active",
        public_key=data["public_key"],
        owner_id=actor.id,
        is_guests=actor.is_guest,
        pending=0,
        **known,
    )
    session.execute(made.on_conflict_do_update(index_elements=["id"], set_=known))
    device = session.get_one(SyncDevice, data["install"], populate_existing=True)
    if device.status == "wiped":
        raise Wiped
    # A guest's install is his alone, before and after: else this table would join an anonymous report to a person.
    if (device.is_guests or actor.is_guest) and device.owner_id != actor.id:
        raise QueueOwner
    if device.public_key is None:
        device.public_key, device.owner_id = data["public_key"], actor.id


def epoch(session: Session) -> str:
    """The identity of the server's history."""
    return session.scalars(select(SyncMeta.value).where(SyncMeta.name == "epoch")).one()


def queue_of(session: Session, queue_id: UUID, actor: Actor) -> SyncQueue:
    """A registered queue of this actor. Raises QueueOwner for somebody else's and for one that was never registered."""
    queue = session.get(SyncQueue, queue_id)
    if queue is None or queue.owner_id != actor.id:
        raise QueueOwner
    return queue
