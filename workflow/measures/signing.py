"""What two officers do: propose or seal at once, serve, see that something stopped, look after the unit has applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.acting import step_for
from workflow.clocks import end_of, local_day, start_of
from workflow.cosigning import CLOCK_OFF, checked_at, draft, pair_at_the_act, second_officer
from workflow.measures.acts import facts, go, take
from workflow.measures.models import Measure
from workflow.measures.rules import LIFE, MOST_DAYS
from workflow.offices import duty_leaders, people_with_role, staff_names
from workflow.papers.archive import archive, take_served
from workflow.papers.templates import record_paper

_EVENTS = {
    "propose": "measure.proposed",
    "seal_at_once": "measure.sealed_at_once",
    "serve": "measure.served",
    "confirm_stopped": "measure.stopped",
    "check": "measure.checked",
}


def propose(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """提请集体研究: the leaders decide together, and nothing is closed before."""
    return _draft(session, actor, measure_id, "propose", data, origin)


def seal_at_once(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """当场先行查封 on a leader's oral approval; the decision follows within 24 hours (消防监督检查规定 23(2))."""
    return _draft(session, actor, measure_id, "seal_at_once", data, origin)


def serve(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """送达决定书, and the sealing itself where it was not done at once."""
    return _draft(session, actor, measure_id, "serve", data, origin)


def confirm_stopped(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """核实已停止."""
    return _draft(session, actor, measure_id, "confirm_stopped", data, origin)


def check(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """检查整改情况 within three working days of the application; the leader decides within three more."""
    return _draft(session, actor, measure_id, "check", data, origin)


def _draft(session: Session, actor: Actor, measure_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Measure:
    measure, _ = take(session, actor, measure_id, action, origin)
    pair = pair_at_the_act(session, measure, measure.officer_ids, actor, origin, action)
    if action == "seal_at_once":
        data = {**data, "leader_id": _approved_by(session, measure, data)}
    for name in ("sealed_at", "served_at"):
        _check_moment(session, measure, name, data.get(name))
    served: Json | None = data.get("served")
    if served is not None:
        record_of_place = record_paper(measure, data, served["officers"], local_day(data["sealed_at"]))
        take_served(session, measure, record_of_place, served, pair, actor, "served")
    photos = [*data.get("photos", []), *(served["photos"] if served else [])]
    attach(session, actor, photos, "measure", measure.id, "recheck" if action == "check" else "verification")
    summary = draft(session, measure, action, actor, data, origin, pair)
    record(
        session, "measure.act_drafted", measure, actor,
        concerns={"second_officer": [officer for officer in pair if officer != actor.id]}, data={**facts(measure), **summary},
    )  # fmt: skip
    return measure


def _approved_by(session: Session, measure: Measure, data: dict[str, Any]) -> UUID:
    """He who said yes by word of mouth leads the division, and is not one of the two officers."""
    led = [*duty_leaders(session, measure.org_id, data["approved_at"]), *duty_leaders(session, measure.org_id)]
    others = [person for person in led if person not in measure.officer_ids]  # an officer may stand in for the leader
    leader = data["leader_id"] or next(iter(others), None)
    if leader is None:
        raise Invalid(field_error("leader_id", "required", "当时没有值班负责人,请写明是谁批准的"))
    leads = leader in others or people_with_role(session, [leader], Role.UNIT_LEADER, measure.region_code)
    if leader in measure.officer_ids or not leads:
        raise Invalid(field_error("leader_id", "not_a_leader", "口头批准的,应为本机关负责人"))
    if data["approved_at"] > data["sealed_at"]:
        raise Invalid(field_error("approved_at", "after_the_sealing", "口头批准应在查封之前"))
    return UUID(str(leader))


def _check_moment(session: Session, measure: Measure, name: str, moment: datetime | None) -> None:
    if moment is None:
        return
    since = start_of(measure.inspected_on) if measure.sealed_at is None else measure.sealed_at
    if not since - CLOCK_OFF <= moment <= now(session) + CLOCK_OFF:
        raise Invalid(field_error(name, "implausible", "时间应在检查之后、现在之前"))
    if measure.state == "EXPIRED" and moment > _served_by(session, measure):
        raise Invalid(field_error(name, "too_late", "送达已超过时限,查封已经失效,请解除"))


def _served_by(session: Session, measure: Measure) -> datetime:
    """Until when the decision had to be served: 24 hours after a sealing at once, else three working days after the check."""
    due = {clock.rule_id: clock.due_at for clock in timekeeping.clocks_of(session, "measure", measure.id)}
    return due.get("SEAL-24H") or due["SEAL-3WD"]


def cosign(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """The second signature: what the two did takes effect."""
    measure, _ = take(session, actor, measure_id, "cosign", origin)
    second = second_officer(session, measure, actor, data, "cosign")
    act: Json = measure.pending_act or {}
    step = step_for(LIFE, measure, act["action"], {Role.FIRE_OFFICER})
    there = checked_at(measure, act)
    signed = {"officers": [act["by"], str(second)], "act_sha256": act["act_sha256"], "signature": data["signature"]}
    measure.pending_act = None
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    # The clocks of the step begin with the move; those that count from another moment are set right after it.
    more = _effect(session, measure, actor, act["action"], act["data"], signed, there)
    go(
        session, measure, step, actor, _EVENTS[act["action"]], replace(origin, made_at=made_at),
        {"leaders": duty_leaders(session, measure.org_id)}, **more,
    )  # fmt: skip
    _start_clocks(session, measure, act["action"])
    return measure


def _effect(
    session: Session, measure: Measure, actor: Actor, action: str, said: Json, signed: Json, there: datetime
) -> Json:  # fmt: skip
    """Write down what the act says. Returns what its event tells besides."""
    photos = {"photo_ids": said.get("photos", [])}
    match action:
        case "seal_at_once":
            place = {"position": said["position"]}
            measure.approval = {"leader_id": said["leader_id"], "at": said["approved_at"], **place, **photos, **signed}
            _seal(session, measure, actor, datetime.fromisoformat(said["sealed_at"]), said, signed)
            return {"until": _until(measure)}
        case "serve":
            measure.served = {
                "at": said["served_at"], "signed": said["signed"], "party_name": said["party_name"],
                "witness_name": said["witness_name"], **photos, **signed,
            }  # fmt: skip
            if measure.sealed_at is None:
                _seal(session, measure, actor, datetime.fromisoformat(said["served_at"]), said, signed)
            return {"until": _until(measure)}
        case "confirm_stopped":
            place = {"position": said["position"]}
            measure.stopped = {"at": there.isoformat(), "finding": said["finding"], **place, **photos, **signed}
            return {}
        case "check":
            measure.finding = {
                "at": there.isoformat(), "is_removed": said["is_removed"], "finding": said["finding"],
                "position": said["position"], **photos, **signed,
            }  # fmt: skip
            return {"checked_on": local_day(there).isoformat(), "is_removed": said["is_removed"], "finding": measure.finding}
        case _:
            measure.proposal = {"note": said["note"], **photos, **signed}
            return {}


def _seal(session: Session, measure: Measure, actor: Actor, sealed_at: datetime, said: Json, signed: Json) -> None:
    """From now on the place is closed, and its people know: the record of the place is made and kept (行政强制法 18)."""
    sealed_at = min(sealed_at, now(session))  # a phone whose clock is ahead gives nobody more time
    measure.sealed_at, measure.told_unit_id = sealed_at, measure.unit_id
    measure.until_on = local_day(sealed_at) + timedelta(days=MOST_DAYS)
    names = staff_names(session, [UUID(officer) for officer in signed["officers"]])
    officers = "、".join(names.get(officer, "") for officer in signed["officers"])
    archive(session, measure, record_paper(measure, said, officers, local_day(sealed_at)), said.get("served"), actor)


def _until(measure: Measure) -> str:
    return said_day(measure.until_on) if measure.until_on else ""


def _start_clocks(session: Session, measure: Measure, action: str) -> None:
    """Of a sealing the clocks count from the moment at which the place was closed, however late the phone hands it in."""
    if measure.sealed_at is None or measure.until_on is None:
        return
    if action == "seal_at_once":
        timekeeping.start(session, measure, "SEAL-24H", measure.sealed_at)
    if action in ("seal_at_once", "serve"):
        reason = f"自{said_day(local_day(measure.sealed_at))}查封之日起不超过{MOST_DAYS}日"
        timekeeping.start_until(session, measure, "SEAL-30D", end_of(measure.until_on), reason)
