"""What comes in with each command on a letter."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import Line, Prose, StrictSchema
from workflow.schemas import NoteSchema, PhotosField, ReasonSchema


class ApproveSchema(NoteSchema):
    """签发; the leader may put another legal basis in place of the draft's."""

    legal_basis = Prose(max_length=500, load_default="")


class ReturnSchema(StrictSchema):
    """退回 needs the reason, the legal basis and the body that should act (docs/sources.md)."""

    reason = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请填写退回理由"))
    legal_basis = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请填写法律依据"))
    suggested_org_id = fields.UUID(required=True)


class RouteSchema(NoteSchema):
    """Send to another body."""

    to_org_id = fields.UUID(required=True)


class ExtendLetterSchema(ReasonSchema):
    """延期, once."""

    due_on = fields.Date(required=True)


class ProgressSchema(StrictSchema):
    """What has been done so far."""

    text = Prose(max_length=1000, required=True, validate=validate.Length(min=1, max=1000))


class FinishSchema(StrictSchema):
    """办结反馈: the result and its evidence."""

    result = Prose(max_length=2000, required=True, validate=validate.Length(min=2, max=2000, error="请填写办理结果"))
    photos = PhotosField(load_default=list)


class SuperviseSchema(StrictSchema):
    """督办, with its number and a new date."""

    document_no = Line(max_length=60, required=True)
    due_on = fields.Date(required=True)
    note = Prose(max_length=500, load_default="")
