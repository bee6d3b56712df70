"""What comes in with each command on a major fire hazard."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from places.schemas import PositionSchema
from wire import Line, Moment, Prose, StrictSchema
from workflow.majors.rules import FEWEST_EXPERTS, FEWEST_STUDYING, GROUNDS, LEVELS
from workflow.papers.schemas import ServiceSchema
from workflow.schemas import NoteSchema, PeopleField, PhotosField, ReasonSchema

_MOST_CRITERIA, _MOST_EXPERTS, _MOST_STUDYING = 20, 30, 30


def _words(most: int, error: str) -> Prose:
    return Prose(max_length=most, required=True, validate=validate.Length(min=2, max=most, error=error))


class CriterionSchema(StrictSchema):
    """One clause of the standard that is in force at the check, and what meets it there."""

    clause = Line(max_length=20, required=True, metadata={"description": "as the standard numbers it", "example": "5.3"})
    note = Line(max_length=200, required=True)


class SuspectSchema(StrictSchema):
    """报疑似重大火灾隐患, by an officer of the case."""

    hazard_id = fields.UUID(load_default=None)
    inspection_id = fields.UUID(load_default=None)
    unit_id = fields.UUID(load_default=None, metadata={"description": "at an inspection the inspected unit"})
    unit_name = Line(max_length=100, required=True)
    place = Line(max_length=200, required=True)
    facts = _words(4000, "请填写隐患情况")
    criteria = fields.List(
        fields.Nested(CriterionSchema), required=True, validate=validate.Length(1, _MOST_CRITERIA, error="请至少选择一条判定要素")
    )
    inspected_on = fields.Date(required=True)
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄隐患部位的照片,1到9张"))

    @validates_schema
    def comes_of_one(self, data: dict[str, Any], **_: object) -> None:
        """A report that is checked or an inspection, not both and not neither."""
        if (data.get("hazard_id") is None) == (data.get("inspection_id") is None):
            raise ValidationError("请填写所依据的随手拍案件或者监督检查,二者选一", "hazard_id")


class ExpertNameSchema(StrictSchema):
    """An expert with what he knows."""

    name = Line(max_length=50, required=True)
    speciality = Line(max_length=100, required=True)


class CallExpertsSchema(ReasonSchema):
    """组织专家论证: who is heard, and which difficult question of technique is the reason."""

    people = fields.List(
        fields.Nested(ExpertNameSchema), required=True,
        validate=validate.Length(FEWEST_EXPERTS, _MOST_EXPERTS, error=f"专家不少于{FEWEST_EXPERTS}人"),
    )  # fmt: skip


class ExpertOpinionSchema(StrictSchema):
    """登记专家意见: what they say, and how many of them agree."""

    opinion = _words(4000, "请填写专家意见")
    agreed = fields.Integer(required=True, strict=True, validate=validate.Range(0, _MOST_EXPERTS, error="人数不正确"))


class LegalOpinionSchema(StrictSchema):
    """法制审核意见, before the study decides."""

    opinion = _words(2000, "请填写法制审核意见")


class StudySchema(StrictSchema):
    """集体研究: who took part, and what each of them said."""

    attended = fields.List(
        Line(max_length=50), required=True,
        validate=validate.Length(FEWEST_STUDYING, _MOST_STUDYING, error=f"参加集体研究的不少于{FEWEST_STUDYING}人"),
    )  # fmt: skip
    minutes = _words(4000, "请填写研究记录")


class DetermineSchema(StudySchema):
    """It is one: why it concerns the government, if it does, what the unit has to do, and by when."""

    ground = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(list(GROUNDS)),
        metadata={"description": "why it is reported to the government; null: it is not, or not by law"},
    )  # fmt: skip
    demand = _words(4000, "请填写整改要求")
    due_on = fields.Date(required=True)


class FindNotMajorSchema(StudySchema, ReasonSchema):
    """It is none, with the reasons."""


class ServeNoticeSchema(ServiceSchema):
    """How the notice came to the party."""

    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄签收或者留置送达的照片,1到9张"))


class ReportToGovernmentSchema(StrictSchema):
    """重大火灾隐患报告: to whom, through whom, and what the brigade proposes."""

    government = Line(max_length=60, required=True, metadata={"example": "呼和浩特市新城区人民政府"})
    through = Line(max_length=60, min_length=0, load_default="", metadata={"example": "新城区应急管理局"})
    proposal = _words(4000, "请填写处理意见")


class PutUnderSupervisionSchema(StrictSchema):
    """挂牌督办, as the government says it: who supervises, by which document, until when, who answers for it."""

    level = fields.String(required=True, validate=validate.OneOf(list(LEVELS)))
    body = Line(max_length=60, required=True)
    document_no = Line(max_length=60, required=True)
    until_on = fields.Date(required=True)
    leader = Line(max_length=50, min_length=0, load_default="", metadata={"description": "整改责任人"})
    photos = PhotosField(load_default=list)


class ReportMajorProgressSchema(StrictSchema):
    """What has been done so far, with photos."""

    note = _words(1000, "请填写整改进展")
    photos = PhotosField(load_default=list)


class ApplyCancellingSchema(NoteSchema):
    """申请销案: what was put right, with photos."""

    photos = PhotosField(load_default=list)


class ExtendTermSchema(ReasonSchema):
    """延长整改期限, once: until when, and who approved it."""

    until_on = fields.Date(required=True)
    approved_by = Line(
        max_length=60, required=True, metadata={"description": "a leader; under supervision the body that supervises"}
    )


class RecheckedSchema(StrictSchema):
    """What two officers found there."""

    finding = _words(4000, "请填写复查情况")
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)


class CancelRecordSchema(ReasonSchema):
    """销案; under supervision by the document of whoever supervises."""

    document_no = Line(max_length=60, min_length=0, load_default="")


class AssignMajorSchema(StrictSchema):
    """Another pair."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))
