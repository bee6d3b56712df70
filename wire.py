"""What every schema shares: strictness, and fields whose limits a person can understand (marshmallow)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

LATEST = datetime(2200, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class StrictSchema(Schema):
    """Unknown fields are refused, nested ones too; a list that is too long is refused before its items are read."""

    class Meta:
        unknown = RAISE

    @pre_load
    def refuse_long_lists(self, data: Any, **_: Any) -> Any:
        """Each item costs time and, if it is wrong, a line of the answer: a megabyte of them would take seconds."""
        if not isinstance(data, dict):
            return data
        for name, limit in self._list_limits:
            value = data.get(name)
            if isinstance(value, list):
                try:
                    limit(value)
                except ValidationError as error:
                    raise ValidationError(error.messages, name) from error
        return data

    @cached_property
    def _list_limits(self) -> list[tuple[str, validate.Length]]:
        lists = ((name, field) for name, field in self.load_fields.items() if isinstance(field, fields.List))
        return [
            (field.data_key or name, limit)
            for name, field in lists
            for limit in field.validators
            if isinstance(limit, validate.Length)
        ]


class NothingSchema(StrictSchema):
    """An act that needs no arguments."""


class Line(fields.String):
    """One line of text: trimmed, 1 to `max_length` characters, no control characters."""

    def __init__(self, max_length: int = 200, min_length: int = 1, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Length(min=min_length, max=max_length, error="长度应为{min}到{max}个字"))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        line = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
            raise ValidationError("不能包含控制字符")
        return line


class Prose(fields.String):
    """Text of several lines, at most `max_length` characters; tabs and line breaks only."""

    def __init__(self, max_length: int = 2000, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Length(max=max_length, error="最多{max}个字"))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        prose = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in prose):
            raise ValidationError("不能包含控制字符")
        return prose


class Moment(fields.AwareDateTime):
    """RFC 3339: read with any zone, from 1970 to 2200; kept and written in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        try:
            moment = super()._deserialize(value, attr, data, **kwargs)
            moment = moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError("时间超出范围") from error
        if not EARLIEST <= moment <= LATEST:
            raise ValidationError("时间超出范围")
        return moment

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Flag(fields.Boolean):
    """True or false, nothing that merely looks like it."""

    truthy = {True}
    falsy = {False}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


MAX_PAGE = 100


class PageSchema(StrictSchema):
    """The query parameters of every list."""

    cursor = Line(max_length=500, load_default=None, metadata={"description": "next_cursor of the previous page"})
    limit = fields.Integer(load_default=20, strict=False, validate=validate.Range(1, MAX_PAGE))
