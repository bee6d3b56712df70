"""What every schema shares: strictness, fields whose limits a person can understand, and what is said of a wrong one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from problems import field_error

CLIENTS_VERSION = 7
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


class AnswerSchema(StrictSchema):
    """What goes out. Every member is always there, so that typed clients need not ask, but for the `optional` ones."""

    optional: ClassVar[frozenset[str]] = frozenset()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Called by marshmallow for each member."""
        field_obj.required = field_name not in self.optional


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


def said_day(day: date) -> str:
    """A day in a sentence: 2026年12月4日, without leading zeros (GB/T 9704-2012)."""
    return f"{day.year}年{day.month}月{day.day}日"


def said_moment(local: datetime) -> str:
    """A moment of the region in a sentence: 2026年12月4日9时05分."""
    return f"{said_day(local)}{local.hour}时{local:%M分}"


class NewId(fields.UUID):
    """The id that a client made for something new, or None: UUIDv7 (RFC 9562), which keeps indexes warm and says no more."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"description": "UUIDv7 made by the client; left out, we make one"})
        super().__init__(load_default=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        made: UUID = super()._deserialize(value, attr, data, **kwargs)
        if made.version != CLIENTS_VERSION:
            raise ValidationError("编号应为 UUIDv7")
        return made


class Flag(fields.Boolean):
    """True or false, nothing that merely looks like it."""

    truthy = {True}
    falsy = {False}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class AnyOf(fields.Field[Any]):
    """A projection: goes out as it is, and the document says that it has one of these shapes."""

    def __init__(self, *shapes: type[Schema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shapes = shapes


MAX_PAGE = 100


class PageSchema(StrictSchema):
    """The query parameters of every list."""

    cursor = Line(max_length=500, load_default=None, metadata={"description": "next_cursor of the previous page"})
    limit = fields.Integer(load_default=20, strict=False, validate=validate.Range(1, MAX_PAGE))


# ---- what is wrong, in Chinese ----

MAX_ERRORS = 50  # wrong fields that an answer names

# What marshmallow says, the stable code of it, and what a person reads.
_MESSAGES: tuple[tuple[str, str, str], ...] = (
    (r"Missing data for required field\.", "required", "必填"),
    (r"Unknown field\.", "unknown_field", "未知字段"),
    (r"Field may not be null\.", "null", "不能为空"),
    (r"Invalid (?:input )?type\.", "type", "类型不正确"),
    (r"Not a valid (?:utf-8 )?string\.", "type", "应为文本"),
    (r"Not a valid integer\.", "type", "应为整数"),
    (r"Not a valid number\.|Special numeric values .*|Number too large\.", "type", "应为数字"),
    (r"Not a valid boolean\.", "type", "应为 true 或 false"),
    (r"Not a valid UUID\.", "type", "编号格式不正确"),
    (r"Not a valid list\.", "type", "应为列表"),
    (r"Not a valid mapping type\.", "type", "应为对象"),
    (r"Not a valid (?:aware |naive )?datetime\.", "type", "时间格式不正确,应为带时区的 RFC 3339"),
    (r"Not a valid date\.", "type", "日期格式不正确"),
    (r"Must be one of: (.*)\.", "invalid", "应为下列之一:{0}"),
    (r"One or more of the choices you made was not in: (.*)\.", "invalid", "只能从下列中选择:{0}"),
    (r"Longer than maximum length (\d+)\.", "invalid", "过长,最多{0}"),
    (r"Shorter than minimum length (\d+)\.", "invalid", "过短,至少{0}"),
    (r"Length must be between (\d+) and (\d+)\.", "invalid", "数量或者长度应为{0}到{1}"),
    (r"Length must be (\d+)\.", "invalid", "数量或者长度应为{0}"),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", "invalid", "应在{0}到{1}之间"),
    (r"Must be greater than or equal to (\S+)\.", "invalid", "不能小于{0}"),
    (r"Must be greater than (\S+)\.", "invalid", "应大于{0}"),
    (r"Must be less than or equal to (\S+)\.", "invalid", "不能大于{0}"),
    (r"Must be less than (\S+)\.", "invalid", "应小于{0}"),
    (r"String does not match expected pattern\.", "invalid", "格式不正确"),
    (r"Invalid (?:input|value)\.", "invalid", "内容不正确"),
)
_KNOWN = [(re.compile(pattern), code, words) for pattern, code, words in _MESSAGES]


def flatten(messages: Any, path: str = "") -> Iterator[dict[str, str]]:
    """`{"location": {"lon": ["…"]}}` as `{"field": "location.lon", "code": "invalid", "message": "…"}` and so on."""
    if isinstance(messages, dict):
        for key, value in messages.items():
            step = "" if key == "_schema" else str(key)
            yield from flatten(value, f"{path}.{step}".strip("."))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        yield field_error(path or "body", *_understood(str(message)))


def _understood(message: str) -> tuple[str, str]:
    """Code and words; what our own fields say is Chinese already."""
    for pattern, code, words in _KNOWN:
        found = pattern.fullmatch(message)
        if found is not None:
            return code, words.format(*found.groups())
    return "invalid", message
