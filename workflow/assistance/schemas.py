"""What comes in with each command on a request for technical assistance."""

from __future__ import annotations

from marshmallow import fields, validate

from accounts.schemas import Phone
from places.schemas import PlaceSchema
from wire import Line, Moment, Prose, StrictSchema
from workflow.assistance.rules import COSTS, DANGERS, KINDS, MODES, TOPICS
from workflow.schemas import NoteSchema, PhotosField, ReasonSchema

MOST_ITEMS = 30


class SubmitSchema(StrictSchema):
    """申请技术帮扶. A unit's place is taken from the register; everybody else says where he is."""

    applicant_kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    unit_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "for which the caller acts"})
    topic = fields.String(required=True, validate=validate.OneOf(list(TOPICS)))
    wanted_mode = fields.String(required=True, validate=validate.OneOf(list(MODES)))
    description = Prose(max_length=2000, required=True, validate=validate.Length(min=2, max=2000, error="请说明需要什么帮助"))
    contact_name = Line(max_length=50, required=True)
    contact_phone = Phone(required=True)
    place = fields.Nested(PlaceSchema, load_default=None, allow_none=True)
    preferred_time = Line(max_length=60, min_length=0, load_default="", metadata={"description": "in words, such as 周三下午"})
    photos = PhotosField(load_default=list)
    rectification_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "the unit's order that it is about"}
    )


class RedirectSchema(ReasonSchema):
    """Who can help instead: 住建部门, 消防技术服务机构."""

    proper_body = Line(max_length=100, required=True)


class ScheduleSchema(NoteSchema):
    """Who helps, how and when."""

    expert_id = fields.UUID(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(list(MODES)))
    appointed_at = Moment(required=True)


class RescheduleSchema(ReasonSchema):
    """Another time, and from the desk another expert."""

    appointed_at = Moment(required=True)
    expert_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "left out, the same"})


class AdviceItemSchema(StrictSchema):
    """One thing that was looked at, and what is suggested. No product and no firm is named."""

    problem = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请说明问题"))
    clause = Line(max_length=100, min_length=0, load_default="", metadata={"description": "law or standard, by number"})
    suggestion = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请写明建议"))
    cost = fields.String(required=True, validate=validate.OneOf(list(COSTS)))


class AdviseSchema(StrictSchema):
    """《技术帮扶意见书》."""

    summary = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写帮扶情况"))
    items = fields.List(
        fields.Nested(AdviceItemSchema), load_default=list, validate=validate.Length(max=MOST_ITEMS, error="最多{max}项")
    )
    next_step = Prose(max_length=1000, load_default="")
    photos = PhotosField(load_default=list)


class WarnSchema(StrictSchema):
    """提示紧迫危险: which of the list, and to whom it was said before. It opens a hazard."""

    danger = fields.String(required=True, validate=validate.OneOf(list(DANGERS)))
    words = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请说明情况"))
    told_to = Line(max_length=50, required=True, metadata={"description": "who of the place was told beforehand"})
    told_at = Moment(required=True)
    photos = PhotosField(load_default=list)


class ReportProgressSchema(StrictSchema):
    """反馈整改情况: what of the advice has been put right."""

    fixed_item_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_ITEMS))
    note = Prose(max_length=1000, load_default="")
    photos = PhotosField(load_default=list)


class RateAssistanceSchema(StrictSchema):
    """好差评: 5 非常满意 to 1 非常不满意."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = Prose(max_length=500, load_default="")


class SpecialitiesSchema(StrictSchema):
    """On which topics somebody is an expert from now on."""

    topics = fields.List(
        fields.String(validate=validate.OneOf(list(TOPICS))), required=True, validate=validate.Length(max=len(TOPICS))
    )
