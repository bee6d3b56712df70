"""Law records on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from training_content.laws.rules import (
    LEVELS,
    MAX_ARTICLES,
    STATUSES,
    VERIFICATIONS,
    articles_fit,
    dates_in_order,
    reproduces_a_standard,
)
from wire import AnswerSchema, Line, Moment, PageSchema, Prose, StrictSchema


class ArticleSchema(StrictSchema):
    """One article or clause. `heading` is ours; `text` is the law's own words, or empty."""

    no = Line(max_length=20, required=True, metadata={"description": "28, or 4.2 of a standard"})
    heading = Line(max_length=100, min_length=0, load_default="")
    text = Prose(max_length=5000, load_default="")


class EditLawSchema(StrictSchema):
    """The whole record; it replaces what was there."""

    code = Line(
        max_length=40, required=True, validate=validate.Regexp("^[A-Z][A-Z0-9-]{1,39}$", error="代码应为大写字母、数字和连字符")
    )
    title = Line(max_length=200, required=True)
    doc_no = Line(max_length=200, min_length=0, load_default="")
    issuer = Line(max_length=200, min_length=0, load_default="")
    level = fields.String(required=True, validate=validate.OneOf(list(LEVELS), list(LEVELS.values())))
    published_on = fields.Date(load_default=None)
    effective_from = fields.Date(load_default=None)
    effective_to = fields.Date(load_default=None)
    status = fields.String(required=True, validate=validate.OneOf(list(STATUSES), list(STATUSES.values())))
    replaces = fields.List(Line(max_length=100), load_default=list, validate=validate.Length(max=20, error="最多{max}项"))
    articles = fields.List(
        fields.Nested(ArticleSchema), load_default=list, validate=validate.Length(max=MAX_ARTICLES, error="最多{max}条")
    )
    region = Line(load_default=None, validate=validate.Regexp("^15[0-9]{4}$", error="应为自治区内的区划代码"))
    source_url = Line(load_default=None, validate=validate.Regexp("^https?://[!-~]{3,490}$", error="应为 http 或 https 网址"))
    checked_on = fields.Date(load_default=None)
    verification = fields.String(load_default="unchecked", validate=validate.OneOf(list(VERIFICATIONS)))
    note = Prose(max_length=1000, load_default="")

    @validates_schema
    def makes_sense(self, data: dict[str, Any], **_: Any) -> None:
        """Dates in order, no restricted text, and a record that fits on a device."""
        errors: dict[str, list[str]] = {}
        if not dates_in_order(data.get("effective_from"), data.get("effective_to")):
            errors["effective_to"] = ["失效日期不能早于施行日期"]
        articles = data.get("articles", [])
        if reproduces_a_standard(data.get("level", ""), articles):
            errors["articles"] = ["标准只登记条款号和提要,不收录原文"]
        if not articles_fit(articles):
            errors["articles"] = ["条文总长度超出限制"]
        if errors:
            raise ValidationError(errors)


class CreateLawSchema(EditLawSchema):
    """A draft; the id is the client's."""

    id = fields.UUID(required=True)


class LawSummarySchema(AnswerSchema):
    """A law in a list, without its articles."""

    id = fields.UUID()
    revision = fields.Integer()
    code = fields.String()
    title = fields.String()
    doc_no = fields.String()
    issuer = fields.String()
    level = fields.String(metadata={"enum": list(LEVELS)})
    published_on = fields.Date(allow_none=True)
    effective_from = fields.Date(allow_none=True)
    effective_to = fields.Date(allow_none=True)
    status = fields.String(metadata={"enum": list(STATUSES)})
    region = fields.String(allow_none=True)
    is_published = fields.Boolean()


class LawSchema(LawSummarySchema):
    """A law in full."""

    replaces = fields.List(fields.String())
    articles = fields.List(fields.Nested(ArticleSchema))
    source_url = fields.String(allow_none=True)
    checked_on = fields.Date(allow_none=True)
    verification = fields.String(metadata={"enum": list(VERIFICATIONS)})
    note = fields.String()
    created_at = Moment()
    updated_at = Moment()


class LawQuerySchema(PageSchema):
    """Filters of the list."""

    q = Line(
        max_length=50,
        load_default=None,
        metadata={"description": "words that the title, number, headings or articles contain; two characters suffice"},
    )
    level = fields.String(load_default=None, validate=validate.OneOf(list(LEVELS)))
    status = fields.String(load_default=None, validate=validate.OneOf(list(STATUSES)))


class LawPageSchema(StrictSchema):
    """A page of laws, in the order of their codes."""

    items = fields.List(fields.Nested(LawSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
