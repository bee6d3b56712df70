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

from database.base import Json, Revised
from database.rows import json_rows
from database.session import now
from sync.catalog import Catalog

_TOUCHED = "feed_touched"
_LINES = "feed_lines"
_MOST_REMEMBERED = 20_000  # scopes

EntityKey = tuple[str, UUID]  # entity type, entity id
LineKey = tuple[str, str, UUID]  # scope key, entity type, entity id


@dataclass(frozen=True, slots=True)
class Line:
    """One rendered line that waits for its position."""

    revision: int
    line: bytes
    hash: int | None = None  # signed; None where the row is gone
    gone: str | None = None


def row_line(entity_type: str, entity_id: UUID, revision: int, data: Json) -> Line:
    """The NDJSON line of a row, newline included; `hash` is the first 8 bytes of SHA-256 over its other members."""
    body = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    head = f'"type":"{entity_type}","id":"{entity_id}","revision":{revision}'.encode()
    digest = hashlib.sha256(head + body).digest()[:8]
    line = b'{"kind":"row",' + head + b',"hash":"' + digest.hex().encode() + b'","data":' + body + b"}\n"
    return Line(revision, line, int.from_bytes(digest, signed=True))


def gone_line(entity_type: str, entity_id: UUID, revision: int, why: str) -> Line:
    """The NDJSON line that removes a row from a scope; `why` is `deleted` or `left`."""
    line = f'{{"kind":"row","type":"{entity_type}","id":"{entity_id}","revision":{revision},"gone":"{why}"}}\n'
    return Line(revision, line.encode(), gone=why)


def touch(session: Session, entity: Revised) -> None:
    """Have this record rendered again: it was changed by a statement that the session did not see."""
    session.info.setdefault(_TOUCHED, {}).setdefault(entity, "changed")


class Feed:
    """Watches sessions for synced entities, renders and publishes them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._scope_ids: dict[str, int] = {}  # scope ids never change, so they are remembered for ever

    def watch(self, maker: Any) -> None:
        """Note every synced entity that a session of this maker inserts, changes or deletes."""
        event.listen(maker, "after_flush", self._note)

    def _note(self, session: Session, _: UOWTransaction) -> None:
        touched: dict[Any, str] = session.info.setdefault(_TOUCHED, {})
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
        waiting: dict[LineKey, Line] = session.info.setdefault(_LINES, {})
        seen = {id_ for _, _, id_ in waiting}
        asked = [entity for entity, how in touched.items() if how != "new" or entity.id in seen]
        published = self._published(session, asked, waiting)
        for entity, how in touched.items():
            synced = self.catalog.by_model[type(entity)]
            scopes = {} if how == "deleted" else synced.scopes_of(entity)
            for key, scope in scopes.items():
                assert scope.render is not None  # noqa: S101 - scopes_of returns rendered scopes only
                waiting[key, synced.type, entity.id] = row_line(synced.type, entity.id, entity.revision, scope.render(entity))
            why = "deleted" if how == "deleted" else "left"
            for key in published.get((synced.type, entity.id), set()) - scopes.keys():
                waiting[key, synced.type, entity.id] = gone_line(synced.type, entity.id, entity.revision, why)

    def _published(self, session: Session, entities: list[Any], waiting: dict[LineKey, Line]) -> dict[EntityKey, set[str]]:
        """The scopes in which each of these entities has a living line now, committed or waiting in this transaction."""
        if not entities:
            return {}
        rows = session.execute(
            _LIVING,
            {
                "types": sorted({self.catalog.by_model[type(entity)].type for entity in entities}),
                "ids": [entity.id for entity in entities],
            },
        )
        found: dict[EntityKey, set[str]] = {}
        for entity_type, entity_id, key in rows:
            found.setdefault((entity_type, entity_id), set()).add(key)
        for key, entity_type, entity_id in waiting:
            found.setdefault((entity_type, entity_id), set()).add(key)
        return found

    def publish(self, session: Session) -> None:
        """The last statements before COMMIT: lock the heads in ascending order, take positions, move the rows."""
        lines: dict[LineKey, Line] = session.info.pop(_LINES, {})
        if not lines:
            return
        ids = self._ids_of(session, {key for key, _, _ in lines})
        heads = self._take_heads(session, sorted(ids.values()))
        self._move(session, lines, ids, heads)

    def _take_heads(self, session: Session, scope_ids: list[int]) -> dict[int, int]:
        """Lock the heads. Writers take turns here: positions must grow in commit order, or a slow writer's row is never seen."""
        heads: dict[int, int] = dict(session.execute(_LOCK_HEADS, {"ids": scope_ids}).all())
        return heads

    def _move(self, session: Session, lines: dict[LineKey, Line], ids: dict[str, int], heads: dict[int, int]) -> None:
        rows = []
        for (key, entity_type, entity_id), line in lines.items():
            scope_id = ids[key]
            heads[scope_id] += 1
            rows.append(
                {
                    "scope_id": scope_id,
                    "position": heads[scope_id],
                    "entity_type": entity_type,
                    "entity_id": entity_id,
                    "revision": line.revision,
                    "line": line.line,
                    "hash": line.hash,
                    "gone": line.gone,
                }
            )
        session.execute(_MOVE_ROWS, {"rows": json_rows(rows), "moment": now(session)})

    def _ids_of(self, session: Session, keys: set[str]) -> dict[str, int]:
        remembered = self._scope_ids
        unknown = sorted(keys - remembered.keys())
        made: dict[str, int] = {}
        if unknown:
            known = self._look_up(session, unknown)
            if len(remembered) > _MOST_REMEMBERED:  # every reporter has one; others may be reading the old ones
                self._scope_ids = remembered = {}
                known = self._look_up(session, sorted(keys))
            remembered.update(known)
            missing = [key for key in unknown if key not in known]
            if missing:
                # In key order and before any head is locked: two writers that make the same scopes cannot deadlock.
                session.execute(_MAKE_SCOPES, {"keys": missing})
                # A scope made in this transaction may still be rolled back, so its id is not remembered yet.
                made = self._look_up(session, missing)
        return {key: made[key] if key in made else remembered[key] for key in keys}

    def _look_up(self, session: Session, keys: list[str]) -> dict[str, int]:
        ids: dict[str, int] = dict(session.execute(_SCOPE_IDS, {"keys": keys}).all())
        return ids


