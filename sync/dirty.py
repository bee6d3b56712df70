"""The dirty lane: what changes thousands of records at once marks them, and a publisher sends them out in small batches.

So no head is held for long, and others go on working (docs/sync-protocol.md 2).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from database.session import now
from sync.engine import Engine
from sync.feed import touch

BATCH = 50  # records republished in one transaction: some 20 ms with their heads held


def move_region(engine: Engine, session: Session, entity_type: str, source: str, target: str) -> int:
    """Put every record of a type that is in one banner into another, and mark them; how many it were.

    One statement, so that it is all or nothing. Their lines follow; until then devices see them where they were.
    """
    synced = engine.catalog.by_type[entity_type]
    model: Any = synced.model
    column = next(scope.column for scope in synced.scopes if scope.kind == "region")
    # Stamped, so that who edits it without having seen the move meets a conflict.
    stamp = func.jsonb_build_object(column.key, func.jsonb_build_array(model.revision + 1, None, None))
    moved = session.scalars(
        update(model)
        .where(column == source)
        .values(
            {
                column: target,
                model.revision: model.revision + 1,
                model.updated_at: now(session),
                model.stamps: model.stamps.op("||")(stamp),
            }
        )
        .returning(model.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(_MARK, {"type": entity_type, "ids": moved, "moment": now(session)})
    return len(moved)


def publish(engine: Engine, session: Session) -> int:
    """Render the current state of some marked records and remove their marks; how many marks are gone.

    A record that somebody is changing now keeps its mark for the next time: his change may yet be rolled back.
    """
    marks: dict[str, list[Any]] = {}
    for row in session.execute(_MARKS, {"limit": BATCH}):
        marks.setdefault(row.entity_type, []).append(row.entity_id)
    done = 0
    for entity_type, ids in marks.items():
        model: Any = engine.catalog.by_type[entity_type].model
        locked = session.scalars(
            select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update(skip_locked=True, key_share=True)
        ).all()
        for entity in locked:
            touch(session, entity)
        there = set(session.scalars(select(model.id).where(model.id.in_(ids))))
        finished = [entity.id for entity in locked] + [entity_id for entity_id in ids if entity_id not in there]
        session.execute(_DONE, {"type": entity_type, "ids": finished})
        done += len(finished)
    return done


_MARK = text(
    "INSERT INTO sync_dirty (entity_type, entity_id, marked_at) SELECT :type, id, :moment"
    " FROM unnest(CAST(:ids AS uuid[])) AS id ON CONFLICT (entity_type, entity_id) DO UPDATE SET marked_at = excluded.marked_at"
)
_MARKS = text("SELECT entity_type, entity_id FROM sync_dirty ORDER BY marked_at, entity_id LIMIT :limit FOR UPDATE SKIP LOCKED")
_DONE = text("DELETE FROM sync_dirty WHERE entity_type = :type AND entity_id = ANY(:ids)")
