"""/sync: how a device works for days without a network and loses nothing (docs/sync-protocol.md)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zlib
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from marshmallow import ValidationError, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from api.actions import done
from api.auth import authenticate
from api.context import actor, parts, session
from api.paging import page
from api.routes import Routes, flatten, owns_transactions, parse_json, read_body
from problems import BodyTooLarge, Invalid, Malformed, Unauthenticated, UnsupportedMediaType
from sync.models import Issue, SyncDevice, SyncQueue
from sync.mutations import Origin
from sync.problems import TornBody
from sync.pull import PullSchema, lease_is_old, note_lease, pull as pull_page
from sync.push import Push, PushHeadSchema
from sync.registration import RegisterDeviceSchema, RegisteredSchema, register as register_device
from sync.synced import ISSUE, line as issue_line
from wire import Moment, NothingSchema, PageSchema, StrictSchema
from workflow.schemas import DoneSchema

routes = Routes("sync", "/sync", "离线同步")
_NDJSON = "application/x-ndjson"
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_GZIP_FROM_BYTES = 1024
_LINES = {"type": "string", "description": "NDJSON, one document in each line"}


class IssueSchema(StrictSchema):
    """Something that a person has to look at."""

    id = fields.UUID()
    revision = fields.Integer()
    data = fields.Dict()


class IssuePageSchema(StrictSchema):
    """A page of issues, oldest first."""

    items = fields.List(fields.Nested(IssueSchema))
    next_cursor = fields.String(allow_none=True)


class QueueStatusSchema(StrictSchema):
    """One of the caller's queues, as the server knows it."""

    queue = fields.UUID()
    install = fields.UUID()
    last_seq = fields.Integer()
    pending = fields.Integer()
    oldest_pending_at = Moment(allow_none=True)
    last_seen_at = Moment(allow_none=True)


class SyncStatusSchema(StrictSchema):
    """The caller's queues and his open issues."""

    queues = fields.List(fields.Nested(QueueStatusSchema))
    open_issues = fields.Integer()


@routes.route("/register", methods=["POST"])
@routes.arguments(RegisterDeviceSchema)
@routes.response(200, RegisteredSchema)
def register(data: dict[str, Any]) -> dict[str, Any]:
    """Register a device's queue and key, or read where the queue stands"""
    return register_device(session(), parts().settings, actor(), data)


@routes.route("/push", methods=["POST"])
@routes.doc(
    requestBody={"required": True, "content": {_NDJSON: {"schema": {"type": "string"}}}},
    parameters=[
        {
            "in": "header",
            "name": "Content-Digest",
            "required": True,
            "schema": {"type": "string"},
            "description": "sha-256 of the body as sent (RFC 9530)",
        }
    ],
)
@routes.response(200, _LINES, content_type=_NDJSON)
@owns_transactions
def push() -> Response:
    """Push sealed mutations, one line each, in order; one result line each comes back

    At most 200 lines and 262,144 bytes. A missing or wrong digest, or a cut body, answers 400 torn_body and applies nothing.
    """
    its = parts()
    body = _whole_body(its.settings.push_bytes)
    head_line, *lines = body.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    head = _loaded(PushHeadSchema, parse_json(head_line, 3))
    if head["count"] != len(lines):
        raise TornBody(expected=head["count"], received=len(lines))
    door = Push(its.database, its.catalog, its.ring, its.settings, its.applier)
    results, ack = door.receive(_caller, head, lines)
    return Response(b"".join(orjson.dumps(line) + b"\n" for line in [*results, ack]), content_type=_NDJSON)


def _caller(transaction: Session) -> Actor:
    caller = authenticate(transaction)
    if caller is None:
        raise Unauthenticated
    return caller


def _whole_body(max_bytes: int) -> bytes:
    """The body, proven whole by its digest, then unpacked. Raises TornBody, BodyTooLarge, UnsupportedMediaType."""
    try:
        body = read_body(max_bytes)
    except Malformed as error:
        raise TornBody from error
    match = _DIGEST.search(request.headers.get("Content-Digest", ""))
    if match is None or base64.b64decode(match.group(1)) != hashlib.sha256(body).digest():
        raise TornBody
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise UnsupportedMediaType(accepted_encodings=["gzip"])
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise TornBody from error
    if len(plain) > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    if not unpacker.eof:
        raise TornBody
    return plain


def _loaded(schema: type[StrictSchema], document: Any) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema().load(document)
    except ValidationError as error:
        raise Invalid(*flatten(error.messages)) from error
    return loaded


@routes.route("/pull", methods=["POST"])
@routes.arguments(PullSchema)
@routes.response(200, _LINES, content_type=_NDJSON)
@owns_transactions
def pull(data: dict[str, Any]) -> Response:
    """Pull what has changed in the caller's scopes since the cursor, as NDJSON"""
    its = parts()
    with its.database.snapshot() as reading:
        body, cursor = pull_page(reading, its.catalog, its.ring, its.settings, _caller(reading), data)
        stale = lease_is_old(reading, data["queue"], cursor)
    if stale:
        with its.database.transaction() as writing:
            note_lease(writing, data["queue"], cursor)
    response = Response(body, content_type=_NDJSON)
    if len(body) >= _GZIP_FROM_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(body, compresslevel=1))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.route("/issues", methods=["GET"])
@routes.arguments(PageSchema, location="query")
@routes.response(200, IssuePageSchema)
def issues(query: dict[str, Any]) -> dict[str, Any]:
    """List open issues: the caller's own, and those of the banners that he leads"""
    statement = select(Issue).where(ISSUE.visible_to(actor()), Issue.state == "open")
    rows, next_cursor = page(session(), statement, [Issue.id], [UUID], query)
    items = [{"id": row.id, "revision": row.revision, "data": issue_line(row)} for row in rows]
    return {"items": items, "next_cursor": next_cursor}


@routes.route("/status", methods=["GET"])
@routes.response(200, SyncStatusSchema)
def status() -> dict[str, Any]:
    """Read the state of the caller's queues"""
    rows = session().execute(
        select(SyncQueue, SyncDevice)
        .join(SyncDevice, SyncDevice.id == SyncQueue.device_id)
        .where(SyncQueue.owner_id == actor().id)
        .order_by(SyncQueue.id)
        .limit(100)
    )
    own = select(Issue.id).where(Issue.author_id == actor().id, Issue.state == "open").limit(1000)
    return {
        "queues": [
            {
                "queue": queue.id,
                "install": device.id,
                "last_seq": queue.last_seq,
                "pending": device.pending,
                "oldest_pending_at": device.oldest_pending_at,
                "last_seen_at": device.last_seen_at,
            }
            for queue, device in rows
        ],
        "open_issues": len(session().scalars(own).all()),
    }


def _add_resolution(action: str, summary: str) -> None:
    def resolve(_: dict[str, Any], issue_id: UUID) -> dict[str, Any]:
        mutation = parts().mutations.by_name[f"issue.{action}"]
        return done(mutation.run(session(), actor(), issue_id, {}, Origin()))

    resolve.__name__ = f"issue_{action}"
    resolve.__doc__ = f"{summary}\n\nThe same command as the mutation `issue.{action}`."
    view = routes.arguments(NothingSchema)(routes.response(200, DoneSchema)(resolve))
    routes.route(f"/issues/<uuid:issue_id>/actions/{action}", methods=["POST"])(view)


_add_resolution("apply", "Apply a parked mutation with all that waits behind it")
_add_resolution("discard", "Discard an issue")
