"""From an event and a text to what one person reads. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from notifications.rules import BEIJING
from wire import said_day, said_moment

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
_AT_ONCE = ("immediate", "IMMEDIATE")
_UNSAID = {"leader": "值班领导", "label": "办理", "holder": "未指派"}  # what a text says where the event leaves it open


class MissingValue(Exception):
    """The text names something that the event does not carry. The message is the placeholder."""


def placeholders(text: str) -> set[str]:
    """The names that a text wants."""
    return set(_PLACEHOLDER.findall(text))


def render(text: str, data: Mapping[str, Any], *, at: datetime, reader: str) -> str:
    """The text with its values, for the person with this id. Times become 2026年11月22日21时30分 in Beijing time.

    Only plain names are placeholders: a text edited by an administrator can reach nothing else. Raises MissingValue.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        found = _derived(name, data, at, reader)
        if found is None or found == "" or isinstance(found, (dict, list)):
            raise MissingValue(name)
        return spoken(found)

    return _PLACEHOLDER.sub(value, text)


def _derived(name: str, data: Mapping[str, Any], at: datetime, reader: str) -> Any:
    """A value of the data, or what is made of several: the other officer of the reader, an order as a phrase."""
    if name == "at":
        return data.get("at") or at
    if name == "colleague":
        names = data.get("officer_names")
        others = [name for person, name in names.items() if person != reader] if isinstance(names, dict) else []
        return "、".join(str(other) for other in others)
    if name == "order":
        return _order(data.get("order"))
    found = data.get(name)
    return _UNSAID.get(name) if found is None or found == "" else found


def _order(order: Any) -> str:
    """立即改正, 于2026年12月1日前改正, or 改正 if the event does not say by when."""
    if order in _AT_ONCE:
        return "立即改正"
    if not isinstance(order, str) or not order:
        return "改正"
    return f"于{spoken(order)}前改正" if _DATE.fullmatch(order) else _DATE.sub(lambda day: spoken(day.group()), order)


def spoken(value: Any) -> str:
    """A value as people read it: RFC 3339 moments and ISO dates in Chinese, anything else as it is."""
    if isinstance(value, datetime):
        return said_moment(value.astimezone(BEIJING))
    if isinstance(value, date):
        return said_day(value)
    if not isinstance(value, str):
        return str(value)
    try:
        if _MOMENT.fullmatch(value):
            return spoken(datetime.fromisoformat(value))
        if _DATE.fullmatch(value):
            return spoken(date.fromisoformat(value))
    except (ValueError, OverflowError):
        return value
    return value
