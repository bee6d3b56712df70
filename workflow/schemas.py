"""Fields that every kind of case shares."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from wire import Line, Moment, Prose, StrictSchema

MAX_PHOTOS = 9


class CodeField(fields.String):
    """A code of a table: capitals, digits, underscore."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Regexp(r"^[A-Z0-9_]{1,40}$", error="代码格式不正确"))
        super().__init__(**kwargs)


class PhotosField(fields.List[Any]):
    """Ids of photos, made by the client; the bytes may follow later (records never wait for photos)."""

    def __init__(self, max_photos: int = MAX_PHOTOS, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Length(max=max_photos, error="最多{max}张照片"))
        super().__init__(fields.UUID(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return list(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))  # a photo named twice is one photo


class PeopleField(fields.List[Any]):
    """Ids of people."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Length(max=20, error="最多{max}人"))
        super().__init__(fields.UUID(), **kwargs)


class NoteSchema(StrictSchema):
    """An act that needs at most a remark."""

    note = Prose(max_length=500, load_default="")


class ReasonSchema(StrictSchema):
    """An act that needs a reason."""

    reason = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请说明理由(2到500字)"))


class FileCaseSchema(StrictSchema):
    """立案 with its number."""

    case_no = Line(max_length=60, required=True)


class ClockSchema(StrictSchema):
    """A deadline with the reason of its date."""

    rule_id = fields.String()
    label = fields.String()
    kind = fields.String(metadata={"description": "statutory, statutory_doc or sla"})
    started_at = Moment()
    due_at = Moment()
    provisional = fields.Boolean()
    reason = fields.List(fields.String(), metadata={"description": "the date explained line by line, in Chinese"})
    met_at = Moment(allow_none=True)
    met_claimed_at = Moment(allow_none=True)
    breached_at = Moment(allow_none=True)
    cancelled_at = Moment(allow_none=True)


class OfferedActionSchema(StrictSchema):
    """A step that the caller may take now."""

    action = fields.String()
    label = fields.String()
    officers = fields.Integer(metadata={"description": "how many officers have to sign"})


class EventSchema(StrictSchema):
    """One line of the timeline."""

    name = fields.String()
    at = Moment()
    actor_name = fields.String()
    data = fields.Dict()


class DoneSchema(StrictSchema):
    """What every act answers: which record, which revision, which state."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String(allow_none=True, metadata={"description": "null for what has no life cycle"})
    number = fields.String(allow_none=True)
    due_at = Moment(allow_none=True)
    act_sha256 = fields.String(allow_none=True, metadata={"description": "the draft that waits for the second officer"})


class CosignSchema(StrictSchema):
    """The second officer signs the digest of the acting line: on line by acting, off-line by a code between phones."""

    act_sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$", error="应为SHA-256"))
    signer_id = fields.UUID(load_default=None)
    signature = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{86}$", error="签名格式不正确"),
        metadata={"description": "ES256 over the 64 hexadecimal characters, base64url, by the signer's device key"},
    )
