"""What whoever asks does: apply, agree to the appointment, cancel, sign the advice off, tell what was put right, rate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import UNIT_ROLES, Actor
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.jurisdiction import ResolvedPlace, handling_region, place_of, place_of_unit
from places.models import Unit
from places.regions import full_name
from places.standing import require_standing
from problems import Invalid, RoleNotAllowed, field_error
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION
from workflow import timekeeping
from workflow.assistance.acts import applicants, desk, due_in, expert, go, take
from workflow.assistance.models import Assistance
from workflow.assistance.rules import APPLICANTS, OF_UNITS, TOPICS
from workflow.clocks import local_day
from workflow.offices import brigade_of

_POOR = 2  # a rating that the desk looks at


def submit(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], _: Origin) -> Assistance:
    """Ask for help: for oneself, or for a unit for which one acts.

    Whether the order that it names is that unit's and seen by the caller, the reaction says (`workflow/reactions.py`).
    """
    if actor.is_guest:
        raise RoleNotAllowed(action="submit", reason="guests_sign_in_first")
    if case_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    unit = _unit(session, actor, data)
    place = place_of_unit(unit) if unit else _own_place(session, data)
    moment = now(session)
    case = Assistance(
        id=case_id, revision=1, created_at=moment, updated_at=moment, stamps={}, number=_number(session, place.region_code),
        state="SUBMITTED", region_code=place.region_code,
        org_id=brigade_of(session, handling_region(session, place.region_code).code).id,
        person_id=None if unit else actor.id, unit_id=unit.id if unit else None, applicant_id=actor.id,
        applicant_kind=data["applicant_kind"], topic=data["topic"], wanted_mode=data["wanted_mode"],
        description=data["description"], contact_name=data["contact_name"], contact_phone=data["contact_phone"],
        address=place.address, position=place.position, lon=place.lon, lat=place.lat, preferred_time=data["preferred_time"],
        photo_ids=data["photos"], rectification_id=data["rectification_id"], submitted_at=moment, warnings=[], progress=[],
    )  # fmt: skip
    create(session, case)
    attach(session, actor, data["photos"], "assistance", case.id, "application")
    timekeeping.start(session, case, "TA-ACC", moment)
    record(
        session, "assistance.submitted", case, actor,
        concerns={"applicant": applicants(session, case), "desk": desk(session, case)},
        data={
            "to": case.state, "number": case.number, "topic": TOPICS[case.topic], "place": full_name(case.region_code),
            "due": due_in(session, "TA-ACC"),
        },
    )  # fmt: skip
    return case


def applies_for(actor: Actor) -> frozenset[UUID]:
    """The units for which he may ask."""
    roles = APPLICANTS & UNIT_ROLES
    return frozenset(power.unit_id for power in actor.units if power.role in roles and power.covers("assistance"))


def _unit(session: Session, actor: Actor, data: dict[str, Any]) -> Unit | None:
    """The unit that it is for. Raises Invalid for one that is not the caller's, and where kind and unit do not fit."""
    kind, unit_id = data["applicant_kind"], data["unit_id"]
    if unit_id is None:
        if kind == "UNIT":
            raise Invalid(field_error("unit_id", "required", "请选择由您负责或者受托经办的单位"))
        if data["rectification_id"] is not None:
            raise Invalid(field_error("rectification_id", "not_yours", "没有这份责令改正通知书"))
        return None
    if kind not in OF_UNITS:
        raise Invalid(field_error("applicant_kind", "not_of_a_unit", "为单位申请的,请选择单位或者个体工商户"))
    if unit_id not in applies_for(actor):
        raise Invalid(field_error("unit_id", "not_yours", "请选择由您负责或者受托经办的单位"))
    unit = session.get_one(Unit, unit_id)
    require_standing(session, unit, "unit_id")
    return unit


def _own_place(session: Session, data: dict[str, Any]) -> ResolvedPlace:
    if data["place"] is None:
        raise Invalid(field_error("place", "required", "请填写所在地点"))
    return place_of(session, data["place"])


def _number(session: Session, region_code: str) -> str:
    serial = session.scalar(select(func.nextval("assistance_serial")))
    return f"BF{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"


def agree(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """确认预约: the appointment suits."""
    case, step = take(session, actor, case_id, "agree", origin)
    case.appointment = {**(case.appointment or {}), "agreed_at": now(session).isoformat()}
    when = case.appointment["appointed_at"]
    go(session, case, step, actor, "assistance.agreed", origin, {"expert": expert(case)}, when=when)
    return case


def cancel(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """取消申请, until the help begins."""
    case, step = take(session, actor, case_id, "cancel", origin)
    go(session, case, step, actor, "assistance.cancelled", origin, {"expert": expert(case)})
    return case


def confirm(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """签收意见书: it was received and understood. That binds to nothing."""
    case, step = take(session, actor, case_id, "confirm", origin)
    case.confirmed_at = now(session)
    go(session, case, step, actor, "assistance.confirmed", origin, {"expert": expert(case)})
    return case


def report_progress(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """反馈整改情况: which of the things that were advised are put right, in words and pictures. Nobody checks it.

    Raises Invalid where nothing is said, and naming `fixed_item_ids.<index>` for what the advice does not have.
    """
    case, step = take(session, actor, case_id, "report_progress", origin)
    advice: Json = case.advice or {}
    fixed = [str(item_id) for item_id in data["fixed_item_ids"]]
    for index, item_id in enumerate(fixed):
        if item_id not in {item["id"] for item in advice["items"]}:
            raise Invalid(field_error(f"fixed_item_ids.{index}", "unknown_item", "意见书中没有这一项"))
    if not (fixed or data["note"] or data["photos"]):
        raise Invalid(field_error("note", "says_nothing", "请选择已整改的项目,或者填写情况、上传照片"))
    attach(session, actor, data["photos"], "assistance", case.id, "progress")
    moment = now(session).isoformat()
    items = [{**item, "fixed_at": item["fixed_at"] or (moment if item["id"] in fixed else None)} for item in advice["items"]]
    case.advice = {**advice, "items": items}
    told = {"at": moment, "fixed_item_ids": fixed, "note": data["note"], "photo_ids": [str(photo) for photo in data["photos"]]}
    case.progress = [*case.progress, told]
    done = sum(1 for item in items if item["fixed_at"])
    go(
        session, case, step, actor, "assistance.progress_reported", origin, {"expert": expert(case)},
        fixed=done, of=len(items),
    )  # fmt: skip
    return case


def rate(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """好差评, once. With it the request is closed; a poor one is read by the desk."""
    case, step = take(session, actor, case_id, "rate", origin)
    case.rating = {"score": data["score"], "comment": data["comment"], "at": now(session).isoformat()}
    score = data["score"]
    go(session, case, step, actor, "assistance.rated", origin, {"desk": desk(session, case)}, score=score, is_poor=score <= _POOR)
    return case
