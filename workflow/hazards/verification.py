"""On the spot: arrive, find, and sign with two officers; then true, false, or put right at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.clocks import local_day
from workflow.cosigning import checked_at, draft, pair_at_the_act, second_officer
from workflow.hazards.models import Hazard
from workflow.hazards.roles import pair_of, roles_on
from workflow.hazards.rules import LIFE, VERIFY_CLOCKS
from workflow.hazards.synced import HAZARD
from workflow.offices import duty_leaders
from workflow.papers.archive import take_order
from workflow.terms import check_term, is_unit_of, said

_EVENTS = {
    "verify_true": "hazard.verified_true",
    "verify_false": "hazard.verified_false",
    "fix_on_site": "hazard.fixed_on_site",
}


def start(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """到场: one of the two officers says that they are there."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "start", roles_on(hazard, actor, origin))
    arrived = data["arrived_at"]
    move(
        session, hazard, step, actor, "hazard.check_started",
        data={
            "number": hazard.number, "position": data["position"],
            "arrived_at": arrived.isoformat() if arrived else None,
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def verify_true(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """属实: the finding and the order, drafted by the first officer."""
    return _draft(session, actor, hazard_id, "verify_true", data, origin)


def verify_false(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """未发现所反映的情况."""
    return _draft(session, actor, hazard_id, "verify_false", data, origin)


def fix_on_site(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """当场改正: an oral order, noted in the record."""
    return _draft(session, actor, hazard_id, "fix_on_site", data, origin)


def _draft(session: Session, actor: Actor, hazard_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Hazard:
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step_for(LIFE, hazard, action, roles_on(hazard, actor, origin))
    pair = pair_at_the_act(session, hazard, pair_of(hazard), actor, origin, action)
    moment = min(now(session), origin.made_at or now(session))  # of an act without signal what the device says
    _check_lateness(session, hazard, data["late_reason"], moment)
    if "order" in data:
        _take_order(session, hazard, data["order"], pair, moment, actor)
    attach(session, actor, _photos(data), "hazard", hazard.id, "verification")
    summary = draft(session, hazard, action, actor, data, origin, pair)
    record(
        session, "hazard.act_drafted", hazard, actor,
        concerns={"second_officer": [officer for officer in pair if officer != actor.id]},
        data={"number": hazard.number, **summary},
    )  # fmt: skip
    return hazard


def _check_lateness(session: Session, hazard: Hazard, reason: str, moment: datetime) -> None:
    """Whoever checks after the date says why (docs/wording.md 18)."""
    if not reason and _is_late(session, hazard, moment):
        raise Invalid(field_error("late_reason", "required", "已超过核查时限,请填写超期原因"))


def _is_late(session: Session, hazard: Hazard, moment: datetime) -> bool:
    clocks = timekeeping.open_clocks(session, hazard)
    return any(clock.rule_id in VERIFY_CLOCKS and clock.due_at < moment for clock in clocks)


def _take_order(session: Session, hazard: Hazard, order: Json, pair: list[UUID], moment: datetime, actor: Actor) -> None:
    """The unit is one of this banner, the term lies within its bounds, and what was served says the same."""
    if order["unit_id"] is not None and not is_unit_of(session, order["unit_id"], hazard.region_code):
        raise Invalid(field_error("order.unit_id", "unknown_unit", "本辖区没有这个单位"))
    if order["due_on"] is not None:
        check_term(session, order["due_on"], after=local_day(moment), field="order.due_on")
    if order["served"] is not None:
        take_order(session, hazard, order, pair, actor)


def _photos(data: dict[str, Any]) -> list[UUID]:
    order = data.get("order") or {}
    signed: list[UUID] = (order.get("served") or {}).get("photos", [])
    return [*data["photos"], *(photo for item in order.get("items", []) for photo in item["photos"]), *signed]


def cosign(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The second signature: the drafted act takes effect."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    roles = roles_on(hazard, actor, origin)
    step_for(LIFE, hazard, "cosign", roles)
    second = second_officer(session, hazard, actor, data, "cosign")
    act: Json = hazard.pending_act or {}
    step = step_for(LIFE, hazard, act["action"], {Role.FIRE_OFFICER})
    content: Json = act["data"]  # validated when it was drafted
    if act["made_at"] is None:
        _check_still_holds(session, hazard, content)
    there = checked_at(hazard, act)
    hazard.finding = {
        "action": act["action"],
        "finding": content["finding"],
        "photo_ids": content["photos"],
        "position": content["position"],
        "officers": [act["by"], str(second)],
        "act_sha256": act["act_sha256"],
        "signature": data["signature"],
        "drafted_at": act["at"],
        "checked_at": there.isoformat(),
        "rectified_on": None,
        "order_text": said(content["order"]) if content.get("order") else "",
        "no_evidence_reason": content["no_evidence_reason"],
    }
    hazard.pending_act = None
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    move(
        session, hazard, step, actor, _EVENTS[act["action"]],
        concerns={"reporter": [hazard.reporter_id], "officers": hazard.officer_ids},
        data={
            "number": hazard.number, "officers": [act["by"], str(second)], "act_sha256": act["act_sha256"],
            "finding": content["finding"], "checked_on": local_day(there).isoformat(),
            **({"order": content["order"]} if "order" in content else {}),
        },
        origin=replace(origin, made_at=made_at),
    )  # fmt: skip
    if content["late_reason"]:
        record(
            session, "hazard.lateness_explained", hazard, Actor(id=UUID(act["by"]), name=""),
            concerns={"leaders": duty_leaders(session, hazard.org_id)},
            data={"number": hazard.number, "reason": content["late_reason"]},
        )  # fmt: skip
    return hazard


def _check_still_holds(session: Session, hazard: Hazard, content: Json) -> None:
    """An act on line takes effect with the second signature: too late for its term or its clock, it is drafted anew."""
    moment, order = now(session), content.get("order") or {}
    has_term = order.get("due_on") is None or date.fromisoformat(order["due_on"]) > local_day(moment)
    guard(has_term, "cosign", "term_has_passed")
    guard(bool(content["late_reason"]) or not _is_late(session, hazard, moment), "cosign", "lateness_unexplained")
