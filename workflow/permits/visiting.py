"""At the place: the pair that is sent, what both officers sign, and what follows when it does not conform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import step_for
from workflow.clocks import end_of, local_day
from workflow.cosigning import checked_at, draft, pair_at_the_act, second_officer
from workflow.offices import duty_leaders, people_with_role
from workflow.permits import papers
from workflow.permits.acts import approvers, go, issue, take
from workflow.permits.models import Permit
from workflow.permits.rules import CONFORMS, LIFE
from workflow.state_machine import Transition
from workflow.terms import check_term

_EVENTS = {
    "inspect_pass": "permit.inspected", "inspect_fail": "permit.inspected", "verify_pass": "permit.verified",
    "verify_fail": "permit.verify_failed", "recheck_pass": "permit.recheck_passed", "recheck_fail": "permit.recheck_failed",
}  # fmt: skip


def assign(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The leader sends two certified officers of the division."""
    permit, step = take(session, actor, permit_id, "assign", origin)
    pair = data["officer_ids"]
    certified = people_with_role(session, pair, Role.FIRE_OFFICER, permit.region_code)
    if len(set(pair)) != len(pair) or len(certified) != len(pair):
        raise Invalid(field_error("officer_ids", "not_an_officer", "须为本辖区两名不同的消防监督员"))
    removed = [officer for officer in permit.officer_ids if officer not in pair]
    permit.officer_ids, permit.pending_act = pair, None
    due = permit.due_at.isoformat() if permit.due_at else ""
    others = {"officers": pair, "removed_officers": removed}
    go(session, permit, step, actor, "permit.assigned", origin, others, due=due)
    return permit


def defer(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The place was closed, or nobody who may speak for it was there: said to the leader, and the clock runs on."""
    permit, step = take(session, actor, permit_id, "defer", origin)
    others = {"leaders": duty_leaders(session, permit.org_id)}
    go(session, permit, step, actor, "permit.deferred", origin, others, reason=data["reason"])
    return permit


def _drafting(action: str) -> Any:
    def run(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
        permit, _ = take(session, actor, permit_id, action, origin)
        if action in CONFORMS and 0 in data["checklist"]:
            raise Invalid(field_error("checklist", "does_not_conform", "有不符合的项目,不能认定为符合"))
        if "due_on" in data:
            check_term(session, data["due_on"], after=local_day(now(session)))
        pair = pair_at_the_act(session, permit, permit.officer_ids, actor, origin, action)
        attach(session, actor, data["photos"], "permit", permit.id, "verification")
        summary = draft(session, permit, action, actor, data, origin, pair)
        record(
            session, "permit.act_drafted", permit, actor,
            concerns={"second_officer": [officer for officer in pair if officer != actor.id]},
            data={"number": permit.number, "venue": permit.form["venue_name"], **summary},
        )  # fmt: skip
        return permit

    run.__doc__ = f"{LIFE.steps(action)[0].label}, drafted by the first officer; it takes effect with the second signature."
    return run


inspect_pass, inspect_fail = _drafting("inspect_pass"), _drafting("inspect_fail")
verify_pass, verify_fail = _drafting("verify_pass"), _drafting("verify_fail")
recheck_pass, recheck_fail = _drafting("recheck_pass"), _drafting("recheck_fail")


def cosign(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The second signature: the visit takes effect."""
    permit, _ = take(session, actor, permit_id, "cosign", origin)
    second = second_officer(session, permit, actor, data, "cosign")
    act: Json = permit.pending_act or {}
    step = step_for(LIFE, permit, act["action"], {Role.FIRE_OFFICER})
    said = act["data"]
    permit.finding = {
        "action": act["action"], "finding": said["finding"], "attended_by": said["attended_by"], "checklist": said["checklist"],
        "photo_ids": said["photos"], "position": said["position"], "officers": [act["by"], str(second)],
        "act_sha256": act["act_sha256"], "signature": data["signature"], "drafted_at": act["at"],
        "checked_at": checked_at(permit, act).isoformat(),
    }  # fmt: skip
    permit.pending_act = None
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    others = {"approvers": approvers(session, permit)}
    if act["action"] == "verify_fail":
        _order(session, permit, step, actor, said, replace(origin, made_at=made_at))
    else:
        result = "符合" if act["action"] in CONFORMS else "不符合"
        go(session, permit, step, actor, _EVENTS[act["action"]], replace(origin, made_at=made_at), others, result=result)
    return permit


def _order(session: Session, permit: Permit, step: Transition, actor: Actor, said: Json, origin: Origin) -> None:
    """责令限期改正通知书: to be served within three working days, unless it is served on line with the signature."""
    due_on = datetime.fromisoformat(said["due_on"]).date()
    paper = issue(session, permit, "permit_order", papers.order(permit, said["orders"], due_on))
    permit.orders = [{**order, "photo_ids": []} for order in said["orders"]]
    permit.fix_due_on = due_on
    go(
        session, permit, step, actor, "permit.verify_failed", origin, {"leaders": duty_leaders(session, permit.org_id)},
        document_no=paper["number"], due=due_on.isoformat(),
    )  # fmt: skip
    if paper["served_at"] is not None:
        timekeeping.stop(session, permit, "PM-A-3WD")
    timekeeping.start_until(session, permit, "PM-TERM", end_of(due_on), "责令限期改正,期限由两名监督员确定")


def expire(session: Session, permit: Permit, step: Transition) -> None:
    """Timer: the term has passed, so the recheck is due."""
    ended_at = end_of(permit.fix_due_on) if permit.fix_due_on else now(session)
    due = timekeeping.forecast(session, "PM-RE", ended_at).isoformat()
    go(session, permit, step, SYSTEM, "permit.expired", Origin(), {"officers": permit.officer_ids}, due=due)
