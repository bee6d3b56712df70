"""Taking a record, and `<type>.edit`: the mutation that carries `changes` alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Revised
from database.journal import record
from database.session import now
from problems import AlreadySo, NotFound, StaleRevision
from sync.catalog import Synced
from sync.feed import touch
from sync.merge import changes_schema, merge
from sync.mutations import FieldKind, Mutation, Origin
from wire import StrictSchema

R = TypeVar("R", bound=Revised)

# (session, actor, locked entity, names of the fields, origin): raises a Problem if this actor may not edit them
May = Callable[[Session, Actor, Any, frozenset[str], Origin], None]


def lock(session: Session, synced: Synced, model: type[R], entity_id: UUID, actor: Actor, origin: Origin) -> R:
    """Take the row, one revision up: from here on nobody else changes it, and its feed line cannot be older.

    Raises NotFound for what is absent or invisible, StaleRevision if HTTP's If-Match named another revision.
    """
    seen = true() if origin.held_at_last_pull or origin.approved_by else synced.visible_to(actor)
    row = session.scalars(
        update(model)
        .where(model.id == entity_id, seen)
        .values(revision=model.revision + 1, updated_at=now(session))
        .returning(model)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if origin.must_match and origin.base_revision != row.revision - 1:
        raise StaleRevision(current=row.revision - 1)
    touch(session, row)
    return row


def is_visible(session: Session, synced: Synced, entity_id: UUID, actor: Actor) -> bool:
    """True if the record exists and this actor may see it."""
    model: Any = synced.model
    return session.scalar(select(model.id).where(model.id == entity_id, synced.visible_to(actor))) is not None


def edit(
    synced: Synced,
    editable: Mapping[str, FieldKind],
    may: May,
    *,
    event: str = "",
    summary: str = "修改",
) -> Mutation:
    """`<type>.edit` of a feature: which fields, of which kind, and who may. Event: `<type>.edited`, with their names.

    The command raises AlreadySo if every field already holds what is wanted.
    """
    name = "".join(part.title() for part in synced.type.split("_"))
    changes = changes_schema(name, editable)
    schema: type[Schema] = type(
        f"Edit{name}Schema",
        (StrictSchema,),
        {"changes": fields.Nested(changes, required=True), "__doc__": f"Changes of one {synced.type}."},
    )
    model: Any = synced.model

    def run(session: Session, actor: Actor, entity_id: UUID, data: dict[str, Any], origin: Origin) -> Revised:
        entity: Revised = lock(session, synced, model, entity_id, actor, origin)
        may(session, actor, entity, frozenset(data["changes"]), origin)
        merged = merge(session, entity, data["changes"], editable, origin)
        if not merged.written and not merged.lost:
            raise AlreadySo(action="edit")
        if merged.written:
            record(session, event or f"{synced.type}.edited", entity, actor, data={"fields": list(merged.written)})
        return entity

    return Mutation(f"{synced.type}.edit", schema, run, summary=summary, fields=editable)
