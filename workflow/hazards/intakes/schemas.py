"""What an order says, from a form, a cell or an interface; and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from accounts.identifiers import is_phone
from accounts.schemas import Phone
from database.base import Json
from places.schemas import BannerName
from problems import Invalid, field_error
from sheets import moment_of
from wire import AnswerSchema, Flag, Line, Moment, PageSchema, Prose, StrictSchema, flatten
from workflow.hazards.intakes.rules import OUTCOMES, SOURCES, STATES, VERDICTS
from workflow.hazards.schemas import PICTURES

_PICTURE_OF = {**{label: code for code, label in PICTURES.items()}, **{code: code for code in PICTURES}}
_MOST_NAME = 50
_ANY = "2000-01-01T00:00:00+08:00"  # where the time itself cannot be read, the other cells are judged all the same
YES = ("是", "要求", "保密", "true", "1")


class IntakeOrderSchema(StrictSchema):
    """An order: a number of its source's, when the source received it, where, and what is said."""

    number = Line(max_length=64, required=True, metadata={"example": "NM20261127000123"})
    received_at = Moment(required=True)
    reply_by = Moment(load_default=None, allow_none=True)
    region = BannerName(required=True)
    sumu = Line(max_length=50, load_default=None, allow_none=True)
    gacha = Line(max_length=50, load_default=None, allow_none=True)
    household = Line(max_length=50, load_default=None, allow_none=True)
    landmark = Line(max_length=100, load_default=None, allow_none=True)
    place_name = Line(max_length=100, min_length=0, load_default="")
    picture = fields.String(load_default="UNCLEAR", validate=validate.OneOf(list(PICTURES)))
    description = Prose(max_length=2000, required=True, validate=validate.Length(min=2, max=2000, error="请填写情况说明"))
    name = Line(max_length=50, load_default=None, allow_none=True)
    mobile = Phone(load_default=None, allow_none=True)
    hidden = Flag(
        load_default=None, allow_none=True, metadata={"description": "who reported asks that his name be kept; null: as it came"}
    )


class TakeOrderSchema(IntakeOrderSchema):
    """An order that a clerk types in."""

    source = fields.String(required=True, validate=validate.OneOf(list(SOURCES)))


_ORDER = IntakeOrderSchema()


def shaped(cells: Mapping[str, str]) -> Json:
    """An order from cells. Raises Invalid with every wrong one."""
    said: dict[str, Any] = dict(cells)
    late: dict[str, Any] = {}
    for name, is_end in (("received_at", False), ("reply_by", True)):
        if name in said:
            moment = moment_of(said.pop(name), is_end=is_end)
            late[name] = moment
            said[name] = moment.isoformat() if moment else None
    if "picture" in said:
        said["picture"] = _PICTURE_OF.get(said["picture"], said["picture"])
    if "hidden" in said:
        said["hidden"] = str(said["hidden"]).lower() in YES
    unread = [field_error(name, "invalid", "时间应如 2026-11-27 09:30") for name, moment in late.items() if moment is None]
    said = {name: value for name, value in {**said, **caller(said)}.items() if value is not None}
    try:
        order = dict(_ORDER.load({**said, **({"received_at": _ANY} if late.get("received_at", 0) is None else {})}))
    except ValidationError as error:
        raise Invalid(*unread, *flatten(error.messages)) from error
    if unread:
        raise Invalid(*unread)
    return order


def caller(said: Mapping[str, Any]) -> Json:
    """Who called. A number that is no mobile's (12345 has many landlines) is kept beside the name: both are sealed alike."""
    name, mobile = said.get("name"), "".join(char for char in said.get("mobile") or "" if char.isdigit() or char == "-")
    if not mobile:
        return {"name": name and name[:_MOST_NAME], "mobile": None}
    plain = mobile.replace("-", "").removeprefix("86")
    if is_phone(plain):
        return {"name": name and name[:_MOST_NAME], "mobile": plain}
    return {"name": f"{name or ''} {mobile}".strip()[:_MOST_NAME], "mobile": None}


