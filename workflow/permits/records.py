"""The shapes of an application and of a licence, for typed clients."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import RegionCode, Uscc
from wire import AnswerSchema, AnyOf, Line, Moment, PageSchema, StrictSchema
from workflow.answers import CaseSchema, SummarySchema
from workflow.permits.forms import MATERIALS
from workflow.permits.models import LICENCE_KINDS, LICENCE_STATES
from workflow.permits.rules import LIFE, ROUTES
from workflow.schemas import FoundSchema, ReadableActSchema

STATE = validate.OneOf(LIFE.states)
ROUTE = validate.OneOf(list(ROUTES))


class BuildingSchema(AnswerSchema):
    """与其他单位共用建筑情况."""

    name = fields.String()
    area_m2 = fields.Float()
    floors = fields.Integer()
    height_m = fields.Float(allow_none=True)


class AcceptedSchema(AnswerSchema):
    """场所消防验收或备案情况."""

    kind = fields.String()
    number = fields.String(allow_none=True)


class ReadFormSchema(AnswerSchema):
    """《消防安全检查申报表》 as it was filled in; whom to ask is said beside it, over HTTP alone."""

    occasion = fields.String()
    venue_name = fields.String()
    venue_kind = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    structure = fields.String(allow_none=True)
    area_m2 = fields.Float(allow_none=True)
    floors = fields.List(fields.Integer())
    person_in_charge = fields.String(allow_none=True)
    shared_building = fields.Nested(BuildingSchema, allow_none=True)
    acceptance = fields.Nested(AcceptedSchema, allow_none=True)
    facilities = fields.List(fields.String())
    exits = fields.Integer(allow_none=True)
    extinguishers = fields.String(allow_none=True)
    remarks = fields.String()
    former_licence_no = fields.String(allow_none=True)
    serve_online = fields.Boolean()


class ReadMaterialsSchema(AnswerSchema):
    """Pictures of each material, by its code."""

    BUSINESS_LICENCE = fields.List(fields.UUID())
    RULES_AND_PLAN = fields.List(fields.UUID())
    LAYOUT = fields.List(fields.UUID())
    OTHER = fields.List(fields.UUID())


class SignedSchema(AnswerSchema):
    """Who agreed to which text, when, and how well he was known."""

    edition = fields.String()
    sha256 = fields.String()
    by = fields.UUID()
    at = Moment()
    auth_level = fields.Integer()


class AskedCorrectionSchema(AnswerSchema):
    """One thing that had to be corrected; `is_new` until it is handed in again."""

    field = fields.String()
    message = fields.String()
    is_new = fields.Boolean()
    changed = fields.Boolean()


class DecisionSchema(AnswerSchema):
    """What was decided last, in which paper, and what can be done about it."""

    kind = fields.String()
    code = fields.String(allow_none=True)
    reason = fields.String()
    proper_body = fields.String()
    document_no = fields.String()
    remedies = fields.String()


class OrderedThingSchema(AnswerSchema):
    """One thing that has to be put right."""

    description = fields.String()
    clause = fields.String(allow_none=True)
    photo_ids = fields.List(fields.UUID(), metadata={"description": "of it put right"})


class PausedSchema(AnswerSchema):
    """Since when the term stands still, and why."""

    kind = fields.String()
    reason = fields.String()
    at = Moment()
    until_on = fields.Date(allow_none=True, metadata={"description": "as the applicant was told; null where the reason says it"})


class AnswerToRevocationSchema(AnswerSchema):
    """陈述申辩."""

    statement = fields.String()
    wants_hearing = fields.Boolean()
    at = Moment()


class HeldHearingSchema(AnswerSchema):
    """听证笔录."""

    at = Moment()
    is_attended = fields.Boolean(metadata={"description": "false: the party did not come, and gave the hearing up"})
    summary = fields.String()
    photo_ids = fields.List(fields.UUID(), metadata={"description": "the record as it was signed"})


class HearingSchema(AnswerSchema):
    """听证: as the party was told, and what came of it."""

    at = Moment()
    place = fields.String()
    chair = fields.String()
    document_no = fields.String()
    held = fields.Nested(HeldHearingSchema, allow_none=True)


class IntendedRevocationSchema(AnswerSchema):
    """拟撤销: facts and reason as they were told, and the answer."""

    code = fields.String()
    reason = fields.String()
    told_at = Moment()
    document_no = fields.String()
    answer = fields.Nested(AnswerToRevocationSchema, allow_none=True)
    may_be_heard = fields.Boolean()
    hearing = fields.Nested(HearingSchema, allow_none=True)


class PaperSchema(AnswerSchema):
    """A legal paper of the application."""

    paper = fields.String()
    paper_id = fields.UUID(allow_none=True, metadata={"description": "its text in the archive; null: made before there was one"})
    label = fields.String()
    number = fields.String()
    on = fields.Date()
    remedies = fields.String()
    served_at = Moment(allow_none=True)


class VisitFoundSchema(FoundSchema):
    """What two officers found at the place, and who of it was there."""

    attended_by = fields.String()
    checklist = fields.List(fields.Integer())


class ApplicantPermitSchema(AnswerSchema):
    """For the applicant's people."""

    number = fields.String()
    state = fields.String(validate=STATE)
    route = fields.String(validate=ROUTE)
    unit_id = fields.UUID()
    form = fields.Nested(ReadFormSchema)
    materials = fields.Nested(ReadMaterialsSchema)
    commitment = fields.Nested(SignedSchema, allow_none=True)
    received_at = Moment(allow_none=True)
    accepted_at = Moment(allow_none=True)
    is_deemed_accepted = fields.Boolean()
    corrections = fields.List(fields.Nested(AskedCorrectionSchema))
    decided_at = Moment(allow_none=True)
    decision = fields.Nested(DecisionSchema, allow_none=True)
    orders = fields.List(fields.Nested(OrderedThingSchema))
    fix_due_on = fields.Date(allow_none=True)
    paused = fields.Nested(PausedSchema, allow_none=True)
    revocation = fields.Nested(IntendedRevocationSchema, allow_none=True)
    licence_id = fields.UUID(allow_none=True)
    documents = fields.List(fields.Nested(PaperSchema))
    due_at = Moment(allow_none=True)


