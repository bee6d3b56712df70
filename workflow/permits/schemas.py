"""What comes in with each command on an application."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from places.schemas import Number, PositionSchema
from places.unit_kinds import VENUES
from wire import Flag, Line, Moment, Prose, StrictSchema
from workflow.permits.forms import ACCEPTANCES, FACILITIES, FIELDS, MATERIALS, OCCASIONS, STRUCTURES
from workflow.permits.rules import CANCELLATIONS, PAUSES, REFUSALS, REVOCATIONS, ROUTES, VISIT_ITEMS
from workflow.schemas import PeopleField, PhotosField, ReasonSchema

_PHONE = validate.Regexp(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})$", error="电话号码格式不正确")
MAX_ORDERS = 50


def _choice(options: dict[str, str], **more: Any) -> fields.String:
    return fields.String(load_default=None, validate=validate.OneOf(list(options)), **more)


def _count(low: int, high: int, **more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(low, high, error=f"应为{low}到{high}的整数"), **more)


class SharedBuildingSchema(StrictSchema):
    """与其他单位共用建筑情况."""

    name = Line(max_length=100, required=True)
    area_m2 = Number(required=True, validate=validate.Range(1, 5_000_000, error="面积应为正数"))
    floors = _count(1, 200, required=True)
    height_m = Number(load_default=None, allow_none=True, validate=validate.Range(1, 1000, error="高度应为正数"))


class AcceptanceSchema(StrictSchema):
    """场所消防验收或备案情况."""

    kind = fields.String(required=True, validate=validate.OneOf(list(ACCEPTANCES)))
    number = Line(max_length=60, load_default=None, allow_none=True)


class FormSchema(StrictSchema):
    """《消防安全检查申报表》. A draft may lack anything; what is missing is told when it is checked and when it is submitted."""

    occasion = fields.String(load_default="OPENING", validate=validate.OneOf(list(OCCASIONS)))
    venue_name = Line(
        max_length=100, load_default=None, allow_none=True, metadata={"description": "the unit's name, if none is given"}
    )
    venue_kind = _choice(VENUES, allow_none=True, metadata={"description": "the unit's, if none is given and its use is one"})
    address = Line(
        max_length=200, load_default=None, allow_none=True, metadata={"description": "the unit's address, if none is given"}
    )
    structure = _choice(STRUCTURES, allow_none=True)
    area_m2 = Number(load_default=None, allow_none=True, validate=validate.Range(1, 5_000_000, error="面积应为正数"))
    floors = fields.List(_count(-10, 200), load_default=list, validate=validate.Length(max=50))
    person_in_charge = Line(max_length=50, load_default=None, allow_none=True)
    contact_name = Line(max_length=50, load_default=None, allow_none=True)
    contact_phone = fields.String(load_default=None, allow_none=True, validate=_PHONE, metadata={"example": "0471-6200000"})
    shared_building = fields.Nested(SharedBuildingSchema, load_default=None, allow_none=True)
    acceptance = fields.Nested(AcceptanceSchema, load_default=None, allow_none=True)
    facilities = fields.List(
        fields.String(validate=validate.OneOf(list(FACILITIES))), load_default=list, validate=validate.Length(max=len(FACILITIES))
    )
    exits = _count(0, 500, load_default=None, allow_none=True)
    extinguishers = Line(max_length=200, load_default=None, allow_none=True)
    remarks = Prose(max_length=1000, load_default="")
    former_licence_no = Line(max_length=60, load_default=None, allow_none=True)
    serve_online = Flag(load_default=True, metadata={"description": "papers are served on line; else they are handed over"})


class MaterialsSchema(StrictSchema):
    """Pictures of each material, by its code."""

    BUSINESS_LICENCE = PhotosField(load_default=list)
    RULES_AND_PLAN = PhotosField(load_default=list)
    LAYOUT = PhotosField(load_default=list)
    OTHER = PhotosField(load_default=list)


class FillInSchema(StrictSchema):
    """The whole draft as it is from now on."""

    route = fields.String(required=True, validate=validate.OneOf(list(ROUTES)))
    form = fields.Nested(FormSchema, required=True)
    materials = fields.Nested(MaterialsSchema, load_default=lambda: {code: [] for code in MATERIALS})


class PrepareSchema(FillInSchema):
    """A draft for a place that one may apply for."""

    unit_id = fields.UUID(required=True)


class SupplementSchema(StrictSchema):
    """补正: the form and the pictures as they are from now on."""

    form = fields.Nested(FormSchema, required=True)
    materials = fields.Nested(MaterialsSchema, load_default=lambda: {code: [] for code in MATERIALS})


class SignSchema(StrictSchema):
    """Agreeing to 告知承诺书: the digest of the text that was read."""

    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$", error="应为SHA-256"))


class CorrectionSchema(StrictSchema):
    """One thing to correct, pinned to a field of the form or to a material."""

    field = fields.String(
        required=True,
        validate=validate.OneOf([*(f"form.{name}" for name in FIELDS), *(f"materials.{code}" for code in MATERIALS)]),
    )
    message = Prose(max_length=300, required=True, validate=validate.Length(min=2, max=300, error="请说明需要补正的内容"))


class RequireCorrectionSchema(StrictSchema):
    """一次性告知: everything that has to be corrected."""

    items = fields.List(fields.Nested(CorrectionSchema), required=True, validate=validate.Length(min=1, max=30))


class NotCompetentSchema(ReasonSchema):
    """不属于本机关职权: with the body to turn to."""

    proper_body = Line(max_length=100, required=True)


class PauseSchema(ReasonSchema):
    """What is outside the term, and the day until which it takes its time."""

    kind = fields.String(required=True, validate=validate.OneOf(list(PAUSES)))
    until_on = fields.Date(required=True, allow_none=True, metadata={"description": "null only in lines of version 1"})


class AssignVisitSchema(StrictSchema):
    """The pair that goes there."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))