class SheetQuerySchema(StrictSchema):
    """Whose orders a sheet holds."""

    source = fields.String(required=True, validate=validate.OneOf(list(SOURCES)))


class OrdersQuerySchema(PageSchema):
    """Filters of the list."""

    source = fields.String(load_default=None, validate=validate.OneOf(list(SOURCES)))
    state = fields.String(load_default=None, validate=validate.OneOf(list(STATES)))
    unsent = fields.Boolean(load_default=False, metadata={"description": "only with a result that has not been sent back"})


class OrderResultSchema(AnswerSchema):
    """What is sent back."""

    verdict = fields.String(validate=validate.OneOf(list(VERDICTS)))
    text = fields.String()
    ended_at = Moment()


class ExternalOrderSchema(AnswerSchema):
    """An order and how it stands. Who reported is never in it."""

    id = fields.UUID()
    revision = fields.Integer()
    source = fields.String(validate=validate.OneOf(list(SOURCES)))
    number = fields.String()
    state = fields.String(validate=validate.OneOf(list(STATES)))
    region_code = fields.String()
    received_at = Moment(allow_none=True)
    reply_by = Moment(allow_none=True)
    hazard_id = fields.UUID(allow_none=True)
    hazard_number = fields.String(allow_none=True)
    hazard_state = fields.String(allow_none=True)
    result = fields.Nested(OrderResultSchema, allow_none=True)
    sent_at = Moment(allow_none=True)
    notes = fields.List(fields.Nested("OrderNoteSchema"), metadata={"description": "why it is held"})
    said = fields.Nested("OrderCellsSchema", allow_none=True, metadata={"description": "of a held one, but who reported"})


class OrderCellsSchema(AnswerSchema):
    """The cells of an order as they came; what was empty is left out."""

    received_at = fields.String()
    reply_by = fields.String()
    region = fields.String()
    sumu = fields.String()
    gacha = fields.String()
    household = fields.String()
    landmark = fields.String()
    place_name = fields.String()
    picture = fields.String()
    description = fields.String()
    hidden = fields.String()
    optional = frozenset({
        "received_at", "reply_by", "region", "sumu", "gacha", "household", "landmark", "place_name", "picture", "description",
        "hidden",
    })  # fmt: skip


class OrderNoteSchema(AnswerSchema):
    """What is wrong with a cell of an order."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class OrdersPageSchema(AnswerSchema):
    """A page of orders, newest first."""

    items = fields.List(fields.Nested(ExternalOrderSchema))
    next_cursor = fields.String(allow_none=True)


class OrderRowSchema(AnswerSchema):
    """A row of a sheet and what became of it."""

    line = fields.Integer()
    number = fields.String()
    outcome = fields.String(validate=validate.OneOf(list(OUTCOMES)))
    order_id = fields.UUID(allow_none=True)
    notes = fields.List(fields.Nested(OrderNoteSchema))


class SheetTakenSchema(AnswerSchema):
    """What became of the rows of a sheet."""

    items = fields.List(fields.Nested(OrderRowSchema))


class ReturnOrderSchema(StrictSchema):
    """退单 of what was not taken in: why, for whoever sent it."""

    reason = Prose(max_length=300, required=True, validate=validate.Length(min=2, max=300, error="请填写退回理由"))


class SentOrderSchema(StrictSchema):
    """An order in the revision whose result was sent back."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True, strict=True)


class MarkSentSchema(StrictSchema):
    """What was sent back by file."""

    orders = fields.List(
        fields.Nested(SentOrderSchema), required=True, validate=validate.Length(min=1, max=500, error="应有1到500件")
    )


class UnsentSchema(AnswerSchema):
    """The orders of a sheet of results, as `POST /intakes/results/sent` takes them."""

    orders = fields.List(fields.Nested(SentOrderSchema))


class MarkedSchema(AnswerSchema):
    """How many were marked; what was changed meanwhile, or is not the caller's, is left."""

    marked = fields.Integer()
