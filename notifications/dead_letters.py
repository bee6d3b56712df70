"""What the worker gave up: work that follows from events, and messages. An administrator sees it and has it tried again."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Result, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.session import now
from notifications.models import Delivery, OutboxRow
from problems import RoleNotAllowed

log = structlog.get_logger()

KINDS = ("task", "message")  # a row of the outbox, by its task; a delivery, by its channel


def dead_letters(session: Session, actor: Actor) -> list[Json]:
    """How many of each kind and name, since when, and one of their errors. Raises RoleNotAllowed."""
    _require_administrator(actor, "read_dead_letters")
    tasks = select(
        literal("task").label("kind"),
        OutboxRow.task.label("name"),
        func.count().label("count"),
        func.min(OutboxRow.died_at).label("oldest_at"),
        func.max(OutboxRow.last_error).label("last_error"),
    ).where(OutboxRow.died_at.is_not(None))
    messages = select(
        literal("message"), Delivery.channel, func.count(), func.min(Delivery.not_before), func.max(Delivery.last_error)
    ).where(Delivery.state == "dead")
    rows: Result[Any] = session.execute(
        union_all(tasks.group_by(OutboxRow.task), messages.group_by(Delivery.channel)).order_by("kind", "name")
    )
    return [row._asdict() for row in rows]


def replay(session: Session, actor: Actor, data: dict[str, Any]) -> int:
    """Give the dead of one kind and name another life, with all their attempts; how many. Raises RoleNotAllowed."""
    _require_administrator(actor, "replay_dead_letters")
    moment = now(session)
    if data["kind"] == "task":
        statement = (
            update(OutboxRow)
            .where(OutboxRow.died_at.is_not(None), OutboxRow.task == data["name"])
            .values(died_at=None, attempts=0, not_before=moment)
            .returning(OutboxRow.id)
        )
    else:
        statement = (
            update(Delivery)
            .where(Delivery.state == "dead", Delivery.channel == data["name"])
            .values(state="waiting", attempts=0, not_before=moment)
            .returning(Delivery.id)
        )
    revived = len(session.scalars(statement).all())
    log.info("dead letters replayed", actor_id=str(actor.id), kind=data["kind"], name=data["name"], count=revived)
    return revived


def _require_administrator(actor: Actor, action: str) -> None:
    """They are of the whole region, so its system administrator looks after them."""
    if not actor.is_regional(Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