class OfficerPermitSchema(ApplicantPermitSchema):
    """For those who decide or go there."""

    region_code = fields.String()
    officer_ids = fields.List(fields.UUID())
    pending_act = fields.Nested(ReadableActSchema, allow_none=True)
    finding = fields.Nested(VisitFoundSchema, allow_none=True)


class DefectSchema(AnswerSchema):
    """What the office would send back, pinned to its field."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class DraftSchema(AnswerSchema):
    """Who else is at what is being filled in: who wrote last, and who has to sign."""

    written_by = fields.String(metadata={"description": "a name; without one, a masked phone number"})
    written_at = Moment()
    is_own = fields.Boolean(metadata={"description": "the caller wrote last himself"})
    signer = fields.String(allow_none=True, metadata={"description": "the unit's legal person, once he is confirmed"})


class PermitSummarySchema(SummarySchema):
    """An application in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    route = fields.String(validate=ROUTE)
    venue = fields.String()
    unit_id = fields.UUID()
    received_at = Moment(allow_none=True)


class PermitPageSchema(AnswerSchema):
    """A page of applications, oldest first."""

    items = fields.List(fields.Nested(PermitSummarySchema))
    next_cursor = fields.String(allow_none=True)


class PermitSchema(CaseSchema):
    """An application, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    route = fields.String(validate=ROUTE)
    venue = fields.String()
    unit_id = fields.UUID()
    received_at = Moment(allow_none=True)
    contact_name = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    defects = fields.List(
        fields.Nested(DefectSchema), metadata={"description": "of a draft or a correction: what is still wrong"}
    )
    draft = fields.Nested(
        DraftSchema, allow_none=True, metadata={"description": "for the applicant's people while they fill something in"}
    )
    licence_token = fields.String(allow_none=True, metadata={"description": "for the holder's QR code"})
    data = AnyOf(OfficerPermitSchema, ApplicantPermitSchema)


class OptionSchema(AnswerSchema):
    """A choice with its words."""

    code = fields.String()
    label = fields.String()


class QuestionSchema(AnswerSchema):
    """One of the three questions."""

    name = fields.String()
    text = fields.String()
    options = fields.List(fields.Nested(OptionSchema))


class GuideSchema(AnswerSchema):
    """Everything that a form is made of: 我要不要办, choices, materials of both routes."""

    questions = fields.List(fields.Nested(QuestionSchema))
    routes = fields.List(fields.Nested(OptionSchema))
    structures = fields.List(fields.Nested(OptionSchema))
    acceptances = fields.List(fields.Nested(OptionSchema))
    facilities = fields.List(fields.Nested(OptionSchema))
    venues = fields.List(fields.Nested(OptionSchema))
    occasions = fields.List(fields.Nested(OptionSchema))
    materials = fields.List(fields.Nested(OptionSchema))
    visit_items = fields.List(fields.String(), metadata={"description": "what officers look at, in the order of a checklist"})
    may_come_later = fields.List(
        fields.String(validate=validate.OneOf(list(MATERIALS))), metadata={"description": "by the route of commitment"}
    )


class NeedQuerySchema(StrictSchema):
    """The three answers."""

    venue_kind = Line(max_length=40, required=True)
    occasion = Line(max_length=40, required=True)
    acceptance = Line(max_length=40, required=True)


class NeedSchema(AnswerSchema):
    """What follows from them."""

    result = fields.String(validate=validate.OneOf(["NOT_NEEDED", "ACCEPTANCE_FIRST", "NEEDED"]))
    words = fields.String()
    basis = fields.String()


class CommitmentTextSchema(AnswerSchema):
    """告知承诺书 as it is signed now."""

    edition = fields.String()
    effective_from = fields.Date()
    body = fields.String()
    basis = fields.String()
    sha256 = fields.String()


class LicenceSchema(AnswerSchema):
    """A licence as everybody sees it."""

    id = fields.UUID()
    number = fields.String()
    kind = fields.String(validate=validate.OneOf(list(LICENCE_KINDS)))
    kind_label = fields.String()
    status = fields.String(validate=validate.OneOf(list(LICENCE_STATES)))
    status_label = fields.String()
    region_code = fields.String()
    issuer = fields.String()
    holder = fields.String()
    uscc = fields.String(allow_none=True)
    venue = fields.String()
    address = fields.String()
    issued_on = fields.Date()
    ended_on = fields.Date(allow_none=True)


class OwnLicenceSchema(LicenceSchema):
    """A licence as its holder has it."""

    unit_id = fields.UUID()
    permit_id = fields.UUID(allow_none=True, metadata={"description": "the application that led to it"})
    token = fields.String(metadata={"description": "for the QR code"})


class OwnLicencePageSchema(AnswerSchema):
    """A page of one's own licences, oldest first."""

    items = fields.List(fields.Nested(OwnLicenceSchema))
    next_cursor = fields.String(allow_none=True)


class LicencePageSchema(AnswerSchema):
    """A page of licences, by their number's age."""

    items = fields.List(fields.Nested(LicenceSchema))
    next_cursor = fields.String(allow_none=True)


class LicenceQuerySchema(PageSchema):
    """Part of a number, a place, a holder or an address; a banner, or a league for all its banners."""

    q = Line(max_length=50, load_default=None)
    region_code = RegionCode(load_default=None)


class LegacyLicenceSchema(StrictSchema):
    """An earlier 合格证."""

    number = Line(max_length=60, required=True)
    region_code = RegionCode(required=True)
    holder = Line(max_length=100, required=True)
    uscc = Uscc(load_default=None, allow_none=True)
    venue = Line(max_length=100, required=True)
    address = Line(max_length=200, required=True)
    issued_on = fields.Date(required=True)
    unit_id = fields.UUID(load_default=None, allow_none=True)
