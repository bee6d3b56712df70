"""What is asked of the figures, and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from analytics.rules import FIGURES, GROUPS, MOST_MONTHS
from places.schemas import RegionCode
from problems import Invalid, field_error
from wire import EARLIEST, LATEST, AnswerSchema, Moment, PageSchema, StrictSchema
from workflow.schemas import CodeField

_DECEMBER = 12


class Month(fields.Field[date]):
    """A month of the region's calendar, 2026-11; its first day in Python."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            month = date.fromisoformat(f"{value}-01") if len(value) == len("2026-11") else None
        except (TypeError, ValueError):
            month = None
        if month is None or not EARLIEST.date() <= month <= LATEST.date():
            raise ValidationError("应为年-月,如2026-11")
        return month


class FiguresQuerySchema(StrictSchema):
    """Of which months, division and category; the last twelve months if nothing is asked."""

    since = Month(load_default=None, metadata={"type": "string", "example": "2026-01", "pattern": r"^\d{4}-\d{2}$"})
    until = Month(load_default=None, metadata={"type": "string", "example": "2026-11", "pattern": r"^\d{4}-\d{2}$"})
    region_code = RegionCode(load_default=None, metadata={"description": "a banner, a league, or the whole region"})
    category = CodeField(load_default=None, metadata={"description": "NONE: not classified yet"})


class TableQuerySchema(FiguresQuerySchema):
    """And by what they are told apart."""

    by = fields.String(load_default="month", validate=validate.OneOf(list(GROUPS)))


class RowsQuerySchema(FiguresQuerySchema, PageSchema):
    """And which figure is opened."""

    figure = fields.String(load_default="received", validate=validate.OneOf(list(FIGURES)))


def within(query: dict[str, Any], today: date) -> dict[str, Any]:
    """The query with both of its months. Raises Invalid where they are no period, or too long a one."""
    until = query["until"] or today.replace(day=1)
    since = query["since"] or date(until.year - (until.month < _DECEMBER), until.month % _DECEMBER + 1, 1)
    months = (until.year - since.year) * 12 + until.month - since.month + 1
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(field_error("since", "no_such_period", f"起始月份不晚于截止月份,最多{MOST_MONTHS}个月"))
    return {**query, "since": since, "until": until}


class FiguresSchema(AnswerSchema):
    """How many reports count in each figure."""

    received = fields.Integer()
    on_time = fields.Integer()
    overdue = fields.Integer()
    substantiated = fields.Integer()
    rectified = fields.Integer()


class GroupSchema(FiguresSchema):
    """The figures of a month, a division or a category."""

    key = fields.String(metadata={"example": "2026-11"})
    label = fields.String(metadata={"example": "2026年11月"})


class TableSchema(AnswerSchema):
    """The figures of each group, and of all."""

    by = fields.String(validate=validate.OneOf(list(GROUPS)))
    items = fields.List(fields.Nested(GroupSchema))
    total = fields.Nested(FiguresSchema)


class RowSchema(AnswerSchema):
    """A report behind a figure: where it stands, nothing of who reported it or where."""

    id = fields.UUID()
    number = fields.String()
    state = fields.String()
    state_label = fields.String()
    region_code = fields.String()
    region_name = fields.String()
    category = fields.String(allow_none=True)
    category_label = fields.String()
    submitted_at = Moment()
    closed_at = Moment(allow_none=True)
    on_time = fields.Boolean()
    overdue = fields.Boolean()
    substantiated = fields.Boolean()
    rectified = fields.Boolean()


class RowsSchema(AnswerSchema):
    """A page of the reports behind a figure, oldest first."""

    items = fields.List(fields.Nested(RowSchema))
    next_cursor = fields.String(allow_none=True)
