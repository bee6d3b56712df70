"""What comes in with each command on a patrol."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import PlaceSchema, PositionSchema
from wire import Flag, Line, Moment, Prose, StrictSchema
from workflow.checklists import MAX_ITEMS, RESULTS
from workflow.patrols.rules import KINDS
from workflow.schemas import CodeField, PhotosField


class SeenItemSchema(StrictSchema):
    """One item of the checklist. `put_right_by` is a day that a unit sets itself."""

    code = CodeField(required=True)
    result = fields.String(required=True, validate=validate.OneOf(list(RESULTS)))
    note = Prose(max_length=500, load_default="")
    photos = PhotosField(load_default=list)
    is_fixed = Flag(load_default=False, metadata={"description": "put right there and then"})
    put_right_by = fields.Date(load_default=None, allow_none=True)


class RecordPatrolSchema(StrictSchema):
    """登记巡查: at a unit, or on a grid worker's round at any place. The edition is the one that the phone went by."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    unit_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "as its entry code says"})
    place = fields.Nested(PlaceSchema, load_default=None, allow_none=True, metadata={"description": "where it is no unit"})
    place_name = Line(max_length=100, min_length=0, load_default="")
    walked_by = Line(max_length=50, min_length=0, load_default="", metadata={"description": "left out, whoever records it"})
    checklist = CodeField(required=True)
    edition = Line(max_length=40, required=True)
    answers = fields.List(
        fields.Nested(SeenItemSchema), required=True, validate=validate.Length(min=1, max=MAX_ITEMS, error="请逐项填写检查表")
    )
    note = Prose(max_length=1000, load_default="")
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    checked_at = Moment(load_default=None, allow_none=True, metadata={"description": "left out, when the phone sealed it"})


class PutRightSchema(StrictSchema):
    """整改完成 of one item: in words or pictures what was done."""

    code = CodeField(required=True)
    note = Prose(max_length=500, load_default="")
    photos = PhotosField(load_default=list)
