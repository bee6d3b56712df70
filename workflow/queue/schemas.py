"""What the queue shows and takes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from wire import AnswerSchema, AnyOf, Moment, StrictSchema
from workflow.hazards.records import STATE
from workflow.hazards.schemas import AssignSchema, HandOverSchema
from workflow.queue.rules import ASSIGNABLE, BULK, LABELS
from workflow.schemas import NamedPersonSchema, NoteSchema, OfferedActionSchema

VIEWS = ("mine", "team", "ours", "area", "all")
SUBJECTS = ("hazard", "handover", "rectification", "permit", "assistance", "inspection", "measure", "major", "transfer")
BUCKETS = ("due_today", "overdue", "to_sign", "to_assign")


class CardTitleSchema(AnswerSchema):
    """What a card shows of its case: never the reporter's words."""

    number = fields.String()
    picture = fields.String(metadata={"description": "of a hazard, and of what came of it"})
    category = fields.String(metadata={"description": "words of the picture, or of what is applied for"})
    place = fields.String()
    hazard_id = fields.UUID(metadata={"description": "the hazard itself, or the one that it came of"})
    letter_no = fields.String(allow_none=True, metadata={"description": "of a letter; null until it is signed"})
    unit_name = fields.String(metadata={"description": "of an order"})
    due_on = fields.Date(metadata={"description": "of an order"})
    optional = frozenset({"picture", "hazard_id", "letter_no", "unit_name", "due_on"})


class TaskSchema(AnswerSchema):
    """One card of the queue."""

    id = fields.UUID()
    revision = fields.Integer()
    subject_type = fields.String(validate=validate.OneOf(SUBJECTS))
    subject_id = fields.UUID()
    region_code = fields.String()
    org_id = fields.UUID()
    holder_ids = fields.List(fields.UUID())
    signer_ids = fields.List(fields.UUID(), metadata={"description": "whose second signature a drafted act lacks"})
    waiting_for = fields.String(validate=validate.OneOf(list(LABELS)))
    waiting_label = fields.String()
    state = fields.String()
    title = AnyOf(CardTitleSchema)
    due_at = Moment()
    rank_at = Moment(metadata={"description": "by which the queue is sorted: `due_at`, less the hours of `ranked_up`"})
    claimed_by = fields.UUID(allow_none=True)
    ranked_up = fields.List(fields.String(), metadata={"description": "why it comes before others with an earlier date"})
    holders = fields.List(fields.Nested(NamedPersonSchema), metadata={"description": "`holder_ids` with their names"})
    next = fields.Nested(
        OfferedActionSchema, allow_none=True, metadata={"description": "the step of the case that it waits for, if it is yours"}
    )
    actions = fields.List(fields.Nested(OfferedActionSchema))
    reused_photos = fields.Integer(metadata={"description": "for the leader: photos of its case that are also shown elsewhere"})


class TaskPageSchema(AnswerSchema):
    """A page of the queue, in its order."""

    items = fields.List(fields.Nested(TaskSchema))
    next_cursor = fields.String(allow_none=True)


class BucketsSchema(AnswerSchema):
    """今天到期, 已超期, 等我签, 等我派; 1000 means that many or more."""

    due_today = fields.Integer()
    overdue = fields.Integer()
    to_sign = fields.Integer()
    to_assign = fields.Integer()


class CellKindSchema(AnswerSchema):
    """How many of one kind."""

    subject_type = fields.String(validate=validate.OneOf(SUBJECTS))
    count = fields.Integer()


class CellSchema(AnswerSchema):
    """A square of the map, by its south-western corner, and what is open in it."""

    west = fields.Float()
    south = fields.Float()
    count = fields.Integer()
    overdue = fields.Integer()
    kinds = fields.List(fields.Nested(CellKindSchema), metadata={"description": "`count` by kind"})


class CellsSchema(AnswerSchema):
    """The cells in which something is open. Each opens to its items: `GET /queue` with its four edges and the same filters."""

    size = fields.Float(metadata={"description": "of each cell, in degrees"})
    items = fields.List(fields.Nested(CellSchema))
    total = fields.Integer()
    overdue = fields.Integer()
    unplaced = fields.Integer(metadata={"description": "how many more there are, wherever, whose place nobody knows"})


