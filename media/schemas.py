"""What photos look like on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from media.models import RENDITIONS, STATES
from media.sniffing import IMAGE_TYPES
from wire import Line, Moment, StrictSchema

ROLE = validate.Regexp("^[a-z][a-z_]{0,39}$", error="应为小写英文单词")


class Digest(fields.String):
    """A SHA-256 as 64 hexadecimal digits; bytes inside the program."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"description": "SHA-256, 64 hexadecimal digits", "pattern": "^[0-9a-f]{64}$"})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="应为64位十六进制的 SHA-256")(text)
        return bytes.fromhex(text)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else bytes(value).hex()


class AnnouncePhotoSchema(StrictSchema):
    """A photo that will come: what a record or an upload says of it beforehand."""

    id = fields.UUID(required=True)
    role = Line(max_length=40, load_default="report", validate=ROLE)
    sha256 = Digest(load_default=None)
    length_bytes = fields.Integer(load_default=None, strict=True, validate=validate.Range(1, 2**40))
    captured_at = Moment(load_default=None, metadata={"description": "by the device's clock"})


class RenditionSchema(StrictSchema):
    """A picture that may be shown."""

    name = fields.String(required=True, validate=validate.OneOf(RENDITIONS))
    url = fields.String(required=True)
    content_type = fields.String(required=True)
    length_bytes = fields.Integer(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class MediaSchema(StrictSchema):
    """A photo as its viewer may know it. `original_url` and what only the original tells are there for who may read that."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    refused_reason = fields.String(allow_none=True)
    role = fields.String(required=True)
    entity_type = fields.String(allow_none=True)
    entity_id = fields.UUID(allow_none=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    stored_at = fields.AwareDateTime(allow_none=True)
    renditions = fields.List(fields.Nested(RenditionSchema), required=True)
    original_url = fields.String()
    sha256 = Digest(allow_none=True)
    length_bytes = fields.Integer(allow_none=True)
    content_type = fields.String(allow_none=True, validate=validate.OneOf(list(IMAGE_TYPES)))
    captured_at = fields.AwareDateTime(allow_none=True)
    taken_at = fields.AwareDateTime(allow_none=True)
