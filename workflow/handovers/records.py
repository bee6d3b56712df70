"""The shapes of a letter, for typed clients: as devices hold it (a row of type `handover`), and over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, CaseSummarySchema
from workflow.handovers.rules import KINDS, LIFE

STATE = validate.OneOf(LIFE.states)


class OfficeSchema(AnswerSchema):
    """An office as the letter names it."""

    id = fields.UUID()
    name = fields.String()


class LetterUnitSchema(AnswerSchema):
    """The enterprise or place, as the order named it."""

    name = fields.String()
    uscc = fields.String(allow_none=True)
    address = fields.String()


class LetterItemSchema(AnswerSchema):
    """One thing that is wrong."""

    description = fields.String()
    clause = fields.String()


class LetterPhotoSchema(AnswerSchema):
    """An officer's photo with its digest; null while nobody has said it."""

    id = fields.UUID()
    sha256 = fields.String(allow_none=True)


class EarlierSendingSchema(AnswerSchema):
    """Where the letter went before."""

    letter_no = fields.String()
    to_org = fields.Nested(OfficeSchema)
    sent_at = Moment()


class LetterSchema(AnswerSchema):
    """移送函, written when it is signed: what the receiving office decides by. Of a reporter it has nothing."""

    title = fields.String()
    letter_no = fields.String()
    number = fields.String(metadata={"description": "of the case"})
    from_org = fields.Nested(OfficeSchema)
    to_org = fields.Nested(OfficeSchema)
    sent_at = Moment()
    sign_due = Moment()
    return_due = Moment()
    feedback_due = Moment()
    place = fields.String()
    kind = fields.String(allow_none=True)
    unit = fields.Nested(LetterUnitSchema, allow_none=True)
    finding = fields.String()
    checked_on = fields.Date(allow_none=True)
    items = fields.List(fields.Nested(LetterItemSchema))
    measures = fields.String()
    order_no = fields.String(allow_none=True)
    photos = fields.List(fields.Nested(LetterPhotoSchema))
    reason = fields.String()
    legal_basis = fields.String()
    suggestion = fields.String()
    lack_of_competence = fields.Boolean()
    contact = fields.String()
    signed_by = fields.String()
    earlier = fields.List(fields.Nested(EarlierSendingSchema))


class AskedLetterSchema(AnswerSchema):
    """What was asked for, before anybody signed it."""

    to_org_id = fields.UUID()
    reason = fields.String()
    legal_basis = fields.String()
    suggestion = fields.String()
    urgent = fields.Boolean()
    lack_of_competence = fields.Boolean()


class ReturnedSchema(AnswerSchema):
    """One return."""

    org_id = fields.UUID(metadata={"description": "who returned it"})
    at = Moment()
    by = fields.UUID()
    reason = fields.String()
    legal_basis = fields.String()
    suggested_org_id = fields.UUID()


class ResultSchema(AnswerSchema):
    """What the receiving office did."""

    text = fields.String()
    photo_ids = fields.List(fields.UUID())
    by = fields.UUID()
    at = Moment()


class ProgressEntrySchema(AnswerSchema):
    """One report on the way."""

    at = Moment()
    by = fields.UUID()
    text = fields.String()


class SupervisionSchema(AnswerSchema):
    """督办."""

    document_no = fields.String()
    by = fields.UUID()
    at = Moment()
    due_at = Moment()
    note = fields.String()


class HandoverLineSchema(AnswerSchema):
    """The letter as the banner's officers hold it."""

    state = fields.String(validate=STATE)
    hazard_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    letter_no = fields.String(allow_none=True, metadata={"description": "null until it is signed; of a 转办单 its case's"})
    from_org_id = fields.UUID()
    to_org_id = fields.UUID()
    reason = fields.String()
    legal_basis = fields.String()
    is_urgent = fields.Boolean()
    returns = fields.List(fields.Nested(ReturnedSchema))
    result = fields.Nested(ResultSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class HandoverRecordSchema(HandoverLineSchema):
    """The letter as both offices read it."""

    letter = AnyOf(LetterSchema, AskedLetterSchema)
    suggestion = fields.String()
    sent_at = Moment(allow_none=True)
    received_at = Moment(allow_none=True)
    accepted_at = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)
    progress = fields.List(fields.Nested(ProgressEntrySchema))
    supervision = fields.Nested(SupervisionSchema, allow_none=True)
    is_decided = fields.Boolean(metadata={"description": "the committee office named the body: no further return"})
    is_sign_overdue = fields.Boolean()


class HandoverSummarySchema(CaseSummarySchema):
    """A letter in a list."""

    state = fields.String(validate=STATE)


class HandoverPageSchema(AnswerSchema):
    """A page of letters, oldest first."""

    items = fields.List(fields.Nested(HandoverSummarySchema))
    next_cursor = fields.String(allow_none=True)


class HandoverSchema(CaseSchema):
    """A letter, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    data = AnyOf(HandoverRecordSchema)
