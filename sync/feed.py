"""The change feed: lines are rendered inside the savepoint, numbered as the last statements before COMMIT.

Lock before you render: a command has locked the entity's row, so a line can never be older than its revision.
Number last: heads are locked in ascending order after everything else is done, so positions are gap-free and appear in
commit order. Whoever sees position n + 1 also sees n.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event, text
from sqlalchemy.orm import Session, UOWTransaction

from database.base import Json
from sync.catalog import Catalog

_TOUCHED = "feed_touched"
_LINES = "feed_lines"

LineKey = tuple[str, str, UUID]  # scope key, entity type, entity id


@dataclass(frozen=True)
class Line:
    """One rendered line that waits for its position."""

    revision: int
    line: bytes
    gone: str | None = None


def row_line(entity_type: str, entity_id: UUID, revision: int, data: Json) -> bytes:
    """The NDJSON line of a row, newline included; `hash` is the first 8 bytes of SHA-256 over its other members."""
    body = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    head = f'"type":"{entity_type}","id":"{entity_id}","revision":{revision}'.encode()
    digest = hashlib.sha256(head + body).hexdigest()[:16].encode()
    return b'{"kind":"row",' + head + b',"hash":"' + digest + b'","data":' + body + b"}\n"


def gone_line(entity_type: str, entity_id: UUID, revision: int, why: str) -> bytes:
    """The NDJSON line that removes a row from a scope; `why` is `deleted` or `left`."""
    return f'{{"kind":"row","type":"{entity_type}","id":"{entity_id}","revision":{revision},"gone":"{why}"}}\n'.encode()


class Feed:
    """Watches sessions for synced entities, renders and publishes them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._scope_ids: dict[str, int] = {}  # scope ids never change, so they are remembered for ever

    def watch(self, maker: Any) -> None:
        """Note every synced entity that a session of this maker inserts, changes or deletes."""
        event.listen(maker, "after_flush", self._note)

    def _note(self, session: Session, _: UOWTransaction) -> None:
        touched: dict[Any, str | None] = session.info.setdefault(_TOUCHED, {})
        for entity in session.new:
            if type(entity) in self.catalog.by_model:
                touched[entity] = "new"
        for entity in session.dirty:
            if type(entity) in self.catalog.by_model:
                touched.setdefault(entity, "changed")
        for entity in session.deleted:
            if type(entity) in self.catalog.by_model:
                touched[entity] = "deleted"

    def render(self, session: Session) -> None:
        """Render the lines of everything touched since the last call, and of the scopes that an entity has left."""
        touched: dict[Any, str] = session.info.pop(_TOUCHED, {})
        if not touched:
            return
        lines: dict[LineKey, Line] = session.info.setdefault(_LINES, {})
        settled = [entity for entity, how in touched.items() if how != "new"]
        published = self._published(session, settled)
        for entity, how in touched.items():
            synced = self.catalog.by_model[type(entity)]
            scopes = {} if how == "deleted" else synced.scopes_of(entity)
            for key, scope in scopes.items():
                assert scope.render is not None  # noqa: S101 - scopes_of returns rendered scopes only
                data = scope.render(entity)
                lines[key, synced.type, entity.id] = Line(
                    entity.revision, row_line(synced.type, entity.id, entity.revision, data)
                )
            before = published.get((synced.type, entity.id), set())
            before |= {key for key, kind, id_ in lines if (kind, id_) == (synced.type, entity.id)}
            why = "deleted" if how == "deleted" else "left"
            for key in before - scopes.keys():
                lines[key, synced.type, entity.id] = Line(
                    entity.revision, gone_line(synced.type, entity.id, entity.revision, why), why
                )

    def _published(self, session: Session, entities: list[Any]) -> dict[tuple[str, UUID], set[str]]:
        """The scopes in which each of these entities has a living line now."""
        if not entities:
            return {}
        rows = session.execute(
            text(
                "SELECT f.entity_type, f.entity_id, s.key FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
                " WHERE f.entity_type = ANY(:types) AND f.entity_id = ANY(:ids) AND f.gone IS NULL"
            ),
            {
                "types": sorted({self.catalog.by_model[type(entity)].type for entity in entities}),
                "ids": [entity.id for entity in entities],
            },
        )
        found: dict[tuple[str, UUID], set[str]] = {}
        for entity_type, entity_id, key in rows:
            found.setdefault((entity_type, entity_id), set()).add(key)
        return found

    def publish(self, session: Session) -> None:
        """The last statements before COMMIT: lock the heads in ascending order, take positions, move the rows."""
        lines: dict[LineKey, Line] = session.info.pop(_LINES, {})
        if not lines:
            return
        ids = self._ids_of(session, {key for key, _, _ in lines})
        # Writers take turns here: positions must grow in commit order, or a slow writer's row is never seen.
        heads: dict[int, int] = dict(
            session.execute(
                text("SELECT id, head FROM sync_scope WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"),
                {"ids": sorted(ids.values())},
            ).all()
        )
        columns: dict[str, list[Any]] = {
            name: [] for name in ("scope", "position", "type", "entity", "revision", "line", "gone")
        }
        for (key, entity_type, entity_id), line in lines.items():
            scope_id = ids[key]
            heads[scope_id] += 1
            values = (scope_id, heads[scope_id], entity_type, entity_id, line.revision, line.line, line.gone)
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
        session.execute(_MOVE_ROWS, {**columns, "ids": list(heads), "heads": list(heads.values())})

    def _ids_of(self, session: Session, keys: set[str]) -> dict[str, int]:
        unknown = sorted(keys - self._scope_ids.keys())
        if unknown:
            known: dict[str, int] = dict(
                session.execute(text("SELECT key, id FROM sync_scope WHERE key = ANY(:keys)"), {"keys": unknown}).all()
            )
            missing = [key for key in unknown if key not in known]
            if missing:
                # In key order and before any head is locked: two writers that make the same scopes cannot deadlock.
                session.execute(
                    text(
                        "INSERT INTO sync_scope (key) SELECT key FROM unnest(CAST(:keys AS text[])) AS key"
                        " ORDER BY key ON CONFLICT (key) DO NOTHING"
                    ),
                    {"keys": missing},
                )
                known = dict(
                    session.execute(
                        text("SELECT key, id FROM sync_scope WHERE key = ANY(:keys)"), {"keys": unknown}
                    ).all()
                )
                # A scope made in this transaction may still be rolled back, so its id is not remembered yet.
                return {key: known.get(key) or self._scope_ids[key] for key in keys}
            self._scope_ids.update(known)
        return {key: self._scope_ids[key] for key in keys}


_MOVE_ROWS = text(
    """
    WITH moved AS (
        INSERT INTO sync_feed (scope_id, position, entity_type, entity_id, revision, line, gone)
        SELECT * FROM unnest(CAST(:scope AS bigint[]), CAST(:position AS bigint[]), CAST(:type AS text[]),
                             CAST(:entity AS uuid[]), CAST(:revision AS bigint[]), CAST(:line AS bytea[]),
                             CAST(:gone AS text[]))
        ON CONFLICT (entity_type, entity_id, scope_id) DO UPDATE
            SET position = excluded.position, revision = excluded.revision, line = excluded.line, gone = excluded.gone
    )
    UPDATE sync_scope SET head = new.head
      FROM unnest(CAST(:ids AS bigint[]), CAST(:heads AS bigint[])) AS new(id, head)
     WHERE sync_scope.id = new.id
    """
)
