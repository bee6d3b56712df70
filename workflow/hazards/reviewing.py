"""异议: a reporter disputes what was found, and somebody who did not decide the case reviews it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.journal import Event
from database.session import now
from media.commands import attach
from problems import RoleNotAllowed
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.hazards.categories import start_check_clocks
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import reporters_of
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import DECISIONS, LIFE, may_dispute
from workflow.hazards.synced import HAZARD
from workflow.offices import committee_of, duty_leaders, people_of_office
from workflow.state_machine import Transition


def dispute(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """异议: once, within the days of HZ-DISPUTE after the telling or the closing, whichever was later."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "dispute", roles_on(hazard, actor, origin))
    guard(may_dispute(hazard.dispute_until, hazard.disputed_at, now(session)), "dispute", "dispute_window")
    attach(session, actor, data["photos"], "hazard", hazard.id, "dispute")
    hazard.disputed_at = now(session)
    hazard.dispute = {"reason": data["reason"], "photo_ids": [str(photo) for photo in data["photos"]]}
    hazard.closed_at = None
    office = reviewing_office(session, hazard)
    move(
        session, hazard, step, actor, "hazard.disputed",
        concerns={
            "leaders": duty_leaders(session, hazard.org_id), "reporter": [hazard.reporter_id],
            "committee": [] if office == hazard.org_id else people_of_office(session, office, Role.SUPERVISOR),
        },
        data={"number": hazard.number, "due": timekeeping.forecast(session, "HZ-REVIEW", now(session)).isoformat()},
        origin=origin,
    )  # fmt: skip
    return hazard


def _reviewed(session: Session, actor: Actor, hazard_id: UUID, action: str, origin: Origin) -> tuple[Hazard, Transition]:
    """The disputed case, locked, and the step. Nobody judges his own decision while there is somebody else."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, action, roles_on(hazard, actor, origin))
    if not may_review(session, hazard, actor.id):
        raise RoleNotAllowed(action=action, reason="second_person_needed")
    return hazard, step


def uphold(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The review keeps the result."""
    hazard, step = _reviewed(session, actor, hazard_id, "uphold", origin)
    hazard.closed_at = now(session)
    timekeeping.cancel(session, hazard)
    move(
        session, hazard, step, actor, "hazard.upheld",
        concerns={"reporter": [hazard.reporter_id]},
        data={"number": hazard.number, "reason": data["reason"]}, origin=origin,
    )  # fmt: skip
    return hazard


def reopen(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The review sends it back to a new check, with a new clock of its category from today."""
    hazard, step = _reviewed(session, actor, hazard_id, "reopen", origin)
    released = list(hazard.officer_ids)
    hazard.closed_at = None
    hazard.officer_ids = []
    hazard.finding = hazard.told_at = hazard.dispute_until = hazard.reward_until = None
    # What the first check led to is over; else a letter long closed would bar a second one, or a case number close this one.
    # A letter that nobody ended yet stays known: a second one could not be drafted beside it.
    if hazard.handover_closed_at is not None:
        hazard.handover_id = None
    hazard.rectification_id = hazard.prompt_id = hazard.case_no = hazard.handover_closed_at = None
    hazard.off_devices_at = None
    start_check_clocks(session, hazard, now(session))
    move(
        session, hazard, step, actor, "hazard.reopened",
        concerns={
            "reporter": reporters_of(session, hazard), "leaders": duty_leaders(session, hazard.org_id),
            "removed_officers": released,
        },
        data={"number": hazard.number, "reason": data["reason"]}, origin=origin,
    )  # fmt: skip
    return hazard


def may_review(session: Session, hazard: Hazard, person_id: UUID) -> bool:
    """True unless this is his own decision and another leader, or the committee office, could look at it instead."""
    deciders = _deciders(session, hazard)
    return person_id not in deciders or deciders.issuperset([*_leaders(session, hazard), *_supervisors(session, hazard)])


def reviewing_office(session: Session, hazard: Hazard) -> UUID:
    """The brigade while it has a leader who did not decide the case; else the division's committee office, if it has people."""
    deciders = _deciders(session, hazard)
    if not deciders.issuperset(_leaders(session, hazard)) or deciders.issuperset(_supervisors(session, hazard)):
        return hazard.org_id
    return committee_of(session, hazard.region_code).id


def _leaders(session: Session, hazard: Hazard) -> list[UUID]:
    return people_of_office(session, hazard.org_id, Role.UNIT_LEADER)


def _supervisors(session: Session, hazard: Hazard) -> list[UUID]:
    return people_of_office(session, committee_of(session, hazard.region_code).id, Role.SUPERVISOR)


def _deciders(session: Session, hazard: Hazard) -> set[UUID]:
    steps = select(Event.actor_id, Event.data).where(
        Event.entity_type == "hazard", Event.entity_id == hazard.id, Event.name.in_(DECISIONS)
    )  # fmt: skip
    found: set[UUID] = set()
    for actor_id, data in session.execute(steps):
        found |= {actor_id, *(UUID(officer) for officer in data.get("officers", ()))}
    return found
