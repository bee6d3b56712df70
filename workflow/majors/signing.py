"""What two officers do: serve the notice, and look whether the hazard is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
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
from workflow.acting import step_for
from workflow.clocks import local_day
from workflow.cosigning import CLOCK_OFF, checked_at, draft, pair_at_the_act, second_officer
from workflow.majors.acts import facts, go, take
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE
from workflow.offices import duty_leaders

_EVENTS = {"serve": "major.served", "recheck_pass": "major.recheck_passed", "recheck_fail": "major.recheck_failed"}


def serve(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """送达整改通知书: from then on the unit knows, and answers for its term."""
    return _draft(session, actor, major_id, "serve", data, origin)


def recheck_pass(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """复查合格: the leader may strike it off."""
    return _draft(session, actor, major_id, "recheck_pass", data, origin)


def recheck_fail(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """复查不合格: the unit goes on, within its term or after it."""
    return _draft(session, actor, major_id, "recheck_fail", data, origin)


def _draft(session: Session, actor: Actor, major_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> MajorHazard:
    major, _ = take(session, actor, major_id, action, origin)
    pair = pair_at_the_act(session, major, major.officer_ids, actor, origin, action)
    if action == "serve":
        _check_served(session, major, data["served_at"])
    attach(session, actor, data["photos"], "major", major.id, "verification" if action == "serve" else "recheck")
    summary = draft(session, major, action, actor, data, origin, pair)
    record(
        session, "major.act_drafted", major, actor,
        concerns={"second_officer": [officer for officer in pair if officer != actor.id]}, data={**facts(major), **summary},
    )  # fmt: skip
    return major


def _check_served(session: Session, major: MajorHazard, moment: datetime) -> None:
    made_at = datetime.fromisoformat((major.study or {})["at"])
    if not made_at - CLOCK_OFF <= moment <= now(session) + CLOCK_OFF:
        raise Invalid(field_error("served_at", "implausible", "送达时间应在通知书制作之后、现在之前"))


def cosign(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """The second signature: what the two did takes effect."""
    major, _ = take(session, actor, major_id, "cosign", origin)
    second = second_officer(session, major, actor, data, "cosign")
    act: Json = major.pending_act or {}
    step = step_for(LIFE, major, act["action"], {Role.FIRE_OFFICER})
    there = checked_at(major, act)
    signed = {"officers": [act["by"], str(second)], "act_sha256": act["act_sha256"], "signature": data["signature"]}
    major.pending_act = None
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    more = _effect(major, act["action"], act["data"], signed, there)
    go(
        session, major, step, actor, _EVENTS[act["action"]], replace(origin, made_at=made_at),
        {"leaders": duty_leaders(session, major.org_id)}, **more,
    )  # fmt: skip
    return major


def _effect(major: MajorHazard, action: str, said: Json, signed: Json, there: datetime) -> Json:
    """Write down what the act says. Returns what its event tells besides."""
    photos = {"photo_ids": said["photos"]}
    if action == "serve":
        names = ("signed", "party_name", "witness_name")
        major.served = {"at": said["served_at"], **{name: said[name] for name in names}, **photos, **signed}
        major.told_unit_id = major.unit_id
        return {"document_no": major.notice_no}
    major.awaits_recheck = False
    major.finding = {
        "at": there.isoformat(), "is_removed": action == "recheck_pass", "finding": said["finding"], "position": said["position"],
        **photos, **signed,
    }  # fmt: skip
    return {"checked_on": local_day(there).isoformat(), "finding": major.finding}
