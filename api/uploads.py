"""Resumable uploads: tus 1.0.0, core and creation (https://tus.io/protocols/resumable-upload, version 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from flask import Response, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.exceptions import ClientDisconnected

from accounts.actor import Actor
from api.admission import Waitable, require_room
from api.auth import authenticate
from api.context import parts
from api.problems import problem_response
from api.routes import Routes, header_refs, owns_transactions
from media import uploads
from media.intake import Intake
from media.models import OPEN, Upload
from media.problems import BadUploadHeader, DigestMismatch, ProtocolVersion, UploadBusy
from media.schemas import AnnouncePhotoSchema
from media.sniffing import IMAGE_TYPES
from media.spool import Spool
from problems import BodyTooLarge, Invalid, Problem, UnsupportedMediaType, field_error
from wire import flatten

VERSION = "1.0.0"
EXTENSIONS = "creation"
ACCEPTED_TYPES = frozenset({*IMAGE_TYPES, "image/heif"})
_PIECE_BYTES = 16_384
_NUMBER = re.compile(r"[0-9]{1,15}")
_MAX_METADATA_CHARACTERS = 2000
_METADATA = {"media_id": "id", "role": "role", "sha256": "sha256", "captured_at": "captured_at"}

routes = Routes("uploads", "/uploads", "Photos in resumable uploads (tus 1.0.0)")
View = TypeVar("View", bound=Callable[..., Any])

_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}


def _described(**headers: Any) -> dict[str, Any]:
    return {name.replace("_", "-"): {"schema": schema} for name, schema in headers.items()}


def _no_automatic_options(view: View) -> View:
    view.provide_automatic_options = False  # type: ignore[attr-defined]
    return view


def intake() -> Intake:
    """The door for bytes, over the parts of the running application."""
    its = parts()
    spool = Spool(its.settings.media_dir, its.ring)
    return Intake(its.database, spool, its.storage, its.settings.upload_lifetime, its.media_rules)


def caller(transaction: Session) -> Actor:
    """Who is calling, by what holds in this transaction; for views that own theirs. Raises Unauthenticated."""
    return cast(Actor, authenticate(transaction))


@routes.route("", methods=["OPTIONS"])
@routes.response(204, headers=_described(Tus_Version=_TEXT, Tus_Extension=_TEXT, Tus_Max_Size=_COUNT))
@_no_automatic_options
def options() -> Response:
    """What this server speaks."""
    headers = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(parts().settings.max_photo_bytes)}
    return Response(status=204, headers=headers)


@routes.route("", methods=["POST"])
@routes.doc(
    parameters=[
        {"in": "header", "name": "Tus-Resumable", "required": True, "schema": {"const": VERSION}},
        {"in": "header", "name": "Upload-Length", "required": True, "schema": {"type": "integer", "minimum": 1}},
        {
            "in": "header",
            "name": "Upload-Metadata",
            "required": True,
            "schema": {"type": "string", "maxLength": _MAX_METADATA_CHARACTERS},
            "description": "media_id (UUIDv7), sha256 (hexadecimal), role, captured_at, filetype: each name, a space, base64",
        },
    ]
)
@routes.response(
    201, description="`Location` is a capability, the same one if the photo is announced again", headers=header_refs("Location")
)
@_no_automatic_options
@owns_transactions
def create() -> Response:
    """Announce a photo and get the URL to send it to.

    Repeating it is safe by itself: the same photo has the same upload.
    """
    require_room(Waitable.MEDIA)
    settings = parts().settings
    header = request.headers.get("Upload-Metadata", "")
    with parts().database.transaction() as transaction:
        sender = caller(transaction)
        _check_version()
        if request.content_length:
            raise BodyTooLarge(max_bytes=0)  # creation-with-upload is not offered
        upload = uploads.create(
            transaction,
            sender,
            _announcement(header),
            metadata_header=header,
            lifetime=settings.upload_lifetime,
            max_bytes=settings.max_photo_bytes,
            allowance_bytes=settings.upload_allowance_bytes,
        )
    return Response(status=201, headers={"Location": f"/api/v1/uploads/{upload.token}"})


@routes.route("/<string:token>", methods=["HEAD"])
@routes.doc(parameters=[{"in": "header", "name": "Tus-Resumable", "required": True, "schema": {"const": VERSION}}])
@routes.response(
    200,
    description="How many bytes are safe",
    headers=_described(Upload_Offset=_COUNT, Upload_Length=_COUNT, Upload_Metadata=_TEXT),
)
@_no_automatic_options
@owns_transactions
def head(token: str) -> Response:
    """How far an upload is; one whose server died after the last byte is completed by this."""
    with parts().database.transaction() as transaction:
        sender = caller(transaction)
        _check_version()
        upload = uploads.find(transaction, sender, token)
        whole = upload.state == OPEN and upload.offset_bytes == upload.length_bytes
        if whole:  # a client that hears that all is there never comes back, and the photo would wait for ever
            upload = uploads.take(transaction, sender, token, upload.offset_bytes, 0)
    if whole:
        upload = intake().receive(upload, (), caller)
    headers = {
        **_progress(upload),
        "Upload-Length": str(upload.length_bytes),
        "Upload-Metadata": upload.metadata_header,
        "Cache-Control": "no-store",
    }
    return Response(status=200, headers=headers)


@routes.route("/<string:token>", methods=["PATCH"])
@routes.doc(
    parameters=[
        {"in": "header", "name": "Tus-Resumable", "required": True, "schema": {"const": VERSION}},
        {"in": "header", "name": "Upload-Offset", "required": True, "schema": {"type": "integer", "minimum": 0}},
    ],
    requestBody={
        "required": True,
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
)
@routes.response(204, description="All before `Upload-Offset` is on the disk", headers=_described(Upload_Offset=_COUNT))
@_no_automatic_options
@owns_transactions
def patch(token: str) -> Response:
    """Send bytes, from the last acknowledged one on; what arrives before a cut is kept."""
    require_room(Waitable.MEDIA)
    with parts().database.transaction() as transaction:
        sender = caller(transaction)
        _check_version()
        if request.mimetype != "application/offset+octet-stream":
            raise UnsupportedMediaType(accepted="application/offset+octet-stream")
        upload = uploads.take(transaction, sender, token, _number("Upload-Offset"), request.content_length)
    if upload.state == OPEN:
        missing = upload.length_bytes - upload.offset_bytes
        upload = intake().receive(upload, body_pieces(missing), caller)
    return Response(status=204, headers=_progress(upload))


@routes.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


# Two statuses that tus alone has: 423 of its clients' retries, 460 of its checksum extension.
@routes.errorhandler(UploadBusy)
def _answer_busy(problem: Problem) -> Response:
    return problem_response(423, problem.code, problem.title, problem.data)


@routes.errorhandler(DigestMismatch)
def _answer_mismatch(problem: Problem) -> Response:
    return problem_response(460, problem.code, problem.title, problem.data)


def body_pieces(max_bytes: int) -> Iterator[bytes]:
    """The request's body in small pieces, ending where it ends or is cut; what came before a cut was yielded.

    Servers show a cut as a clean end, as an error, or as werkzeug's own: all end the pieces. Raises BodyTooLarge for a
    body of undeclared length that goes on after `max_bytes`; a declared one is to be compared before.
    """
    left = max_bytes
    while left > 0:
        piece = _read(min(_PIECE_BYTES, left))
        if not piece:
            return
        left -= len(piece)
        yield piece
    if request.content_length is None and _read(1):
        raise BodyTooLarge(max_bytes=max_bytes)


def _read(count: int) -> bytes:
    try:
        return request.stream.read(count)
    except (ClientDisconnected, OSError):
        return b""


def _progress(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset_bytes)}


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ProtocolVersion(supported=VERSION)


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise BadUploadHeader(header, "应为非负整数")
    return int(value)


def _announcement(header: str) -> dict[str, Any]:
    """What the headers of a creation say, loaded. Raises BadUploadHeader if they cannot be read, Invalid if they are wrong."""
    said = _metadata(header)
    declared_type = said.pop("filetype", None)
    if declared_type is not None and declared_type not in ACCEPTED_TYPES:
        raise UnsupportedMediaType(accepted=sorted(ACCEPTED_TYPES))
    unknown = sorted(said.keys() - _METADATA.keys())
    if unknown:
        raise Invalid(*(field_error(f"Upload-Metadata.{name}", "unknown_field", "未知字段") for name in unknown))
    document = {_METADATA[name]: value for name, value in said.items()} | {"length_bytes": _number("Upload-Length")}
    try:
        return cast(dict[str, Any], AnnouncePhotoSchema().load(document))
    except ValidationError as error:
        wrong = list(flatten(error.messages))
        raise Invalid(*({**entry, "field": uploads.HEADERS[entry["field"]]} for entry in wrong)) from error


def _metadata(header: str) -> dict[str, str]:
    if len(header) > _MAX_METADATA_CHARACTERS:
        raise BadUploadHeader("Upload-Metadata", "过长")
    said: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = entry.partition(" ")
        try:
            said[name] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadUploadHeader("Upload-Metadata", "每一项应为名称、空格和 Base64 值") from error
    return said
