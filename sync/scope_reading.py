"""Stored lines of one scope, joined into blocks by PostgreSQL: nothing happens per row in Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.orm import Session

BLOCK_BYTES = 32_768  # with a cursor after every block or two, one comes well within 64 KB
_USUAL_LINE_BYTES = 512
_MOST_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines in order, where they end, and whether they are the last up to where one was asked to read."""

    lines: bytes
    position: int
    is_last: bool


def read_blocks(session: Session, scope_id: int, after: int, upto: int, budget: int, *, living_only: bool) -> Iterator[Block]:
    """Blocks of the rows after `after`, up to `upto`, until `budget` bytes are used; at least one row, if there is one.

    An empty scope gives one empty, last block.
    """
    # Binary, because PostgreSQL writes text bytea as hexadecimal, at twice the size.
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    statement = _LIVING if living_only else _ALL
    with connection.cursor(binary=True) as cursor:
        while True:
            limit = min(max(budget // _USUAL_LINE_BYTES, 1) + 1, _MOST_ROWS)
            values = {"scope": scope_id, "after": after, "upto": upto, "limit": limit, "budget": budget, "block": BLOCK_BYTES}
            cursor.execute(statement, values)
            blocks = cursor.fetchall()
            rows = sum(count for _, _, count in blocks)
            used = sum(len(lines) for _, lines, _ in blocks)
            is_end = rows < limit and used < budget
            for number, (position, lines, _) in enumerate(blocks, start=1):
                after = position
                yield Block(lines, position, is_last=is_end and number == len(blocks))
            if is_end and not blocks:
                yield Block(b"", upto, is_last=True)
            budget -= used
            if is_end or budget <= 0:
                return


def _statement(condition: str) -> bytes:
    return f"""
    SELECT max(position), string_agg(line, ''::bytea ORDER BY position), count(*)::int4
      FROM (SELECT position, line, sum(octet_length(line)) OVER (ORDER BY position) AS bytes
              FROM (SELECT position, line FROM sync_feed
                     WHERE scope_id = %(scope)s AND position > %(after)s AND position <= %(upto)s {condition}
                     ORDER BY position LIMIT %(limit)s) AS found) AS counted
     WHERE bytes - octet_length(line) < %(budget)s
     GROUP BY (bytes - octet_length(line)) / %(block)s
     ORDER BY 1
    """.encode()  # noqa: S608 - the condition is one of the two below


_ALL = _statement("")
_LIVING = _statement("AND gone IS NULL")
