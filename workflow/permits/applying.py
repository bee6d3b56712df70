"""What the applicant does: prepare, sign, submit, supplement, withdraw, ask for the recheck, answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.legal_persons import require_confirmed
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.jurisdiction import handling_region
from places.models import Unit
from places.standing import one_place, require_standing
from places.unit_kinds import VENUES
from problems import GuardFailed, Invalid, StaleRevision, field_error
from sync.mutations import Origin, create
from workflow import timekeeping
from workflow.clocks import local_day
from workflow.offices import brigade_of
from workflow.permits.acts import applicants, approvers, clerks, go, take
from workflow.permits.forms import changed_fields, defects
from workflow.permits.models import CommitmentText, Permit
from workflow.permits.rules import APPLICANTS

_ASKED = {False: "提出了陈述、申辩", True: "提出了陈述、申辩,并要求听证"}


def prepare(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], _: Origin) -> Permit:
    """A draft, which only the place's own people see."""
    if data["unit_id"] not in applies_for(actor):
        raise Invalid(field_error("unit_id", "not_yours", "请选择由您负责或者受托经办的单位"))
    unit = session.get_one(Unit, data["unit_id"])
    require_standing(session, unit, "unit_id")
    handling = handling_region(session, unit.region_code)
    moment = now(session)
    permit = Permit(
        id=permit_id, revision=1, created_at=moment, updated_at=moment, stamps={},
        number=_number(session, unit.region_code), state="DRAFT", route=data["route"], region_code=unit.region_code,
        org_id=brigade_of(session, handling.code).id, unit_id=unit.id, applicant_id=actor.id, materials={}, form={},
        commitment=None, corrections=[], orders=[], documents=[], officer_ids=[],
    )  # fmt: skip
    _fill(session, permit, data, unit)
    create(session, permit)
    _attach(session, actor, permit, data["materials"])
    record(
        session, "permit.prepared", permit, actor, concerns={"applicant": applicants(session, permit)},
        data={"to": "DRAFT", "number": permit.number},
    )  # fmt: skip
    return permit


def applies_for(actor: Actor) -> frozenset[UUID]:
    """The units for which he may apply."""
    return frozenset(power.unit_id for power in actor.units if power.role in APPLICANTS and power.covers("permits"))


def _number(session: Session, region_code: str) -> str:
    serial = session.scalar(select(func.nextval("permit_serial")))
    return f"XK{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"


def _fill(session: Session, permit: Permit, data: Mapping[str, Any], unit: Unit) -> None:
    """The form without the contact, whose name and number are sealed; what the register knows need not be typed."""
    form = dict(data["form"])
    permit.contact_name, permit.contact_phone = form.pop("contact_name"), form.pop("contact_phone")
    form["venue_name"] = form["venue_name"] or unit.name
    form["address"] = form["address"] or unit.address or None
    form["venue_kind"] = form["venue_kind"] or (unit.place_type if unit.place_type in VENUES else None)
    permit.form = form
    permit.materials = {code: [str(photo) for photo in photos] for code, photos in data["materials"].items()}


def _attach(
    session: Session, actor: Actor, permit: Permit, materials: Mapping[str, list[UUID]], before: frozenset[str] = frozenset()
) -> None:
    """Pictures become part of the application; those that were so `before` may be a colleague's and stay."""
    for code, photos in materials.items():
        new = [photo for photo in photos if str(photo) not in before]
        attach(session, actor, new, "permit", permit.id, "material", field=f"materials.{code}")


def _pictures(permit: Permit) -> frozenset[str]:
    return frozenset(photo for photos in permit.materials.values() for photo in photos)


