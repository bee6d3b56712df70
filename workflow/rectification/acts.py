"""What the commands on an order have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from problems import GuardFailed
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import lock_below, move, step_for
from workflow.offices import people_of_unit
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE, SERVICE, UNDER_WAY
from workflow.rectification.synced import RECTIFICATION, obstacle, roles_on
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, order_id: UUID, action: str, origin: Origin) -> tuple[Rectification, Transition]:
    """The order, locked, and the row of the table that applies. Raises GuardFailed where the row's condition does not hold."""
    made = lock_below(session, RECTIFICATION, Rectification, order_id, actor, origin)
    step = step_for(LIFE, made, action, roles_on(made, actor, origin))
    reason = obstacle(made, action, now(session))
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return made, step


def go(
    session: Session, made: Rectification, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event of an order names it, and concerns its officers and its unit.

    With the end of the term a request for a longer one that nobody decided about lapses, and the event says so.
    """
    if made.extension is not None and step.target not in UNDER_WAY:
        more["extension_lapsed"] = True
    move(
        session, made, step, actor, event,
        concerns={"officers": made.officer_ids, "unit": people_of_unit(session, made.unit_id), **(concerns or {})},
        data={"order_no": made.order_no, **came_of_text(made), "due": made.due_on.isoformat(), **more},
        origin=origin,
    )  # fmt: skip
    if made.state not in UNDER_WAY:
        made.extension = None  # the term is over, so nobody decides about a longer one
    if made.state in LIFE.final:
        timekeeping.cancel(session, made, SERVICE)


def came_of_text(made: Rectification) -> Json:
    """What an order came of, as its events say it."""
    return {name: str(value) for name in ("hazard_id", "inspection_id") if (value := getattr(made, name)) is not None}
