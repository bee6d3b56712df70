"""What comes in with each command on a transfer to the police."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from wire import Line, Moment, Prose, StrictSchema
from workflow.schemas import PeopleField, PhotosField, ReasonSchema


class ProposeTransferSchema(StrictSchema):
    """提出移送报告: whom and what it is about, and what goes with the file (国务院令第310号第六条)."""

    hazard_id = fields.UUID(load_default=None)
    inspection_id = fields.UUID(load_default=None)
    unit_id = fields.UUID(load_default=None)
    party = Line(max_length=100, required=True, metadata={"description": "the unit or person suspected"})
    offence = Line(max_length=100, required=True, metadata={"example": "危险作业罪(刑法第一百三十四条之一)"})
    facts = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写查明的事实"))
    evidence = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请列明证据材料"))
    items = Prose(max_length=4000, load_default="", metadata={"description": "涉案物品清单; empty if there are none"})
    photos = PhotosField(load_default=list)

    @validates_schema
    def comes_of_one(self, data: dict[str, Any], **_: object) -> None:
        """A report or an inspection, not both and not neither."""
        if (data.get("hazard_id") is None) == (data.get("inspection_id") is None):
            raise ValidationError("请填写所依据的随手拍案件或者监督检查,二者选一", "hazard_id")


class ApproveTransferSchema(StrictSchema):
    """批准移送: to which public security organ; the 移送书 is made out at once."""

    police = Line(max_length=60, required=True, metadata={"example": "呼和浩特市公安局新城区分局"})


class DeliverTransferSchema(StrictSchema):
    """登记送达: when, and who signed the receipt (回执)."""

    delivered_at = Moment(required=True)
    received_by = Line(max_length=50, required=True)
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄移送书回执,1到9张"))


class PoliceReplySchema(StrictSchema):
    """立案通知 of the police: its number, its day, and the day on which it was received, from which terms count."""

    document_no = Line(max_length=60, required=True)
    on = fields.Date(required=True)
    received_on = fields.Date(required=True)
    photos = PhotosField(load_default=list)


class PoliceRefusalSchema(PoliceReplySchema, ReasonSchema):
    """不予立案通知, which gives its reasons (第八条)."""


class PassedOnSchema(PoliceReplySchema):
    """转送告知 of police without jurisdiction: who has it now (第七条)."""

    police = Line(max_length=60, required=True)


class AskedSchema(ReasonSchema):
    """提请复议, or 建议立案监督: why, and on which day it was handed in."""

    on = fields.Date(required=True)


class HandItemsSchema(StrictSchema):
    """移交涉案物品和材料: what was handed over, with the signed list."""

    note = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请写明移交的物品、材料"))
    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄交接清单,1到9张"))


class AssignTransferSchema(StrictSchema):
    """Another pair."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))
