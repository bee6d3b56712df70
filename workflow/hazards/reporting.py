"""What reporters do: submit, dispute, withdraw, rate, claim."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor, Role
from accounts.identifiers import is_identity_number
from accounts.models import Organisation, Person
from database.crypto import Sealed, fingerprint
from database.journal import record
from database.session import now, remembered
from media.commands import attach
from places.jurisdiction import ResolvedPlace, address_line, handling_region, place_of
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import Origin, create
from workflow import timekeeping
from workflow.acting import guard, lock, move, step_for
from workflow.clocks import local_day
from workflow.hazards.categories import category, clock_rule_for
from workflow.hazards.models import Hazard, HazardReporter
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, may_dispute
from workflow.hazards.schemas import PICTURES
from workflow.hazards.synced import HAZARD
from workflow.offices import brigade_of, duty_leaders

_STAFF_CHANNELS = {Role.HOTLINE_CLERK: "HOTLINE", Role.INTAKE_CLERK: "HOTLINE", Role.GRID_WORKER: "GRID"}


def submit(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], _: Origin) -> Hazard:
    """Take a report in. Its clock starts now (or when another agency received it), not when somebody registers it.

    A report of a fire in progress is no hazard case: it ends at once as EMERGENCY_DIVERTED and the answer says 119.
    """
    _check_mode(actor, data, now(session))
    place = place_of(session, data["place"])
    handling = handling_region(session, place.region_code)
    office = brigade_of(session, handling.code)
    moment = now(session)
    burning = data["people_trapped_or_fire"]
    step = LIFE.find("", "divert_119" if burning else "submit", {Role.REPORTER})
    hazard = _hazard(actor, hazard_id, data, place, office, moment)
    hazard.address = {**place.address, "message": ";".join(filter(None, (place.message, handling.message)))}
    hazard.state = step.target
    hazard.number = _number(session, place.region_code, moment)
    if data["category"] is not None:
        category(session, data["category"])
    _keep_tracking_code(hazard, data["tracking_code"])
    create(session, hazard, unique={"ix_hazard_tracking": "tracking_code"})
    _seal_reporter(session, hazard, data["reporter"])
    attach(session, actor, data["photos"], "hazard", hazard.id, "report")
    if burning:
        hazard.closed_at = moment
        record(session, "hazard.diverted_119", hazard, actor, data={"to": hazard.state})
        return hazard
    rule = clock_rule_for(session, hazard.picture, hazard.category)
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


def _check_mode(actor: Actor, data: dict[str, Any], moment: datetime) -> None:
    anonymous = data["report_mode"] == "ANONYMOUS"
    if anonymous and not actor.is_guest:
        raise Invalid(field_error("report_mode", "needs_fresh_guest", "匿名上报须使用全新的访客会话,不能与登录身份关联"))
    if anonymous and data["reporter"] is not None:
        raise Invalid(field_error("reporter", "not_with_anonymous", "匿名上报不采集身份信息"))
    if not anonymous and actor.is_guest and not (data["reporter"] or {}).get("mobile"):
        raise Invalid(field_error("reporter.mobile", "required", "实名上报请登录或者留下手机号码"))
    id_no = (data["reporter"] or {}).get("id_no")
    if id_no is not None and not is_identity_number(id_no, local_day(moment)):
        raise Invalid(field_error("reporter.id_no", "bad_identity_number", "身份号码有误,请核对"))
    if data["agency_received_at"] is not None and not actor.has(*BRIGADE_ROLES):
        raise RoleNotAllowed(action="submit")


def _hazard(
    actor: Actor, hazard_id: UUID, data: dict[str, Any], place: ResolvedPlace, office: Organisation, moment: datetime
) -> Hazard:
    copied = {
        name: data[name]
        for name in (
            "picture", "category", "description", "place_name", "place_type", "unit_uscc", "occurred_at",
            "captured_at", "is_ongoing", "report_mode", "wish_feedback", "consent_version", "agency_received_at",
        )
    }  # fmt: skip
    return Hazard(
        **copied,
        id=hazard_id,
        revision=1,
        created_at=moment,
        updated_at=moment,
        submitted_at=moment,
        region_code=place.region_code,
        org_id=office.id,
        org_ids=[office.id],
        officer_ids=[],
        reporter_id=actor.id,
        channel=next((name for role, name in _STAFF_CHANNELS.items() if actor.has(role)), "SNAP"),
        photo_ids=data["photos"],
        lon=place.lon,
        lat=place.lat,
        position=place.position,
        address=place.address,
        place_certainty=place.certainty,
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


def _keep_tracking_code(hazard: Hazard, code: str | None) -> None:
    if code is not None:
        hazard.tracking_hash = fingerprint(code)
        hazard.tracking_short_hash = short_code_hash(hazard.number, code[:8])


def short_code_hash(number: str, short_code: str) -> bytes:
    """Eight characters are too few for a plain hash, so this one is keyed."""
    return Sealed.keys().blind_index("tracking", f"{number}:{short_code}")


def _seal_reporter(session: Session, hazard: Hazard, reporter: dict[str, Any] | None) -> None:
    if reporter is None:
        return
    keys = Sealed.keys()
    mobile, id_no = reporter["mobile"], reporter["id_no"]
    session.add(
        HazardReporter(
            hazard_id=hazard.id,
            name=reporter["name"],
            mobile=mobile,
            mobile_index=keys.blind_index("mobile", mobile) if mobile else None,
            id_no=id_no,
            id_no_index=keys.blind_index("id_no", id_no) if id_no else None,
        )
    )


def place_text(hazard: Hazard) -> str:
    """Where it is, as one line for colleagues."""
    return address_line(hazard.address) + hazard.place_name


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def dispute(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """异议: once, within 15 days of being told, also after closing."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "dispute", roles_on(hazard, actor, origin))
    guard(may_dispute(hazard.told_at, hazard.disputed_at, now(session)), "dispute", "dispute_window")
    attach(session, actor, data["photos"], "hazard", hazard.id, "dispute")
    hazard.disputed_at = now(session)
    hazard.dispute = {"reason": data["reason"], "photo_ids": [str(photo) for photo in data["photos"]]}
    hazard.closed_at = None
    move(
        session, hazard, step, actor, "hazard.disputed",
        concerns={"leaders": duty_leaders(session, hazard.org_id), "reporter": [hazard.reporter_id]},
        data={"number": hazard.number, "due": _iso(timekeeping.forecast(session, "HZ-REVIEW", now(session)))}, origin=origin,
    )  # fmt: skip
    return hazard


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
    move(session, hazard, step, actor, "hazard.rated", data={"score": data["score"]}, origin=origin)
    return hazard


def claim(session: Session, actor: Actor, data: dict[str, Any]) -> Hazard:
    """A named report made as a guest becomes the signed-in person's. An anonymous one never does.

    Raises NotFound alike for an unknown code, for an anonymous report, and for one that is a person's already: a code that
    was shown to somebody must not take the report away from who made it.
    """
    if actor.is_guest:
        raise RoleNotAllowed(action="claim")
    hazard = session.scalars(
        update(Hazard)
        .where(Hazard.tracking_hash == fingerprint(data["tracking_code"]), Hazard.report_mode != "ANONYMOUS")
        .where(exists().where(Person.id == Hazard.reporter_id, Person.is_guest))
        .values(revision=Hazard.revision + 1, updated_at=now(session), reporter_id=actor.id)
        .returning(Hazard)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if hazard is None:
        raise NotFound
    session.info.setdefault("feed_touched", {}).setdefault(hazard, "changed")
    record(session, "hazard.claimed", hazard, actor, data={"number": hazard.number})
    return hazard


def track_window(failures: int) -> timedelta:
    """How long a case number is closed to guesses after this many wrong short codes: doubling from one minute."""
    return timedelta(minutes=min(2 ** max(failures - 5, 0), 24 * 60))
