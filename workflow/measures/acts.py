"""What the commands on a measure have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.session import now
from problems import GuardFailed
from sync.mutations import Origin
from workflow.acting import lock_below, move, step_for
from workflow.clocks import local_day
from workflow.measures.models import Measure
from workflow.measures.rules import KINDS, LIFE, SCOPES
from workflow.measures.synced import MEASURE, obstacle, roles_on
from workflow.offices import people_of_unit
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, measure_id: UUID, action: str, origin: Origin) -> tuple[Measure, Transition]:
    """The measure, locked, and the row of the table that applies. Raises GuardFailed where the row's condition does not hold."""
    measure = lock_below(session, MEASURE, Measure, measure_id, actor, origin)
    step = step_for(LIFE, measure, action, roles_on(measure, actor, origin))
    reason = obstacle(measure, action, actor)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return measure, step


def go(
    session: Session, measure: Measure, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event names the measure and its place, and concerns its officers and, once it is told, the unit."""
    if measure.closed_at is None and step.target in LIFE.final:
        measure.closed_at = now(session)
    people = {"officers": measure.officer_ids, "unit": people_of_unit(session, measure.told_unit_id), **(concerns or {})}
    move(session, measure, step, actor, event, concerns=people, data={**facts(measure), **more}, origin=origin)


def facts(measure: Measure) -> dict[str, str]:
    """What every event says of it."""
    what = SCOPES[measure.scope] if measure.scope else KINDS[measure.kind]
    return {"number": measure.number, "venue": measure.unit_name, "place": measure.place, "what": what}


def next_number_of_case(session: Session, region_code: str) -> str:
    """CS, the division, the day, a serial."""
    serial = session.scalar(select(func.nextval("measure_serial")))
    return f"CS{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"
