"""So that every item has somebody: claims lapse, what nobody takes up rises, and who has left holds nothing any more.

Like `escalation.py`: each function works one item or a few in the transaction it is given and says how many.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from accounts.actor import SYSTEM, Role
from accounts.models import Organisation
from database.journal import record
from database.session import now
from sync.editing import lock
from sync.mutations import Origin
from workflow.assistance import helping
from workflow.assistance.models import Assistance
from workflow.assistance.rules import EXPERTS, WITH_EXPERT
from workflow.hazards.models import Hazard
from workflow.hazards.synced import HAZARD
from workflow.inspections.models import Inspection
from workflow.inspections.rules import WITH_OFFICERS as WITH_INSPECTORS
from workflow.inspections.synced import INSPECTION
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE as MAJOR_LIFE
from workflow.majors.synced import MAJOR
from workflow.measures.models import Measure
from workflow.measures.rules import LIFE as MEASURE_LIFE
from workflow.measures.synced import MEASURE
from workflow.models import Clock
from workflow.offices import duty_leaders, people_with_role, works_in
from workflow.permits.models import Permit
from workflow.permits.rules import LIFE as PERMIT_LIFE
from workflow.permits.synced import PERMIT
from workflow.queue.commands import unclaim
from workflow.queue.models import Task
from workflow.queue.rules import CLAIM_LIVES, TOGETHER, UNTOUCHED
from workflow.queue.synced import TASK
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE as RECTIFICATION_LIFE
from workflow.rectification.synced import RECTIFICATION
from workflow.transfers.models import Transfer
from workflow.transfers.rules import LIFE as TRANSFER_LIFE
from workflow.transfers.synced import TRANSFER

_HOURS = ("HZ-24H", "HZ-2H")


def lapse_claims(session: Session) -> int:
    """A claim that led to nothing within a day: the item is the office's again."""
    stale = select(Task.id).where(Task.claimed_at < now(session) - CLAIM_LIVES, Task.is_open)
    task_id = session.scalars(stale.order_by(Task.claimed_at).limit(1).with_for_update(skip_locked=True)).first()
    if task_id is None:
        return 0
    unclaim(session, lock(session, TASK, Task, task_id, SYSTEM, Origin()), SYSTEM)
    return 1


def raise_untouched(session: Session) -> int:
    """Reports with hours to be checked in, which nobody has registered or claimed in half an hour: to the office above."""
    moment = now(session)
    urgent = exists().where(
        Clock.entity_type == Task.subject_type, Clock.entity_id == Task.subject_id, Clock.rule_id.in_(_HOURS),
        Clock.met_at.is_(None), Clock.cancelled_at.is_(None),
    )  # fmt: skip
    parent = aliased(Organisation)
    found = session.execute(
        select(Task.id, Organisation.name, parent.id)
        .join(Organisation, Organisation.id == Task.org_id)
        .join(parent, parent.id == Organisation.parent_id)
        .where(Task.is_open, Task.waiting_for == "register", Task.escalated_to.is_(None), Task.holder_ids == [])
        .where(Task.created_at <= moment - UNTOUCHED, urgent)
        .order_by(Task.due_at, Task.id)
        .limit(TOGETHER)
        .with_for_update(skip_locked=True, of=Task)
    ).all()
    for task_id, office, superior_id in found:
        task = lock(session, TASK, Task, task_id, SYSTEM, Origin())
        task.escalated_to = superior_id
        record(
            session, "task.escalated", task, SYSTEM, concerns={"superiors": duty_leaders(session, superior_id)},
            data={
                "subject_id": str(task.subject_id), "org": office,
                "minutes": int((moment - task.created_at).total_seconds() // 60),
                "number": task.title["number"], "category": task.title["category"], "place": task.title["place"],
                "due": task.due_at.isoformat(),
            },
        )  # fmt: skip
    return len(found)


def release_one(session: Session, person_id: UUID) -> bool:
    """Take from somebody who was removed, transferred or lost his role one item that he may not hold any more.

    A pair of officers of whom one has left is no pair: the case waits to be assigned anew.
    """
    for synced, model, still in (
        (HAZARD, Hazard, Hazard.off_devices_at.is_(None)),
        (RECTIFICATION, Rectification, Rectification.state.not_in(sorted(RECTIFICATION_LIFE.final))),
        (INSPECTION, Inspection, Inspection.state.in_(sorted(WITH_INSPECTORS))),
        (MEASURE, Measure, Measure.state.not_in(sorted(MEASURE_LIFE.final))),
        (MAJOR, MajorHazard, MajorHazard.state.not_in(sorted(MAJOR_LIFE.final))),
        (TRANSFER, Transfer, Transfer.state.not_in(sorted(TRANSFER_LIFE.final))),
        (PERMIT, Permit, Permit.state.not_in(sorted(PERMIT_LIFE.final))),
    ):
        held = select(model.id, model.region_code, model.officer_ids).where(model.officer_ids.contains([person_id]), still)
        for case_id, region_code, officer_ids in session.execute(held.order_by(model.id)):
            if not _may_hold(session, person_id, region_code, is_officer=person_id in officer_ids[:2]):
                _release(session, lock(session, synced, model, case_id, SYSTEM, Origin()), person_id)
                return True
    helped = select(Assistance.id, Assistance.region_code).where(
        Assistance.expert_id == person_id, Assistance.state.in_(sorted(WITH_EXPERT))
    )
    for case_id, region_code in session.execute(helped.order_by(Assistance.id)):
        if not any(people_with_role(session, [person_id], role, region_code) for role in EXPERTS):
            helping.release_expert(session, case_id)
            return True
    for task_id, org_id in session.execute(select(Task.id, Task.org_id).where(Task.claimed_by == person_id, Task.is_open)):
        if not works_in(session, person_id, org_id):
            unclaim(session, lock(session, TASK, Task, task_id, SYSTEM, Origin()), SYSTEM)
            return True
    return False


def _numbered(session: Session, case: Any) -> Any:
    """The case itself, or what an order came of."""
    if not isinstance(case, Rectification):
        return case
    return session.get_one(Hazard, case.hazard_id) if case.hazard_id else session.get_one(Inspection, case.inspection_id)


def _may_hold(session: Session, person_id: UUID, region_code: str, *, is_officer: bool) -> bool:
    roles = (Role.FIRE_OFFICER,) if is_officer else (Role.GRID_WORKER, Role.TOWN_OFFICER)
    return any(people_with_role(session, [person_id], role, region_code) for role in roles)


def _release(session: Session, case: Any, person_id: UUID) -> None:
    """The case is locked. Whoever helps the officers goes alone; of the two officers the other one goes too while they check."""
    at_work = case.state in ("ASSIGNED", "VERIFYING") or not isinstance(case, Hazard)
    breaks_pair = person_id in case.officer_ids[:2]
    others = [person for person in case.officer_ids[: 2 if breaks_pair else None] if person != person_id]
    case.officer_ids = [] if breaks_pair and at_work else others
    if breaks_pair and not isinstance(case, Transfer):
        case.pending_act = None
    numbered = _numbered(session, case)
    is_told = breaks_pair and at_work
    record(
        session, f"{type(case).__tablename__}.officers_released", case, SYSTEM,
        concerns={"leaders": duty_leaders(session, case.org_id), "removed_officers": others} if is_told else {},
        data={"number": numbered.number, "person_id": str(person_id)},
    )  # fmt: skip
