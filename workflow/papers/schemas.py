"""What comes in with numbers and served papers, and how both are read."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from wire import AnswerSchema, Line, Moment, PageSchema, Prose, StrictSchema
from workflow.papers.rules import MOST_LENT, NUMBER_STATES, ON_THE_SPOT
from workflow.schemas import PhotosField, ReasonSchema

SIGNED = {"PARTY": "当事人签收", "REFUSED": "拒绝签收"}
_PAPER = validate.OneOf(ON_THE_SPOT)


class LendSchema(StrictSchema):
    """How many numbers of which paper, and of which office if one has several."""

    paper = fields.String(required=True, validate=_PAPER)
    count = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, MOST_LENT, error=f"一次领取1到{MOST_LENT}个编号")
    )
    org_id = fields.UUID(load_default=None)


class VoidNumberSchema(ReasonSchema):
    """Which number, and why."""

    number = Line(max_length=60, required=True)


class ServiceSchema(StrictSchema):
    """送达: when a paper came to the party, and who signed for it."""

    served_at = Moment(required=True)
    signed = fields.String(required=True, validate=validate.OneOf(list(SIGNED)))
    party_name = Line(max_length=50, min_length=0, load_default="")
    witness_name = Line(max_length=50, min_length=0, load_default="")

    @validates_schema
    def is_signed(self, data: dict[str, Any], **_: object) -> None:
        """The party signs; where he refuses, a witness is named (拒签见证)."""
        if data.get("signed") == "REFUSED" and not data.get("witness_name"):
            raise ValidationError("拒绝签收的,请填写见证人", "witness_name")
        if data.get("signed") == "PARTY" and not data.get("party_name"):
            raise ValidationError("请填写签收人姓名", "party_name")


class ServedSchema(ServiceSchema):
    """A paper that was served on the spot: its number and its very words, and who signed for it."""

    block_id = fields.UUID(required=True)
    number = Line(max_length=60, required=True)
    body = fields.String(
        required=True, validate=validate.Length(1, 60_000), metadata={"description": "as it was served, byte by byte"}
    )
    photos = PhotosField(load_default=list, metadata={"description": "the signature, or the signed sheet"})

    @validates_schema
    def is_shown(self, data: dict[str, Any], **_: object) -> None:
        """Whoever signs, a picture shows it."""
        if data.get("signed") == "PARTY" and not data.get("photos"):
            raise ValidationError("请留存签名或者签收后的文书照片", "photos")


class OrderItemSchema(StrictSchema):
    """One thing to put right."""

    description = Prose(max_length=1000, required=True, validate=validate.Length(min=2, max=1000))
    clause = Line(max_length=200, min_length=0, load_default="")
    photos = PhotosField(load_default=list)


class OrderSchema(StrictSchema):
    """责令改正: at once, or by a date that the officers set."""

    kind = fields.String(required=True, validate=validate.OneOf(["DEADLINE", "IMMEDIATE"]))
    due_on = fields.Date(load_default=None)
    unit_name = Line(max_length=100, min_length=0, load_default="")
    unit_id = fields.UUID(load_default=None)
    items = fields.List(
        fields.Nested(OrderItemSchema), required=True, validate=validate.Length(min=1, max=50, error="应有1到50项")
    )
    served = fields.Nested(
        ServedSchema, load_default=None, metadata={"description": "where the paper was made and served on the spot"}
    )

    @validates_schema
    def has_a_date(self, data: dict[str, object], **_: object) -> None:
        """An order by a date names its day, an order at once names none."""
        if data.get("kind") == "DEADLINE" and data.get("due_on") is None:
            raise ValidationError("请填写改正期限", "due_on")
        if data.get("kind") == "IMMEDIATE" and data.get("due_on") is not None:
            raise ValidationError("责令立即改正的,不填改正期限", "due_on")


class LentNumberSchema(AnswerSchema):
    """One number, and what became of it."""

    number = fields.String(metadata={"example": "新城大队责改〔2026〕第12号"})
    state = fields.String(validate=validate.OneOf(list(NUMBER_STATES)))
    at = Moment()
    reason = fields.String()
    paper_id = fields.UUID(allow_none=True)


class NumberBlockSchema(AnswerSchema):
    """Numbers that were lent together."""

    id = fields.UUID()
    revision = fields.Integer()
    paper = fields.String()
    edition = fields.String()
    body = fields.String(metadata={"description": "the template; each {name} of it is replaced by words"})
    org_id = fields.UUID()
    office_name = fields.String()
    person_id = fields.UUID()
    person_name = fields.String()
    numbers = fields.List(fields.Nested(LentNumberSchema))
    held = fields.Integer(metadata={"description": "how many of them nobody has accounted for yet"})
    lent_at = Moment()
    settled_at = Moment(allow_none=True)


class NumberBlockQuerySchema(PageSchema):
    """Only those with numbers that are not accounted for."""

    open = fields.Boolean(load_default=None, metadata={"description": "true: some number is not accounted for"})


class NumberBlockPageSchema(AnswerSchema):
    """A page of blocks, oldest first."""

    items = fields.List(fields.Nested(NumberBlockSchema))
    next_cursor = fields.String(allow_none=True)


class HowServedSchema(AnswerSchema):
    """How a paper was served."""

    at = Moment()
    signed = fields.String(validate=validate.OneOf(list(SIGNED)))
    party_name = fields.String()
    witness_name = fields.String()
    photo_ids = fields.List(fields.UUID())


class LegalPaperSchema(AnswerSchema):
    """A legal paper as it was made."""

    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    edition = fields.String()
    made_at = Moment()
    sha256 = fields.String(metadata={"description": "of the text in UTF-8"})
    body = Prose()
    awaits_seal = fields.Boolean(metadata={"description": "true: its PDF reads 样本 无效 until it is sealed"})
    sealed_at = Moment(
        allow_none=True,
        metadata={"description": "since then its PDF is the sealed one; null and not awaited: a record, which never has a seal"},
    )
    seal_no = fields.String(allow_none=True, metadata={"description": "of the official seal, as the seal service calls it"})
    served = fields.Nested(HowServedSchema, allow_none=True)


class PapersOfCaseSchema(AnswerSchema):
    """The papers of one case, oldest first."""

    items = fields.List(fields.Nested(LegalPaperSchema))
