"""What comes in with each command on a hazard, and what goes out. They shape; they do not decide."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from accounts.schemas import Phone
from places.schemas import PlaceSchema, PositionSchema, Uscc
from wire import Flag, Line, Moment, Prose, StrictSchema
from workflow.hazards.models import REPORT_MODES
from workflow.hazards.rules import CALL_119, REJECTION_REASONS, REUSE_VERDICTS
from workflow.papers.schemas import OrderSchema
from workflow.schemas import CodeField, NoteSchema, PeopleField, PhotosField, ReasonSchema

PICTURES = {
    "EXIT": "通道出口",
    "FIRE_LANE": "消防车道",
    "FACILITY": "消防设施",
    "EBIKE": "电动自行车",
    "ELECTRIC_GAS": "电气燃气",
    "HOT_WORK": "动火吸烟",
    "FLAMMABLE": "易燃易爆",
    "GRASSLAND": "草原牧区",
    "UNCLEAR": "说不清",
}


_LIKE = str.maketrans("ILO", "110", " -")


def normalised(code: str) -> str:
    """A tracking code as it was meant: Crockford's base 32 knows no I, L, O; how it was spaced or grouped says nothing."""
    return code.upper().translate(_LIKE)


class TrackingCode(fields.String):
    """26 characters of Crockford's base 32, however they were typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"example": "0123456789ABCDEFGHJKMNPQRS"})
        super().__init__(validate=validate.Regexp(r"^[0-9A-HJKMNP-TV-Z]{26}$", error="查询码应为26位"), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return normalised(super()._deserialize(value, attr, data, **kwargs))


class ReporterSchema(StrictSchema):
    """Who reports, in the named modes. Sealed at once; never sent back but to himself."""

    name = Line(max_length=50, load_default=None)
    mobile = Phone(load_default=None)
    id_no = fields.String(load_default=None, validate=validate.Length(equal=18, error="身份号码应为18位"))


class SubmitSchema(StrictSchema):
    """A snap report (docs/sources.md). A photo or words suffice; coordinates are optional."""

    picture = fields.String(required=True, validate=validate.OneOf(list(PICTURES)))
    category = CodeField(load_default=None)
    description = Prose(max_length=2000, load_default="")
    photos = PhotosField(load_default=list)
    place = fields.Nested(PlaceSchema, required=True)
    place_name = Line(max_length=100, min_length=0, load_default="")
    place_type = Line(max_length=50, min_length=0, load_default="")
    unit_uscc = Uscc(load_default=None)
    occurred_at = Moment(load_default=None)
    captured_at = Moment(load_default=None)
    is_ongoing = Flag(load_default=True)
    people_trapped_or_fire = Flag(load_default=False)
    report_mode = fields.String(required=True, validate=validate.OneOf(REPORT_MODES))
    reporter = fields.Nested(ReporterSchema, load_default=None)
    wish_feedback = Flag(load_default=True)
    wish_reward = Flag(load_default=False, metadata={"description": "only under a name"})
    consent_version = Line(max_length=20, load_default="2026-1")
    about_staff = Flag(
        load_default=False,
        metadata={"description": "a complaint about staff: it is not handled here, and the answer says who does"},
    )
    tracking_code = TrackingCode(
        load_default=None,
        metadata={
            "description": "128 random bits in Crockford base 32, made by the client; kept only as a hash",
            "example": "0123456789ABCDEFGHJKMNPQRS",
        },
    )
    agency_received_at = Moment(load_default=None)
    patrol_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "the caller's own grid patrol on which it was seen"}
    )

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **_: Any) -> None:
        """What is wrong with a report of a fire is said with 119, also to a phone whose report is parked."""
        if isinstance(data, dict) and data.get("people_trapped_or_fire") is True and isinstance(error.messages, dict):
            error.messages["people_trapped_or_fire"] = [CALL_119]

    @validates_schema
    def says_something(self, data: dict[str, object], **_: object) -> None:
        """A photo or words suffice, but one of them is needed."""
        if not data.get("description") and not data.get("photos"):
            raise ValidationError("请拍照或者填写情况说明", "description")


class AskNearbySchema(StrictSchema):
    """What a report would say, as far as it is known by now; words and photos are compared with the caller's own alone."""

    picture = fields.String(required=True, validate=validate.OneOf(list(PICTURES)))
    position = fields.Nested(PositionSchema, required=True)
    place_name = Line(max_length=100, min_length=0, load_default="")
    description = Prose(max_length=2000, load_default="")
    photos = PhotosField(load_default=list, metadata={"description": "of the caller's own, as far as they are here"})


class RegisterSchema(NoteSchema):
    """受理登记: the clerk names the category of the law."""

    category = CodeField(required=True)