def fill_in(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The draft as it is from now on. A signature under what was written before does not cover it."""
    permit, step = take(session, actor, permit_id, "fill_in", origin)
    _refuse_overwriting(permit, origin)
    permit.route, pictures = data["route"], _pictures(permit)
    _fill(session, permit, data, session.get_one(Unit, permit.unit_id))
    _attach(session, actor, permit, data["materials"], pictures)
    permit.commitment = None
    go(session, permit, step, actor, "permit.filled_in", origin)
    return permit


def _refuse_overwriting(permit: Permit, origin: Origin) -> None:
    """Two people fill in one form: the later one sees what the earlier one wrote before his own takes its place."""
    if origin.base_revision is not None and origin.base_revision != permit.revision - 1:
        raise StaleRevision(current=permit.revision - 1)


def form_of(permit: Permit) -> Json:
    """The whole form, contact included."""
    return {**permit.form, "contact_name": permit.contact_name, "contact_phone": permit.contact_phone}


def defects_of(permit: Permit) -> list[dict[str, str]]:
    """What the office would send back."""
    return list(defects(permit.route, form_of(permit), permit.materials))


def current_text(session: Session) -> CommitmentText:
    """The edition of 告知承诺书 that is signed now."""
    today = local_day(now(session))
    return session.scalars(
        select(CommitmentText)
        .where(CommitmentText.effective_from <= today)
        .order_by(CommitmentText.effective_from.desc())
        .limit(1)
    ).one()


def digest_of(text: CommitmentText) -> str:
    """SHA-256 of the very words."""
    return hashlib.sha256(text.body.encode()).hexdigest()


def sign_commitment(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The legal person agrees to the very text that he was shown. Raises AuthLevelTooLow without a confirmed identity."""
    permit, step = take(session, actor, permit_id, "sign_commitment", origin)
    require_confirmed(actor)
    text = current_text(session)
    if data["sha256"] != digest_of(text):
        raise Invalid(field_error("sha256", "another_edition", "告知承诺书已更新,请重新阅读后签署"))
    permit.commitment = {
        "edition": text.edition, "sha256": data["sha256"], "by": str(actor.id), "at": now(session).isoformat(),
        "auth_level": actor.auth_level,
    }  # fmt: skip
    go(session, permit, step, actor, "permit.commitment_signed", origin, edition=text.edition, sha256=data["sha256"])
    return permit


def submit(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """Hand it in. Raises Invalid naming every field that the office would send back, GuardFailed while a ban lasts."""
    permit, step = take(session, actor, permit_id, "submit", origin)
    found = defects_of(permit)
    if found:
        raise Invalid(*found)
    until = session.scalar(select(func.max(Permit.banned_until)).where(Permit.unit_id.in_(one_place(permit.unit_id))))
    if until is not None and until >= local_day(now(session)):
        raise GuardFailed(action="submit", reason="banned", until=until.isoformat())
    others = {"clerks": clerks(session, permit)}
    permit.received_at = now(session)
    go(session, permit, step, actor, "permit.submitted", origin, others, due=_due_in(session, "PM-5D"))
    return permit


def _due_in(session: Session, rule_id: str) -> str:
    return timekeeping.forecast(session, rule_id, now(session)).isoformat()


def supplement(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """补正, all at once: the five days begin again with what comes in now. Raises Invalid as `submit`."""
    permit, step = take(session, actor, permit_id, "supplement", origin)
    _refuse_overwriting(permit, origin)
    before, pictures = {**form_of(permit), **permit.materials}, _pictures(permit)
    _fill(session, permit, data, session.get_one(Unit, permit.unit_id))
    _attach(session, actor, permit, data["materials"], pictures)
    found = defects_of(permit)
    if found:
        raise Invalid(*found)
    changed = changed_fields(before, {**form_of(permit), **permit.materials})
    permit.received_at = now(session)
    permit.corrections = [
        {**asked, "is_new": False, "changed": asked["changed"] or asked["field"].split(".", 1)[1] in changed}
        for asked in permit.corrections
    ]
    others = {"clerks": clerks(session, permit)}
    due = _due_in(session, "PM-5D")
    go(session, permit, step, actor, "permit.supplemented", origin, others, changed=sorted(changed), due=due)
    return permit


def discard(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """The draft goes."""
    permit, step = take(session, actor, permit_id, "discard", origin)
    go(session, permit, step, actor, "permit.discarded", origin)
    return permit


def withdraw(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """撤回申请, until it is decided."""
    permit, step = take(session, actor, permit_id, "withdraw", origin)
    permit.pending_act = None
    go(session, permit, step, actor, "permit.withdrawn", origin, {"clerks": clerks(session, permit)})
    permit.paused = None  # after its clocks have ended, which stood still until here
    return permit


def apply_recheck(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """申请复查: within three working days from now."""
    permit, step = take(session, actor, permit_id, "apply_recheck", origin)
    attach(session, actor, data["photos"], "permit", permit.id, "rectification")
    photos = [str(photo) for photo in data["photos"]]
    permit.orders = [{**order, "photo_ids": [*order["photo_ids"], *photos]} for order in permit.orders]
    others = {"officers": permit.officer_ids}
    go(session, permit, step, actor, "permit.recheck_applied", origin, others, due=_due_in(session, "PM-RE"))
    return permit


def answer_revocation(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """陈述申辩 (行政许可法 7), once; the decision waits for it until the term ends, and for the hearing that is asked for."""
    permit, step = take(session, actor, permit_id, "answer_revocation", origin)
    told: Json = permit.revocation or {}
    answer = {"statement": data["statement"], "wants_hearing": data["wants_hearing"], "at": now(session).isoformat()}
    permit.revocation = {**told, "answer": answer, "may_be_heard": False}
    others = {"approvers": approvers(session, permit)}
    said = {"wants_hearing": data["wants_hearing"], "asked": _ASKED[data["wants_hearing"]]}
    go(session, permit, step, actor, "permit.revocation_answered", origin, others, **said)
    timekeeping.start(session, permit, "PM-HOLD" if data["wants_hearing"] else "PM-REVOKE", now(session))
    return permit
