"""The shapes of the pack, for typed clients: over HTTP and as rows of type `water_source` and `rescue_sheet`."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import PositionSchema, RegionCode
from places.unit_kinds import CATEGORIES, PLACE_TYPES
from wire import AnswerSchema, AnyOf, Line, Moment, PageSchema
from workflow.rescue.rules import CONSTRUCTIONS, KINDS, STATES
from workflow.rescue.schemas import KeyholderSchema

HISTORY_KINDS = ("hazard", "rectification", "measure", "major", "licence")


class WaterReportSchema(AnswerSchema):
    """How somebody found it."""

    state = fields.String(validate=validate.OneOf(list(STATES)))
    seen_at = Moment()
    by = fields.UUID()
    name = fields.String()
    note = fields.String()


class WaterSourceDataSchema(AnswerSchema):
    """A water source as devices hold it."""

    region_code = fields.String()
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    name = fields.String()
    place = fields.String()
    position = fields.Nested(PositionSchema, allow_none=True)
    lon = fields.Float(allow_none=True, metadata={"description": "WGS-84"})
    lat = fields.Float(allow_none=True)
    flow_lps = fields.Float(allow_none=True, metadata={"description": "litres a second"})
    volume_m3 = fields.Float(allow_none=True)
    outlets = fields.String(metadata={"description": "sizes and couplings"})
    freezes_from = fields.String(allow_none=True, metadata={"description": "month and day; null: gives water all the year"})
    freezes_to = fields.String(allow_none=True)
    note = fields.String()
    photo_ids = fields.List(fields.UUID())
    state = fields.String(validate=validate.OneOf(list(STATES)), metadata={"description": "as it was seen last"})
    reports = fields.List(fields.Nested(WaterReportSchema), metadata={"description": "the one seen last first, at most 3"})


class WaterSourceSchema(AnswerSchema):
    """A water source over HTTP."""

    id = fields.UUID()
    revision = fields.Integer()
    retired_at = Moment(allow_none=True, metadata={"description": "it is there no more"})
    data = AnyOf(WaterSourceDataSchema)


class WaterSourcePageSchema(AnswerSchema):
    """A page of water sources, oldest first."""

    items = fields.List(fields.Nested(WaterSourceSchema))
    next_cursor = fields.String(allow_none=True)


class WaterSourceQuerySchema(PageSchema):
    """Filters of the list."""

    region_code = RegionCode(load_default=None, metadata={"description": "a banner, or a league for all its banners"})
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    q = Line(max_length=50, load_default=None, metadata={"description": "part of the name or of the place"})


class SurveyOfSheetSchema(AnswerSchema):
    """Who went through the place last, and when."""

    at = Moment()
    by = fields.UUID()
    name = fields.String()


class PastSchema(AnswerSchema):
    """What matters in a fire of what there has been. Nothing tells who reported, or that anybody did."""

    kind = fields.String(validate=validate.OneOf(HISTORY_KINDS))
    label = fields.String(metadata={"description": "what was found or decided, in Chinese", "example": "疏散通道、安全出口堵塞"})
    details = fields.List(fields.String(), metadata={"description": "of an order, what is to be put right"})
    state_label = fields.String()
    is_open = fields.Boolean()
    since = fields.Date()
    until = fields.Date(allow_none=True, metadata={"description": "term or end"})


class RescueSheetDataSchema(AnswerSchema):
    """A sheet as devices hold it; its id is the unit's."""

    region_code = fields.String()
    name = fields.String()
    address = fields.String()
    category = fields.String(validate=validate.OneOf(list(CATEGORIES)))
    place_type = fields.String(allow_none=True, validate=validate.OneOf(list(PLACE_TYPES)))
    lon = fields.Float(allow_none=True, metadata={"description": "WGS-84"})
    lat = fields.Float(allow_none=True)
    approach = fields.String(metadata={"description": "which road, which gate"})
    max_height_m = fields.Float(allow_none=True, metadata={"description": "of an engine that gets in"})
    max_width_m = fields.Float(allow_none=True)
    ladder_spots = fields.String()
    water = fields.String(metadata={"description": "inside: hydrants, pools, pump connections"})
    facilities = fields.String()
    construction = fields.String(allow_none=True, validate=validate.OneOf(list(CONSTRUCTIONS)))
    floors_above = fields.Integer(allow_none=True)
    floors_below = fields.Integer(allow_none=True)
    people_day = fields.Integer(allow_none=True)
    people_night = fields.Integer(allow_none=True)
    key_parts = fields.String()
    dangerous_goods = fields.String()
    control_room_phone = fields.String()
    keyholders = fields.List(fields.Nested(KeyholderSchema))
    plan_title = fields.String(metadata={"description": "the unit's own 灭火和应急疏散预案"})
    plan_edition = fields.String()
    plan_photo_ids = fields.List(fields.UUID())
    notes = fields.String()
    edition = fields.Integer(metadata={"description": "how often it was surveyed; 0: nobody was there yet"})
    survey = fields.Nested(SurveyOfSheetSchema, allow_none=True)
    history = fields.List(fields.Nested(PastSchema))


class RescueSheetSchema(AnswerSchema):
    """A sheet over HTTP."""

    id = fields.UUID()
    revision = fields.Integer()
    data = AnyOf(RescueSheetDataSchema)


class RescueSheetPageSchema(AnswerSchema):
    """A page of sheets."""

    items = fields.List(fields.Nested(RescueSheetSchema))
    next_cursor = fields.String(allow_none=True)


class RescueSheetQuerySchema(PageSchema):
    """Filters of the list."""

    region_code = RegionCode(load_default=None, metadata={"description": "a banner, or a league for all its banners"})
    q = Line(max_length=50, load_default=None, metadata={"description": "part of the name or of the address"})
