"""The base: rows as the server showed them, by scope. It may be taken away; the outbox never goes with it."""

from __future__ import annotations

import json
from typing import Any

from device.storage import Line, Row
from device.values import Values

# Marks of a scope, kept as `<mark> <scope>` among the values.
_FILLING = "filling"  # it is beginning: what is not there yet may still come
_DOUBTFUL = "doubtful"  # it has to come again by the end, or it is ours no more
_ADOPTED = "adopted"  # the id of a snapshot that is whole here, and of which the server has yet to hear
_LIMBO = "limbo"  # the server was restored: rows that it does not send again are kept aside
_MARKS = (_FILLING, _DOUBTFUL, _ADOPTED, _LIMBO)
_PERSONAL = ("user:", "reporter:")


class Base(Values):
    """Rows, cursor and what is known of each scope."""

    def apply_page(self, asked_with: str | None, lines: list[Line], cursor: str, settled_seq: int | None) -> bool:
        """A page and its cursor in one transaction, and only if the cursor that it was asked with is still the stored one.

        `settled_seq`: the page ends in a checkpoint that contains our lines up to there.
        """
        with self._transaction():
            if self.get("cursor") != asked_with:
                return False
            scope: Line | None = None
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
        return True

    def _apply(self, scope: Line | None, line: Line) -> None:
        kind = line["kind"]
        if kind == "row" and scope is not None:
            self._apply_row(scope["key"], line)
        elif kind == "hello":
            self.put("server_time", line["server_time"])
            self.put("durable_seq", str(line["durable_seq"]))
        elif kind == "scope":
            self._mark(_DOUBTFUL, line["key"], None)
            if line["action"] in ("begin", "resync"):
                self._begin(line["key"], str(line["to"]))
        elif kind == "snapshot":  # until it is adopted no cursor names the scope, so that nothing would drop it
            self._mark(_DOUBTFUL, line["key"], "1")
        elif kind == "drop":
            self._drop(line["key"])
        elif kind == "end":
            for key in line["digests"]:  # the server follows it: it has heard what was adopted
                self._mark(_ADOPTED, key, None)
                self._mark(_DOUBTFUL, key, None)
            if not line["more"]:
                self.put("base_epoch", self.get("epoch"))
                for key in self._named(_DOUBTFUL):
                    self._lose(key)

    def _mark(self, mark: str, scope: str, value: str | None) -> None:
        self.put(f"{mark} {scope}", value)

    def _begin(self, scope: str, upto: str) -> None:
        self._db.execute("DELETE FROM resent WHERE scope = ?", [scope])
        self._mark(_FILLING, scope, upto)

    def _lose(self, scope: str) -> None:
        """It did not come again. What was a person's own is kept aside if a restored server forgot it."""
        if self.get(f"{_LIMBO} {scope}") and scope.startswith(_PERSONAL):
            self._set_aside(scope)
        self._drop(scope)

    def _drop(self, scope: str) -> None:
        """The base of a scope goes; outbox and waiting photos stay."""
        self._db.execute("DELETE FROM base WHERE scope = ?", [scope])
        self._db.execute("DELETE FROM resent WHERE scope = ?", [scope])
        for mark in _MARKS:
            self._mark(mark, scope, None)

    def _end_scope(self, scope: Line | None) -> None:
        """A beginning scope that is now whole: rows that were not sent again are not in it any more."""
        if scope is not None and scope["whole"] and self.get(f"{_FILLING} {scope['key']}") is not None:
            self._whole(scope["key"])

    def _whole(self, scope: str) -> None:
        if self.get(f"{_LIMBO} {scope}"):
            self._set_aside(scope)
        self._db.execute(f"DELETE FROM base WHERE scope = ? AND {_NOT_RESENT}", [scope])  # noqa: S608 - a constant
        self._db.execute("DELETE FROM resent WHERE scope = ?", [scope])
        self._mark(_FILLING, scope, None)
        self._mark(_LIMBO, scope, None)

    def _set_aside(self, scope: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO limbo SELECT scope, type, id, revision, data FROM base"  # noqa: S608 - a constant
            f" WHERE scope = ? AND {_NOT_RESENT}",
            [scope],
        )

    def _apply_row(self, scope: str, line: Line) -> None:
        key = [scope, line["type"], line["id"]]
        self._db.execute("DELETE FROM limbo WHERE type = ? AND id = ?", key[1:])
        if line.get("gone"):
            self._db.execute("DELETE FROM base WHERE scope = ? AND type = ? AND id = ?", key)
            return
        self._db.execute(
            "INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?, ?, ?)",
            [*key, line["revision"], json.dumps(line["data"], ensure_ascii=False), line["hash"]],
        )
        if self.get(f"{_FILLING} {scope}") is not None:
            self._db.execute("INSERT OR IGNORE INTO resent VALUES (?, ?, ?)", key)

    # ---- snapshots ----

    def begin_snapshot(self, scope: str, snapshot_id: str) -> None:
        """A scope begins with this snapshot. What came of another one, or of a page, begins anew."""
        with self._transaction():
            if self.get(f"snapshot {scope}") != snapshot_id:
                self._db.execute("DELETE FROM meta WHERE substr(name, 1, ?) = ?", [len(f"chunk {scope} "), f"chunk {scope} "])
                self._begin(scope, snapshot_id)
                self.put(f"snapshot {scope}", snapshot_id)

    def has_chunk(self, scope: str, sha256: str) -> bool:
        """True if this chunk's rows are here."""
        return self.get(f"chunk {scope} {sha256}") is not None

    def take_chunk(self, scope: str, sha256: str, rows: list[Line]) -> None:
        """The rows of one chunk."""
        with self._transaction():
            for row in rows:
                self._apply_row(scope, row)
            self.put(f"chunk {scope} {sha256}", "1")

    def adopt(self, scope: str, snapshot_id: str) -> None:
        """All chunks are here. The scope counts as held once the server was told."""
        with self._transaction():
            self._whole(scope)
            self._db.execute("DELETE FROM meta WHERE substr(name, 1, ?) = ?", [len(f"chunk {scope} "), f"chunk {scope} "])
            self.put(f"snapshot {scope}", None)
            self._mark(_ADOPTED, scope, snapshot_id)

    def adopted(self) -> list[str]:
        """Ids of snapshots of which the server has yet to hear."""
        return sorted(str(self.get(f"{_ADOPTED} {scope}")) for scope in self._named(_ADOPTED))

    # ---- reading ----

    def filling(self) -> set[str]:
        """Scopes that are still beginning: what is not there yet may still come."""
        return self._named(_FILLING)

    def rows(self, entity_type: str, entity_id: str | None = None) -> list[Row]:
        """Every row of a type (or of one record), one for each scope that shows it."""
        query, values = "SELECT scope, type, id, revision, data FROM base WHERE type = ?", [entity_type]
        if entity_id is not None:
            query, values = f"{query} AND id = ?", [*values, entity_id]
        return [_row(found) for found in self._db.execute(f"{query} ORDER BY id, scope", values)]

    def scopes(self) -> dict[str, int]:
        """Scope -> number of rows."""
        return {str(row[0]): int(row[1]) for row in self._db.execute("SELECT scope, count(*) FROM base GROUP BY scope")}

    def digest(self, scope: str) -> tuple[int, int]:
        """How many rows a scope has here, and the sum of their hashes modulo 2^64."""
        hashes = [int(row[0], 16) for row in self._db.execute("SELECT hash FROM base WHERE scope = ?", [scope])]
        return len(hashes), sum(hashes) % 2**64

    # ---- beginning anew ----

    def start_anew(self) -> None:
        """Forget the cursor: every scope begins again, and one that does not come again by the end is ours no more."""
        with self._transaction():
            self._start_anew()

    def _start_anew(self) -> None:
        for scope in (*self.scopes(), *self._named(_FILLING)):
            self._mark(_DOUBTFUL, scope, "1")
        for scope in self._named(_ADOPTED):  # it was offered for another cursor
            self._mark(_ADOPTED, scope, None)
        self.put("cursor", None)

    def _leave_history(self) -> None:
        self._start_anew()
        for scope in self.scopes():
            self._mark(_LIMBO, scope, "1")

    def limbo(self) -> list[Row]:
        """Rows that a restored server did not send again. A person looks at them; nothing deletes them by itself."""
        return [_row(found) for found in self._db.execute("SELECT scope, type, id, revision, data FROM limbo ORDER BY id, scope")]

    def dismiss(self, row: Row) -> None:
        """A person has decided about it."""
        self._db.execute("DELETE FROM limbo WHERE scope = ? AND type = ? AND id = ?", [row.scope, row.type, row.id])

    def forget_base(self) -> None:
        """Drop the base and the cursor, never the outbox: what a lost device is told, and what a wiped store looks like."""
        with self._transaction():
            for table in ("base", "resent", "limbo"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self._db.execute("DELETE FROM meta WHERE name = 'cursor' OR instr(name, ' ') > 0")


_NOT_RESENT = "NOT EXISTS (SELECT 1 FROM resent r WHERE r.scope = base.scope AND r.type = base.type AND r.id = base.id)"


def _row(found: tuple[Any, ...]) -> Row:
    scope, type_, id_, revision, data = found
    return Row(scope, type_, id_, revision, json.loads(data))