class RejectSchema(StrictSchema):
    """不予受理: a reason of the list, and where to turn instead."""

    reason_code = fields.String(required=True, validate=validate.OneOf(list(REJECTION_REASONS)))
    proper_body = Line(max_length=100, load_default=None)
    proper_phone = Line(max_length=30, load_default=None)
    note = Prose(max_length=500, load_default="")


class MergeSchema(NoteSchema):
    """并案 into another case of the same banner."""

    master_id = fields.UUID(required=True)


class ReclassifySchema(ReasonSchema):
    """Another category; a slower clock needs the leader."""

    category = CodeField(required=True)


class AssignSchema(NoteSchema):
    """派单 to two certified officers; this is the approval of the check (docs/sources.md)."""

    officer_ids = PeopleField(required=True, validate=validate.Length(equal=2, error="须指派两名监督员"))
    grid_worker_id = fields.UUID(
        load_default=None, metadata={"description": "a grid worker or a town's officer who looks in advance and signs nothing"}
    )


class PrecheckSchema(StrictSchema):
    """What a grid worker saw: no inspection, no order."""

    note = Prose(max_length=1000, required=True)
    photos = PhotosField(load_default=list)


class PromptedItemSchema(StrictSchema):
    """One thing that the place can put right at once, in the leader's words: nothing of the report is copied."""

    description = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000))
    clause = Line(max_length=200, min_length=0, load_default="")


class PromptUnitSchema(StrictSchema):
    """即知即改: which place is told, of what, and by when it should show that it is put right."""

    unit_id = fields.UUID(required=True)
    due_on = fields.Date(required=True)
    items = fields.List(
        fields.Nested(PromptedItemSchema), required=True, validate=validate.Length(min=1, max=20, error="应有1到20项")
    )


class StartSchema(StrictSchema):
    """Arrival on the spot."""

    position = fields.Nested(PositionSchema, load_default=None)
    arrived_at = Moment(load_default=None)


class FindingSchema(StrictSchema):
    """What two officers found: words, and as evidence photos or where they stood, or why there is neither."""

    finding = Prose(max_length=4000, required=True, validate=validate.Length(min=2, max=4000, error="请填写核查情况"))
    photos = PhotosField(load_default=list)
    position = fields.Nested(PositionSchema, load_default=None)
    checked_at = Moment(load_default=None)
    no_evidence_reason = Prose(max_length=500, load_default="")
    late_reason = Prose(
        max_length=500, load_default="", metadata={"description": "required once the date of the check has passed"}
    )

    @validates_schema
    def has_evidence(self, data: dict[str, Any], **_: object) -> None:
        """A photo, of the whole or of an item of the order, or a position; else the reason."""
        items = (data.get("order") or {}).get("items", [])
        if data.get("photos") or data.get("position") or any(item.get("photos") for item in items):
            return
        if not data.get("no_evidence_reason"):
            raise ValidationError("请拍照或者记录现场位置;都不能的,请说明原因", "no_evidence_reason")


class VerifyTrueSchema(FindingSchema):
    """属实: the finding and the order."""

    order = fields.Nested(OrderSchema, required=True)


class TellSchema(NoteSchema):
    """告知举报人; `impossible` where there is no way to reach him."""

    impossible = Flag(load_default=False)


class RateSchema(StrictSchema):
    """好差评: 5 非常满意 to 1 非常不满意."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = Prose(max_length=500, load_default="")


class FollowUpSchema(StrictSchema):
    """回访整改."""

    note = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请填写回访和整改情况"))


class DisputeSchema(ReasonSchema):
    """异议, once."""

    photos = PhotosField(load_default=list)


class ConfirmTimelySchema(NoteSchema):
    """The leader accepts, or refuses, the device's time of an act that was handed in late."""

    accepted = Flag(required=True)


class JudgeReuseSchema(ReasonSchema):
    """What the leader found about photos that are also shown elsewhere."""

    reuse_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=100, error="应有1到100项"))
    verdict = fields.String(required=True, validate=validate.OneOf(list(REUSE_VERDICTS)))


class ClaimReportSchema(StrictSchema):
    """A named guest report is claimed with its tracking code."""

    tracking_code = TrackingCode(required=True)


class ReferSchema(StrictSchema):
    """转办: to whoever sees to it, without a number or a seal (docs/sources.md)."""

    to_org_id = fields.UUID(required=True)
    reason = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请填写转办理由"))
    lack_of_competence = Flag(load_default=False)


class HandOverSchema(StrictSchema):
    """A 移送函 is drafted from this; the leader signs it."""

    to_org_id = fields.UUID(required=True)
    reason = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000, error="请填写移交理由"))
    legal_basis = Prose(max_length=500, required=True, validate=validate.Length(min=2, max=500, error="请填写法律依据"))
    suggestion = Prose(max_length=1000, load_default="")
    urgent = Flag(load_default=False)
    lack_of_competence = Flag(load_default=False)
