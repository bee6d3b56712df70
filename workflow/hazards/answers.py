"""What goes out: hazards in a list, one by one, by tracking code; and the query of the list."""

from __future__ import annotations

from marshmallow import fields, validate

from wire import AnswerSchema, AnyOf, Line, Moment, NewId, PageSchema
from workflow.hazards.messages.schemas import MessageCountSchema
from workflow.hazards.records import PICTURE, STATE, HazardOutlineSchema, HeldHazardSchema, PoorRatingSchema, ReportedHazardSchema
from workflow.hazards.rewards.schemas import RewardStandingSchema
from workflow.hazards.schemas import PICTURES, SubmitSchema
from workflow.schemas import (
    ClockSchema,
    CodeField,
    EventSchema,
    NamedPersonSchema,
    OfferedActionSchema,
    PhotoReuseSchema,
    PhotosSchema,
)


class HazardFilterSchema(PageSchema):
    """The query of the list."""

    number = Line(load_default=None, max_length=40, metadata={"description": "of one case, whole"})
    state = CodeField(load_default=None)
    picture = fields.String(load_default=None, validate=validate.OneOf(list(PICTURES)))
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))


class HazardSummarySchema(AnswerSchema):
    """A hazard in a list."""

    id = fields.UUID()
    revision = fields.Integer()
    number = fields.String()
    state = fields.String(validate=STATE)
    state_label = fields.String()
    region_code = fields.String()
    picture = fields.String(validate=PICTURE)
    category = fields.String(allow_none=True)
    place_name = fields.String()
    submitted_at = Moment()
    due_at = Moment(allow_none=True)


class HazardPageSchema(AnswerSchema):
    """A page of hazards, oldest first."""

    items = fields.List(fields.Nested(HazardSummarySchema))
    next_cursor = fields.String(allow_none=True)


class FollowedSchema(AnswerSchema):
    """The case that a merged report joined, as its reporter may know it."""

    number = fields.String()
    state = fields.String(validate=STATE)
    state_label = fields.String()
    due_at = Moment(allow_none=True)
    held_by = fields.String()


class JoinedSchema(AnswerSchema):
    """A report that was merged into this case."""

    id = fields.UUID()
    number = fields.String()
    picture = fields.String(validate=PICTURE)
    place = fields.String()
    submitted_at = Moment()
    merged_at = Moment()


class HazardSchema(HazardSummarySchema):
    """A hazard with what the caller may do and why each date is what it is.

    `data` is the record as the caller may see it: its fields depend on who he is to the case.
    """

    data = AnyOf(HeldHazardSchema, HazardOutlineSchema, ReportedHazardSchema)
    held_by = fields.String(metadata={"description": "the body that has the case now"})
    people = fields.List(fields.Nested(NamedPersonSchema), metadata={"description": "the staff whom `data` names by id"})
    actions = fields.List(fields.Nested(OfferedActionSchema))
    clocks = fields.List(fields.Nested(ClockSchema))
    timeline = fields.List(fields.Nested(EventSchema), metadata={"description": "for a reporter also of the case that it joined"})
    media = fields.Nested(PhotosSchema)
    messages = fields.Nested(
        MessageCountSchema, allow_none=True, metadata={"description": "between office and reporter; null for who reads none"}
    )
    reward = fields.Nested(
        RewardStandingSchema, allow_none=True, metadata={"description": "for its reporter, once there is something to claim"}
    )
    followed = fields.Nested(FollowedSchema, allow_none=True, metadata={"description": "of a merged report, the case it joined"})
    joined = fields.List(fields.Nested(JoinedSchema), metadata={"description": "for the office: what was merged into it"})
    poor_rating = fields.Nested(
        PoorRatingSchema,
        allow_none=True,
        metadata={"description": "for leader and clerks: 不满意, and what came of it"},
    )
    reuses = fields.List(fields.Nested(PhotoReuseSchema), metadata={"description": "for the office: photos also shown elsewhere"})


class SubmittedSchema(AnswerSchema):
    """What a reporter gets at once: the number, and what to read (docs/wording.md 1, 4, 5)."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String(validate=STATE)
    number = fields.String()
    due_at = Moment(allow_none=True)
    message = fields.String()
    place_message = fields.String()


class CreateHazardSchema(SubmitSchema):
    """A report over HTTP; the id is the client's, so that one sent twice is one report."""

    id = NewId()


class TrackSchema(AnswerSchema):
    """What somebody with the code reads: where the case stands; never who reported it."""

    number = fields.String()
    state = fields.String(validate=STATE)
    state_label = fields.String()
    picture = fields.String(validate=PICTURE)
    submitted_at = Moment()
    due_at = Moment(allow_none=True)
    held_by = fields.String()
    timeline = fields.List(fields.Nested(EventSchema))
    media = fields.Nested(PhotosSchema)


class CategorySchema(AnswerSchema):
    """A category of the law."""

    code = fields.String()
    label = fields.String()
    picture = fields.String(validate=PICTURE)
    law = fields.String()
    clock_rule_id = fields.String()
    competent_body = fields.String()


class DoubleSchema(AnswerSchema):
    """A case that may be the same thing, and why."""

    id = fields.UUID()
    number = fields.String()
    state = fields.String()
    state_label = fields.String()
    category = fields.String(metadata={"description": "words of the picture"})
    place = fields.String()
    submitted_at = Moment()
    points = fields.Integer(metadata={"description": "the more, the likelier"})
    reason = fields.String(metadata={"example": "相距约30米,都是通道出口,同一天内上报"})


class DoublesSchema(AnswerSchema):
    """The likeliest first."""

    items = fields.List(fields.Nested(DoubleSchema))


class AroundSchema(AnswerSchema):
    """Open reports of the same kind in the cell of a hundredth of a degree, three or more: all that the public may know."""

    picture = fields.String(validate=PICTURE)
    label = fields.String(metadata={"example": "通道出口"})
    west = fields.Float(metadata={"description": "of the cell, degrees"})
    south = fields.Float()
    size = fields.Float(metadata={"description": "of a side, degrees", "example": 0.01})
    count = fields.Integer(metadata={"description": "3 or more, at most 100"})
    days = fields.Integer(metadata={"description": "reported within so many days"})


class OwnDoubleSchema(AnswerSchema):
    """An earlier report of the caller's own that may be the same thing, and why."""

    id = fields.UUID()
    number = fields.String()
    state = fields.String(validate=STATE)
    state_label = fields.String()
    place = fields.String()
    submitted_at = Moment()
    reason = fields.String(metadata={"example": "相距约30米,都是通道出口,同一天内上报"})


class NearbySchema(AnswerSchema):
    """What is known of the place before a report is made. Neither keeps anybody from reporting."""

    around = fields.Nested(AroundSchema, allow_none=True, metadata={"description": "null for fewer than three"})
    own = fields.List(fields.Nested(OwnDoubleSchema), metadata={"description": "the likeliest first; none without a session"})


class PictureSchema(AnswerSchema):
    """One of the eight pictures, or 说不清, with the codes behind it."""

    picture = fields.String(validate=PICTURE)
    label = fields.String()
    categories = fields.List(fields.Nested(CategorySchema))
