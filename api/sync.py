"""The devices' door (docs/sync-protocol.md 4). Push and pull own their transactions: no network is read or written inside one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from accounts.queries import staff_names
from accounts.tokens import session_of_access_token
from api.admission import Waitable, require_room
from api.auth import bearer_token, required_caller
from api.context import actor, parts, session
from api.paging import page
from api.routes import Routes, owns_transactions, read_body
from database.base import Json
from problems import Malformed, Unauthenticated, UnsupportedMediaType
from sync import compression, issues as issue_queries, oversight, reading, rescue, resolving, snapshots
from sync.models import Issue, Rescue
from sync.mutations import Origin
from sync.problems import TornBody
from sync.pull import Pull, PullRequest
from sync.push import Push
from sync.registration import register as register_queue
from sync.resolving import ResolveSchema
from sync.schemas import (
    IssuePageSchema,
    IssueQuerySchema,
    IssueSchema,
    PullSchema,
    QueuesPageSchema,
    QueuesQuerySchema,
    RegisterDeviceSchema,
    RegisteredSchema,
    RescuedSchema,
    RescuePageSchema,
    SnapshotSchema,
    StatusSchema,
)
from sync.status import status_of
from wire import PageSchema

NDJSON = "application/x-ndjson"
GZIP = "application/gzip"
BYTES = "application/octet-stream"
_SMALL_BYTES = 1024  # compressing less is not worth the time

routes = Routes("sync", "/sync", "Offline sync (docs/sync-protocol.md): devices push what was done and pull what they may hold")

_NDJSON_BODY = {
    "required": True,
    "description": "NDJSON: the header line, then one sealed mutation a line (docs/sync-protocol.md)",
    "content": {NDJSON: {"schema": {"type": "string"}}},
}
_ANY_BODY = {
    "required": True,
    "description": "any bytes",
    "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
}
_NDJSON_ANSWER = {"type": "string", "description": "NDJSON, one document a line (docs/sync-protocol.md)"}
_DIGEST = {
    "in": "header",
    "name": "Content-Digest",
    "required": True,
    "schema": {"type": "string", "example": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
    "description": "RFC 9530, over the bytes as they are sent",
}


@routes.before_request
def refuse_strangers() -> None:
    """A body is not even read for somebody without a token of ours; what the token may do is asked in the transaction."""
    token = bearer_token()
    if token is None:
        raise Unauthenticated
    session_of_access_token(parts().ring, token, parts().database.clock())


@routes.route("/register", methods=["POST"])
@routes.arguments(RegisterDeviceSchema)
@routes.response(200, RegisteredSchema)
def register(data: dict[str, Any]) -> Json:
    """Introduce a device and its queue.

    An upsert: the same queue again gives its state. A queue of somebody else is refused with `queue_owner`.
    """
    return register_queue(parts().sync, session(), actor(), data)


@routes.route("/push", methods=["POST"], parameters=[_DIGEST])
@routes.doc(requestBody=_NDJSON_BODY)
@routes.response(200, _NDJSON_ANSWER, content_type=NDJSON)
@owns_transactions
def push() -> Response:
    """Push sealed mutations.

    NDJSON both ways. Each line has one outcome for ever; the same line again gives the stored one.
    """
    settings = parts().settings
    if request.mimetype != NDJSON:
        raise UnsupportedMediaType(accepted=NDJSON)
    if request.content_length is None or request.content_length > settings.small_push_bytes:
        require_room(Waitable.LARGE_PUSH)
    try:
        body = read_body(settings.push_bytes)
    except Malformed as error:  # the body ended before its declared length
        raise TornBody(reason="ends_early") from error
    reading.check_digest(body, request.headers.get("Content-Digest"))
    most = settings.push_bytes + reading.HEADER_BYTES
    plain = compression.decompress(body, request.headers.get("Content-Encoding", ""), most)
    if len(plain) > settings.small_push_bytes >= len(body):  # it came compressed
        require_room(Waitable.LARGE_PUSH)
    return _ndjson(Push(parts().sync, required_caller).run(reading.read_push(plain, parts().sync)))


@routes.route("/pull", methods=["POST"])
@routes.arguments(PullSchema)
@routes.response(200, _NDJSON_ANSWER, content_type=NDJSON)
@owns_transactions
def pull(data: dict[str, Any]) -> Response:
    """Pull the state of the scopes that the caller may see.

    NDJSON: hello, then each scope's rows with cursor lines in between; the last line says where to go on.
    """
    require_room(Waitable.BOOTSTRAP if data["cursor"] is None or data["refill"] else Waitable.PULL)
    return _ndjson(Pull(parts().sync, required_caller).run(PullRequest(**data)))


@routes.route("/snapshots/<uuid:snapshot_id>", methods=["GET"])
@routes.response(200, SnapshotSchema)
def snapshot(snapshot_id: UUID) -> Json:
    """Show what a snapshot of a large scope is made of.

    Its chunks are the same for every device. The scope enters the cursor once a pull names the snapshot in `adopted`.
    """
    return snapshots.manifest(parts().sync, session(), actor(), snapshot_id)


@routes.route("/snapshots/<uuid:snapshot_id>/<sha256>", methods=["GET"])
@routes.response(200, {"type": "string", "format": "binary"}, content_type=GZIP)
def snapshot_chunk(snapshot_id: UUID, sha256: str) -> Response:
    """Load one chunk: gzip of row lines, whose SHA-256 is its name."""
    require_room(Waitable.BOOTSTRAP)
    body = snapshots.chunk_of(parts().sync, session(), actor(), snapshot_id, sha256)
    response = Response(body, content_type=GZIP)
    response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


@routes.route("/rescue", methods=["POST"])
@routes.doc(requestBody=_ANY_BODY)
@routes.response(201, RescuedSchema)
@owns_transactions
def save_rescue() -> Json:
    """Hand in whatever a broken client still holds.

    Up to 50 MB of any bytes; nobody parses them here. Also from a session that is draining. The same bytes again are kept once.
    """
    require_room(Waitable.LARGE_PUSH)
    body = read_body(rescue.MAX_BYTES)
    if request.headers.get("Content-Digest") is not None:
        reading.check_digest(body, request.headers["Content-Digest"])
    with parts().database.transaction() as transaction:
        return rescue.keep(parts().sync, transaction, required_caller(transaction), body)


@routes.route("/rescues", methods=["GET"])
@routes.arguments(PageSchema, location="query")
@routes.response(200, RescuePageSchema)
def rescues(query: dict[str, Any]) -> Json:
    """List what was handed in by broken clients, for system administrators of the division."""
    rows, cursor = page(session(), rescue.seen_by(actor()), [Rescue.id], [UUID], query)
    return {"items": [rescue.shown(row) for row in rows], "next_cursor": cursor}


@routes.route("/rescues/<uuid:rescue_id>/content", methods=["GET"])
@routes.response(200, {"type": "string", "format": "binary"}, content_type=BYTES)
def rescue_content(rescue_id: UUID) -> Response:
    """Read the bytes of a rescue, for system administrators of the division. Each reading is on record."""
    body = rescue.opened(parts().sync, session(), actor(), rescue_id)
    return Response(body, content_type=BYTES, headers={"Content-Disposition": "attachment", "Cache-Control": "no-store"})


@routes.route("/queues", methods=["GET"])
@routes.arguments(QueuesQuerySchema, location="query")
@routes.response(200, QueuesPageSchema)
def queues(query: dict[str, Any]) -> Json:
    """List the staff's devices with what they still hold.

    For supervisors, leaders, system and security administrators, of their divisions. A reporter's device is never among them.
    """
    rows = oversight.queues_of(
        session(), actor(), only_stuck=query["stuck"], after=query["cursor"], limit=query["limit"] + 1, owner_id=query["owner_id"]
    )
    items = rows[: query["limit"]]
    return {"items": items, "next_cursor": items[-1]["queue"] if len(rows) > len(items) else None}


@routes.route("/status", methods=["GET"])
@routes.response(200, StatusSchema)
def status() -> Json:
    """Show how the caller's devices stand with the server."""
    return status_of(parts().sync, session(), actor())


