"""What a device keeps: its outbox, which nothing purges before a receipt, and the base, which the server may take away."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, mid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL, line BLOB NOT NULL, outcome TEXT, result TEXT
);
CREATE TABLE IF NOT EXISTS base (
    scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, data TEXT NOT NULL,
    hash TEXT NOT NULL, PRIMARY KEY (scope, type, id)
);
CREATE INDEX IF NOT EXISTS base_entity ON base (type, id);
CREATE TABLE IF NOT EXISTS resent (scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (scope, type, id));
"""


@dataclass(frozen=True)
class Sealed:
    """One sealed mutation and what became of it (None: not acknowledged yet)."""

    seq: int
    mid: str
    name: str
    entity_type: str
    entity_id: str
    line: bytes
    outcome: str | None
    result: dict[str, Any] | None


@dataclass(frozen=True)
class Row:
    """One record of the base as one scope shows it."""

    scope: str
    type: str
    id: str
    revision: int
    data: dict[str, Any]


class Store:
    """SQLite in a file, or in memory. Each method that writes is one transaction on disk when it returns."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_SCHEMA}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ---- single values ----

    def get(self, name: str) -> str | None:
        """A value by name."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return None if found is None else str(found[0])

    def put(self, name: str, value: str | None) -> None:
        """Set or forget a value."""
        if value is None:
            self._db.execute("DELETE FROM meta WHERE name = ?", [name])
        else:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """A value that is made once."""
        value = self.get(name)
        if value is None:
            value = make()
            self.put(name, value)
        return value

    # ---- outbox ----

    def begin_queue(self, queue: str) -> None:
        """What waits goes out in a new queue, counted from 1 again."""
        self._db.execute("BEGIN IMMEDIATE")
        first = self.first_waiting()
        self.put("queue_offset", str(first - 1))
        self.put("queue", queue)
        for mark in ("settled_seq", "whole_seq"):  # the old queue's checkpoints told of a clone's lines too
            self.put(mark, str(min(int(self.get(mark) or 0), first - 1)))
        self._db.execute("COMMIT")

    def append(self, mid: str, name: str, entity_type: str, entity_id: str, line: bytes) -> int:
        """Add a sealed line at the end of the queue and return its seq, counted from 1."""
        last = self._db.execute("SELECT coalesce(max(seq), 0) FROM outbox").fetchone()[0]
        self._db.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", [last + 1, mid, name, entity_type, entity_id, line]
        )
        return int(last) + 1

    def first_waiting(self) -> int:
        """The seq of the first line without a receipt, or of the next one to be sealed."""
        found = self._db.execute(
            "SELECT coalesce((SELECT min(seq) FROM outbox WHERE outcome IS NULL), (SELECT coalesce(max(seq), 0) + 1 FROM outbox))"
        )
        return int(found.fetchone()[0])

    def lines_from(self, seq: int, limit: int) -> list[Sealed]:
        """Lines in order, with and without a receipt: a server that was restored may have to hear old ones again."""
        return [
            _sealed(row) for row in self._db.execute("SELECT * FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?", [seq, limit])
        ]

    def count_waiting(self) -> int:
        """How many lines have no receipt."""
        return int(self._db.execute("SELECT count(*) FROM outbox WHERE outcome IS NULL").fetchone()[0])

    def overlay(self) -> list[Sealed]:
        """What the base does not show yet: lines that the last checkpoint did not contain, but for those that came to nothing.

        A line without a receipt is not contained, whatever the checkpoint says: that may tell of a cloned phone's lines.

        At a checkpoint while a scope was beginning, lines on a record without a base row wait: it may still come.
        """
        rows = self._db.execute(
            "SELECT * FROM outbox WHERE outcome IS NULL OR outcome NOT IN ('rejected', 'parked') AND seq > ?"
            " AND (seq > ? OR NOT EXISTS (SELECT 1 FROM base b WHERE b.type = entity_type AND b.id = entity_id)) ORDER BY seq",
            [int(self.get("whole_seq") or 0), int(self.get("settled_seq") or 0)],
        )
        return [_sealed(row) for row in rows]

    def pending(self, after_seq: int = 0, limit: int = 1_000_000) -> list[Sealed]:
        """Lines without a receipt, in order."""
        rows = self._db.execute("SELECT * FROM outbox WHERE outcome IS NULL AND seq > ? ORDER BY seq LIMIT ?", [after_seq, limit])
        return [_sealed(row) for row in rows]

    def sealed(self, mid: str) -> Sealed:
        """One line by its mid. Raises KeyError."""
        row = self._db.execute("SELECT * FROM outbox WHERE mid = ?", [mid]).fetchone()
        if row is None:
            raise KeyError(mid)
        return _sealed(row)

    def last_pending_on(self, entity_id: str) -> str | None:
        """The mid of the latest unacknowledged mutation on a record."""
        row = self._db.execute(
            "SELECT mid FROM outbox WHERE entity_id = ? AND outcome IS NULL ORDER BY seq DESC LIMIT 1", [entity_id]
        ).fetchone()
        return None if row is None else str(row[0])

    def acknowledge(self, results: Iterable[dict[str, Any]], offset: int = 0) -> None:
        """Write the receipts; an outcome never changes. `offset` is what a seq of ours is more than the queue's."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE outbox SET outcome = ?, result = ? WHERE seq = ? AND outcome IS NULL",
            [(result["outcome"], json.dumps(result), result["seq"] + offset) for result in results],
        )
        self._db.execute("COMMIT")

    # ---- base ----

    def apply_page(self, asked_with: str | None, lines: list[dict[str, Any]], cursor: str, settled_seq: int | None) -> bool:
        """A page and its cursor in one transaction, and only if the cursor that it was asked with is still the stored one.

        `settled_seq`: the page ends in a checkpoint that contains our lines up to there.
        """
        self._db.execute("BEGIN IMMEDIATE")
        if self.get("cursor") != asked_with:
            self._db.execute("ROLLBACK")
            return False
        try:
            scope: dict[str, Any] | None = None
            for line in lines:
                if line["kind"] in ("scope", "drop", "end"):
                    self._end_scope(scope)
                    scope = line if line["kind"] == "scope" else None
                self._apply(scope, line)
            self.put("cursor", cursor)
            if settled_seq is not None:
                self.put("settled_seq", str(settled_seq))
                if not lines[-1]["more"]:
                    self.put("whole_seq", str(settled_seq))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return True

    def _apply(self, scope: dict[str, Any] | None, line: dict[str, Any]) -> None:
        kind = line["kind"]
        if kind == "row" and scope is not None:
            self._apply_row(scope["key"], line)
        elif kind == "scope":
            self.put(f"doubtful {line['key']}", None)
            if line["action"] in ("begin", "resync"):
                self._db.execute("DELETE FROM resent WHERE scope = ?", [line["key"]])
                self.put(f"filling {line['key']}", str(line["to"]))
        elif kind == "drop":
            self._drop(line["key"])
        elif kind == "end" and not line["more"]:
            for scope_key in self._named("doubtful"):
                self._drop(scope_key)

    def _drop(self, scope_key: str) -> None:
        """The base of a scope goes; outbox and waiting photos stay."""
        self._db.execute("DELETE FROM base WHERE scope = ?", [scope_key])
        self._db.execute("DELETE FROM resent WHERE scope = ?", [scope_key])
        self.put(f"filling {scope_key}", None)
        self.put(f"doubtful {scope_key}", None)

    def _end_scope(self, scope: dict[str, Any] | None) -> None:
        """A beginning scope that is now whole: rows that were not sent again are not in it any more."""
        if scope is None or not scope["whole"] or self.get(f"filling {scope['key']}") is None:
            return
        self._db.execute(
            "DELETE FROM base WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM resent r WHERE r.scope = base.scope"
            " AND r.type = base.type AND r.id = base.id)",
            [scope["key"]],
        )
        self._db.execute("DELETE FROM resent WHERE scope = ?", [scope["key"]])
        self.put(f"filling {scope['key']}", None)

    def _apply_row(self, scope: str, line: dict[str, Any]) -> None:
        key = [scope, line["type"], line["id"]]
        if line.get("gone"):
            self._db.execute("DELETE FROM base WHERE scope = ? AND type = ? AND id = ?", key)
            return
        self._db.execute(
            "INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?, ?, ?)",
            [*key, line["revision"], json.dumps(line["data"], ensure_ascii=False), line["hash"]],
        )
        if self.get(f"filling {scope}") is not None:
            self._db.execute("INSERT OR IGNORE INTO resent VALUES (?, ?, ?)", key)

    def filling(self) -> set[str]:
        """Scopes that are still beginning: what is not there yet may still come."""
        return self._named("filling")

    def _named(self, mark: str) -> set[str]:
        """The scopes that carry a mark."""
        rows = self._db.execute("SELECT name FROM meta WHERE name LIKE ?", [f"{mark} %"])
        return {str(row[0]).removeprefix(f"{mark} ") for row in rows}

    def start_anew(self) -> None:
        """Forget the cursor: every scope begins again, and one that does not come again by the end is ours no more."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "INSERT OR REPLACE INTO meta SELECT 'doubtful ' || scope, '1' FROM base"
            " UNION SELECT 'doubtful ' || substr(name, length('filling ') + 1), '1' FROM meta WHERE name LIKE 'filling %'"
        )
        self._db.execute("DELETE FROM meta WHERE name = 'cursor'")
        self._db.execute("COMMIT")

    def rows(self, entity_type: str, entity_id: str | None = None) -> list[Row]:
        """Every row of a type (or of one record), one for each scope that shows it."""
        query, values = "SELECT scope, type, id, revision, data FROM base WHERE type = ?", [entity_type]
        if entity_id is not None:
            query, values = f"{query} AND id = ?", [*values, entity_id]
        found = self._db.execute(f"{query} ORDER BY id, scope", values)
        return [Row(scope, type_, id_, revision, json.loads(data)) for scope, type_, id_, revision, data in found]

    def scopes(self) -> dict[str, int]:
        """Scope -> number of rows."""
        return {str(row[0]): int(row[1]) for row in self._db.execute("SELECT scope, count(*) FROM base GROUP BY scope")}

    def forget_base(self) -> None:
        """Drop the base and the cursor, never the outbox: what a lost device is told, and what a wiped store looks like."""
        self._db.executescript(
            "BEGIN IMMEDIATE; DELETE FROM base; DELETE FROM resent;"
            " DELETE FROM meta WHERE name = 'cursor' OR name LIKE 'filling %' OR name LIKE 'doubtful %'; COMMIT"
        )


def _sealed(row: tuple[Any, ...]) -> Sealed:
    seq, mid, name, entity_type, entity_id, line, outcome, result = row
    return Sealed(seq, mid, name, entity_type, entity_id, line, outcome, None if result is None else json.loads(result))
