"""What the timetable does with dates: remind the holder, tell leaders of true breaches, let terms expire, retire old cases.

Oldest due first, unassigned cases included; each step once (`Clock.reminded`, `Clock.breached_at`). Every function works a
small batch in the transaction it is given and says how many it did, so that the caller repeats until nothing is left.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from accounts.models import Organisation
from database.base import Json, Revised
from database.journal import record
from database.session import now
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import lock
from workflow.handovers.models import Handover
from workflow.handovers.synced import HANDOVER
from workflow.hazards.models import Hazard
from workflow.hazards.queries import ids_closed_before
from workflow.hazards.synced import HAZARD
from workflow.models import Clock
from workflow.offices import duty_leaders, staff_names
from workflow.queue.commands import hold_open
from workflow.queue.models import Task
from workflow.rectification.commands import expire, unit_people
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION

BATCH = 50
ON_DEVICES = timedelta(days=90)  # a case leaves every device this long after it closed
_RUNGS = (50, 80)  # percent of the time gone: reminders for the holder alone (docs/sources.md)
_KINDS: dict[str, tuple[Any, Any]] = {
    "hazard": (HAZARD, Hazard),
    "handover": (HANDOVER, Handover),
    "rectification": (RECTIFICATION, Rectification),
}


def mark_breaches(session: Session) -> int:
    """Clocks past their date: marked once, told to the holders and to the leader on duty."""
    moment = now(session)
    overdue = session.scalars(
        select(Clock)
        .where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None), Clock.breached_at.is_(None), Clock.due_at < moment)
        .order_by(Clock.due_at, Clock.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for clock in overdue:
        clock.breached_at = moment
        case, task = _case_and_task(session, clock)
        leaders = duty_leaders(session, task.org_id) if task else []
        names = staff_names(session, leaders)
        data = {"hours": math.ceil((moment - clock.due_at).total_seconds() / 3600), "leader": "、".join(names.values())}
        if isinstance(case, Handover) and clock.rule_id in ("HO-SIGN", "HO-SIGN-4H"):
            case.is_sign_overdue = True
        _tell(session, "clock.breached", clock, case, task, {"leaders": leaders}, data)
    return len(overdue)


def remind_holders(session: Session) -> int:
    """Half and four fifths of the time are gone: the holder is reminded, once for each rung."""
    moment = now(session)
    length = Clock.due_at - Clock.started_at
    waiting = Clock.reminded == {}
    late = Clock.reminded.has_key("50") & ~Clock.reminded.has_key("80")
    gone = func.extract("epoch", moment - Clock.started_at) / func.extract("epoch", length)
    due = session.scalars(
        select(Clock)
        .where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None), Clock.due_at >= moment, length > timedelta(0))
        .where((waiting & (gone >= 0.5)) | (late & (gone >= 0.8)))
        .order_by(Clock.due_at, Clock.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for clock in due:
        share = (moment - clock.started_at) / (clock.due_at - clock.started_at) * 100
        clock.reminded = {**clock.reminded, **{str(rung): moment.isoformat() for rung in _RUNGS if share >= rung}}
        case, task = _case_and_task(session, clock)
        names = staff_names(session, task.holder_ids) if task else {}
        unit = unit_people(session, case) if isinstance(case, Rectification) else []
        data = {
            "hours": max(1, int((clock.due_at - moment).total_seconds() // 3600)),
            "holder": "、".join(names.values()) or "未指派",
        }
        _tell(session, "clock.due_soon", clock, case, task, {"unit": unit}, data)
    return len(due)


def _case_and_task(session: Session, clock: Clock) -> tuple[Revised, Task | None]:
    synced, model = _KINDS[clock.entity_type]
    case = lock(session, synced, model, clock.entity_id, SYSTEM, Origin())
    task = session.scalars(
        select(Task).where(Task.subject_type == clock.entity_type, Task.subject_id == clock.entity_id)
    ).one_or_none()
    return case, task


def _tell(
    session: Session,
    event: str,
    clock: Clock,
    case: Revised,
    task: Task | None,
    concerns: dict[str, list[UUID]],
    data: Json,
) -> None:
    office = session.get(Organisation, task.org_id) if task else None
    record(
        session,
        event,
        case,
        SYSTEM,
        concerns={"holders": task.holder_ids if task else [], **concerns},
        data={
            "number": task.title.get("number", "") if task else "",
            "rule_id": clock.rule_id,
            "label": timekeeping.rule(session, clock.rule_id).label,
            "due": clock.due_at.isoformat(),
            "org": office.name if office else "",
            **data,
        },
    )


def expire_orders(session: Session) -> int:
    """Orders whose term has passed: the recheck is due (消防监督检查规定 20)."""
    waiting = session.scalars(
        select(Rectification.id)
        .where(Rectification.state.in_(("ORDERED", "RECTIFYING")), Rectification.due_at < now(session))
        .order_by(Rectification.due_at)
        .limit(BATCH)
    ).all()
    return sum(expire(session, order_id) is not None for order_id in waiting)


def retire_closed(session: Session) -> int:
    """Cases closed 90 days ago leave every device; over HTTP they stay."""
    ids = ids_closed_before(session, now(session) - ON_DEVICES, BATCH)
    for hazard_id in ids:
        hazard = lock(session, HAZARD, Hazard, hazard_id, SYSTEM, Origin())
        hazard.off_devices_at = now(session)
    return len(ids)


def recompute_clocks(session: Session, after: UUID | None) -> UUID | None:
    """The calendar or a rule changed: compute the next batch of open clocks anew. Returns where to go on, or None."""
    statement = select(Clock).where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None))
    if after is not None:
        statement = statement.where(Clock.id > after)
    clocks = session.scalars(statement.order_by(Clock.id).limit(BATCH)).all()
    for clock in clocks:
        synced, model = _KINDS[clock.entity_type]
        case = lock(session, synced, model, clock.entity_id, SYSTEM, Origin())
        session.refresh(clock)
        if clock.met_at is None and clock.cancelled_at is None and timekeeping.recompute(session, clock):
            timekeeping.refresh_due(session, case)
            hold_open(session, case.id, case.due_at)
            data = {"rule_id": clock.rule_id, "due": clock.due_at.isoformat()}
            record(session, f"{synced.type}.rescheduled", case, SYSTEM, data=data)
    return clocks[-1].id if len(clocks) == BATCH else None
