"""What reporters do: submit, withdraw, rate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, REGION_CODE, Actor, Role
from accounts.identifiers import is_identity_number
from accounts.models import Organisation
from database.crypto import Sealed, fingerprint
from database.journal import record
from database.session import now, remembered
from media.commands import attach
from places.jurisdiction import OUTSIDE, ResolvedPlace, address_line, handling_region, place_of
from problems import Invalid, Problem, RoleNotAllowed, field_error
from sync.editing import lock
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.clocks import local_day
from workflow.hazards.categories import category, clock_rule_for
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import as_what_it_is, channel_of, is_for_somebody, reporter_of, seal
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import CALL_119, LIFE, REJECTION_REASONS, is_poor
from workflow.hazards.schemas import PICTURES
from workflow.hazards.synced import HAZARD
from workflow.offices import brigade_of, duty_leaders, people_of_office

_SOMEWHERE = {"region_name": "内蒙古自治区"}
_LONGEST_AGO = timedelta(days=30)  # that another agency can have received what it passes on


def submit(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], _: Origin) -> Hazard:
    """Take a report in. Its clock starts now (or when another agency received it), not when somebody registers it.

    A report of a fire in progress is no hazard case: it ends at once as EMERGENCY_DIVERTED and the answer says 119, as does
    whatever refuses it. A complaint about staff is none either: it ends as NOT_ACCEPTED, and nobody here reads it. Whether the
    patrol that it names is the caller's, the reaction says (`workflow/reactions.py`).
    """
    if data["people_trapped_or_fire"]:
        try:
            _check_id(hazard_id)
            return _divert(session, actor, hazard_id, data)
        except Problem as problem:
            problem.data["emergency"] = CALL_119
            raise
    _check_id(hazard_id)
    if data["about_staff"]:
        return _refuse_complaint(session, actor, hazard_id, data)
    moment = now(session)
    _check_mode(actor, data, moment)
    _check_category(session, data)
    place = place_of(session, data["place"])
    handling = handling_region(session, place.region_code)
    office = brigade_of(session, handling.code)
    hazard = _hazard(session, actor, hazard_id, data, place, office, "submit")
    hazard.address = {**place.address, "message": ";".join(filter(None, (place.message, handling.message)))}
    hazard.reporter_id = reporter_of(session, actor, hazard.report_mode)
    create(session, hazard, unique=_UNIQUE)
    seal(session, hazard, data["reporter"])
    attach(session, actor, data["photos"], "hazard", hazard.id, "report")
    # Until triage the picture decides, whatever code was sent with it.
    rule = clock_rule_for(session, hazard.picture, None)
    timekeeping.start(session, hazard, rule.id, hazard.agency_received_at or moment)
    record(
        session,
        "hazard.submitted",
        hazard,
        actor,
        concerns={"reporter": [hazard.reporter_id], "leaders": duty_leaders(session, office.id)},
        data={
            "to": hazard.state,
            "number": hazard.number,
            "category": PICTURES[hazard.picture],
            "place": place_text(hazard),
            "due": _iso(hazard.due_at),
            "photos_expected": len(hazard.photo_ids),
        },
    )
    return hazard


def _check_id(hazard_id: UUID) -> None:
    """The same id as over HTTP: one that says when it was made and keeps the indexes warm."""
    if hazard_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))


_UNIQUE = {"ix_hazard_tracking": "tracking_code"}


def _check_mode(actor: Actor, data: dict[str, Any], moment: datetime) -> None:
    anonymous = data["report_mode"] == "ANONYMOUS"
    if anonymous and not actor.is_guest and not is_for_somebody(actor):
        raise Invalid(field_error("report_mode", "needs_fresh_guest", "匿名上报须使用全新的访客会话,不能与登录身份关联"))
    if anonymous and data["reporter"] is not None:
        raise Invalid(field_error("reporter", "not_with_anonymous", "匿名上报不采集身份信息"))
    if anonymous and data["patrol_id"] is not None:  # the round says whose it was
        raise Invalid(field_error("patrol_id", "not_with_anonymous", "匿名上报不能关联巡查记录"))
    if anonymous and data["wish_reward"]:
        raise Invalid(field_error("wish_reward", "not_with_anonymous", "匿名上报不发放奖励"))
    if not anonymous and actor.is_guest and not (data["reporter"] or {}).get("mobile"):
        raise Invalid(field_error("reporter.mobile", "required", "实名上报请登录或者留下手机号码"))
    id_no = (data["reporter"] or {}).get("id_no")
    if id_no is not None and not is_identity_number(id_no, local_day(moment)):
        raise Invalid(field_error("reporter.id_no", "bad_identity_number", "身份号码有误,请核对"))
    received = data["agency_received_at"]
    if received is None:
        return
    if not actor.has(*BRIGADE_ROLES):
        raise RoleNotAllowed(action="submit")
    if not moment - _LONGEST_AGO <= received <= moment:
        raise Invalid(field_error("agency_received_at", "out_of_range", "收到时间不能晚于现在,也不能早于30日前"))


def _check_category(session: Session, data: dict[str, Any]) -> None:
    """The code that a reporter sends lies behind the picture that he tapped; 说不清 has any."""
    if data["category"] is None:
        return
    if data["picture"] not in ("UNCLEAR", category(session, data["category"]).picture):
        raise Invalid(field_error("category", "not_behind_picture", "隐患类别与所选图示不符,请重新选择"))


def _divert(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any]) -> Hazard:
    """It burns: neither an unknown place nor the wrong kind of session stands in the way of saying 119."""
    data = as_what_it_is(session, actor, data)
    place = _place_if_known(session, data)
    code = REGION_CODE if place is None else handling_region(session, place.region_code).code
    office = brigade_of(session, code)
    nowhere = ResolvedPlace(REGION_CODE, None, None, data["place"]["position"], _SOMEWHERE, OUTSIDE, "")
    hazard = _hazard(
        session, actor, hazard_id, {**data, "category": None, "patrol_id": None}, place or nowhere, office, "divert_119"
    )
    hazard.reporter_id = reporter_of(session, actor, hazard.report_mode, must_be_taken=True)
    create(session, hazard, unique=_UNIQUE)
    seal(session, hazard, data["reporter"])
    attach(session, actor, data["photos"], "hazard", hazard.id, "report")
    record(
        session, "hazard.diverted_119", hazard, actor,
        concerns={
            "reporter": [hazard.reporter_id],
            "dispatchers": people_of_office(session, office.id, Role.DISPATCHER) if place else [],
        },
        data={"to": hazard.state, "number": hazard.number, "place": place_text(hazard)},
    )  # fmt: skip
    return hazard


def _place_if_known(session: Session, data: dict[str, Any]) -> ResolvedPlace | None:
    try:
        return place_of(session, data["place"])
    except Problem:
        return None


def _refuse_complaint(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any]) -> Hazard:
    """检举控告 (消防法 57(2)): where to turn. Not a word of it is kept, so none can reach whom it is about."""
    place = ResolvedPlace(REGION_CODE, None, None, None, _SOMEWHERE, OUTSIDE, "")
    facts = {
        **as_what_it_is(session, actor, data), "description": REJECTION_REASONS["STAFF_COMPLAINT"], "photos": [],
        "category": None, "place_name": "", "place_type": "", "unit_uscc": None, "agency_received_at": None, "patrol_id": None,
    }  # fmt: skip
    hazard = _hazard(session, actor, hazard_id, facts, place, brigade_of(session, REGION_CODE), "reject")
    hazard.org_ids = []
    hazard.rejection_reason = "STAFF_COMPLAINT"
    hazard.reporter_id = reporter_of(session, actor, hazard.report_mode, must_be_taken=True)
    create(session, hazard, unique=_UNIQUE)
    record(
        session, "hazard.rejected", hazard, actor,
        concerns={"reporter": [hazard.reporter_id]},
        data={
            "to": hazard.state, "number": hazard.number, "reason": REJECTION_REASONS["STAFF_COMPLAINT"],
            "org": "纪检监察机关、信访部门或者12345政务服务便民热线", "phone": "12345",
        },
    )  # fmt: skip
    return hazard


def _hazard(
    session: Session,
    actor: Actor,
    hazard_id: UUID,
    data: dict[str, Any],
    place: ResolvedPlace,
    office: Organisation,
    action: str,
) -> Hazard:
    moment = now(session)
    step = LIFE.find("", action, {Role.REPORTER})
    copied = {
        name: data[name]
        for name in (
            "picture", "category", "description", "place_name", "place_type", "unit_uscc", "occurred_at",
            "captured_at", "is_ongoing", "report_mode", "wish_feedback", "wish_reward",
            "consent_version", "agency_received_at", "patrol_id",
        )
    }  # fmt: skip
    number = _number(session, place.region_code, moment)
    code = data["tracking_code"]
    return Hazard(
        **copied,
        id=hazard_id,
        revision=1,
        created_at=moment,
        updated_at=moment,
        submitted_at=moment,
        number=number,
        state=step.target,
        closed_at=moment if step.target in LIFE.final else None,
        region_code=place.region_code,
        org_id=office.id,
        org_ids=[office.id],
        officer_ids=[],
        channel=channel_of(actor),
        photo_ids=data["photos"],
        lon=place.lon,
        lat=place.lat,
        position=place.position,
        address=place.address,
        tracking_hash=fingerprint(code) if code else None,
        tracking_short_hash=short_code_hash(number, code[:8]) if code else None,
        stamps={},
    )


def _number(session: Session, region_code: str, moment: datetime) -> str:
    """YH, division, Beijing day, serial. A sequence, not a counted row: case numbers may have gaps, letters may not."""
    return f"YH{region_code}{local_day(moment):%Y%m%d}{_serial(session):06d}"


def _serial(session: Session) -> int:
    """The first of a transaction is fetched alone, those of a chunk of reports together."""
    shelf = remembered(session, "hazard_serials")
    if not shelf.get("left"):
        count = shelf["count"] = min(shelf.get("count", 0) * 24 + 1, 25)
        with session.no_autoflush:
            numbers = session.scalars(select(func.nextval("hazard_serial")).select_from(func.generate_series(1, count)))
            shelf["left"] = list(numbers)
    serial: int = shelf["left"].pop(0)
    return serial


def short_code_hash(number: str, short_code: str) -> bytes:
    """Eight characters are too few for a plain hash, so this one is keyed."""
    return Sealed.keys().blind_index("tracking", f"{number}:{short_code}")


def place_text(hazard: Hazard) -> str:
    """Where it is, in one line for many: 户名 and 参照物 are for those who have to find it."""
    return address_line(hazard.address, ("sumu", "gacha")) + hazard.place_name


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def withdraw(session: Session, actor: Actor, hazard_id: UUID, _: dict[str, Any], origin: Origin) -> Hazard:
    """撤回: a flag; a violation is still checked."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "withdraw", roles_on(hazard, actor, origin))
    guard(hazard.withdrawn_at is None, "withdraw", "already_withdrawn")
    hazard.withdrawn_at = now(session)
    move(session, hazard, step, actor, "hazard.withdrawn", data={"number": hazard.number}, origin=origin)
    return hazard


def rate(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """好差评, once for each case."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "rate", roles_on(hazard, actor, origin))
    guard(hazard.rating is None, "rate", "already_rated")
    hazard.rating = {"score": data["score"], "comment": data["comment"], "at": now(session).isoformat()}
    if is_poor(hazard.rating):
        timekeeping.start(session, hazard, "RATE-FIX", now(session))
    move(
        session, hazard, step, actor, "hazard.rated", concerns={"leaders": duty_leaders(session, hazard.org_id)},
        data={"number": hazard.number, "score": data["score"], "is_poor": is_poor(hazard.rating)}, origin=origin,
    )  # fmt: skip
    return hazard


def follow_up(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """回访整改 after a poor rating: what was found, and what is done about it (国办发〔2019〕51号)."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "follow_up", roles_on(hazard, actor, origin))
    guard(is_poor(hazard.rating), "follow_up", "no_poor_rating")
    done = {"at": now(session).isoformat(), "note": data["note"], "by": str(actor.id)}
    hazard.rating = {**(hazard.rating or {}), "follow_up": done}
    move(session, hazard, step, actor, "hazard.rating_followed_up", data={"number": hazard.number}, origin=origin)
    return hazard
