"""What a request to unseal says, and what its readers see."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from wire import AnswerSchema, Flag, Line, Moment, NewId, PageSchema, Prose, StrictSchema
from workflow.hazards.unsealing.rules import BASES, STATES
from workflow.schemas import CodeField, OfferedActionSchema


class RequestUnsealingSchema(StrictSchema):
    """Who demands it in writing, by which letter, and why the reporter is not told, if he is not."""

    id = NewId()
    hazard_id = fields.UUID(required=True)
    basis = fields.String(required=True, validate=validate.OneOf(list(BASES)))
    authority = Line(max_length=100, required=True)
    letter_no = Line(max_length=100, required=True, metadata={"description": "of the demanding body's letter"})
    reason = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请说明理由(2到500字)"))
    tells_reporter = Flag(load_default=True)
    silence_reason = Prose(
        max_length=500, load_default="", metadata={"description": "required if the reporter is not told: the law that forbids it"}
    )

    @validates_schema
    def says_why_silent(self, data: dict[str, Any], **_: object) -> None:
        """Silence needs a law."""
        if data.get("tells_reporter") is False and not data.get("silence_reason"):
            raise ValidationError("不告知举报人的,请填写法律依据", "silence_reason")


class UnsealingFilterSchema(PageSchema):
    """The query of the list."""

    state = CodeField(load_default=None)
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))


class UnsealingSchema(AnswerSchema):
    """A request, who asked and who decided, and how often it was looked at. Never what it opens."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String(validate=validate.OneOf(list(STATES)))
    state_label = fields.String()
    region_code = fields.String()
    hazard_id = fields.UUID()
    hazard_number = fields.String()
    basis = fields.String(validate=validate.OneOf(list(BASES)))
    basis_label = fields.String()
    authority = fields.String()
    letter_no = fields.String()
    reason = fields.String()
    tells_reporter = fields.Boolean()
    silence_reason = fields.String()
    requested_by = fields.String(metadata={"description": "name of who asked"})
    created_at = Moment()
    decided_by = fields.String(metadata={"description": "name of who decided; empty: nobody yet"})
    decided_at = Moment(allow_none=True)
    decision_note = fields.String()
    viewable_until = Moment(allow_none=True)
    is_viewable = fields.Boolean(metadata={"description": "by the caller, now"})
    view_count = fields.Integer()
    last_viewed_at = Moment(allow_none=True)
    actions = fields.List(fields.Nested(OfferedActionSchema))


class UnsealingPageSchema(AnswerSchema):
    """A page of requests, newest first."""

    items = fields.List(fields.Nested(UnsealingSchema))
    next_cursor = fields.String(allow_none=True)


class ReporterIdentitySchema(AnswerSchema):
    """Who reported, as far as he said so or was known. Kept in no receipt and no cache."""

    name = fields.String(allow_none=True)
    mobile = fields.String(allow_none=True)
    id_number = fields.String(allow_none=True)
    report_mode = fields.String()
    viewable_until = Moment()
