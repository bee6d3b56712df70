"""The shapes of a transfer to the police, for typed clients: over HTTP and as rows of type `transfer`."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, SummarySchema
from workflow.transfers.rules import LIFE

STATE = validate.OneOf(LIFE.states)


class TransferDecisionSchema(AnswerSchema):
    """What the head of the brigade decided."""

    leader_id = fields.UUID()
    at = Moment()
    is_approved = fields.Boolean()
    reason = fields.String(metadata={"description": "of a refusal"})
    document_no = fields.String(metadata={"description": "of the 移送书"})


class TransferDeliverySchema(AnswerSchema):
    """Where the file goes, and once it is there, who signed for it."""

    at = Moment(allow_none=True)
    police = fields.String()
    received_by = fields.String()
    photo_ids = fields.List(fields.UUID())
    by = fields.UUID(allow_none=True)


class PoliceRepliedSchema(AnswerSchema):
    """One answer of the police."""

    at = Moment(metadata={"description": "when it was entered"})
    on = fields.Date()
    received_on = fields.Date()
    kind = fields.String(validate=validate.OneOf(("PASSED_ON", "FILED", "DECLINED")))
    police = fields.String(metadata={"description": "who answered; who has it now, where it was passed on"})
    document_no = fields.String()
    reason = fields.String()
    photo_ids = fields.List(fields.UUID())
    by = fields.UUID()


class TransferAskedSchema(AnswerSchema):
    """提请复议, or 建议立案监督."""

    at = Moment(metadata={"description": "when it was entered"})
    on = fields.Date(metadata={"description": "when it was handed in"})
    reason = fields.String()
    by = fields.UUID()


class HandedItemsSchema(AnswerSchema):
    """What was handed over in the end."""

    at = Moment()
    note = fields.String()
    photo_ids = fields.List(fields.UUID())
    by = fields.UUID()


class OfficerTransferSchema(AnswerSchema):
    """A transfer, for its officers and those who decide on it."""

    number = fields.String()
    state = fields.String(validate=STATE)
    hazard_id = fields.UUID(allow_none=True)
    inspection_id = fields.UUID(allow_none=True)
    region_code = fields.String()
    officer_ids = fields.List(fields.UUID())
    proposer_ids = fields.List(fields.UUID())
    unit_id = fields.UUID(allow_none=True)
    party = fields.String()
    offence = fields.String()
    facts = fields.String()
    evidence = fields.String()
    items = fields.String()
    photo_ids = fields.List(fields.UUID())
    decision = fields.Nested(TransferDecisionSchema, allow_none=True)
    delivery = fields.Nested(TransferDeliverySchema, allow_none=True)
    replies = fields.List(fields.Nested(PoliceRepliedSchema), metadata={"description": "of the police, oldest first"})
    objection = fields.Nested(TransferAskedSchema, allow_none=True)
    supervision = fields.Nested(TransferAskedSchema, allow_none=True)
    handed = fields.Nested(HandedItemsSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class TransferSummarySchema(SummarySchema):
    """A transfer in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    party = fields.String()
    offence = fields.String()


class CriminalTransferPageSchema(AnswerSchema):
    """A page of transfers, oldest first."""

    items = fields.List(fields.Nested(TransferSummarySchema))
    next_cursor = fields.String(allow_none=True)


class CriminalTransferSchema(CaseSchema):
    """A transfer, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    party = fields.String()
    offence = fields.String()
    data = AnyOf(OfficerTransferSchema)
