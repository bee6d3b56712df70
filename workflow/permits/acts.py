"""What the commands on an application have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import UnitPower
from accounts.queries import live_power
from database.base import Json
from database.session import now
from places.models import Unit
from problems import GuardFailed
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import move, step_for
from workflow.clocks import local_day
from workflow.models import NumberPattern
from workflow.offices import people_of_office
from workflow.papers import archive
from workflow.permits.models import Permit
from workflow.permits.papers import common
from workflow.permits.rules import LIFE
from workflow.permits.synced import PERMIT, obstacle, roles_on
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, permit_id: UUID, action: str, origin: Origin) -> tuple[Permit, Transition]:
    """The application, locked, and the row of the table that applies. Raises GuardFailed where its condition does not hold."""
    permit = lock(session, PERMIT, Permit, permit_id, actor, origin)
    step = step_for(LIFE, permit, action, roles_on(permit, actor, origin))
    reason = obstacle(permit, action, actor)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return permit, step


def go(
    session: Session, permit: Permit, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event names the application and its place, and concerns the applicant's people."""
    if permit.closed_at is None and step.target in LIFE.final:
        permit.closed_at = now(session)
    elif step.target not in LIFE.final:
        permit.closed_at = permit.off_devices_at = None
    facts = {"number": permit.number, "venue": permit.form["venue_name"]}
    move(
        session, permit, step, actor, event,
        concerns={"applicant": applicants(session, permit), **(concerns or {})}, data={**facts, **more}, origin=origin,
    )  # fmt: skip


def applicants(session: Session, permit: Permit) -> list[UUID]:
    """The place's legal person and managers, and who applied as long as he may act for it."""
    unit = session.get_one(Unit, permit.unit_id)
    legal_person = [unit.legal_person_id] if unit.legal_person_id else []
    people = [*legal_person, *unit.manager_ids]
    return people if permit.applicant_id in people or not _acts_for(session, permit) else [permit.applicant_id, *people]


def _acts_for(session: Session, permit: Permit) -> bool:
    held = select(UnitPower.id).where(
        UnitPower.person_id == permit.applicant_id, UnitPower.unit_id == permit.unit_id, live_power(now(session))
    )
    return session.scalar(held.limit(1)) is not None


def clerks(session: Session, permit: Permit) -> list[UUID]:
    """Whose turn it is when papers have come in."""
    return people_of_office(session, permit.org_id, Role.PERMIT_CLERK)


def approvers(session: Session, permit: Permit) -> list[UUID]:
    """Who may decide in the office itself; whoever accepted the papers does not."""
    return [person for person in people_of_office(session, permit.org_id, Role.PERMIT_APPROVER) if person != permit.accepted_by]


def issue(session: Session, permit: Permit, paper: str, words: Mapping[str, str], title: str = "") -> Json:
    """A legal paper, archived under its gap-free number. Served at once if the applicant agreed to be served on line."""
    kind = session.get_one(NumberPattern, paper)
    made = archive.issue(session, permit, permit.org_id, paper, title or kind.label, {**common(session, permit), **words})
    entry: Json = {
        "paper": paper, "paper_id": str(made.id), "label": made.title, "number": made.number,
        "on": local_day(made.made_at).isoformat(), "remedies": kind.remedies,
        "served_at": made.made_at.isoformat() if permit.form["serve_online"] else None,
    }  # fmt: skip
    permit.documents = [*permit.documents, entry]
    return entry


def served(permit: Permit, moment: datetime) -> None:
    """Every paper that was on its way has arrived."""
    permit.documents = [{**paper, "served_at": paper["served_at"] or moment.isoformat()} for paper in permit.documents]
