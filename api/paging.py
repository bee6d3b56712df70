"""Keyset pages: `?cursor=&limit=`, at most 100 rows; a cursor says after which row to go on."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from problems import Invalid, field_error


def page(
    session: Session,
    statement: Select[Any],
    keys: Sequence[Any],
    parse: Sequence[Callable[[str], Any]],
    query: dict[str, Any],
    *,
    descending: bool = False,
    whole_rows: bool = False,
) -> tuple[list[Any], str | None]:
    """One page in ascending or descending order of `keys` (never null, the last one unique), and the next cursor or None.

    `parse` turns each cursor part back into a value; `whole_rows`: the rows are mappings of columns, not of one entity. Raises
    Invalid for a cursor that is not ours.
    """
    if query["cursor"]:
        after = tuple_(*_decode(query["cursor"], parse))
        statement = statement.where(tuple_(*keys) < after if descending else tuple_(*keys) > after)
    order = [key.desc() for key in keys] if descending else list(keys)
    found = session.execute(statement.order_by(*order).limit(query["limit"] + 1))
    rows: list[Any] = list(found.mappings() if whole_rows else found.scalars())
    if len(rows) <= query["limit"]:
        return rows, None
    rows = rows[: query["limit"]]
    last = rows[-1]
    return rows, _encode([last[key.key] if whole_rows else getattr(last, key.key) for key in keys])


def _encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([str(value) for value in values])).decode().rstrip("=")


def _decode(cursor: str, parse: Sequence[Callable[[str], Any]]) -> list[Any]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(parse) or not all(_is_ours(part) for part in parts):
            raise ValueError("not made by _encode")  # noqa: TRY301 - answered two lines below, with the other causes
        return [convert(part) for convert, part in zip(parse, parts, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid(field_error("cursor", "bad_cursor", "分页游标无效,请从第一页开始")) from error


def _is_ours(part: Any) -> bool:
    """A text that PostgreSQL takes: each part was written by `str`."""
    return isinstance(part, str) and "\0" not in part
