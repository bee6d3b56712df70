"""What comes in with each command on an inspection."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import PositionSchema
from wire import Flag, Line, Moment, Prose, StrictSchema
from workflow.checklists import MAX_ITEMS, RESULTS
from workflow.inspections.rules import GROUNDS, KINDS, NOTICES
from workflow.papers.schemas import OrderSchema
from workflow.schemas import CodeField, PeopleField, PhotosField, ReasonSchema


class PlanSchema(ReasonSchema):
    """派检查任务: where, when, why, by which checklist, and who goes."""

    unit_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    notice = fields.String(load_default="ON_ARRIVAL", validate=validate.OneOf(list(NOTICES)))
    planned_on = fields.Date(required=True)
    checklist = CodeField(required=True)
    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))


class AssignInspectorsSchema(StrictSchema):
    """Another pair."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))


class ArriveSchema(StrictSchema):
    """到场: the code of the place, or why it was not scanned."""

    scanned_unit_id = fields.UUID(load_default=None, metadata={"description": "what the code at the entrance says"})
    no_code_reason = Prose(max_length=200, load_default="")
    position = fields.Nested(PositionSchema, load_default=None)
    arrived_at = Moment(load_default=None)


class AnswerToItemSchema(StrictSchema):
    """One item of the checklist: whether it conforms, and whether a fault was put right there and then, which a photo shows."""

    code = CodeField(required=True)
    result = fields.String(required=True, validate=validate.OneOf(list(RESULTS)))
    note = Prose(max_length=500, load_default="")
    photos = PhotosField(load_default=list)
    is_fixed = Flag(load_default=False)
    fixed_photos = PhotosField(load_default=list)


class InspectedSchema(StrictSchema):
    """What two officers found, item by item."""

    answers = fields.List(
        fields.Nested(AnswerToItemSchema), required=True, validate=validate.Length(min=1, max=MAX_ITEMS, error="请逐项填写检查表")
    )
    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写检查情况"))
    attended_by = Line(max_length=50, min_length=0, load_default="", metadata={"description": "who was there for the unit"})
    party_refused = Flag(load_default=False, metadata={"description": "he would not sign the record"})
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)


class InspectedWithOrderSchema(InspectedSchema):
    """The same, with the order for what was not put right."""

    order = fields.Nested(OrderSchema, required=True)


class KeepPrivateSchema(ReasonSchema):
    """不予公开: on which ground of the law."""

    ground = fields.String(required=True, validate=validate.OneOf(list(GROUNDS)))
