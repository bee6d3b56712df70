"""登记巡查: a grid worker's round or a unit's own check, off-line too; and that the unit has put right what it found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.jurisdiction import ResolvedPlace, place_of, place_of_unit
from places.models import Unit
from places.standing import require_standing
from problems import AlreadySo, Invalid, RoleNotAllowed, field_error
from sync.editing import lock
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION
from workflow.checklists import as_it_stood
from workflow.clocks import end_of, local_day
from workflow.models import Checklist
from workflow.patrols.models import Patrol
from workflow.patrols.rules import (
    CHECKERS,
    CHECKLISTS,
    DONE,
    GRID_PATROL,
    PATROLLERS,
    PUTTING_RIGHT,
    contradiction,
    left_to_put_right,
)
from workflow.patrols.synced import PATROL, checks_for


def record_patrol(session: Session, actor: Actor, patrol_id: UUID, data: dict[str, Any], origin: Origin) -> Patrol:
    """登记巡查: a grid worker or town officer in his division, or who answers for a unit there. No act of law comes of it.

    Event: patrol.recorded. Raises RoleNotAllowed, Invalid naming the field, OutsideRegion.
    """
    if patrol_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    is_round = data["kind"] == GRID_PATROL
    unit, place = _round(session, actor, data) if is_round else _own_check(session, actor, data)
    moment = now(session)
    checked_at = min(moment, data["checked_at"] or origin.made_at or moment)
    checklist = _checklist(session, data, local_day(checked_at))
    misfit = contradiction(data["kind"], data["answers"], [item["code"] for item in checklist["items"]], local_day(checked_at))
    if misfit is not None:
        raise Invalid(field_error(*misfit))
    patrol = Patrol(
        id=patrol_id, revision=1, created_at=moment, updated_at=moment, stamps={}, number=_number(session, place.region_code),
        kind=data["kind"], region_code=place.region_code, recorded_by=actor.id, walked_by=data["walked_by"] or actor.name,
        patroller_id=actor.id if is_round else None, town_org_id=_town(actor, place.region_code) if is_round else None,
        own_unit_id=None if is_round else data["unit_id"], unit_id=data["unit_id"],
        place_name=unit.name if unit else data["place_name"], address=place.address, lon=place.lon, lat=place.lat,
        position=data["position"] or place.position, checked_at=checked_at, device_at=origin.made_at, checklist=checklist,
        answers=[_kept(answer) for answer in data["answers"]], note=data["note"], photo_ids=data["photos"],
    )  # fmt: skip
    _settle(patrol, moment)
    create(session, patrol)
    attach(session, actor, [*data["photos"], *(photo for answer in data["answers"] for photo in answer["photos"])],
           "patrol", patrol.id, "patrol")  # fmt: skip
    bad = sum(answer["result"] == "BAD" for answer in data["answers"])
    record(
        session, "patrol.recorded", patrol, actor,
        data={
            "number": patrol.number, "kind": patrol.kind, "checklist": checklist["code"], "bad": bad, "to": patrol.state,
            "unit_id": str(patrol.unit_id) if patrol.unit_id else None,
        },
    )  # fmt: skip
    return patrol


def _round(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[Unit | None, ResolvedPlace]:
    """Where a grid worker walked: within the division for which he has the role."""
    if not actor.has(*PATROLLERS):
        raise RoleNotAllowed(action="record")
    if data["unit_id"] is not None:
        unit = session.get(Unit, data["unit_id"])
        if unit is None or not actor.may_in(unit.region_code, *PATROLLERS):
            raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
        require_standing(session, unit, "unit_id")
        return unit, place_of_unit(unit)
    if data["place"] is None:
        raise Invalid(field_error("place", "required", "请扫描入企码,或者填写巡查地点"))
    place = place_of(session, data["place"])
    if not actor.may_in(place.region_code, *PATROLLERS):
        raise Invalid(field_error("place", "outside_your_region", "巡查地点不在您的辖区内"))
    return None, place


def _own_check(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[Unit, ResolvedPlace]:
    """The unit that checks itself."""
    if not any(power.role in CHECKERS for power in actor.units):
        raise RoleNotAllowed(action="record")
    if not checks_for(actor, data["unit_id"]):
        raise Invalid(field_error("unit_id", "not_yours", "请选择由您负责或者管理的单位"))
    unit = session.get_one(Unit, data["unit_id"])
    require_standing(session, unit, "unit_id")
    return unit, place_of_unit(unit)


def _town(actor: Actor, region_code: str) -> UUID:
    """The office for which he walks there."""
    return next(
        grant.org_id for grant in actor.grants if grant.role in PATROLLERS and region_code.startswith(grant.region_prefix)
    )


def _checklist(session: Session, data: dict[str, Any], day: date) -> Json:
    """The edition that the phone went by, as it stood. A later one does not undo what was seen by it."""
    found = session.get(Checklist, (data["checklist"], data["edition"]))
    if found is None or found.code not in CHECKLISTS[data["kind"]] or found.effective_from > day:
        raise Invalid(field_error("checklist", "unknown_checklist", "没有在该日期施行的检查表"))
    return as_it_stood(found)


def _kept(answer: Json) -> Json:
    by = answer["put_right_by"]
    photos = [str(photo) for photo in answer["photos"]]
    return {**answer, "photos": photos, "put_right_by": by.isoformat() if by else None, "put_right": None}


def _settle(patrol: Patrol, moment: datetime) -> None:
    """What is left decides how it stands, and until when."""
    left = left_to_put_right(patrol.answers)
    patrol.state = PUTTING_RIGHT if left else DONE
    patrol.due_at = end_of(date.fromisoformat(min(answer["put_right_by"] for answer in left))) if left else None
    patrol.closed_at = None if left else moment


def _number(session: Session, region_code: str) -> str:
    serial = session.scalar(select(func.nextval("patrol_serial")))
    return f"XC{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"


def put_right(session: Session, actor: Actor, patrol_id: UUID, data: dict[str, Any], origin: Origin) -> Patrol:
    """整改完成: the unit says of one item that it is put right. Nobody checks it. Event: patrol.put_right.

    Raises NotFound, RoleNotAllowed, AlreadySo; Invalid for an item for which no day was set.
    """
    patrol = lock(session, PATROL, Patrol, patrol_id, actor, origin)
    if not checks_for(actor, patrol.own_unit_id):
        raise RoleNotAllowed(action="put_right")
    meant = next((answer for answer in patrol.answers if answer["code"] == data["code"] and answer["put_right_by"]), None)
    if meant is None:
        raise Invalid(field_error("code", "unknown_item", "这一项没有待整改的问题"))
    if meant["put_right"] is not None:
        raise AlreadySo(action="put_right")
    moment = now(session)
    at = min(moment, origin.made_at or moment)
    done = {"at": at.isoformat(), "note": data["note"], "photos": [str(photo) for photo in data["photos"]]}
    attach(session, actor, data["photos"], "patrol", patrol.id, "patrol")
    patrol.answers = [{**answer, "put_right": done} if answer is meant else answer for answer in patrol.answers]
    _settle(patrol, moment)
    said = {"number": patrol.number, "code": data["code"], "to": patrol.state}
    record(session, "patrol.put_right", patrol, actor, data=said)
    return patrol
