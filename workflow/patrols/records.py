"""The shapes of a patrol, for typed clients: over HTTP and as rows of type `patrol`."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import RegionCode
from wire import AnswerSchema, AnyOf, Line, Moment, PageSchema
from workflow.answers import ChecklistAsItStoodSchema
from workflow.checklists import RESULTS
from workflow.patrols.rules import KINDS, STATES

_KIND = validate.OneOf(list(KINDS))
_STATE = validate.OneOf(list(STATES))


class PatrolAddressSchema(AnswerSchema):
    """苏木 → 嘎查 → 户名 → 参照物 under a banner; of a unit its address."""

    region_name = fields.String()
    sumu = fields.String(allow_none=True)
    gacha = fields.String(allow_none=True)
    household = fields.String(allow_none=True)
    landmark = fields.String(allow_none=True)


class WhatWasDoneSchema(AnswerSchema):
    """整改完成, by the unit's word."""

    at = Moment()
    note = fields.String()
    photos = fields.List(fields.UUID())


class SeenSchema(AnswerSchema):
    """What was seen of one item; by which day the unit means to put it right, and whether it has."""

    code = fields.String()
    result = fields.String(validate=validate.OneOf(list(RESULTS)))
    note = fields.String()
    photos = fields.List(fields.UUID())
    is_fixed = fields.Boolean()
    put_right_by = fields.Date(allow_none=True)
    put_right = fields.Nested(WhatWasDoneSchema, allow_none=True)


class PatrolDataSchema(AnswerSchema):
    """A patrol as devices hold it."""

    number = fields.String()
    kind = fields.String(validate=_KIND)
    state = fields.String(validate=_STATE)
    region_code = fields.String()
    unit_id = fields.UUID(allow_none=True)
    place_name = fields.String()
    address = fields.Nested(PatrolAddressSchema)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    walked_by = fields.String()
    checked_at = Moment()
    device_at = Moment(allow_none=True, metadata={"description": "by the clock of the phone; null over HTTP"})
    checklist = fields.Nested(ChecklistAsItStoodSchema)
    answers = fields.List(fields.Nested(SeenSchema))
    note = fields.String()
    photo_ids = fields.List(fields.UUID())
    due_at = Moment(allow_none=True, metadata={"description": "the first day that the unit has set itself"})


class PatrolSummarySchema(AnswerSchema):
    """A patrol in a list."""

    id = fields.UUID()
    revision = fields.Integer()
    number = fields.String()
    kind = fields.String(validate=_KIND)
    kind_label = fields.String()
    state = fields.String(validate=_STATE)
    state_label = fields.String()
    region_code = fields.String()
    unit_id = fields.UUID(allow_none=True)
    place_name = fields.String()
    walked_by = fields.String()
    checked_at = Moment()
    due_at = Moment(allow_none=True)
    checklist_title = fields.String()
    bad = fields.Integer(metadata={"description": "how many items did not conform"})


class ReportOfPatrolSchema(AnswerSchema):
    """A report that was made on the round."""

    number = fields.String()
    state_label = fields.String()


class PatrolSchema(PatrolSummarySchema):
    """A patrol over HTTP."""

    data = AnyOf(PatrolDataSchema)
    may_put_right = fields.Boolean(metadata={"description": "whether the caller may say that an item is put right"})
    reports = fields.List(fields.Nested(ReportOfPatrolSchema))


class PatrolPageSchema(AnswerSchema):
    """A page of patrols, the latest first."""

    items = fields.List(fields.Nested(PatrolSummarySchema))
    next_cursor = fields.String(allow_none=True)


class PatrolQuerySchema(PageSchema):
    """Filters of the list."""

    kind = fields.String(load_default=None, validate=_KIND)
    state = fields.String(load_default=None, validate=_STATE)
    region_code = RegionCode(load_default=None, metadata={"description": "a banner, or a league for all its banners"})
    unit_id = fields.UUID(load_default=None)
    q = Line(max_length=50, load_default=None, metadata={"description": "part of the name of the place"})
