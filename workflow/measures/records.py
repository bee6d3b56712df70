"""The shapes of a measure, for typed clients: the unit's and the officers', over HTTP and as rows of type `measure`."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, SummarySchema
from workflow.measures.rules import KINDS, LIFE, SCOPES
from workflow.papers.schemas import SIGNED
from workflow.schemas import ReadableActSchema

STATE = validate.OneOf(LIFE.states)
KIND = validate.OneOf(list(KINDS))


class _SeenSchema(AnswerSchema):
    """What two officers saw and signed."""

    at = Moment()
    finding = fields.String()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class MeasureStoppedSchema(_SeenSchema):
    """That it has stopped."""


class MeasureCheckedSchema(_SeenSchema):
    """Whether the danger is gone."""

    is_removed = fields.Boolean()


class MeasureServedSchema(AnswerSchema):
    """How the decision came to the party."""

    at = Moment()
    signed = fields.String(validate=validate.OneOf(list(SIGNED)))
    party_name = fields.String()
    witness_name = fields.String()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class MeasureRequestSchema(AnswerSchema):
    """What the unit says when it applies."""

    at = Moment()
    note = fields.String()
    photo_ids = fields.List(fields.UUID())


class UnitMeasureSchema(AnswerSchema):
    """For the unit, once it is in force. Nothing leads from here to a reporter."""

    number = fields.String()
    state = fields.String(validate=STATE)
    kind = fields.String(validate=KIND)
    scope = fields.String(allow_none=True, validate=validate.OneOf(list(SCOPES)))
    unit_id = fields.UUID(allow_none=True)
    unit_name = fields.String()
    place = fields.String()
    danger = fields.String()
    clause = fields.String()
    photo_ids = fields.List(fields.UUID())
    inspected_on = fields.Date()
    sealed_at = Moment(allow_none=True)
    until_on = fields.Date(allow_none=True)
    is_extended = fields.Boolean()
    execute_by = fields.Date(allow_none=True)
    served = fields.Nested(MeasureServedSchema, allow_none=True)
    stopped = fields.Nested(MeasureStoppedSchema, allow_none=True)
    request = fields.Nested(MeasureRequestSchema, allow_none=True)
    finding = fields.Nested(MeasureCheckedSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class MeasureProposalSchema(AnswerSchema):
    """What two officers put to the leaders."""

    note = fields.String()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class MeasureApprovalSchema(AnswerSchema):
    """By word of mouth: who, and when; and what two officers then signed."""

    leader_id = fields.UUID()
    at = Moment()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class MeasureDecisionSchema(AnswerSchema):
    """What the leaders decided together."""

    leader_id = fields.UUID()
    at = Moment()
    attended = fields.String()
    opinion = fields.String()
    document_no = fields.String()


class OfficerMeasureSchema(UnitMeasureSchema):
    """For the brigade."""

    hazard_id = fields.UUID(allow_none=True)
    inspection_id = fields.UUID(allow_none=True)
    region_code = fields.String()
    officer_ids = fields.List(fields.UUID())
    case_no = fields.String(allow_none=True)
    proposal = fields.Nested(MeasureProposalSchema, allow_none=True)
    approval = fields.Nested(MeasureApprovalSchema, allow_none=True)
    decision = fields.Nested(MeasureDecisionSchema, allow_none=True)
    pending_act = fields.Nested(ReadableActSchema, allow_none=True)


class MeasureSummarySchema(SummarySchema):
    """A measure in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    kind = fields.String(validate=KIND)
    unit_name = fields.String()
    place = fields.String()


class MeasurePageSchema(AnswerSchema):
    """A page of measures, oldest first."""

    items = fields.List(fields.Nested(MeasureSummarySchema))
    next_cursor = fields.String(allow_none=True)


class MeasureSchema(CaseSchema):
    """A measure, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    kind = fields.String(validate=KIND)
    unit_name = fields.String()
    place = fields.String()
    data = AnyOf(OfficerMeasureSchema, UnitMeasureSchema)
