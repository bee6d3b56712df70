"""/open311/v2: GeoReport v2 for partners, by key. Their reports come in; types, coarse cells and counts go out."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from accounts.actor import Actor
from api.admission import Waitable, require_room
from api.auth import required_partner, shown_key
from api.context import actor, parts, session
from api.georeport import GeoReportRoutes
from api.routes import owns_transactions
from api.uploads import ACCEPTED_TYPES, intake
from database.base import Json, new_id
from media.allowance import require_allowance
from problems import BodyTooLarge, Invalid, Malformed, Problem, Unauthenticated, UnsupportedMediaType, field_error
from wire import flatten
from workflow.hazards.open311 import commands, queries
from workflow.hazards.open311.schemas import (
    BURNING,
    DiscoverySchema,
    GeoReceiptSchema,
    GeoReportSchema,
    GeoRequestSchema,
    GeoServiceSchema,
    GeoTokenSchema,
    ReportFormSchema,
    RequestsQuerySchema,
    ServiceDefinitionSchema,
)
from workflow.hazards.rules import CALL_119

routes = GeoReportRoutes("open311", "/open311/v2", "Open311 GeoReport v2 for partners: services, requests, tokens")

_CHANGESET = "2026-11-28T00:00:00+08:00"  # of what is described in docs/open311.md
_FORM_BYTES = 65_536  # of a form but for its photos
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_FORM_SCHEMA = ReportFormSchema()
_FORMS = "<any(json, xml):form>"


@routes.route(f"/discovery.{_FORMS}", methods=["GET"])
@routes.speaks("discovery", DiscoverySchema)
def discovery(form: str) -> Json:
    """Discover where GeoReport v2 is spoken here, and who gives keys. Without a key."""
    public_url = parts().settings.public_url
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2", "url": f"{public_url}/api/v1/open311/v2",
        "changeset": _CHANGESET, "type": "production", "formats": ["application/json", "text/xml"],
    }  # fmt: skip
    contact = "内蒙古自治区消防救援总队;火警请拨打119"
    return {"changeset": _CHANGESET, "contact": contact, "key_service": "由系统管理员签发密钥", "endpoints": [endpoint]}


@routes.route(f"/services.{_FORMS}", methods=["GET"])
@routes.arguments(GeoReportSchema, location="query")
@routes.speaks("services", GeoServiceSchema(many=True))
def list_services(query: dict[str, Any], form: str) -> list[Json]:
    """List the services: the eight pictures and 说不清."""
    return queries.services(session(), actor(), query["jurisdiction_id"])


@routes.route(f"/services/<service_code>.{_FORMS}", methods=["GET"])
@routes.arguments(GeoReportSchema, location="query")
@routes.speaks("service_definition", ServiceDefinitionSchema)
def show_service(query: dict[str, Any], service_code: str, form: str) -> Json:
    """Show the further questions of a service: whether it burns, and which category of the law it is."""
    return queries.service(session(), actor(), service_code, query["jurisdiction_id"])


_TEXT = {"type": "string", "maxLength": 2000}
_NAMES = (
    "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "description", "first_name", "last_name",
    "phone", "token", "attribute[category]", f"attribute[{BURNING}]",
)  # fmt: skip
_FIELDS = dict.fromkeys(_NAMES, _TEXT)
_PHOTOS = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 9}
_BODY = {
    "required": True,
    "content": {
        _FORM: {"schema": {"type": "object", "properties": _FIELDS, "required": ["service_code"]}},
        _MULTIPART: {"schema": {"type": "object", "properties": {**_FIELDS, "media": _PHOTOS}, "required": ["service_code"]}},
    },
}


@routes.route(f"/requests.{_FORMS}", methods=["POST"])
@routes.doc(requestBody=_BODY)
@routes.speaks("service_requests", GeoReceiptSchema(many=True))
@owns_transactions
def report(form: str) -> list[Json]:
    """Report a hazard for somebody, with photos as `media` of a multipart form.

    Under a `token` that the partner makes, sending it again does nothing and gives the same answer. Of a fire in progress
    `service_notice`, and every refusal, says 119.
    """
    if shown_key() is None and request.mimetype not in (_FORM, _MULTIPART):
        raise Unauthenticated
    if request.mimetype == _MULTIPART:
        require_room(Waitable.MEDIA)
    said, photos = _form()  # before anything is refused: whether it burns is in it, and so may be the key
    try:
        return [_reported(said, photos)]
    except Problem as problem:
        if said.get(f"attribute[{BURNING}]", "").lower() in ("true", "1", "yes"):
            problem.data["emergency"] = CALL_119
        raise


def _reported(said: dict[str, str], photos: list[FileStorage]) -> Json:
    with parts().database.transaction() as transaction:
        partner = required_partner(transaction, said.get("api_key"))
    data = _loaded(said, photos)
    files = [photo.read() for photo in photos]
    digest = commands.content_hash(
        repr(sorted(data.items(), key=str)) + "".join(hashlib.sha256(file).hexdigest() for file in files)
    )
    with parts().database.transaction() as transaction:
        before = commands.known(transaction, partner, data["token"], digest)
        if before is not None:
            return queries.receipt(transaction, before)
        require_allowance(transaction, partner.id, sum(map(len, files)), parts().settings.upload_allowance_bytes)
    stored = [_stored(partner, file, index) for index, file in enumerate(files)]
    with parts().database.transaction() as transaction:
        return queries.receipt(transaction, commands.report(transaction, partner, data, stored, digest))


def _loaded(said: dict[str, str], photos: list[FileStorage]) -> dict[str, Any]:
    """Raises Invalid with every wrong parameter."""
    if said.get("media_url"):
        raise Invalid(field_error("media_url", "not_taken", "不接收链接,请在 multipart 表单中以 media 上传照片"))
    if len(photos) > parts().settings.max_photos:
        raise Invalid(field_error("media", "too_many", f"最多{parts().settings.max_photos}张照片"))
    try:
        data: dict[str, Any] = _FORM_SCHEMA.load({name: value for name, value in said.items() if name != "media_url"})
    except ValidationError as error:
        raise Invalid(*flatten(error.messages)) from error
    if not data["description"] and not photos:
        raise Invalid(field_error("description", "required", "请上传照片或者填写情况说明"))
    data.pop("api_key")
    return data


def _stored(partner: Actor, file: bytes, index: int) -> UUID:
    """Through the door of all photos: sealed at once, position and phone stay in the sealed original. Raises Invalid."""
    media_id = new_id()
    said = {"role": "report", "sha256": hashlib.sha256(file).digest()}
    try:
        intake().receive_whole(media_id, [file], said, len(file), lambda _: partner)
    except Invalid as problem:
        raise Invalid(*({**error, "field": f"media.{index}"} for error in problem.data["errors"])) from problem
    return media_id


def _form() -> tuple[dict[str, str], list[FileStorage]]:
    """The form and its photos, all in memory: nothing of a reporter's lies open on a disk.

    Raises UnsupportedMediaType, BodyTooLarge, Malformed, Invalid.
    """
    if request.mimetype not in (_FORM, _MULTIPART):
        raise UnsupportedMediaType(accepted=[_FORM, _MULTIPART])
    most = _FORM_BYTES + (parts().settings.max_photo_bytes if request.mimetype == _MULTIPART else 0)
    if request.content_length is None or request.content_length > most:
        raise BodyTooLarge(max_bytes=most)
    parser = FormDataParser(
        stream_factory=lambda *_, **__: BytesIO(),
        max_form_memory_size=_FORM_BYTES, max_content_length=most, max_form_parts=50, silent=False,
    )  # fmt: skip
    try:
        _, fields, files = parser.parse(request.stream, request.mimetype, request.content_length, dict(request.mimetype_params))
    except HTTPException as error:
        raise BodyTooLarge(max_bytes=most) from error
    except ValueError as error:
        raise Malformed(reason="no form") from error
    return _single(fields), _photos(files)


def _single(fields: MultiDict[str, str]) -> dict[str, str]:
    for name, values in fields.lists():
        if len(values) > 1:
            raise Invalid(field_error(name, "repeated", "只能提供一次"))
        if "\0" in name + values[0]:
            raise Invalid(field_error(name.replace("\0", ""), "nul_character", "不能包含空字符"))
    return fields.to_dict()


def _photos(files: MultiDict[str, FileStorage]) -> list[FileStorage]:
    for name, file in files.items(multi=True):
        if name not in ("media", "media[]"):
            raise Invalid(field_error(name.replace("\0", ""), "unknown_field", "未知字段"))
        if file.mimetype not in ACCEPTED_TYPES:
            raise UnsupportedMediaType(accepted=sorted(ACCEPTED_TYPES))
    return [file for _, file in files.items(multi=True)]


@routes.route(f"/requests.{_FORMS}", methods=["GET"])
@routes.arguments(RequestsQuerySchema, location="query")
@routes.speaks("service_requests", GeoRequestSchema(many=True))
def list_requests(query: dict[str, Any], form: str) -> list[Json]:
    """List the caller's own requests, newest first; then, of everybody's, the cells with three or more of a kind under way."""
    return queries.requests(session(), actor(), query)


@routes.route(f"/requests/<service_request_id>.{_FORMS}", methods=["GET"])
@routes.arguments(GeoReportSchema, location="query")
@routes.speaks("service_requests", GeoRequestSchema(many=True))
def show_request(query: dict[str, Any], service_request_id: str, form: str) -> list[Json]:
    """Show a request of the caller's own or a cell; several with commas between them."""
    ids = [part.strip() for part in service_request_id.split(",") if part.strip()][:50]
    return queries.request_named(session(), actor(), ids, query["jurisdiction_id"])


@routes.route(f"/tokens/<uuid:token>.{_FORMS}", methods=["GET"])
@routes.arguments(GeoReportSchema, location="query")
@routes.speaks("service_requests", GeoTokenSchema(many=True))
def show_token(query: dict[str, Any], token: UUID, form: str) -> list[Json]:
    """Find the request that the caller sent under a token of its own, if its answer was lost."""
    return [queries.of_token(session(), actor(), token)]
