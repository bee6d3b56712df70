"""What comes in with a policy and a claim, and what each reader sees of them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from accounts.schemas import Phone
from places.schemas import RegionCode
from wire import AnswerSchema, Line, Moment, NewId, PageSchema, Prose, StrictSchema
from workflow.hazards.rewards.rules import POLICY_STATES, STATES
from workflow.schemas import CodeField, OfferedActionSchema

_MOST_FEN = 10_000_000_00
_FEN = validate.Range(0, _MOST_FEN)
_STATE = validate.OneOf(list(STATES))


class EditPolicySchema(StrictSchema):
    """What a division pays from now on. In force only with amounts, a first day and the document."""

    title = Line(max_length=100, required=True)
    source = Line(max_length=200, required=True, metadata={"description": "document and number"})
    conditions = Prose(max_length=2000, load_default="")
    least_fen = fields.Integer(load_default=None, strict=True, validate=_FEN)
    most_fen = fields.Integer(load_default=None, strict=True, validate=_FEN)
    valid_from = fields.Date(load_default=None)
    valid_until = fields.Date(load_default=None)
    state = fields.String(required=True, validate=validate.OneOf(list(POLICY_STATES)))

    @validates_schema
    def is_whole(self, data: dict[str, Any], **_: object) -> None:
        """Amounts and days in their order, and none missing of what is in force."""
        least, most, begins, ends = (data.get(name) for name in ("least_fen", "most_fen", "valid_from", "valid_until"))
        if data.get("state") == "IN_FORCE":
            for name in ("least_fen", "most_fen", "valid_from"):
                if data.get(name) is None:
                    raise ValidationError("执行中的办法应填写奖励金额和起始日期", name)
        if least is not None and most is not None and most < least:
            raise ValidationError("最高金额不能低于最低金额", "most_fen")
        if begins is not None and ends is not None and ends < begins:
            raise ValidationError("截止日期不能早于起始日期", "valid_until")


class CreatePolicySchema(EditPolicySchema):
    """A policy of one division."""

    region_code = RegionCode(required=True)


class RewardPolicySchema(AnswerSchema):
    """What a division pays, by which document. Amounts in fen; null: not filled in yet."""

    id = fields.UUID()
    revision = fields.Integer()
    region_code = fields.String()
    title = fields.String()
    source = fields.String()
    conditions = fields.String()
    least_fen = fields.Integer(allow_none=True)
    most_fen = fields.Integer(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    state = fields.String(validate=validate.OneOf(list(POLICY_STATES)))
    state_label = fields.String()


class RewardPoliciesSchema(AnswerSchema):
    """Every policy, the region's first."""

    items = fields.List(fields.Nested(RewardPolicySchema))


class ClaimRewardSchema(StrictSchema):
    """Where to pay. Name and identity number are those that the identity provider confirmed."""

    id = NewId()
    hazard_id = fields.UUID(required=True, metadata={"description": "the claimant's own report"})
    mobile = Phone(required=True)
    bank = Line(max_length=100, required=True)
    account = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{8,30}$", error="银行账号应为8到30位数字"))


class ProposeRewardSchema(StrictSchema):
    """By which policy, and how much."""

    policy_id = fields.UUID(required=True)
    amount_fen = fields.Integer(required=True, strict=True, validate=_FEN)
    note = Prose(max_length=500, load_default="")


class PayRewardSchema(StrictSchema):
    """The voucher of the payment."""

    voucher_no = Line(max_length=60, required=True)
    paid_on = fields.Date(required=True)


class RewardFilterSchema(PageSchema):
    """The query of the list."""

    state = CodeField(load_default=None)
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))


class RewardSummarySchema(AnswerSchema):
    """A claim in the list. The paying clerk reads nothing of the case."""

    id = fields.UUID()
    revision = fields.Integer()
    code = fields.String()
    state = fields.String(validate=_STATE)
    state_label = fields.String()
    region_code = fields.String()
    amount_fen = fields.Integer(allow_none=True)
    due_at = Moment(allow_none=True)
    created_at = Moment()
    hazard_id = fields.UUID(allow_none=True, metadata={"description": "null for the paying clerk"})
    hazard_number = fields.String(allow_none=True)


class RewardPageSchema(AnswerSchema):
    """A page of claims, oldest first."""

    items = fields.List(fields.Nested(RewardSummarySchema))
    next_cursor = fields.String(allow_none=True)


class PayeeSchema(AnswerSchema):
    """Whom to pay, for the paying clerk alone."""

    name = fields.String()
    id_number = fields.String()
    mobile = fields.String()
    bank = fields.String()
    account = fields.String()


class SaidOfRewardSchema(AnswerSchema):
    """What was proposed or decided; by whom, colleagues read."""

    by = fields.String()
    at = Moment()
    note = fields.String()


class RewardClaimSchema(RewardSummarySchema):
    """A claim as its reader may see it: who claims is nobody's to know but the paying clerk's."""

    merged_numbers = fields.List(fields.String(), metadata={"description": "of the other reports of the same thing"})
    policy = fields.Nested(RewardPolicySchema, allow_none=True)
    proposal = fields.Nested(SaidOfRewardSchema, allow_none=True)
    decision = fields.Nested(SaidOfRewardSchema, allow_none=True)
    paid_on = fields.Date(allow_none=True)
    voucher_no = fields.String(allow_none=True)
    payee = fields.Nested(PayeeSchema, allow_none=True)
    actions = fields.List(fields.Nested(OfferedActionSchema))


class RewardStandingSchema(AnswerSchema):
    """What a reporter reads beside his report: his claim, or until when he may claim."""

    claim_id = fields.UUID(allow_none=True)
    code = fields.String(allow_none=True)
    state_label = fields.String(allow_none=True)
    until = Moment(allow_none=True, metadata={"description": "he may claim until then"})
    needs_identity = fields.Boolean(metadata={"description": "once the identity provider has confirmed him at level 3"})
