"""What the commands on a major hazard have in common."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.session import now
from problems import GuardFailed
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.acting import lock_below, move, step_for
from workflow.clocks import end_of
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE, TERM
from workflow.majors.synced import MAJOR, obstacle, roles_on
from workflow.offices import people_of_unit
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, major_id: UUID, action: str, origin: Origin) -> tuple[MajorHazard, Transition]:
    """The case, locked, and the row of the table that applies. Raises GuardFailed where the row's condition does not hold."""
    major = lock_below(session, MAJOR, MajorHazard, major_id, actor, origin)
    step = step_for(LIFE, major, action, roles_on(major, actor, origin))
    reason = obstacle(major, action, actor)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return major, step


def go(
    session: Session, major: MajorHazard, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event names the place, and concerns the officers and, once it is told, the unit.

    A term ends on the day that the case names, whenever the step that sets it is taken.
    """
    if major.closed_at is None and step.target in LIFE.final:
        major.closed_at = now(session)
    people = {"officers": major.officer_ids, "unit": people_of_unit(session, major.told_unit_id), **(concerns or {})}
    move(session, major, step, actor, event, concerns=people, data={**facts(major), **more}, origin=origin)
    if TERM in step.clocks_started and major.due_on is not None:
        timekeeping.start_until(session, major, TERM, end_of(major.due_on), f"整改期限至{said_day(major.due_on)}")


def facts(major: MajorHazard) -> dict[str, str]:
    """What every event says of it."""
    return {"number": major.number, "venue": major.unit_name, "place": major.place, "until": day_said(major.due_on)}


def day_said(day: date | None) -> str:
    """As people read it; nothing where there is none yet."""
    return said_day(day) if day else ""