class VisitSchema(StrictSchema):
    """What two officers found at the place."""

    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写检查情况"))
    attended_by = Line(max_length=50, required=True, metadata={"description": "法定代表人或者主要负责人 who was there"})
    checklist = fields.List(_count(0, 1), load_default=list, validate=validate.Length(max=len(VISIT_ITEMS)), metadata={
        "description": "the items of 消防监督检查规定 9 (`visit_items` of the guide) in their order: 1 conforms, 0 does not",
    })  # fmt: skip
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    checked_at = Moment(load_default=None, allow_none=True)


class OrderedSchema(StrictSchema):
    """One thing that has to be put right."""

    description = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请说明问题"))
    clause = Line(max_length=100, load_default=None, allow_none=True)


class VerifyFailSchema(VisitSchema):
    """Not as committed: what has to be put right, and until when."""

    orders = fields.List(fields.Nested(OrderedSchema), required=True, validate=validate.Length(min=1, max=MAX_ORDERS))
    due_on = fields.Date(required=True)


class DeferSchema(ReasonSchema):
    """The place was closed, or nobody who may speak for it was there."""


class RefuseSchema(StrictSchema):
    """不同意: reasons in words."""

    code = fields.String(required=True, validate=validate.OneOf(list(REFUSALS)))
    reason = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请说明理由"))


class RevocationSchema(StrictSchema):
    """拟撤销: the facts and the reason."""

    code = fields.String(required=True, validate=validate.OneOf(list(REVOCATIONS)))
    reason = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请说明事实和理由"))


class AnswerRevocationSchema(StrictSchema):
    """陈述申辩."""

    statement = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写陈述申辩意见"))
    wants_hearing = Flag(load_default=False)


class AppointHearingSchema(StrictSchema):
    """听证通知: when, where, and who presides."""

    at = Moment(required=True)
    place = Line(max_length=200, required=True)
    chair = Line(max_length=50, required=True, metadata={"description": "nobody who examined the application"})


class NoteHearingSchema(StrictSchema):
    """听证笔录."""

    held_at = Moment(required=True)
    is_attended = Flag(required=True, metadata={"description": "the party came"})
    summary = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写听证情况"))
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄当事人签名的听证笔录,1到9张"))


class CancelSchema(ReasonSchema):
    """注销 (行政许可法 70)."""

    code = fields.String(required=True, validate=validate.OneOf(list(CANCELLATIONS)))


class ApplyRecheckSchema(StrictSchema):
    """申请复查, with pictures of what was put right."""

    photos = PhotosField(load_default=list)
    note = Prose(max_length=500, load_default="")
