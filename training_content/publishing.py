"""What laws and lessons have in common: content editors write and publish them, everybody reads what is published."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session

from accounts.actor import Actor, Role
from database.base import Json, Revised
from database.journal import record
from database.session import now
from problems import AlreadySo, Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error
from sync.catalog import Synced
from sync.mutations import Origin


class Published(Revised):
    """A record that devices hold while it is published."""

    is_published: Mapped[bool]


P = TypeVar("P", bound=Published)


def require_editor(actor: Actor, action: str) -> None:
    """Raises RoleNotAllowed for anybody but a content editor (and the seed)."""
    if not actor.has(Role.CONTENT_EDITOR, Role.SYSTEM):
        raise RoleNotAllowed(action=action)


def lock(session: Session, synced: Synced, model: type[P], entity_id: UUID, actor: Actor, origin: Origin) -> P:
    """Take the row for a change. Raises NotFound, StaleRevision if If-Match named another revision."""
    row = session.scalars(
        select(model)
        .where(model.id == entity_id, synced.visible_to(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if origin.must_match and origin.base_revision != row.revision:
        raise StaleRevision(current=row.revision)
    return row


def find(session: Session, synced: Synced, model: type[P], entity_id: UUID, actor: Actor) -> P:
    """The record as this actor may see it. Raises NotFound."""
    row = session.scalars(select(model).where(model.id == entity_id, synced.visible_to(actor))).one_or_none()
    if row is None:
        raise NotFound
    return row


def add(session: Session, synced: Synced, row: Published, actor: Actor) -> None:
    """Insert a draft. Raises Invalid naming `id` or `code` if the database knows it already."""
    moment = now(session)
    row.revision, row.stamps, row.created_at, row.updated_at, row.is_published = 1, {}, moment, moment, False
    with refusing_taken():
        session.add(row)
        session.flush()
    record(session, f"{synced.type}.drafted", row, actor)


@contextlib.contextmanager
def refusing_taken() -> Iterator[None]:
    """A unique violation in here becomes Invalid, naming `id` or `code`. The transaction cannot go on after it."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        field = "code" if "code" in (error.orig.diag.constraint_name or "") else "id"
        raise Invalid(field_error(field, "taken", "编号已被使用")) from error


def changed(session: Session, synced: Synced, row: Published, actor: Actor, verb: str, data: Json | None = None) -> None:
    """One revision up, and the event `<type>.<verb>`."""
    row.revision += 1
    row.updated_at = now(session)
    record(session, f"{synced.type}.{verb}", row, actor, data=data)
    session.flush()


def set_published(session: Session, synced: Synced, row: Published, actor: Actor, *, wanted: bool) -> None:
    """Out to every device, or back from it. Raises AlreadySo."""
    if row.is_published is wanted:
        raise AlreadySo(state="published" if wanted else "draft")
    row.is_published = wanted
    changed(session, synced, row, actor, "published" if wanted else "withdrawn")
