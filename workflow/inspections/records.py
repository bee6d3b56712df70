"""The shapes of an inspection, for typed clients: the unit's and the officers', over HTTP and as rows of type `inspection`."""

from __future__ import annotations

from marshmallow import fields, validate

from places.schemas import PositionSchema, RegionCode
from places.unit_kinds import CATEGORIES
from wire import AnswerSchema, AnyOf, Line, Moment, PageSchema, StrictSchema
from workflow.answers import CaseSchema, ChecklistAsItStoodSchema, SummarySchema
from workflow.checklists import MAX_ITEMS, RESULTS
from workflow.inspections.rules import DECISIONS, FINDINGS, GROUNDS, KINDS, LIFE, NOTICES
from workflow.schemas import CodeField, ReadableActSchema

STATE = validate.OneOf(LIFE.states)


class ChecklistSchema(ChecklistAsItStoodSchema):
    """One edition of a checklist, with its source."""

    effective_from = fields.Date()
    basis = fields.String()
    rhythm = fields.String(metadata={"description": "how often a unit goes by it itself; empty where nothing says so"})


class ChecklistsSchema(AnswerSchema):
    """Every edition, by code and the day from which it is in force."""

    items = fields.List(fields.Nested(ChecklistSchema))


class NewChecklistItemSchema(StrictSchema):
    """An item of a new edition."""

    code = CodeField(required=True)
    text = Line(max_length=200, required=True)
    clause = Line(max_length=100, min_length=0, load_default="")


class NewChecklistSchema(StrictSchema):
    """A new edition of a checklist, with its source."""

    title = Line(max_length=60, required=True)
    effective_from = fields.Date(required=True)
    basis = Line(max_length=200, required=True)
    rhythm = Line(max_length=200, min_length=0, load_default="")
    items = fields.List(
        fields.Nested(NewChecklistItemSchema), required=True, validate=validate.Length(min=1, max=MAX_ITEMS, error="应有1到100项")
    )


class CapSchema(AnswerSchema):
    """How many spot checks a unit of this category may have in a year."""

    category = fields.String(validate=validate.OneOf(list(CATEGORIES)))
    label = fields.String()
    most = fields.Integer(allow_none=True, metadata={"description": "null: no bound was set"})
    basis = fields.String()


class CapsSchema(AnswerSchema):
    """Every category."""

    items = fields.List(fields.Nested(CapSchema))


class SetCapSchema(StrictSchema):
    """The most of a year, with the document that says so; null lifts the bound."""

    most = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(0, 100))
    basis = Line(max_length=200, required=True)


class ArrivalSchema(AnswerSchema):
    """到场: when, and whether the code of the place was scanned."""

    at = Moment()
    is_scanned = fields.Boolean()
    no_code_reason = fields.String()
    position = fields.Nested(PositionSchema, allow_none=True)


class FoundItemSchema(AnswerSchema):
    """What was found of one item of the checklist."""

    code = fields.String()
    result = fields.String(validate=validate.OneOf(list(RESULTS)))
    note = fields.String()
    photos = fields.List(fields.UUID())
    is_fixed = fields.Boolean()
    fixed_photos = fields.List(fields.UUID())


class InspectionFindingSchema(AnswerSchema):
    """What two officers found and signed."""

    action = fields.String(validate=validate.OneOf(list(FINDINGS)))
    finding = fields.String()
    attended_by = fields.String()
    party_refused = fields.Boolean()
    answers = fields.List(fields.Nested(FoundItemSchema))
    photo_ids = fields.List(fields.UUID())
    position = fields.Nested(PositionSchema, allow_none=True)
    officers = fields.List(fields.UUID())
    act_sha256 = fields.String()
    signature = fields.String(allow_none=True)
    drafted_at = Moment()
    checked_at = Moment()


class PublicationToldSchema(AnswerSchema):
    """Whether the public reads the result, and since when."""

    decision = fields.String(validate=validate.OneOf(list(DECISIONS)))
    at = Moment()


class PublicationSchema(PublicationToldSchema):
    """The same for the brigade: who decided, and why not or not any more."""

    by = fields.UUID()
    ground = fields.String(allow_none=True, validate=validate.OneOf(list(GROUNDS)))
    reason = fields.String()


class UnitInspectionSchema(AnswerSchema):
    """For the unit, once it was told."""

    number = fields.String()
    state = fields.String(validate=STATE)
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    unit_id = fields.UUID()
    unit_name = fields.String()
    notice = fields.String(validate=validate.OneOf(list(NOTICES)))
    planned_on = fields.Date()
    checklist = fields.Nested(ChecklistAsItStoodSchema)
    officer_ids = fields.List(fields.UUID())
    arrival = fields.Nested(ArrivalSchema, allow_none=True)
    finding = fields.Nested(InspectionFindingSchema, allow_none=True)
    rectification_id = fields.UUID(allow_none=True)
    publication = fields.Nested(PublicationToldSchema, allow_none=True)
    due_at = Moment(allow_none=True)


class RecusalSchema(AnswerSchema):
    """An officer who stood back."""

    officer_id = fields.UUID()
    reason = fields.String()
    at = Moment()


class OfficerInspectionSchema(UnitInspectionSchema):
    """For the brigade."""

    region_code = fields.String()
    org_id = fields.UUID()
    address = fields.String()
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    reason = fields.String()
    recusals = fields.List(fields.Nested(RecusalSchema))
    publication = fields.Nested(PublicationSchema, allow_none=True)
    pending_act = fields.Nested(ReadableActSchema, allow_none=True)


class InspectionSummarySchema(SummarySchema):
    """An inspection in a list."""

    state = fields.String(validate=STATE)
    number = fields.String()
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    unit_name = fields.String()
    planned_on = fields.Date()


class InspectionPageSchema(AnswerSchema):
    """A page of inspections, oldest first."""

    items = fields.List(fields.Nested(InspectionSummarySchema))
    next_cursor = fields.String(allow_none=True)


class InspectionSchema(CaseSchema):
    """An inspection, with what the caller may do and why each date is what it is."""

    state = fields.String(validate=STATE)
    number = fields.String()
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    unit_name = fields.String()
    planned_on = fields.Date()
    data = AnyOf(OfficerInspectionSchema, UnitInspectionSchema)


class PublishedInspectionSchema(AnswerSchema):
    """What everybody may read of an inspection."""

    unit_name = fields.String()
    region_name = fields.String()
    kind_label = fields.String()
    checked_on = fields.Date()
    result = fields.String(metadata={"description": "as it stands today", "example": "发现问题,责令改正"})
    published_on = fields.Date()


class PublishedPageSchema(AnswerSchema):
    """A page of published results, the latest first."""

    items = fields.List(fields.Nested(PublishedInspectionSchema))
    next_cursor = fields.String(allow_none=True)


class PublishedQuerySchema(PageSchema):
    """Filters of the public list."""

    region_code = RegionCode(load_default=None, metadata={"description": "a banner, or a league for all its banners"})
    q = Line(max_length=50, load_default=None, metadata={"description": "part of the name of the unit"})
