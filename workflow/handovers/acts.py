"""What the commands on a letter have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from database.base import Json
from problems import GuardFailed
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import lock_below, move, step_for
from workflow.handovers.models import Handover
from workflow.handovers.rules import LIFE
from workflow.handovers.synced import HANDOVER, obstacle, roles_on
from workflow.offices import committee_of, people_of_office
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, handover_id: UUID, action: str, origin: Origin) -> tuple[Handover, Transition]:
    """The letter, locked, and the row of the table that applies. Raises GuardFailed where the row's condition does not hold."""
    handover = lock_below(session, HANDOVER, Handover, handover_id, actor, origin)
    step = step_for(LIFE, handover, action, roles_on(handover, actor))
    reason = obstacle(handover, action)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return handover, step


def end(session: Session, handover: Handover, step: Transition, actor: Actor, event: str, **more: Any) -> None:
    """A step after which nobody has to do anything about this letter: no clock of it runs on."""
    move(session, handover, step, actor, event, **more)
    timekeeping.cancel(session, handover)


def about(handover: Handover, **more: Any) -> Json:
    """What every event of a letter says."""
    return {"letter_no": handover.letter_no, "hazard_id": str(handover.hazard_id), **more}


def senders(session: Session, handover: Handover) -> dict[str, list[UUID]]:
    """Those of the sending office who look after letters."""
    return {"senders": people_of_office(session, handover.from_org_id, Role.UNIT_LEADER, Role.INTAKE_CLERK)}


def receivers(session: Session, handover: Handover) -> dict[str, list[UUID]]:
    """Those of the receiving office who work on letters."""
    return {"receivers": people_of_office(session, handover.to_org_id, Role.RECEIVER_CLERK, Role.DEPT_HANDLER)}


def committee(session: Session, handover: Handover) -> tuple[Organisation, dict[str, list[UUID]]]:
    """消安委办 of the letter's division, and its people."""
    office = committee_of(session, handover.region_code)
    return office, {"committee": people_of_office(session, office.id, Role.SUPERVISOR)}