def _shown(issues: Sequence[Issue]) -> list[Json]:
    """`author_name` goes with `data.author_id`: who is not named there is not named here."""
    items = issue_queries.shown_to(session(), actor(), issues)
    names = staff_names(session(), {item["data"]["author_id"] for item in items} - {None})
    return [{**item, "author_name": names.get(item["data"]["author_id"])} for item in items]


@routes.route("/issues", methods=["GET"])
@routes.arguments(IssueQuerySchema, location="query")
@routes.response(200, IssuePageSchema)
def issues(query: dict[str, Any]) -> Json:
    """List what needs a person's decision: the caller's own issues, and those of his jurisdiction."""
    rows, cursor = page(session(), issue_queries.seen_by(actor(), query), [Issue.id], [UUID], query)
    return {"items": _shown(rows), "next_cursor": cursor}


@routes.route("/issues/<uuid:issue_id>/actions/apply", methods=["POST"])
@routes.arguments(ResolveSchema)
@routes.response(200, IssueSchema)
def issue_apply(_: dict[str, Any], issue_id: UUID) -> Json:
    """Do what was parked or refused after all, or let the losing value stand.

    For the supervisor and the leaders of the division. The same command as the mutation `issue.apply`.
    """
    issue = resolving.apply(parts().sync, session(), actor(), issue_id, Origin())
    return _shown([issue])[0]


@routes.route("/issues/<uuid:issue_id>/actions/discard", methods=["POST"])
@routes.arguments(ResolveSchema)
@routes.response(200, IssueSchema)
def issue_discard(_: dict[str, Any], issue_id: UUID) -> Json:
    """Let it be. Mutations that only waited behind what is discarded run now.

    For the supervisor and the leaders of the division, and for the author. The same command as `issue.discard`.
    """
    issue = resolving.discard(parts().sync, session(), actor(), issue_id, Origin())
    return _shown([issue])[0]


def _ndjson(body: bytes) -> Response:
    response = Response(body, content_type=NDJSON)
    encoding = request.accept_encodings.best_match([*compression.ENCODINGS, "identity"])
    if len(body) > _SMALL_BYTES and encoding in compression.ENCODINGS:
        response.set_data(compression.compress(body, encoding))
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store"
    return response
