"""The shapes of a hazard as somebody may see it: what the projections of `synced.py` give, for typed clients.

A device finds the same shapes as `data` of a row of type `hazard`.
"""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import PositionSchema
from wire import AnswerSchema, Moment
from workflow.hazards.rules import REJECTION_REASONS, STATES
from workflow.hazards.schemas import PICTURES
from workflow.schemas import DraftedActSchema, FoundSchema, ReadableActSchema

STATE = validate.OneOf(list(STATES))
PICTURE = validate.OneOf(list(PICTURES))


class AddressSchema(AnswerSchema):
    """What is known of the place in words, as far as this reader may know it."""

    region_name = fields.String()
    sumu = fields.String()
    gacha = fields.String()
    household = fields.String()
    landmark = fields.String()
    message = fields.String(metadata={"description": "what the reporter was told of the place"})
    optional = frozenset({"region_name", "sumu", "gacha", "household", "landmark", "message"})


class PrecheckedSchema(AnswerSchema):
    """What a grid worker saw."""

    by = fields.UUID()
    at = Moment()
    note = fields.String()
    photo_ids = fields.List(fields.UUID())


class DisputedSchema(AnswerSchema):
    """What the reporter objects."""

    reason = fields.String()
    photo_ids = fields.List(fields.UUID())


class RatedSchema(AnswerSchema):
    """How the reporter found the work."""

    score = fields.Integer()
    comment = fields.String()
    at = Moment()


class FollowedUpSchema(AnswerSchema):
    """回访整改."""

    at = Moment()
    note = fields.String()
    by = fields.UUID()


class PoorRatingSchema(RatedSchema):
    """不满意, 非常不满意."""

    follow_up = fields.Nested(FollowedUpSchema, allow_none=True, metadata={"description": "null while nobody has looked into it"})


class HazardFoundSchema(FoundSchema):
    """What two officers found on the spot."""

    order_text = fields.String(metadata={"description": "the order as the reporter reads it; empty if there is none"})
    no_evidence_reason = fields.String(metadata={"description": "why there is no photo"})
    rectified_on = fields.Date(allow_none=True, metadata={"description": "the day of the recheck that its order passed"})


class HazardOutlineSchema(AnswerSchema):
    """For officers of the banner and receiving offices: no words, voice or photos of the reporter, nor who lives there."""

    number = fields.String(metadata={"example": "YH15010220261123000002"})
    state = fields.String(validate=STATE)
    region_code = fields.String()
    org_id = fields.UUID(metadata={"description": "the brigade that holds it"})
    officer_ids = fields.List(fields.UUID())
    picture = fields.String(validate=PICTURE)
    category = fields.String(allow_none=True, metadata={"description": "the code of the law; null until triage"})
    place_name = fields.String()
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    address = fields.Nested(AddressSchema)
    submitted_at = Moment()
    due_at = Moment(allow_none=True)
    master_id = fields.UUID(allow_none=True, metadata={"description": "the case that it was merged into"})
    pending_act = fields.Nested(DraftedActSchema, allow_none=True)
    rectification_id = fields.UUID(allow_none=True)
    prompt_id = fields.UUID(allow_none=True, metadata={"description": "即知即改: what the place was told, and answered"})
    handover_id = fields.UUID(allow_none=True)
    finding = fields.Nested(HazardFoundSchema, allow_none=True)
    dispute = fields.Nested(DisputedSchema, allow_none=True)
    optional = frozenset({"finding", "dispute"})  # not on devices; the dispute only for the committee office


class HeldHazardSchema(HazardOutlineSchema):
    """For those who hold the case: what the reporter said and showed, and what was found; never who he is."""

    pending_act = fields.Nested(ReadableActSchema, allow_none=True)
    description = fields.String()
    photo_ids = fields.List(fields.UUID())
    place_type = fields.String()
    unit_uscc = fields.String(allow_none=True)
    unit_id = fields.UUID(allow_none=True)
    patrol_id = fields.UUID(allow_none=True, metadata={"description": "the grid worker's round on which it was seen"})
    position = fields.Nested(PositionSchema, allow_none=True)
    is_ongoing = fields.Boolean()
    occurred_at = Moment(allow_none=True)
    captured_at = Moment(allow_none=True)
    precheck = fields.Nested(PrecheckedSchema, allow_none=True)
    optional = frozenset()


class ReportedHazardSchema(AnswerSchema):
    """For the reporter: his own words, where the case stands, and in whose hands it is."""

    number = fields.String()
    state = fields.String(validate=STATE)
    region_code = fields.String()
    org_id = fields.UUID()
    picture = fields.String(validate=PICTURE)
    description = fields.String()
    photo_ids = fields.List(fields.UUID())
    place_name = fields.String()
    address = fields.Nested(AddressSchema)
    submitted_at = Moment()
    due_at = Moment(allow_none=True)
    told_at = Moment(allow_none=True)
    dispute_until = Moment(allow_none=True, metadata={"description": "until when an objection is possible, once"})
    closed_at = Moment(allow_none=True)
    disputed_at = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)
    rejection_reason = fields.String(allow_none=True, validate=validate.OneOf(list(REJECTION_REASONS)))
    rating = fields.Nested(RatedSchema, allow_none=True)
