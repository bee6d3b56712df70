"""What goes out of letters, orders and applications: lists and single records with clocks and open steps."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, Moment, PageSchema
from workflow.schemas import ClockSchema, CodeField, NamedPersonSchema, OfferedActionSchema


class CaseFilterSchema(PageSchema):
    """The query of a list."""

    state = CodeField(load_default=None)
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))


class CaseOfFilterSchema(CaseFilterSchema):
    """The query of a list of cases that come of others."""

    hazard_id = fields.UUID(load_default=None)
    inspection_id = fields.UUID(load_default=None)


class CaseSchema(AnswerSchema):
    """A letter, an order or an application, with what the caller may do and why each date is what it is."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String()
    state_label = fields.String()
    region_code = fields.String()
    due_at = Moment(allow_none=True)
    people = fields.List(fields.Nested(NamedPersonSchema), metadata={"description": "the staff whom `data` names by id"})
    actions = fields.List(fields.Nested(OfferedActionSchema))
    clocks = fields.List(fields.Nested(ClockSchema))


class SummarySchema(AnswerSchema):
    """A case in a list."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String()
    state_label = fields.String()
    region_code = fields.String()
    due_at = Moment(allow_none=True)


class CaseSummarySchema(SummarySchema):
    """A letter or an order in a list."""

    hazard_id = fields.UUID()


class ChecklistItemSchema(AnswerSchema):
    """What is looked at, and the clause that asks for it."""

    code = fields.String()
    text = fields.String()
    clause = fields.String()


class ChecklistAsItStoodSchema(AnswerSchema):
    """The edition by which somebody went, as it then stood."""

    code = fields.String()
    edition = fields.String()
    title = fields.String()
    items = fields.List(fields.Nested(ChecklistItemSchema))
