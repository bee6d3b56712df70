"""After the check: tell the reporter, file a case, close, force a close by two persons, confirm a late one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.session import now
from problems import RoleNotAllowed
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.clocks import local_day
from workflow.hazards.models import Hazard
from workflow.hazards.queries import is_closable, is_with_receiver, result_of
from workflow.hazards.reporters import reporters_of, told_apart
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, VERIFY_CLOCKS
from workflow.hazards.synced import HAZARD

_CLOSES_WHEN_TOLD = ("VERIFIED_FALSE", "VERIFIED_FIXED", "HANDED_OVER")


def tell_reporter(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """告知举报人 (消防监督检查规定 18(2)): an event at each step. A false report closes by it."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "tell_reporter", roles_on(hazard, actor, origin))
    result = result_of(hazard)
    guard(result is not None, "tell_reporter", "nothing_to_tell")
    hazard.told_at = now(session)
    until = _open_dispute(session, hazard)
    order = (hazard.finding or {}).get("order_text", "")
    move(
        session, hazard, step, actor, "hazard.reporter_told",
        concerns={} if data["impossible"] else told_apart(session, hazard),
        data={
            "number": hazard.number, "result": result, "order": order,
            "date": _checked_on(hazard),
            "dispute_until": local_day(until).isoformat(),
            "impossible": data["impossible"], "note": data["note"],
        },
        origin=origin,
    )  # fmt: skip
    if hazard.state in _CLOSES_WHEN_TOLD and is_closable(session, hazard):
        _close(session, hazard, SYSTEM, {Role.SYSTEM}, origin)
    return hazard


def _open_dispute(session: Session, hazard: Hazard) -> datetime:
    """From now on the reporter may object, for as long as the registry says now."""
    hazard.dispute_until = timekeeping.forecast(session, "HZ-DISPUTE", now(session))
    return hazard.dispute_until


def _checked_on(hazard: Hazard) -> str:
    there = datetime.fromisoformat(hazard.finding["checked_at"]) if hazard.finding else hazard.updated_at
    return local_day(there).isoformat()


def close(session: Session, actor: Actor, hazard_id: UUID, _: dict[str, Any], origin: Origin) -> Hazard:
    """办结: only after a passed recheck, 立案 with its number, or the telling of a false report."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    roles = roles_on(hazard, actor, origin)
    step_for(LIFE, hazard, "close", roles)
    guard(is_closable(session, hazard), "close", "not_ready_to_close")
    _close(session, hazard, actor, roles, origin)
    return hazard


def _rectified_on(hazard: Hazard) -> str | None:
    """Of a case that a recheck has ended, the day of that."""
    day: str | None = (hazard.finding or {}).get("rectified_on")
    return day if hazard.state == "RECTIFIED" else None


def _close(session: Session, hazard: Hazard, actor: Actor, roles: set[Role], origin: Origin) -> None:
    step = step_for(LIFE, hazard, "close", roles)
    hazard.closed_at = now(session)
    _open_dispute(session, hazard)
    timekeeping.cancel(session, hazard, "HZ-TELL")
    move(
        session, hazard, step, actor, "hazard.closed",
        concerns=told_apart(session, hazard),
        data={
            "number": hazard.number, "date": _rectified_on(hazard) or local_day(now(session)).isoformat(),
            "after": "case_filed" if hazard.case_no else hazard.state,
        },
        origin=origin,
    )  # fmt: skip


def file_case(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """立案 with its number: from then on the public may read 办结."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "file_case", roles_on(hazard, actor, origin))
    hazard.case_no = data["case_no"]
    timekeeping.start(session, hazard, "HZ-CLOSE", now(session))
    move(
        session, hazard, step, actor, "hazard.case_filed",
        data={"number": hazard.number, "case_no": hazard.case_no}, origin=origin,
    )  # fmt: skip
    return hazard


def request_force_close(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The first of two persons: why this case should end outside its life cycle."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "request_force_close", roles_on(hazard, actor, origin))
    hazard.force_close = {"by": str(actor.id), "at": now(session).isoformat(), "reason": data["reason"]}
    move(
        session, hazard, step, actor, "hazard.force_close_requested",
        data={"number": hazard.number, "reason": data["reason"]}, origin=origin,
    )  # fmt: skip
    return hazard


def force_close(session: Session, actor: Actor, hazard_id: UUID, _: dict[str, Any], origin: Origin) -> Hazard:
    """The second person agrees. A case that a receiving office has accepted is that office's to finish."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "force_close", roles_on(hazard, actor, origin))
    guard(hazard.force_close is not None, "force_close", "not_requested")
    if hazard.force_close is not None and hazard.force_close["by"] == str(actor.id):
        raise RoleNotAllowed(action="force_close", reason="second_person_needed")
    guard(not is_with_receiver(hazard), "force_close", "receiver_holds_the_case")
    hazard.closed_at = now(session)
    _open_dispute(session, hazard)
    timekeeping.cancel(session, hazard)
    move(
        session, hazard, step, actor, "hazard.force_closed",
        concerns={"reporter": reporters_of(session, hazard)}, data={"number": hazard.number}, origin=origin,
    )  # fmt: skip
    return hazard


def confirm_timely(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The leader accepts, or refuses, the device time of a check that was handed in late (docs/sync-protocol.md 6)."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "confirm_timely", roles_on(hazard, actor, origin))
    claimed = [
        clock
        for clock in timekeeping.clocks_of(session, "hazard", hazard.id)
        if clock.rule_id in VERIFY_CLOCKS and clock.met_claimed_at is not None and clock.met_confirmed_by is None
    ]
    guard(bool(claimed), "confirm_timely", "nothing_claimed")
    for clock in claimed:
        clock.met_confirmed_by = actor.id
        clock.breached_at = None if data["accepted"] else clock.due_at  # the timetable may have marked it meanwhile
    move(
        session, hazard, step, actor, "hazard.timeliness_decided",
        data={"number": hazard.number, "accepted": data["accepted"], "note": data["note"]}, origin=origin,
    )  # fmt: skip
    return hazard
