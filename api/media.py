"""Photos: sent in one request, described, shown without metadata, and their sealed originals read on the record."""

from __future__ import annotations

import base64
import binascii
import contextlib
import itertools
import re
from collections.abc import Generator, Iterator
from typing import Any
from uuid import UUID

import structlog
from flask import Response, request

from api.admission import Waitable, require_room
from api.context import actor, parts, session
from api.routes import Routes, owns_transactions
from api.uploads import ACCEPTED_TYPES, body_pieces, caller, intake
from media import commands, queries
from media.access import EVERYTHING, ORIGINAL
from media.allowance import require_allowance
from media.models import READY, RENDITIONS, Media, Rendition
from media.problems import PhotoUnavailable
from media.schemas import ROLE, MediaSchema
from media.sealing import BrokenSeal, open_sealed
from media.sniffing import IMAGE_TYPES
from media.storage import NoSuchObject
from problems import BodyTooLarge, Invalid, NotFound, UnsupportedMediaType, field_error
from wire import Line, Moment, StrictSchema

log = structlog.get_logger()

routes = Routes("media", "/media", "Photos: sent in one request, shown, and their sealed originals")

_RETRY_LOST_SECONDS = 300
_BINARY = {"type": "string", "format": "binary"}
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):\s*(?:,|$)")
# Bytes of strangers: shown as what we say they are, by themselves, to whom we gave them.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


class ContentQuerySchema(StrictSchema):
    """What is said of a photo that no record has named yet."""

    role = Line(max_length=40, load_default="report", validate=ROLE)
    captured_at = Moment(load_default=None)


@routes.route("/<uuid:media_id>/content", methods=["PUT"])
@routes.doc(
    parameters=[
        {
            "in": "header",
            "name": "Content-Digest",
            "required": True,
            "schema": {"type": "string", "maxLength": 500},
            "description": "RFC 9530: `sha-256=:<base64>:`",
        }
    ],
    requestBody={"required": True, "content": {kind: {"schema": _BINARY} for kind in sorted(ACCEPTED_TYPES)}},
)
@routes.arguments(ContentQuerySchema, location="query")
@routes.response(201, MediaSchema, location="/media/{id}")
@routes.alt_response(200, schema=MediaSchema, description="These bytes were here already")
@owns_transactions
def put_content(query: dict[str, Any], media_id: UUID) -> tuple[dict[str, Any], int]:
    """Send a photo in one request.

    The whole image as the body. Repeating it is safe: a photo has one file, and the same bytes are taken as the same.
    """
    require_room(Waitable.MEDIA)
    settings = parts().settings
    max_bytes = settings.max_photo_bytes
    declared_bytes = request.content_length
    with parts().database.transaction() as transaction:
        sender = caller(transaction)
        if request.mimetype not in ACCEPTED_TYPES:
            raise UnsupportedMediaType(accepted=sorted(ACCEPTED_TYPES))
        if declared_bytes is not None and declared_bytes > max_bytes:
            raise BodyTooLarge(max_bytes=max_bytes)
        sha256 = _content_digest()
        stored = commands.check_expected(transaction, sender, media_id, sha256)
        if stored is None:
            require_allowance(transaction, sender.id, declared_bytes or max_bytes, settings.upload_allowance_bytes)
    pieces = body_pieces(max_bytes)
    if stored is not None:
        for _ in pieces:  # a client that is still sending would take an early answer for a cut line
            pass
        return _described(stored, [], EVERYTHING), 200
    media = intake().receive_whole(media_id, pieces, {**query, "sha256": sha256}, declared_bytes, caller)
    return _described(media, [], EVERYTHING), 201


@routes.route("/<uuid:media_id>")
@routes.response(200, MediaSchema, etag=True)
def show(media_id: UUID) -> dict[str, Any]:
    """A photo: its state, and where its pictures are."""
    media, allowed = parts().media_rules.open(session(), actor(), media_id)
    return _described(media, queries.renditions_of(session(), media_id), allowed)


