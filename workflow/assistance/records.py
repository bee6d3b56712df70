"""The shapes of a request for assistance, for typed clients: over HTTP and as rows of type `assistance`."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import RegionCode
from wire import AnswerSchema, AnyOf, Moment
from workflow.answers import CaseSchema, SummarySchema
from workflow.assistance.rules import COSTS, DANGERS, EXPERTS, KINDS, LIFE, MODES, TOPICS

STATE = validate.OneOf(LIFE.states)
TOPIC = validate.OneOf(list(TOPICS))
MODE = validate.OneOf(list(MODES))
KIND = validate.OneOf(list(KINDS))


class AssistancePlaceSchema(AnswerSchema):
    """苏木 → 嘎查 → 户名 → 参照物 under a banner; of a unit its address."""

    region_name = fields.String()
    sumu = fields.String(allow_none=True)
    gacha = fields.String(allow_none=True)
    household = fields.String(allow_none=True)
    landmark = fields.String(allow_none=True)


class NotHelpedSchema(AnswerSchema):
    """Why it was not accepted, and who can help instead."""

    kind = fields.String(validate=STATE)
    reason = fields.String()
    proper_body = fields.String(allow_none=True)


class AppointmentSchema(AnswerSchema):
    """How and when, and since when it is agreed."""

    mode = fields.String(validate=MODE)
    appointed_at = Moment()
    note = fields.String()
    agreed_at = Moment(allow_none=True)


class DangerWarningSchema(AnswerSchema):
    """An imminent danger, with who of the place was told beforehand."""

    danger = fields.String(validate=validate.OneOf(list(DANGERS)))
    label = fields.String()
    words = fields.String()
    told_to = fields.String()
    told_at = Moment()
    at = Moment()
    photo_ids = fields.List(fields.UUID())


class LinkedWarningSchema(DangerWarningSchema):
    """The same for the desk and the expert: with the hazard that came of it."""

    hazard_id = fields.UUID(allow_none=True)


class AdvisedItemSchema(AnswerSchema):
    """One thing, what is suggested, and since when it is put right by the applicant's word."""

    id = fields.UUID()
    problem = fields.String()
    clause = fields.String()
    suggestion = fields.String()
    cost = fields.String(validate=validate.OneOf(list(COSTS)))
    fixed_at = Moment(allow_none=True)


class AdviceSchema(AnswerSchema):
    """《技术帮扶意见书》, with what it is not."""

    number = fields.String()
    summary = fields.String()
    items = fields.List(fields.Nested(AdvisedItemSchema))
    next_step = fields.String()
    photo_ids = fields.List(fields.UUID())
    statement = fields.String()
    issued_at = Moment()


class ProgressToldSchema(AnswerSchema):
    """What the applicant said that he has put right."""

    at = Moment()
    fixed_item_ids = fields.List(fields.UUID())
    note = fields.String()
    photo_ids = fields.List(fields.UUID())


class AssistanceRatingSchema(AnswerSchema):
    """好差评."""

    score = fields.Integer()
    comment = fields.String()
    at = Moment()


class ApplicantAssistanceSchema(AnswerSchema):
    """For whoever asked."""

    number = fields.String()
    state = fields.String(validate=STATE)
    region_code = fields.String()
    applicant_kind = fields.String(validate=KIND)
    unit_id = fields.UUID(allow_none=True)
    topic = fields.String(validate=TOPIC)
    wanted_mode = fields.String(validate=MODE)
    description = fields.String()
    address = fields.Nested(AssistancePlaceSchema)
    preferred_time = fields.String()
    photo_ids = fields.List(fields.UUID())
    rectification_id = fields.UUID(allow_none=True)
    submitted_at = Moment()
    accepted_at = Moment(allow_none=True)
    decision = fields.Nested(NotHelpedSchema, allow_none=True)
    expert_id = fields.UUID(allow_none=True)
    appointment = fields.Nested(AppointmentSchema, allow_none=True)
    started_at = Moment(allow_none=True)
    warnings = fields.List(fields.Nested(DangerWarningSchema))
    advice = fields.Nested(AdviceSchema, allow_none=True)
    confirmed_at = Moment(allow_none=True)
    progress = fields.List(fields.Nested(ProgressToldSchema))
    rating = fields.Nested(AssistanceRatingSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class ExpertAssistanceSchema(ApplicantAssistanceSchema):
    """For the desk and the expert."""

    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    warnings = fields.List(fields.Nested(LinkedWarningSchema))


class AssistanceSummarySchema(SummarySchema):
    """A request in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    topic = fields.String(validate=TOPIC)
    topic_label = fields.String()
    unit_id = fields.UUID(allow_none=True)
    submitted_at = Moment()


class AssistancePageSchema(AnswerSchema):
    """A page of requests, oldest first."""

    items = fields.List(fields.Nested(AssistanceSummarySchema))
    next_cursor = fields.String(allow_none=True)


class AssistanceSchema(CaseSchema):
    """A request, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    topic = fields.String(validate=TOPIC)
    topic_label = fields.String()
    unit_id = fields.UUID(allow_none=True)
    submitted_at = Moment()
    contact_name = fields.String()
    contact_phone = fields.String()
    data = AnyOf(ExpertAssistanceSchema, ApplicantAssistanceSchema)


class ChoiceSchema(AnswerSchema):
    """A choice with its words."""

    code = fields.String()
    label = fields.String()


class AssistanceGuideSchema(AnswerSchema):
    """What the forms are made of; the imminent dangers with their source; what the help is and is not."""

    applicant_kinds = fields.List(fields.Nested(ChoiceSchema))
    topics = fields.List(fields.Nested(ChoiceSchema))
    modes = fields.List(fields.Nested(ChoiceSchema))
    costs = fields.List(fields.Nested(ChoiceSchema))
    dangers = fields.List(fields.Nested(ChoiceSchema))
    dangers_basis = fields.String()
    promise = fields.String()


class ExpertSchema(AnswerSchema):
    """Who can help, and with what."""

    id = fields.UUID()
    name = fields.String()
    role = fields.String(validate=validate.OneOf(sorted(role.value for role in EXPERTS)))
    org_name = fields.String()
    region_code = RegionCode()
    topics = fields.List(fields.String(validate=TOPIC))


class ExpertsSchema(AnswerSchema):
    """Everybody who can help in one's divisions."""

    items = fields.List(fields.Nested(ExpertSchema))


class ProposalSchema(ExpertSchema):
    """Why this one: he knows the topic, is near, has little in hand."""

    knows_topic = fields.Boolean()
    distance = fields.Integer(metadata={"description": "0 of the banner, 1 of its league, 2 of the region"})
    open_requests = fields.Integer()
    reason = fields.String(metadata={"description": "the same in words"})


class ProposalsSchema(AnswerSchema):
    """Whom to send, the best first."""

    items = fields.List(fields.Nested(ProposalSchema))
