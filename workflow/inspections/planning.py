"""What the leader does: send two officers, which approves the inspection; others in their place; call it off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from places.models import Unit
from places.standing import one_place, require_standing
from places.unit_kinds import CATEGORIES
from problems import GuardFailed, Invalid, RoleNotAllowed, field_error
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION, said_day
from workflow import timekeeping
from workflow.checklists import as_it_stood
from workflow.clocks import end_of, local_day
from workflow.cosigning import check_pair
from workflow.inspections.acts import go, take
from workflow.inspections.models import Inspection, InspectionCap
from workflow.inspections.rules import CAPPED, KINDS, NOTICES, OF_OTHERS
from workflow.models import Checklist
from workflow.offices import brigade_of, people_of_unit, staff_names
from workflow.papers.archive import issue

_LONGEST_AHEAD = timedelta(days=366)  # beyond it the day was mistyped


def plan(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], _: Origin) -> Inspection:
    """派检查任务: the assignment of two officers to a unit and a day is the approval. Its papers are made at once.

    Raises RoleNotAllowed, Invalid naming the field, GuardFailed (`annual_cap_reached`: 国办发〔2024〕54号).
    """
    if inspection_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    if not actor.has(Role.UNIT_LEADER):
        raise RoleNotAllowed(action="plan")
    unit = session.get(Unit, data["unit_id"])
    if unit is None or not actor.may_in(unit.region_code, Role.UNIT_LEADER):
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    require_standing(session, unit, "unit_id")
    moment, pair = now(session), data["officer_ids"]
    check_pair(session, pair, unit.region_code)
    today = local_day(moment)
    if data["planned_on"] < today:
        raise Invalid(field_error("planned_on", "in_the_past", "检查日期不能早于今天"))
    if data["planned_on"] > today + _LONGEST_AHEAD:
        raise Invalid(field_error("planned_on", "too_far", "检查日期应在一年以内"))
    _check_cap(session, unit, data["kind"], data["planned_on"])
    office = brigade_of(session, unit.region_code)
    inspection = Inspection(
        id=inspection_id, revision=1, created_at=moment, updated_at=moment, stamps={}, number=_number(session, unit.region_code),
        state="ASSIGNED", kind=data["kind"], region_code=unit.region_code,
        org_id=office.id, unit_id=unit.id, unit_name=unit.name, address=unit.address, lon=unit.lon, lat=unit.lat,
        told_unit_id=unit.id if data["notice"] == "BEFORE" else None, reason=data["reason"], notice=data["notice"],
        planned_on=data["planned_on"], planned_by=actor.id, officer_ids=pair, recusals=[],
        checklist=checklist_on(session, data["checklist"], data["planned_on"]),
    )  # fmt: skip
    create(session, inspection)
    words = _words(session, inspection, actor)
    issue(session, inspection, office.id, "inspection_approval", "行政检查审批表", words)
    issue(session, inspection, office.id, "inspection_notice", "行政检查通知书", words)
    reason = f"任务书确定的检查日期为{said_day(inspection.planned_on)}"
    timekeeping.start_until(session, inspection, "IN-PLAN", end_of(inspection.planned_on), reason)
    told = people_of_unit(session, inspection.unit_id) if inspection.told_unit_id else []
    record(
        session, "inspection.planned", inspection, actor, concerns={"officers": pair, "unit": told},
        data={
            "to": inspection.state, "number": inspection.number, "venue": inspection.unit_name, "kind": KINDS[inspection.kind],
            "day": inspection.planned_on.isoformat(),
        },
    )  # fmt: skip
    return inspection


def checklist_on(session: Session, code: str, day: date) -> Json:
    """The edition of a checklist in force on a day, as an inspection keeps it. Raises Invalid."""
    in_force = select(Checklist).where(Checklist.code == code, Checklist.effective_from <= day)
    found = session.scalars(in_force.order_by(Checklist.effective_from.desc(), Checklist.edition.desc()).limit(1)).one_or_none()
    if found is None or found.code in OF_OTHERS:
        raise Invalid(field_error("checklist", "unknown_checklist", "没有在该日期施行的检查表"))
    return as_it_stood(found)


def _check_cap(session: Session, unit: Unit, kind: str, day: date) -> None:
    cap = session.get(InspectionCap, unit.category)
    if kind not in CAPPED or cap is None:
        return
    # One plan at a time for a unit: two leaders would both find room for the last one.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"inspections:{unit.id}", 0))))
    of_year = select(func.count()).where(
        Inspection.unit_id.in_(one_place(unit.id)), Inspection.kind.in_(sorted(CAPPED)), Inspection.state != "CANCELLED",
        Inspection.planned_on.between(date(day.year, 1, 1), date(day.year, 12, 31)),
    )  # fmt: skip
    if (session.scalar(of_year) or 0) >= cap.most:
        raise GuardFailed(action="plan", reason="annual_cap_reached", most=cap.most)


def _number(session: Session, region_code: str) -> str:
    serial = session.scalar(select(func.nextval("inspection_serial")))
    return f"JC{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"


def _words(session: Session, inspection: Inspection, leader: Actor) -> dict[str, str]:
    names = staff_names(session, [*inspection.officer_ids, leader.id])
    return {
        "unit": inspection.unit_name,
        "address": inspection.address or "(未登记)",
        "kind": KINDS[inspection.kind],
        "notice": NOTICES[inspection.notice],
        "reason": inspection.reason,
        "planned": said_day(inspection.planned_on),
        "checklist": f"{inspection.checklist['title']}({inspection.checklist['edition']}版)",
        "officers": "、".join(names[str(officer)] for officer in inspection.officer_ids),
        "leader": names.get(str(leader.id), ""),
        "day": said_day(local_day(now(session))),
    }


def assign(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """改派: another pair, of whom nobody has stood back. What one of the former pair drafted gives way."""
    inspection, step = take(session, actor, inspection_id, "assign", origin)
    pair = data["officer_ids"]
    check_pair(session, pair, inspection.region_code)
    if {recusal["officer_id"] for recusal in inspection.recusals} & {str(officer) for officer in pair}:
        raise Invalid(field_error("officer_ids", "recused", "已申请回避的监督员不能再指派"))
    removed = [officer for officer in inspection.officer_ids if officer not in pair]
    inspection.officer_ids, inspection.pending_act = pair, None
    others = {"officers": pair, "removed_officers": removed}
    go(session, inspection, step, actor, "inspection.assigned", origin, others, day=inspection.planned_on.isoformat())
    return inspection


def cancel(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """取消任务, with the reason. The unit hears of it if it was told of the inspection."""
    inspection, step = take(session, actor, inspection_id, "cancel", origin)
    told = people_of_unit(session, inspection.unit_id) if inspection.told_unit_id else []
    others = {"officers": inspection.officer_ids, "unit": told}
    inspection.pending_act = None
    go(session, inspection, step, actor, "inspection.cancelled", origin, others, reason=data["reason"])
    return inspection


def caps(session: Session) -> list[Json]:
    """The most spot checks of a year by category of unit; null where there is no bound."""
    rows = {row.category: row for row in session.scalars(select(InspectionCap))}
    return [
        {
            "category": category, "label": label, "most": rows[category].most if category in rows else None,
            "basis": rows[category].basis if category in rows else "",
        }
        for category, label in CATEGORIES.items()
    ]  # fmt: skip
