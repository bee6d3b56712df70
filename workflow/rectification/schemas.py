"""What comes in with each command on an order."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from places.schemas import PositionSchema
from wire import Flag, Moment, Prose, StrictSchema
from workflow.papers.schemas import ServiceSchema
from workflow.rectification.rules import NO_PENALTY
from workflow.schemas import NoteSchema, PeopleField, PhotosField, ReasonSchema


class FixedItemSchema(StrictSchema):
    """One item of the order; that it is put right is shown by a photo."""

    id = fields.UUID(required=True)
    fixed = Flag(required=True)
    photos = PhotosField(load_default=list)
    note = Prose(max_length=500, load_default="")


class ReportFixSchema(StrictSchema):
    """上传改正情况."""

    items = fields.List(fields.Nested(FixedItemSchema), required=True, validate=validate.Length(min=1, max=50))


class AskExtensionSchema(ReasonSchema):
    """申请延期, before the term ends, with the reason and the day that is asked for."""

    due_on = fields.Date(required=True)


class GrantExtensionSchema(NoteSchema):
    """准予延期, once: to the day that was asked for, or to another one."""

    due_on = fields.Date(load_default=None)


class ServeOrderSchema(ServiceSchema):
    """登记送达 of an order that the server made."""

    photos = PhotosField(required=True, validate=validate.Length(1, 9, error="请拍摄签收后的文书或者拒签现场,1到9张"))


class RecheckSchema(StrictSchema):
    """What two officers found at the recheck."""

    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写复查情况"))
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)


class RecheckPassSchema(RecheckSchema):
    """复查合格; and where the two officers find that it is not to be punished, on what ground and what they taught."""

    no_penalty = fields.String(load_default=None, validate=validate.OneOf(list(NO_PENALTY)))
    education = Prose(max_length=1000, load_default="")

    @validates_schema
    def is_taught(self, data: dict[str, Any], **_: object) -> None:
        """Who is not punished is taught (行政处罚法 33(3))."""
        if data.get("no_penalty") and not data.get("education"):
            raise ValidationError("不予处罚的,请填写教育内容", "education")


class AssignRecheckSchema(StrictSchema):
    """Another pair for the recheck."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))


class ReorderSchema(StrictSchema):
    """A new order after a failed recheck."""

    due_on = fields.Date(required=True)
    note = Prose(max_length=500, load_default="")
