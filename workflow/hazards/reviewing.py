"""Who reviews what a reporter disputes: not whoever decided the case, as long as there is somebody else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Role
from database.journal import Event
from workflow.hazards.models import Hazard
from workflow.hazards.rules import DECISIONS
from workflow.offices import committee_of, people_of_office


def may_review(session: Session, hazard: Hazard, person_id: UUID) -> bool:
    """True unless this is his own decision and another leader, or the committee office, could look at it instead."""
    deciders = _deciders(session, hazard)
    if person_id not in deciders:
        return True
    committee = people_of_office(session, committee_of(session, hazard.region_code).id, Role.SUPERVISOR)
    return deciders.issuperset([*_leaders(session, hazard), *committee])


def reviewing_office(session: Session, hazard: Hazard) -> UUID:
    """The brigade while it has a leader who did not decide the case; else the committee office of the division."""
    if _deciders(session, hazard).issuperset(_leaders(session, hazard)):
        return committee_of(session, hazard.region_code).id
    return hazard.org_id


def _leaders(session: Session, hazard: Hazard) -> list[UUID]:
    return people_of_office(session, hazard.org_id, Role.UNIT_LEADER)


def _deciders(session: Session, hazard: Hazard) -> set[UUID]:
    steps = select(Event.actor_id).where(
        Event.entity_type == "hazard", Event.entity_id == hazard.id, Event.name.in_(DECISIONS)
    )  # fmt: skip
    return set(session.scalars(steps))
