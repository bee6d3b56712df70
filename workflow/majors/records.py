"""The shapes of a major hazard, for typed clients: the unit's and the officers', over HTTP and as rows of type `major`."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, SummarySchema
from workflow.majors.criteria import KINDS
from workflow.majors.rules import GROUNDS, LEVELS, LIFE
from workflow.papers.schemas import SIGNED
from workflow.schemas import ReadableActSchema

STATE = validate.OneOf(LIFE.states)


class MajorClauseSchema(AnswerSchema):
    """A clause of the standard; its own words are in the standard."""

    clause = fields.String()
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    title = fields.String()


class MajorEditionSchema(AnswerSchema):
    """An edition of the standard, in force from a day on until the next one is."""

    edition = fields.String(metadata={"example": "GB 35181-2025"})
    effective_from = fields.Date()
    clauses = fields.List(fields.Nested(MajorClauseSchema))


class MajorCriteriaSchema(AnswerSchema):
    """By what a hazard is judged to be major; people judge, nothing here does."""

    editions = fields.List(fields.Nested(MajorEditionSchema), metadata={"description": "the oldest first"})
    grounds = fields.List(fields.String(validate=validate.OneOf(list(GROUNDS))), metadata={"description": "for a report"})


class MajorCriterionSchema(AnswerSchema):
    """A clause that somebody suspects it by, and what meets it."""

    clause = fields.String()
    title = fields.String()
    note = fields.String()


class _BySchema(AnswerSchema):
    at = Moment()
    by = fields.UUID()


class MajorExpertSchema(AnswerSchema):
    """An expert with what he knows."""

    name = fields.String()
    speciality = fields.String()


class MajorExpertOpinionSchema(_BySchema):
    """What the experts said, and how many agreed."""

    opinion = fields.String()
    agreed = fields.Integer()


class MajorExpertsSchema(_BySchema):
    """Who is heard and why, and what they said."""

    reason = fields.String()
    people = fields.List(fields.Nested(MajorExpertSchema))
    opinion = fields.Nested(MajorExpertOpinionSchema, allow_none=True)


class MajorReviewSchema(_BySchema):
    """The opinion of the legal reviewer."""

    opinion = fields.String()


class MajorStudySchema(AnswerSchema):
    """What the brigade decided together."""

    at = Moment()
    leader_id = fields.UUID()
    attended = fields.List(fields.String())
    minutes = fields.String()
    ground = fields.String(allow_none=True, validate=validate.OneOf(list(GROUNDS)))
    reason = fields.String(metadata={"description": "why it is none"})


class MajorServedSchema(AnswerSchema):
    """How the notice came to the party."""

    at = Moment()
    signed = fields.String(validate=validate.OneOf(list(SIGNED)))
    party_name = fields.String()
    witness_name = fields.String()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class MajorReportSchema(_BySchema):
    """The report to the government."""

    government = fields.String()
    through = fields.String()
    proposal = fields.String()
    document_no = fields.String()


class UnitMajorSupervisionSchema(AnswerSchema):
    """挂牌督办."""

    at = Moment()
    level = fields.String(validate=validate.OneOf(list(LEVELS)))
    body = fields.String()
    document_no = fields.String()
    until_on = fields.Date()
    leader = fields.String()
    photo_ids = fields.List(fields.UUID())


class MajorSupervisionSchema(UnitMajorSupervisionSchema):
    """The same, with who entered it."""

    by = fields.UUID()


class MajorSaidSchema(AnswerSchema):
    """What the unit says of its progress, or when it applies."""

    at = Moment()
    note = fields.String()
    photo_ids = fields.List(fields.UUID())


class MajorFindingSchema(AnswerSchema):
    """What two officers found and signed."""

    at = Moment()
    is_removed = fields.Boolean()
    finding = fields.String()
    photo_ids = fields.List(fields.UUID())
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)


class UnitMajorExtensionSchema(AnswerSchema):
    """A longer term."""

    at = Moment()
    until_on = fields.Date()
    reason = fields.String()
    approved_by = fields.String()


class MajorExtensionSchema(UnitMajorExtensionSchema):
    """The same, with who decided it."""

    by = fields.UUID()


class UnitMajorEndingSchema(AnswerSchema):
    """How it ended."""

    at = Moment()
    reason = fields.String()
    document_no = fields.String()


class MajorEndingSchema(UnitMajorEndingSchema):
    """The same, with who ended it; null: it ended with the case behind it."""

    by = fields.UUID(allow_none=True)


class UnitMajorSchema(AnswerSchema):
    """For the unit, once it was told. Nothing leads from here to a reporter."""

    number = fields.String()
    state = fields.String(validate=STATE)
    unit_id = fields.UUID(allow_none=True)
    unit_name = fields.String()
    place = fields.String()
    facts = fields.String()
    standard = fields.String()
    criteria = fields.List(fields.Nested(MajorCriterionSchema))
    photo_ids = fields.List(fields.UUID())
    inspected_on = fields.Date()
    notice_no = fields.String(allow_none=True)
    demand = fields.String()
    due_on = fields.Date(allow_none=True)
    served = fields.Nested(MajorServedSchema, allow_none=True)
    supervision = fields.Nested(UnitMajorSupervisionSchema, allow_none=True)
    progress = fields.List(fields.Nested(MajorSaidSchema))
    request = fields.Nested(MajorSaidSchema, allow_none=True)
    finding = fields.Nested(MajorFindingSchema, allow_none=True)
    extended = fields.Nested(UnitMajorExtensionSchema, allow_none=True)
    ending = fields.Nested(UnitMajorEndingSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class OfficerMajorSchema(UnitMajorSchema):
    """For the brigade."""

    hazard_id = fields.UUID(allow_none=True)
    inspection_id = fields.UUID(allow_none=True)
    region_code = fields.String()
    officer_ids = fields.List(fields.UUID())
    experts = fields.Nested(MajorExpertsSchema, allow_none=True)
    review = fields.Nested(MajorReviewSchema, allow_none=True)
    study = fields.Nested(MajorStudySchema, allow_none=True)
    report = fields.Nested(MajorReportSchema, allow_none=True)
    supervision = fields.Nested(MajorSupervisionSchema, allow_none=True)
    extended = fields.Nested(MajorExtensionSchema, allow_none=True)
    ending = fields.Nested(MajorEndingSchema, allow_none=True)
    awaits_recheck = fields.Boolean()
    pending_act = fields.Nested(ReadableActSchema, allow_none=True)


class MajorSummarySchema(SummarySchema):
    """A major hazard in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    unit_name = fields.String()
    place = fields.String()


class MajorPageSchema(AnswerSchema):
    """A page of major hazards, oldest first."""

    items = fields.List(fields.Nested(MajorSummarySchema))
    next_cursor = fields.String(allow_none=True)


class MajorSchema(CaseSchema):
    """A major hazard, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    unit_name = fields.String()
    place = fields.String()
    data = AnyOf(OfficerMajorSchema, UnitMajorSchema)
