"""Asking for who reported, deciding, looking. Events: unsealing.requested, approved, refused, withdrawn, viewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.models import Person
from database.base import Json, new_id
from database.journal import record
from database.session import now
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from workflow.acting import get, guard
from workflow.hazards.models import Hazard, HazardReporter
from workflow.hazards.synced import HAZARD
from workflow.hazards.unsealing.models import Unsealing
from workflow.hazards.unsealing.queries import roles_in, seen_by
from workflow.hazards.unsealing.rules import APPROVERS, BASES, LIFE, REQUESTERS, VIEWABLE_FOR, is_viewable
from workflow.offices import brigade_of, people_of_office
from workflow.state_machine import START


def request(session: Session, actor: Actor, data: dict[str, Any]) -> Unsealing:
    """申请启封, for a written demand. Raises NotFound, RoleNotAllowed, GuardFailed, Invalid."""
    hazard = get(session, HAZARD, Hazard, data["hazard_id"], actor)
    step = LIFE.find(START, "request", roles_in(hazard.region_code, actor))
    guard(hazard.report_mode != "ANONYMOUS", "request", "nothing_is_kept")
    guard(actor.id != hazard.reporter_id, "request", "own_report")
    session.execute(select(Hazard.id).where(Hazard.id == hazard.id).with_for_update())
    waiting = select(Unsealing.id).where(Unsealing.hazard_id == hazard.id, Unsealing.state == "REQUESTED")
    guard(session.scalar(waiting) is None, "request", "already_requested")
    moment = now(session)
    said = {name: data[name] for name in ("basis", "authority", "letter_no", "reason", "tells_reporter")}
    silence_reason = "" if data["tells_reporter"] else data["silence_reason"]
    row = Unsealing(
        id=data["id"] or new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, state=step.target,
        hazard_id=hazard.id, region_code=hazard.region_code, requested_by=actor.id, silence_reason=silence_reason,
        view_count=0, **said,
    )  # fmt: skip
    if session.get(Unsealing, row.id) is not None:
        raise Invalid(field_error("id", "id_taken", "编号已被使用"))
    session.add(row)
    session.flush()
    office = brigade_of(session, hazard.region_code)
    leaders = people_of_office(session, office.id, *sorted(APPROVERS))
    tell(session, row, hazard, actor, "unsealing.requested", {"leaders": leaders})
    return row


def decide(session: Session, actor: Actor, unsealing_id: UUID, action: str, note: str) -> Unsealing:
    """批准、不予启封、撤回. Approved by another person than who asked; then the reporter is told, unless a law forbids it."""
    row = _locked(session, actor, unsealing_id)
    step = LIFE.find(row.state, action, roles_in(row.region_code, actor))
    is_own = actor.id == row.requested_by
    hazard = session.get_one(Hazard, row.hazard_id)
    if action == "withdraw" and not is_own:
        raise RoleNotAllowed(action=action, reason="not_yours")
    if action != "withdraw" and (is_own or actor.id == hazard.reporter_id):
        raise RoleNotAllowed(action=action, reason="second_person_needed")
    row.revision += 1
    row.updated_at = row.decided_at = now(session)
    row.state, row.decided_by, row.decision_note = step.target, actor.id, note
    if action == "withdraw":
        tell(session, row, hazard, actor, "unsealing.withdrawn", {})
    elif action == "refuse":
        tell(session, row, hazard, actor, "unsealing.refused", {"requester": [row.requested_by]})
    else:
        row.viewable_until = now(session) + VIEWABLE_FOR
        told = {"reporter": [hazard.reporter_id] if row.tells_reporter else []}
        tell(session, row, hazard, actor, "unsealing.approved", {"requester": [row.requested_by], **told})
    return row


def view(session: Session, actor: Actor, unsealing_id: UUID) -> Json:
    """Who reported: for who asked, while it is open; each look is an event. Raises NotFound, RoleNotAllowed, GuardFailed."""
    row = _locked(session, actor, unsealing_id)
    if actor.id != row.requested_by or not roles_in(row.region_code, actor) & REQUESTERS:
        raise RoleNotAllowed(action="view")
    guard(row.state == "APPROVED", "view", "not_approved")
    guard(is_viewable(row.state, row.viewable_until, now(session)), "view", "time_is_over")
    hazard = session.get_one(Hazard, row.hazard_id)
    row.revision += 1
    row.updated_at = row.last_viewed_at = now(session)
    row.view_count += 1
    tell(session, row, hazard, actor, "unsealing.viewed", {})
    return {**_identity(session, hazard), "report_mode": hazard.report_mode, "viewable_until": row.viewable_until}


def _identity(session: Session, hazard: Hazard) -> Json:
    """What he said with the report; what he left out, as his account knows it."""
    said = session.get(HazardReporter, hazard.id)
    person = session.get(Person, hazard.reporter_id)
    return {
        "name": (said and said.name) or (person and (person.name or person.staff_name)),
        "mobile": (said and said.mobile) or (person and person.phone),
        "id_number": (said and said.id_no) or (person and person.id_number),
    }


def tell(session: Session, row: Unsealing, hazard: Hazard, actor: Actor, event: str, concerns: Mapping[str, list[UUID]]) -> None:
    """The demand and its letter are on record; never what is opened."""
    data = {"number": hazard.number, "basis": BASES[row.basis], "authority": row.authority, "letter_no": row.letter_no}
    record(session, event, row, actor, concerns=concerns, data={**data, "tells_reporter": row.tells_reporter})


def _locked(session: Session, actor: Actor, unsealing_id: UUID) -> Unsealing:
    row = session.scalars(select(Unsealing).where(Unsealing.id == unsealing_id, seen_by(actor)).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    return row
