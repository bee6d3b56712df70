"""What the commands on a request have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import ASSISTANCE_ROLES as ROLES, Actor
from accounts.models import UnitPower
from accounts.queries import live_power
from database.session import now
from places.models import Unit
from problems import GuardFailed, Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import move, step_for
from workflow.assistance.models import Assistance
from workflow.assistance.rules import LIFE, TOPICS
from workflow.assistance.synced import ASSISTANCE, obstacle, roles_on
from workflow.offices import people_of_office
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, case_id: UUID, action: str, origin: Origin) -> tuple[Assistance, Transition]:
    """The request, locked, and the row of the table that applies. Raises GuardFailed where its condition does not hold."""
    case = lock(session, ASSISTANCE, Assistance, case_id, actor, origin)
    step = step_for(LIFE, case, action, roles_on(case, actor, origin))
    reason = obstacle(case, action, now(session))
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return case, step


def go(
    session: Session, case: Assistance, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event names the request and its topic, and concerns whoever asked."""
    if case.closed_at is None and step.target in LIFE.final:
        case.closed_at = now(session)
    facts = {"number": case.number, "topic": TOPICS[case.topic]}
    move(
        session, case, step, actor, event,
        concerns={"applicant": applicants(session, case), **(concerns or {})}, data={**facts, **more}, origin=origin,
    )  # fmt: skip


def applicants(session: Session, case: Assistance) -> list[UUID]:
    """Whoever asked for himself; of a unit its legal person and managers, and who filed it as long as he acts for it."""
    if case.unit_id is None:
        return [case.person_id] if case.person_id else []
    unit = session.get_one(Unit, case.unit_id)
    people = [*([unit.legal_person_id] if unit.legal_person_id else []), *unit.manager_ids]
    held = select(UnitPower.id).where(
        UnitPower.person_id == case.applicant_id, UnitPower.unit_id == case.unit_id, live_power(now(session))
    )
    still_acts = case.applicant_id not in people and session.scalar(held.limit(1)) is not None
    return [case.applicant_id, *people] if still_acts else people


def desk(session: Session, case: Assistance) -> list[UUID]:
    """Whose turn it is to take it in and to arrange it."""
    return people_of_office(session, case.org_id, *sorted(ROLES))


def expert(case: Assistance) -> list[UUID]:
    """Whose it is, or nobody."""
    return [case.expert_id] if case.expert_id else []


def due_in(session: Session, rule_id: str) -> str:
    """When a clock that starts now would end."""
    return timekeeping.forecast(session, rule_id, now(session)).isoformat()


def check_coming(session: Session, moment: datetime) -> str:
    """A time that is still to come, as it is kept. Raises Invalid."""
    if moment <= now(session):
        raise Invalid(field_error("appointed_at", "in_the_past", "预约时间应晚于现在"))
    return moment.isoformat()
