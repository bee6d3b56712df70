"""The SQLite file of a device: its tables, its transactions, and single values by name."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, mid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL, line BLOB NOT NULL, outcome TEXT, result TEXT, acknowledged_at TEXT
);
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (entity_id, seq) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS base (
    scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, data TEXT NOT NULL,
    hash TEXT NOT NULL, PRIMARY KEY (scope, type, id)
);
CREATE INDEX IF NOT EXISTS base_entity ON base (type, id);
CREATE TABLE IF NOT EXISTS resent (scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (scope, type, id));
CREATE TABLE IF NOT EXISTS limbo (
    scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (scope, type, id)
);
CREATE TABLE IF NOT EXISTS photo (
    id TEXT PRIMARY KEY, role TEXT NOT NULL, content_type TEXT NOT NULL, content BLOB NOT NULL, url TEXT
);
"""


class Values:
    """SQLite in a file, or in memory."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_SCHEMA}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and on the disk at the end."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

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

    def _number(self, name: str) -> int:
        """A value that counts; 0 where there is none."""
        return int(self.get(name) or 0)

    def _named(self, mark: str) -> set[str]:
        """The scopes that carry a mark."""
        rows = self._db.execute("SELECT name FROM meta WHERE substr(name, 1, ?) = ?", [len(mark) + 1, f"{mark} "])
        return {str(row[0]).removeprefix(f"{mark} ") for row in rows}
