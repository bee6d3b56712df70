"""The shapes of an order, for typed clients: the unit's and the officers', over HTTP and as rows of type `rectification`."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, SummarySchema
from workflow.rectification.rules import KINDS, LIFE, NO_PENALTY
from workflow.schemas import FoundSchema, PhotoReuseSchema, ReadableActSchema

STATE = validate.OneOf(LIFE.states)


class OrderedItemSchema(AnswerSchema):
    """One thing to put right, and how far the unit says that it is."""

    id = fields.UUID()
    description = fields.String()
    clause = fields.String()
    photo_ids = fields.List(fields.UUID(), metadata={"description": "as the officers found it"})
    fixed = fields.Boolean()
    fixed_photo_ids = fields.List(fields.UUID())
    note = fields.String()


class AskedExtensionSchema(AnswerSchema):
    """A longer term that the unit asked for, and nobody has decided about."""

    at = Moment()
    due_on = fields.Date()
    reason = fields.String()


class OrderFoundSchema(FoundSchema):
    """The same of a recheck; and where what was put right is not punished, why, and what the party was taught."""

    no_penalty = fields.String(allow_none=True, validate=validate.OneOf(list(NO_PENALTY)))
    education = fields.String()


class UnitOrderSchema(AnswerSchema):
    """For the unit: what to put right and until when. Nothing leads from here to a reporter."""

    order_no = fields.String()
    state = fields.String(validate=STATE)
    kind = fields.String(validate=validate.OneOf(KINDS))
    unit_id = fields.UUID(allow_none=True)
    unit_name = fields.String()
    ordered_on = fields.Date()
    due_on = fields.Date()
    due_at = Moment(allow_none=True)
    served_at = Moment(allow_none=True, metadata={"description": "when the order that stands came to the party"})
    items = fields.List(fields.Nested(OrderedItemSchema))
    is_extended = fields.Boolean()
    extension = fields.Nested(AskedExtensionSchema, allow_none=True)


class OfficerOrderSchema(UnitOrderSchema):
    """For officers: also the case behind it and the draft that waits for a signature."""

    hazard_id = fields.UUID(allow_none=True)
    inspection_id = fields.UUID(allow_none=True)
    region_code = fields.String()
    officer_ids = fields.List(fields.UUID())
    pending_act = fields.Nested(ReadableActSchema, allow_none=True)
    finding = fields.Nested(OrderFoundSchema, allow_none=True)


class RectificationSummarySchema(SummarySchema):
    """An order in a list, with what it came of."""

    state = fields.String(validate=STATE)
    hazard_id = fields.UUID(allow_none=True)
    inspection_id = fields.UUID(allow_none=True)


class RectificationPageSchema(AnswerSchema):
    """A page of orders, oldest first."""

    items = fields.List(fields.Nested(RectificationSummarySchema))
    next_cursor = fields.String(allow_none=True)


class RectificationSchema(CaseSchema):
    """An order, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    data = AnyOf(OfficerOrderSchema, UnitOrderSchema)
    reuses = fields.List(
        fields.Nested(PhotoReuseSchema), metadata={"description": "for the office: photos of its case also shown elsewhere"}
    )
