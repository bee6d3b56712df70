"""延期: asked for by the unit before its term ends, decided by the leader."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from sync.mutations import Origin
from workflow import timekeeping
from workflow.clocks import end_of, local_day
from workflow.offices import duty_leaders
from workflow.rectification.acts import go, take
from workflow.rectification.models import Rectification
from workflow.terms import check_term


def ask_extension(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """申请延期: until when, and why. The term runs on until the leader has decided."""
    made, step = take(session, actor, order_id, "ask_extension", origin)
    _check(session, made, data["due_on"])
    made.extension = {"at": now(session).isoformat(), "due_on": data["due_on"].isoformat(), "reason": data["reason"]}
    go(
        session, made, step, actor, "rectification.extension_asked", origin,
        {"leaders": duty_leaders(session, made.org_id)}, reason=data["reason"], due_asked=made.extension["due_on"],
    )  # fmt: skip
    return made


def grant_extension(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """准予延期, once."""
    made, step = take(session, actor, order_id, "grant_extension", origin)
    asked: Json = made.extension or {}
    due_on = data["due_on"] or date.fromisoformat(asked["due_on"])
    _check(session, made, due_on)
    made.is_extended, made.extension, made.due_on = True, None, due_on
    timekeeping.start_until(session, made, "IN-TERM", end_of(due_on), f"准予延期,理由:{asked['reason']}")
    go(session, made, step, actor, "rectification.extended", origin, reason=asked["reason"], note=data["note"])
    return made


def refuse_extension(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """不予延期, with the reason: the term stays as it is."""
    made, step = take(session, actor, order_id, "refuse_extension", origin)
    made.extension = None
    go(session, made, step, actor, "rectification.extension_refused", origin, reason=data["reason"])
    return made


def _check(session: Session, made: Rectification, due_on: date) -> None:
    check_term(session, due_on, after=max(made.due_on, local_day(now(session))))
