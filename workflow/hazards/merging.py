"""并案 and 拆分并案: a report joins an open case of the same thing, and leaves it again where it was not the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.hazards.categories import check_clocks
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import reporters_of
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, STATES
from workflow.hazards.synced import HAZARD
from workflow.hazards.triage import end
from workflow.offices import duty_leaders

_GOES_ON = "拆分并案后恢复办理:期限仍自收到上报之时起算,并案期间不扣除,不重新计算"


def merge(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """并案: this report joins an open case of the same banner. All reporters are told, now and of what becomes of it."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "merge", roles_on(hazard, actor, origin))
    master = session.scalars(
        select(Hazard)
        .where(Hazard.id == data["master_id"], HAZARD.visible_to(actor), Hazard.region_code == hazard.region_code)
        .with_for_update(read=True)
    ).one_or_none()
    if master is None or master.id == hazard.id:
        raise Invalid(field_error("master_id", "unknown_case", "没有可以并入的案件"))
    guard(master.state not in LIFE.final, "merge", "master_is_closed")
    told = reporters_of(session, hazard)
    hazard.master_id, hazard.merged_from = master.id, hazard.state
    end(session, hazard)
    move(
        session, hazard, step, actor, "hazard.merged",
        concerns={"reporter": told, "master_reporter": reporters_of(session, master)},
        data={"number": hazard.number, "master_number": master.number, "master_id": str(master.id)}, origin=origin,
    )  # fmt: skip
    return hazard


def unmerge(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """拆分并案: the report is a case of its own again, where it stood before, whatever has become of the other meanwhile.

    Its clock goes on as if it had never been merged: it counts from the report, and may be over. What was merged into it
    before stays with it. Everybody on both sides is told, with how the other case stands.
    """
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "unmerge", roles_on(hazard, actor, origin))
    master = session.get_one(Hazard, hazard.master_id)
    ended_at, was_registered = hazard.closed_at, hazard.merged_from == "REGISTERED"
    hazard.master_id = hazard.merged_from = hazard.closed_at = hazard.off_devices_at = None
    hazard.prompt_id = None  # it ended with the merge: the place may be told anew
    session.flush()  # from here on neither side's reporters are the other's
    for rule_id in sorted(check_clocks(session, hazard)):
        timekeeping.revive(session, hazard, rule_id, ended_at, _GOES_ON)
    move(
        session, hazard, step, actor, "hazard.unmerged",
        concerns={
            "reporter": reporters_of(session, hazard), "master_reporter": reporters_of(session, master),
            "officers": master.officer_ids, "leaders": duty_leaders(session, hazard.org_id),
        },
        data={
            "number": hazard.number, "reason": data["reason"], "master_number": master.number, "master_id": str(master.id),
            "master_state": STATES[master.state], "due": hazard.due_at.isoformat() if hazard.due_at else None,
        },
        origin=origin,
    )  # fmt: skip
    if was_registered:
        again = step_for(LIFE, hazard, "enter_registered", SYSTEM.roles)
        move(session, hazard, again, SYSTEM, "hazard.registration_resumed", data={"number": hazard.number})
    return hazard