_LIVING = text(
    "SELECT f.entity_type, f.entity_id, s.key FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
    " WHERE f.entity_type = ANY(:types) AND f.entity_id = ANY(:ids) AND f.gone IS NULL"
)
_SCOPE_IDS = text("SELECT key, id FROM sync_scope WHERE key = ANY(:keys)")
_MAKE_SCOPES = text(
    "INSERT INTO sync_scope (key) SELECT key FROM unnest(CAST(:keys AS text[])) AS key ORDER BY key ON CONFLICT (key) DO NOTHING"
)
_LOCK_HEADS = text("SELECT id, head FROM sync_scope WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
# Whoever comes here holds the heads, so the old rows are still those that the scopes' counts and digests are made of.
_MOVE_ROWS = text(
    """
    WITH new AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:rows AS json))
                   AS line(scope_id bigint, position bigint, entity_type text, entity_id uuid, revision bigint, line bytea,
                           hash bigint, gone text)
    ), coming AS (
        SELECT scope_id, max(position) AS head, count(hash) AS rows, sum(hash) AS hashes FROM new GROUP BY scope_id
    ), going AS (
        SELECT scope_id, count(*) AS rows, sum(old.hash) AS hashes
          FROM new JOIN sync_feed old USING (entity_type, entity_id, scope_id)
         WHERE old.gone IS NULL GROUP BY scope_id
    ), moved AS (
        INSERT INTO sync_feed (scope_id, position, entered, entity_type, entity_id, revision, line, hash, gone, gone_at)
        SELECT scope_id, position, position, entity_type, entity_id, revision, line, hash, gone,
               CASE WHEN gone IS NOT NULL THEN CAST(:moment AS timestamptz) END
          FROM new
        ON CONFLICT (entity_type, entity_id, scope_id) DO UPDATE
            SET position = excluded.position, revision = excluded.revision, line = excluded.line,
                hash = excluded.hash, gone = excluded.gone, gone_at = excluded.gone_at,
                entered = CASE WHEN sync_feed.gone IS NOT NULL AND excluded.gone IS NULL
                               THEN excluded.position ELSE sync_feed.entered END
    )
    UPDATE sync_scope s
       SET head = coming.head,
           live_rows = s.live_rows + coming.rows - COALESCE(going.rows, 0),
           digest = mod(mod(s.digest + COALESCE(coming.hashes, 0) - COALESCE(going.hashes, 0), 18446744073709551616)
                        + 18446744073709551616, 18446744073709551616)
      FROM coming LEFT JOIN going USING (scope_id)
     WHERE s.id = coming.scope_id
    """
)
