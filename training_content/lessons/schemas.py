"""Lessons on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from training_content.lessons.rules import AUDIENCES, LIST_BLOCKS, MAX_BLOCKS, TEXT_BLOCKS, block_fits, body_fits
from wire import AnswerSchema, Line, Moment, PageSchema, Prose, StrictSchema


class BlockSchema(StrictSchema):
    """One block: heading, paragraph and warning have `text`; list and steps have `items`."""

    kind = fields.String(required=True, validate=validate.OneOf([*TEXT_BLOCKS, *LIST_BLOCKS]))
    text = Prose(max_length=2000, load_default="")
    items = fields.List(Line(max_length=300), load_default=list, validate=validate.Length(max=30, error="最多{max}项"))

    @validates_schema
    def has_what_its_kind_needs(self, data: dict[str, Any], **_: Any) -> None:
        """Text or items, never both."""
        if not block_fits(data):
            wanted = "text" if data["kind"] in TEXT_BLOCKS else "items"
            raise ValidationError("段落、标题和提示应只填 text,列表和步骤应只填 items", wanted)


class EditLessonSchema(StrictSchema):
    """The whole lesson; it replaces what was there."""

    title = Line(max_length=100, required=True)
    summary = Prose(max_length=300, load_default="")
    body = fields.List(
        fields.Nested(BlockSchema), required=True, validate=validate.Length(min=1, max=MAX_BLOCKS, error="应有1到{max}段")
    )
    audience = fields.List(
        fields.String(validate=validate.OneOf(list(AUDIENCES))),
        load_default=list,
        validate=validate.Length(max=len(AUDIENCES), error="最多{max}类"),
    )
    cover_media_id = fields.UUID(load_default=None)
    duration_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, 600))
    source = Line(max_length=200, min_length=0, load_default="")

    @validates_schema
    def fits_on_a_device(self, data: dict[str, Any], **_: Any) -> None:
        """A lesson is one line of the feed."""
        if not body_fits(data["body"]):
            raise ValidationError("课程内容总长度超出限制", "body")


class CreateLessonSchema(EditLessonSchema):
    """A draft; the id is the client's."""

    id = fields.UUID(required=True)


class LessonSummarySchema(AnswerSchema):
    """A lesson in a list."""

    id = fields.UUID()
    revision = fields.Integer()
    title = fields.String()
    summary = fields.String()
    audience = fields.List(fields.String(), metadata={"description": "empty: everybody"})
    cover_media_id = fields.UUID(allow_none=True)
    duration_minutes = fields.Integer()
    is_published = fields.Boolean()


class LessonSchema(LessonSummarySchema):
    """A lesson in full."""

    body = fields.List(fields.Nested(BlockSchema))
    source = fields.String()
    created_at = Moment()
    updated_at = Moment()


class LessonPageSchema(StrictSchema):
    """A page of lessons, oldest first."""

    items = fields.List(fields.Nested(LessonSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class LessonQuerySchema(PageSchema):
    """Filters of the list."""

    audience = fields.String(
        load_default=None, validate=validate.OneOf(list(AUDIENCES)), metadata={"description": "also what is for everybody"}
    )
