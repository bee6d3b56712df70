"""What the timetable does with dates: remind the holder, tell leaders of true breaches, let terms expire, retire old cases.

Oldest due first, unassigned cases included; each step once (`Clock.reminded`, `Clock.breached_at`). Every function works a
case or a few in the transaction it is given and says how many, so that the caller repeats until nothing is left. It takes the
case before its clocks, as commands do, and passes by a case that a command holds: it comes again in a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Role
from accounts.models import Organisation
from database.base import Json
from database.journal import record
from database.session import now
from sync.catalog import Synced
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import lock_below
from workflow.assistance.models import Assistance
from workflow.assistance.synced import ASSISTANCE
from workflow.breaches import breach, task_of, tell
from workflow.handovers.commands import refer
from workflow.handovers.models import Handover
from workflow.handovers.rules import SIGN_CLOCKS
from workflow.handovers.synced import HANDOVER
from workflow.hazards.models import Hazard
from workflow.hazards.rewards.models import RewardClaim
from workflow.hazards.rewards.synced import REWARD_CLAIM
from workflow.hazards.synced import HAZARD
from workflow.inspections.models import Inspection
from workflow.inspections.synced import INSPECTION
from workflow.majors.following import expire as expire_major
from workflow.majors.models import MajorHazard
from workflow.majors.synced import MAJOR
from workflow.measures.ending import expire as expire_measure
from workflow.measures.models import Measure
from workflow.measures.synced import MEASURE
from workflow.models import Clock
from workflow.offices import brigade_of, committee_of, duty_leaders, people_of_office, people_of_unit, staff_names
from workflow.patrols.models import Patrol
from workflow.patrols.synced import PATROL
from workflow.permits.models import Permit
from workflow.permits.synced import PERMIT
from workflow.queue.commands import hold_open
from workflow.queue.rules import TOGETHER
from workflow.rectification.commands import expire as expire_order
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION
from workflow.transfers.models import Transfer
from workflow.transfers.synced import TRANSFER
from workflow.turns import first, in_order, several

BATCH = 50
ON_DEVICES = timedelta(days=90)  # a case leaves every device this long after it closed
_RUNGS = (50, 80)  # percent of the time gone: reminders for the holder alone (docs/sources.md)
_KINDS: dict[str, tuple[Any, Any]] = {
    "hazard": (HAZARD, Hazard),
    "handover": (HANDOVER, Handover),
    "rectification": (RECTIFICATION, Rectification),
    "permit": (PERMIT, Permit),
    "assistance": (ASSISTANCE, Assistance),
    "inspection": (INSPECTION, Inspection),
    "patrol": (PATROL, Patrol),
    "measure": (MEASURE, Measure),
    "major": (MAJOR, MajorHazard),
    "transfer": (TRANSFER, Transfer),
    "reward_claim": (REWARD_CLAIM, RewardClaim),
}


def mark_breaches(session: Session) -> int:
    """Clocks past their date: each marked once, told to the holders and to the leader on duty."""
    missed = (Clock.breached_at.is_(None), Clock.due_at < now(session), Clock.rule_id.not_in(sorted(timekeeping.TERMS)))
    return _each(session, "mark_breaches", _mark, *missed)


def _mark(session: Session, clock: Clock, case: Any) -> None:
    concerns: dict[str, list[UUID]] = {}
    data: Json = {}
    if isinstance(case, Handover) and clock.rule_id in SIGN_CLOCKS:
        case.is_sign_overdue = True
        committee = committee_of(session, case.region_code)
        concerns["senders"] = people_of_office(session, case.from_org_id, Role.UNIT_LEADER, Role.INTAKE_CLERK)
        concerns["committee"] = people_of_office(session, committee.id, Role.SUPERVISOR)
        data = {"letter_no": case.letter_no, "to_org": session.get_one(Organisation, case.to_org_id).name}
    if isinstance(case, RewardClaim):  # it has no task, so that nobody reads of it beside the case
        leaders = duty_leaders(session, brigade_of(session, case.region_code).id)
        concerns["leaders"] = leaders
        data = {"number": case.code, "leader": "、".join(staff_names(session, leaders).values())}
    label = timekeeping.rule(session, clock.rule_id).label
    breach(session, case, clock, label, is_done=False, concerns=concerns, data=data)


def refer_unsigned(session: Session) -> int:
    """A letter that nobody signs for, as long again after its date, goes to the committee office, once."""
    moment = now(session)
    waiting = select(Handover.id).where(Handover.state == "SENT", Handover.is_sign_overdue, ~Handover.is_decided)
    clocks = select(Clock.rule_id, Clock.due_at, Clock.entity_id).where(
        Clock.rule_id.in_(SIGN_CLOCKS), Clock.entity_type == "handover", Clock.entity_id.in_(waiting), *_RUNNING
    )

    def take(one: Any) -> bool:
        rule_id, due_at, letter_id = one
        letter = _free(session, Handover, letter_id) if timekeeping.forecast(session, rule_id, due_at) < moment else None
        if letter is None or letter.state != "SENT" or not letter.is_sign_overdue:
            return False
        refer(session, letter.id)
        return True

    return first(session, "refer_unsigned", in_order(session, clocks, Clock.due_at, Clock.id), take)


def remind_holders(session: Session) -> int:
    """Half and four fifths of the time are gone: the holder is reminded, once for each rung; without one, the duty leader."""
    moment = now(session)
    length = Clock.due_at - Clock.started_at
    waiting = Clock.reminded == {}
    late = Clock.reminded.has_key("50") & ~Clock.reminded.has_key("80")
    gone = func.extract("epoch", moment - Clock.started_at) / func.extract("epoch", length)
    reached = (Clock.due_at >= moment, length > timedelta(0), (waiting & (gone >= 0.5)) | (late & (gone >= 0.8)))
    return _each(session, "remind_holders", _remind, *reached)


def _remind(session: Session, clock: Clock, case: Any) -> None:
    moment = now(session)
    share = (moment - clock.started_at) / (clock.due_at - clock.started_at) * 100
    clock.reminded = {**clock.reminded, **{str(rung): moment.isoformat() for rung in _RUNGS if share >= rung}}
    task = task_of(session, clock)
    holders = task.holder_ids if task else []
    if task is not None and not holders and clock.rule_id not in timekeeping.WAITS:
        holders = duty_leaders(session, task.org_id)
    names = staff_names(session, holders)
    unit = people_of_unit(session, case.unit_id) if isinstance(case, Rectification) else []
    data = {
        "hours": max(1, int((clock.due_at - moment).total_seconds() // 3600)),
        "holder": "、".join(names.values()) or "未指派",
    }
    label = timekeeping.rule(session, clock.rule_id).label
    tell(session, "clock.due_soon", case, clock, label, task, {"holders": holders, "unit": unit}, data)


_RUNNING = (Clock.met_at.is_(None), Clock.cancelled_at.is_(None), Clock.paused_at.is_(None))


def _each(session: Session, line: str, act: Callable[[Session, Clock, Any], None], *conditions: ColumnElement[bool]) -> int:
    """The first running clocks of these whose cases nobody holds, a few: the case locked, then the clock read again."""
    running = select(Clock).where(*_RUNNING, *conditions)
    found = running.with_only_columns(Clock.id, Clock.entity_type, Clock.entity_id)

    def take(one: Any) -> bool:
        clock_id, entity_type, entity_id = one
        synced, model = _KINDS[entity_type]
        if not _free(session, model, entity_id):
            return False
        clock = session.scalars(running.where(Clock.id == clock_id).execution_options(populate_existing=True)).one_or_none()
        if clock is None:
            return False
        act(session, clock, lock(session, synced, model, entity_id, SYSTEM, Origin()))
        return True

    return several(session, line, in_order(session, found, Clock.due_at, Clock.id), take, TOGETHER)


def _free(session: Session, model: Any, entity_id: UUID) -> Any:
    """The case, locked and read again; None if somebody holds it now, or what it came of."""
    for name, owner in (("hazard_id", Hazard), ("inspection_id", Inspection)):
        came_of = session.scalar(select(getattr(model, name)).where(model.id == entity_id)) if hasattr(model, name) else None
        if came_of is not None:
            above = select(owner.id).where(owner.id == came_of).with_for_update(skip_locked=True, key_share=True)
            if session.scalars(above).one_or_none() is None:
                return None
    statement = select(model).where(model.id == entity_id).with_for_update(skip_locked=True)
    return session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


_ENDS: dict[str, tuple[Any, Callable[[Session, UUID], Any]]] = {
    "IN-TERM": (Rectification, expire_order),  # the recheck is due (消防监督检查规定 20)
    **dict.fromkeys(("SEAL-24H", "SEAL-30D", "SUSP-BY"), (Measure, expire_measure)),
    "MJ-TERM": (MajorHazard, expire_major),
}


def expire_terms(session: Session) -> int:
    """The term of an order, a sealing or a major hazard, or for stopping a business, has passed: what follows is due."""
    passed = select(Clock.rule_id, Clock.entity_id).where(*_RUNNING, Clock.rule_id.in_(_ENDS), Clock.due_at < now(session))

    def take(one: Any) -> bool:
        rule_id, entity_id = one
        model, expire = _ENDS[rule_id]
        return bool(_free(session, model, entity_id)) and expire(session, entity_id) is not None

    return first(session, "expire_terms", in_order(session, passed, Clock.due_at, Clock.id), take)


def retire_closed(session: Session) -> int:
    """A case, a letter or an order that ended 90 days ago leaves every device; over HTTP it stays."""
    before = now(session) - ON_DEVICES
    for synced, model in _KINDS.values():
        if model is Transfer:  # on no device
            continue
        ended = select(model.id).where(model.closed_at < before, model.off_devices_at.is_(None))
        take = partial(_retire, session, synced, model)
        if first(session, "retire_closed", in_order(session, ended, model.closed_at, model.id), take):
            return 1
    return 0


def _retire(session: Session, synced: Synced, model: Any, one: tuple[UUID]) -> bool:
    (entity_id,) = one
    case = _free(session, model, entity_id)
    if case is None or case.closed_at is None:  # somebody has reopened it meanwhile
        return False
    lock(session, synced, model, entity_id, SYSTEM, Origin()).off_devices_at = now(session)
    return True


def recompute_clocks(session: Session, after: UUID | None) -> UUID | None:
    """The calendar or a rule changed: compute the next open clocks anew, as far as one that moves. Where to go on, or None.

    One case for each transaction, taken as everybody takes it: two could wait for each other.
    """
    statement = select(Clock).where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None))
    if after is not None:
        statement = statement.where(Clock.id > after)
    clocks = session.scalars(statement.order_by(Clock.id).limit(BATCH)).all()
    for clock in clocks:
        if not timekeeping.would_move(session, clock):
            continue  # a case that is not touched keeps its revision, and no device gets it again
        synced, model = _KINDS[clock.entity_type]
        take = lock_below if hasattr(model, "hazard_id") else lock
        case = take(session, synced, model, clock.entity_id, SYSTEM, Origin())
        session.refresh(clock)
        if clock.met_at is None and clock.cancelled_at is None and timekeeping.recompute(session, clock):
            timekeeping.refresh_due(session, case)
            hold_open(session, case)
            data = {"rule_id": clock.rule_id, "due": clock.due_at.isoformat()}
            record(session, f"{synced.type}.rescheduled", case, SYSTEM, data=data)
        return clock.id
    return clocks[-1].id if len(clocks) == BATCH else None