@routes.route("/<uuid:media_id>/renditions/<string:name>")
@routes.response(200, _BINARY, content_type="image/jpeg", etag=True)
@owns_transactions
def rendition(media_id: UUID, name: str) -> Response:
    """A picture without metadata, 1600 or 320 px along its longer edge; ranges are served."""
    with parts().database.transaction() as transaction:
        parts().media_rules.open(transaction, caller(transaction), media_id)
        picture = transaction.get(Rendition, (media_id, name)) if name in RENDITIONS else None
    if picture is None:
        raise NotFound
    with _readable(media_id), parts().storage.open(picture.storage_key) as file:
        response = Response(file.read(), mimetype=picture.content_type, headers=_SAFE)
    response.headers.update({"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Authorization"})
    response.set_etag(picture.sha256.hex())
    response.make_conditional(request.environ, accept_ranges=True, complete_length=picture.length_bytes)
    return response


@routes.route("/<uuid:media_id>/original")
@routes.doc(responses={200: {"content": {kind: {"schema": _BINARY} for kind in sorted(ACCEPTED_TYPES)}}})
@routes.response(200)
@owns_transactions
def original(media_id: UUID) -> Response:
    """The sealed original, byte for byte; each reading is recorded."""
    with parts().database.transaction() as transaction:
        reader = caller(transaction)
        parts().media_rules.open(transaction, reader, media_id, ORIGINAL)
        media = commands.note_original_read(transaction, reader, media_id)
    assert media.storage_key is not None  # noqa: S101 - by the table's constraint, as the next
    assert media.content_type is not None  # noqa: S101
    plain = _opened(media.storage_key, media_id)
    # The first piece is opened before the answer begins: a broken seal is a refusal and not a cut body.
    with _readable(media_id):
        first = next(plain)
    response = Response(itertools.chain([first], plain), mimetype=media.content_type)
    response.call_on_close(plain.close)
    response.headers.update({**_SAFE, "Content-Length": str(media.length_bytes), "Cache-Control": "private, no-store"})
    response.headers.set("Content-Disposition", "attachment", filename=f"{media_id}.{IMAGE_TYPES[media.content_type]}")
    return response


@contextlib.contextmanager
def _readable(media_id: UUID) -> Iterator[None]:
    """Nobody who asks can help that a file was lost or changed, but somebody has to look after it."""
    try:
        yield
    except (NoSuchObject, BrokenSeal) as error:
        log.exception("stored photo cannot be read", alarm=True, media_id=str(media_id), error=type(error).__name__)
        raise PhotoUnavailable(retry_after_seconds=_RETRY_LOST_SECONDS) from error


def _opened(storage_key: str, media_id: UUID) -> Generator[bytes, None, None]:
    """The plain bytes of a sealed original; the file is closed with the generator."""
    storage, ring = parts().storage, parts().ring
    with storage.open(storage_key) as file:
        yield from open_sealed(file, ring, media_id)


def _described(media: Media, renditions: list[Rendition], allowed: frozenset[str]) -> dict[str, Any]:
    """The photo for somebody who may read it for these purposes: what only the original tells goes with the original."""
    names = ("id", "revision", "state", "refused_reason", "role", "entity_type", "entity_id", "width", "height")
    document = {name: getattr(media, name) for name in (*names, "created_at", "stored_at")}
    document["renditions"] = [
        {
            "name": picture.name,
            "url": f"/api/v1/media/{media.id}/renditions/{picture.name}",
            "content_type": picture.content_type,
            "length_bytes": picture.length_bytes,
            "width": picture.width,
            "height": picture.height,
        }
        for picture in renditions
    ]
    if ORIGINAL in allowed:
        facts = ("sha256", "length_bytes", "content_type", "captured_at", "taken_at")
        document |= {name: getattr(media, name) for name in facts}
        if media.state == READY:
            document["original_url"] = f"/api/v1/media/{media.id}/original"
    return document


def _content_digest() -> bytes:
    """SHA-256 of `Content-Digest` (RFC 9530). Raises Invalid naming the header."""
    found = _DIGEST.search(request.headers.get("Content-Digest", ""))
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise Invalid(field_error("Content-Digest", "required", "应为 sha-256=:Base64:"))
    return digest
