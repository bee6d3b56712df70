"""What comes in with each command on a sealing, or on an order to stop."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from places.schemas import PositionSchema
from wire import Flag, Line, Moment, Prose, StrictSchema
from workflow.measures.rules import SCOPES
from workflow.papers.schemas import ServedSchema, ServiceSchema
from workflow.schemas import NoteSchema, PeopleField, PhotosField, ReasonSchema


class _CameOfSchema(StrictSchema):
    """What it comes of, and whose place it is."""

    hazard_id = fields.UUID(load_default=None)
    inspection_id = fields.UUID(load_default=None)
    unit_id = fields.UUID(load_default=None, metadata={"description": "at an inspection the inspected unit"})
    unit_name = Line(max_length=100, required=True)
    place = Line(max_length=200, required=True, metadata={"description": "the part that is sealed, or what has to stop"})
    danger = Prose(max_length=2000, required=True, validate=validate.Length(min=2, max=2000, error="请填写危险情况"))
    clause = Line(max_length=200, min_length=0, load_default="")
    inspected_on = fields.Date(required=True)

    @validates_schema
    def comes_of_one(self, data: dict[str, Any], **_: object) -> None:
        """A report that is checked or an inspection, not both and not neither."""
        if (data.get("hazard_id") is None) == (data.get("inspection_id") is None):
            raise ValidationError("请填写所依据的随手拍案件或者监督检查,二者选一", "hazard_id")


class OpenSealingSchema(_CameOfSchema):
    """拟临时查封, by an officer of the case."""

    photos = PhotosField(load_default=list)


class SuspendSchema(_CameOfSchema):
    """停产停业, 停止使用 or 停止施工, as it was decided in the penalty procedure."""

    scope = fields.String(required=True, validate=validate.OneOf(list(SCOPES)))
    document_no = Line(max_length=60, required=True, metadata={"description": "of the decision"})
    case_no = Line(max_length=60, required=True)
    execute_by = fields.Date(required=True)
    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))


class ProposeSchema(NoteSchema):
    """提请集体研究."""

    photos = PhotosField(load_default=list)


class ServedRecordSchema(ServedSchema):
    """The record of the place, where it was made and served on the spot."""

    officers = Line(max_length=100, required=True, metadata={"description": "the names of both, as the paper has them"})


class SealAtOnceSchema(StrictSchema):
    """当场先行查封: on whose oral approval, and since when; the record of the place is made from it."""

    leader_id = fields.UUID(load_default=None, metadata={"description": "null: who was on duty then"})
    approved_at = Moment(required=True)
    sealed_at = Moment(required=True)
    record = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写现场情况"))
    attended_by = Line(max_length=50, min_length=0, load_default="", metadata={"description": "who was there for the unit"})
    witness_name = Line(max_length=50, min_length=0, load_default="")
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄封条和现场照片,1到9张"))
    position = fields.Nested(PositionSchema, load_default=None)
    served = fields.Nested(
        ServedRecordSchema, load_default=None, metadata={"description": "where the record was made and served on the spot"}
    )

    @validates_schema
    def is_witnessed(self, data: dict[str, Any], **_: object) -> None:
        """Where nobody of the unit is there, a witness is (行政强制法 18)."""
        if not data.get("attended_by") and not data.get("witness_name"):
            raise ValidationError("当事人不在场的,请填写见证人", "witness_name")

    @validates_schema
    def is_served_on_somebody(self, data: dict[str, Any], **_: object) -> None:
        """Who signs, or will not sign, was there."""
        if data.get("served") is not None and not data.get("attended_by"):
            raise ValidationError("当场送达笔录的,请填写在场的当事人", "attended_by")


class DecideSchema(StrictSchema):
    """集体研究: who took part, and what was decided."""

    attended = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请填写参加集体研究的人员"))
    opinion = Prose(max_length=2000, required=True, validate=validate.Length(min=2, max=2000, error="请填写研究意见"))


class ServeSchema(ServiceSchema):
    """How the decision came to the party; the place is sealed then, if it was not before."""

    record = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写现场情况"))
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄签收或者封条的照片,1到9张"))


class ExtendSealingSchema(ReasonSchema):
    """延长, once, to a day at most 30 days after the first term."""

    until_on = fields.Date(required=True)


class ApplySchema(NoteSchema):
    """申请解除查封, 申请恢复: what was put right, with photos."""

    photos = PhotosField(load_default=list)


class CheckedSchema(StrictSchema):
    """What two officers found after the unit applied."""

    is_removed = Flag(required=True, metadata={"description": "the danger is gone"})
    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写检查情况"))
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)


class StoppedSchema(StrictSchema):
    """核实已停止: two officers saw that it has stopped."""

    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写核实情况"))
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)


class AssignMeasureSchema(StrictSchema):
    """Another pair."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))
