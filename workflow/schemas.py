"""Fields that every kind of case shares."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, fields, validate

from places.schemas import PositionSchema
from wire import AnswerSchema, AnyOf, Line, Moment, Prose, StrictSchema
from workflow.models import CLOCK_KINDS, CLOCK_UNITS, MOST_UNITS

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


class ClockSchema(AnswerSchema):
    """A deadline with the reason of its date."""

    rule_id = fields.String(metadata={"example": "HZ-24H"})
    label = fields.String(metadata={"example": "24小时内核查"})
    kind = fields.String(validate=validate.OneOf(CLOCK_KINDS))
    started_at = Moment()
    due_at = Moment()
    provisional = fields.Boolean()
    reason = fields.List(fields.String(), metadata={"description": "the date explained line by line, in Chinese"})
    met_at = Moment(allow_none=True)
    met_claimed_at = Moment(allow_none=True)
    breached_at = Moment(allow_none=True)
    cancelled_at = Moment(allow_none=True)
    paused_at = Moment(allow_none=True, metadata={"description": "it stands still since then, and has no date until it goes on"})


class OfferedActionSchema(AnswerSchema):
    """A step that the caller may take now: `POST …/{id}/actions/{action}`."""

    action = fields.String(metadata={"example": "assign"})
    label = fields.String(metadata={"description": "the words of its button", "example": "派单"})
    officers = fields.Integer(metadata={"description": "how many officers have to sign"})


class NamedPersonSchema(AnswerSchema):
    """A member of the staff by his official name."""

    id = fields.UUID()
    name = fields.String()


class EventDataSchema(AnswerSchema):
    """What an event tells, beside what only its own kind has (docs/events.md). A reporter reads these members and no others."""

    class Meta:
        unknown = INCLUDE

    number = fields.String(metadata={"description": "of the case"})
    org = fields.String(metadata={"description": "name of the office"})
    due = fields.String(metadata={"description": "date or time until when"})
    reason = fields.String()
    result = fields.String()
    date = fields.String()
    dispute_until = fields.String()
    phone = fields.String(metadata={"description": "of the office where to turn"})
    optional = frozenset({"number", "org", "due", "reason", "result", "date", "dispute_until", "phone"})


class EventSchema(AnswerSchema):
    """One line of the timeline."""

    name = fields.String(metadata={"example": "hazard.registered"})
    label = fields.String(metadata={"description": "what happened, in words", "example": "受理登记"})
    at = Moment()
    actor_name = fields.String(metadata={"description": "empty for a reporter's eyes, and for the system"})
    data = AnyOf(EventDataSchema)


class PhotoReuseSchema(AnswerSchema):
    """A photo of this case that is also shown elsewhere. Of a case that the reader may not see, only that there is one."""

    id = fields.UUID()
    media_id = fields.UUID()
    role = fields.String(metadata={"description": "what it is here: report, verification, rectification, recheck"})
    other_media_id = fields.UUID(allow_none=True)
    other_role = fields.String()
    other_hazard_id = fields.UUID(allow_none=True, metadata={"description": "null if the reader may not see that case"})
    other_number = fields.String(allow_none=True)
    is_same_case = fields.Boolean(metadata={"description": "at another stage of this case"})
    is_same_file = fields.Boolean(metadata={"description": "byte by byte; else it shows the same picture"})
    found_at = Moment()
    is_to_judge = fields.Boolean(metadata={"description": "by the leader of this case (`judge_reuse`)"})
    verdict = fields.String(allow_none=True)
    words = fields.String()
    judged_by = fields.String(metadata={"description": "name"})
    judged_at = Moment(allow_none=True)


class PhotosSchema(AnswerSchema):
    """How many photos a record has named, and how many of them have arrived."""

    expected = fields.Integer()
    stored = fields.Integer()
    missing = fields.Integer()
    complete = fields.Boolean()


class DraftedActSchema(AnswerSchema):
    """An act that waits for the second officer, who signs its digest."""

    action = fields.String()
    by = fields.UUID()
    at = Moment()
    act_sha256 = fields.String()


class ReadableActSchema(DraftedActSchema):
    """The same for those who hold the case: the second officer reads it before he signs."""

    data = fields.Dict(metadata={"description": "the arguments of the act, as its first officer gave them"})


class FoundSchema(AnswerSchema):
    """What two officers found, with who signed it."""

    action = fields.String()
    finding = fields.String()
    photo_ids = fields.List(fields.UUID())
    position = fields.Nested(PositionSchema, allow_none=True)
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True, metadata={"description": "of the second officer's device, if he signed off-line"})
    drafted_at = Moment(metadata={"description": "when the act came in"})
    checked_at = Moment(metadata={"description": "when they were there, as they say"})


class DoneSchema(AnswerSchema):
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


class EditRuleSchema(StrictSchema):
    """What a deadline is from now on. `n` 0: its end is given each time, by an order or a letter."""

    label = Line(max_length=60, required=True)
    n = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_UNITS))
    unit = fields.String(required=True, validate=validate.OneOf(list(CLOCK_UNITS)))
    kind = fields.String(required=True, validate=validate.OneOf(list(CLOCK_KINDS)))
    basis = Line(max_length=200, required=True, metadata={"description": "law and article, or the document that sets it"})


class RuleSchema(AnswerSchema):
    """A deadline: hours (`h`, natural), working days (`wd`) or days (`d`), and what sets it."""

    code = fields.String()
    revision = fields.Integer()
    label = fields.String()
    n = fields.Integer()
    unit = fields.String(validate=validate.OneOf(list(CLOCK_UNITS)))
    term = fields.String(metadata={"description": "as people say it: 3个工作日"})
    kind = fields.String(validate=validate.OneOf(list(CLOCK_KINDS)))
    kind_label = fields.String()
    basis = fields.String()
    updated_at = Moment()


class RulesSchema(AnswerSchema):
    """The deadline registry."""

    items = fields.List(fields.Nested(RuleSchema))