class LoadSchema(AnswerSchema):
    """Somebody who may be sent, and how much he has in hand."""

    id = fields.UUID()
    name = fields.String()
    role = fields.String(validate=validate.OneOf(list(ASSIGNABLE)))
    org_id = fields.UUID()
    org_name = fields.String()
    region_code = fields.String()
    open_items = fields.Integer()
    due_today = fields.Integer()
    overdue = fields.Integer()
    late = fields.Integer(metadata={"description": "items that will be late at the pace so far"})


class ForecastSchema(AnswerSchema):
    """An item that will be late at the pace so far, and how that is known."""

    id = fields.UUID()
    subject_type = fields.String(validate=validate.OneOf(SUBJECTS))
    subject_id = fields.UUID()
    number = fields.String()
    category = fields.String()
    place = fields.String()
    due_at = Moment()
    expected_at = Moment()
    holders = fields.List(fields.Nested(NamedPersonSchema))
    reason = fields.String()


class HandSchema(AnswerSchema):
    """Somebody of a pair, with what he has in hand."""

    id = fields.UUID()
    name = fields.String()
    open_items = fields.Integer()


class MoveSchema(AnswerSchema):
    """A check that nobody has begun, and two who have less to do."""

    hazard_id = fields.UUID()
    state = fields.String(validate=STATE, metadata={"description": "for `POST /queue/bulk`, like `holder_ids`"})
    holder_ids = fields.List(fields.UUID())
    number = fields.String()
    place = fields.String()
    due_at = Moment()
    holders = fields.List(fields.Nested(HandSchema))
    proposed = fields.List(fields.Nested(HandSchema))
    reason = fields.String()


class WorkloadSchema(AnswerSchema):
    """People with their loads, heaviest first; forecasts, earliest due first; proposals."""

    people = fields.List(fields.Nested(LoadSchema))
    late = fields.List(fields.Nested(ForecastSchema))
    proposals = fields.List(fields.Nested(MoveSchema))


class BulkHazardSchema(StrictSchema):
    """One of many, with what its card showed when it was chosen: if somebody has taken a step since, it is refused.

    Its `revision` would say more: that moves with every reminder too.
    """

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=STATE)
    holder_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=10))


class BulkSchema(StrictSchema):
    """One step for several hazards, with the same arguments for each: exactly one of `BULK`."""

    hazards = fields.List(
        fields.Nested(BulkHazardSchema), required=True, validate=validate.Length(min=1, max=50, error="一次1到50件")
    )
    assign = fields.Nested(AssignSchema)
    hand_over = fields.Nested(HandOverSchema)
    close = fields.Nested(NoteSchema)

    @validates_schema
    def _exactly_one(self, data: dict[str, Any], **_: Any) -> None:
        if sum(step in data for step in BULK) != 1:
            raise ValidationError("请选择派单、移交、办结中的一项", BULK[0])
        if len({asked["id"] for asked in data["hazards"]}) != len(data["hazards"]):
            raise ValidationError("同一件不能选两次", "hazards")


class BulkItemSchema(AnswerSchema):
    """The result for one item: applied, or the code of its problem."""

    id = fields.UUID()
    outcome = fields.String(validate=validate.OneOf(["applied", "refused"]))
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "of `guard_failed`: which condition does not hold"})


class BulkResultSchema(AnswerSchema):
    """One result for each item, in the order asked."""

    items = fields.List(fields.Nested(BulkItemSchema))


class AssignableSchema(AnswerSchema):
    """Somebody to whom a case of the division may be assigned."""

    id = fields.UUID()
    name = fields.String()
    role = fields.String(validate=validate.OneOf([role.value for role in ASSIGNABLE]))
    org_id = fields.UUID()
    org_name = fields.String()
    open_items = fields.Integer(metadata={"description": "how many open items of the queue he holds now"})


class AssignablePeopleSchema(AnswerSchema):
    """Inspectors, then grid workers and town officers; of the nearest office first, of an office the least loaded."""

    items = fields.List(fields.Nested(AssignableSchema))
