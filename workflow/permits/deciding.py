"""What the office decides: on the papers, on the application, on the permit. Whoever accepts does not decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.base import Json
from database.session import now
from problems import Invalid, field_error
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.clocks import local_day
from workflow.offices import duty_leaders
from workflow.permits import licences, papers
from workflow.permits.acts import approvers, go, issue, served, take
from workflow.permits.models import Permit
from workflow.permits.rules import COMMITMENT, PAUSES, REFUSALS, REVOCATIONS
from workflow.state_machine import Transition

_LONGEST_PAUSE = timedelta(days=365)
# (action, where it leads) -> what is said of it.
_EVENTS = {
    ("accept", "ACCEPTED"): "permit.accepted",
    ("deem_accepted", "ACCEPTED"): "permit.deemed_accepted",
    ("grant", "VERIFY_PENDING"): "permit.granted",
    ("grant", "ACTIVE"): "permit.granted_after_inspection",
}


def accept(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """受理: the clock of the decision starts (行政许可法 32(五))."""
    permit, step = take(session, actor, permit_id, "accept", origin)
    permit.accepted_by = actor.id
    _enter_accepted(session, permit, step, actor, origin)
    return permit


def deem_accepted(session: Session, permit: Permit, step: Transition) -> None:
    """Timer: five working days went by without a word, so the papers were accepted when they came (行政许可法 32(四))."""
    permit.is_deemed_accepted = True
    _enter_accepted(session, permit, step, SYSTEM, Origin())


def _enter_accepted(session: Session, permit: Permit, step: Transition, actor: Actor, origin: Origin) -> None:
    received_at = permit.received_at or now(session)
    permit.accepted_at = received_at if permit.is_deemed_accepted else now(session)
    is_commitment = permit.route == COMMITMENT
    rule_id = "PM-A-1WD" if is_commitment else "PM-B-10WD"
    due = timekeeping.forecast(session, rule_id, permit.accepted_at)
    if due < now(session):  # silence took longer than the term: nobody is promised a day that has gone by; the clock says it
        due = timekeeping.forecast(session, rule_id, now(session))
    paper = issue(session, permit, "permit_acceptance", papers.acceptance(permit, received_at, due))
    others = {"approvers": approvers(session, permit)} if is_commitment else {"leaders": duty_leaders(session, permit.org_id)}
    go(
        session, permit, step, actor, _EVENTS[step.action, step.target], origin, others,
        document_no=paper["number"], received=received_at.isoformat(), next="许可决定" if is_commitment else "现场检查",
        due=due.isoformat(),
    )  # fmt: skip
    timekeeping.start(session, permit, rule_id, permit.accepted_at)


def require_correction(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """补正, told once and whole. Later only what was asked for, or has changed since, can be asked for again.

    Raises Invalid naming `items.<index>.field` for what should have been asked for the first time.
    """
    permit, step = take(session, actor, permit_id, "require_correction", origin)
    asked_before = {asked["field"] for asked in permit.corrections}
    if asked_before:
        for index, item in enumerate(data["items"]):
            if item["field"] not in asked_before:
                raise Invalid(
                    field_error(f"items.{index}.field", "not_told_at_once", "补正须一次性告知,首次未告知的内容不能再要求补正")
                )
    fix_by = timekeeping.forecast(session, "PM-FIX", now(session))
    paper = issue(session, permit, "permit_correction", papers.correction(data["items"], fix_by))
    permit.corrections = [
        *({**asked, "is_new": False} for asked in permit.corrections),
        *({"field": item["field"], "message": item["message"], "is_new": True, "changed": False} for item in data["items"]),
    ]
    listed = ";".join(f"{index}. {item['message']}" for index, item in enumerate(data["items"], 1))
    go(session, permit, step, actor, "permit.correction_required", origin, document_no=paper["number"], items=listed)
    return permit


def find_not_needed(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """不需要取得许可的, 即时告知 (行政许可法 32(一))."""
    return _decline(session, actor, permit_id, "find_not_needed", data, origin)


def find_not_competent(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """不属于本机关职权范围的, 告知向谁申请 (行政许可法 32(二))."""
    return _decline(session, actor, permit_id, "find_not_competent", data, origin)


def _decline(session: Session, actor: Actor, permit_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Permit:
    permit, step = take(session, actor, permit_id, action, origin)
    reason, proper_body = data["reason"], data.get("proper_body", "")
    paper = issue(session, permit, "permit_rejection", papers.rejection(reason, proper_body))
    permit.decision = {
        "kind": step.target, "code": None, "reason": reason, "proper_body": proper_body, "document_no": paper["number"],
        "remedies": paper["remedies"],
    }  # fmt: skip
    go(
        session, permit, step, actor, "permit.declined", origin,
        document_no=paper["number"], reason=reason, proper_body=proper_body, remedies=paper["remedies"],
    )  # fmt: skip
    return permit


def pause(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """Hearing, test, expert review: their time does not count, and the applicant is told in writing how long (行政许可法 45).

    Raises Invalid naming the day.
    """
    permit, step = take(session, actor, permit_id, "pause", origin)
    kind, reason, until_on = data["kind"], data["reason"], data["until_on"]
    _require_pause(until_on, local_day(now(session)), is_lifted=origin.mid is not None)
    paper = issue(session, permit, "permit_pause", papers.pause(kind, reason, until_on))
    permit.paused = {
        "kind": kind, "reason": reason, "at": now(session).isoformat(), "until_on": until_on and until_on.isoformat(),
    }  # fmt: skip
    what = PAUSES[kind] + (f"(预计至{said_day(until_on)})" if until_on else "")
    go(session, permit, step, actor, "permit.paused", origin, what=what, document_no=paper["number"])
    timekeeping.pause(session, permit)
    return permit


def _require_pause(until_on: date | None, today: date, *, is_lifted: bool) -> None:
    if until_on is None and not is_lifted:  # a device may have sealed it before the day was asked for
        raise Invalid(field_error("until_on", "required", "必填"))
    if until_on is not None and not today < until_on <= today + _LONGEST_PAUSE:
        raise Invalid(field_error("until_on", "out_of_bounds", f"应在今日之后、{said_day(today + _LONGEST_PAUSE)}之前(含当日)"))


def resume(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """The term goes on; its date moves by what was left out."""
    permit, step = take(session, actor, permit_id, "resume", origin)
    paused: Json = permit.paused or {}
    timekeeping.resume(session, permit, PAUSES[paused["kind"]])
    permit.paused = None
    due = permit.due_at.isoformat() if permit.due_at else ""
    go(session, permit, step, actor, "permit.resumed", origin, what=PAUSES[paused["kind"]], due=due)
    return permit


def grant(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """准予许可: 意见书, its licence, and by the route of commitment the verification within twenty working days."""
    permit, step = take(session, actor, permit_id, "grant", origin)
    verify_by = timekeeping.forecast(session, "PM-A-20WD", now(session))
    paper = issue(session, permit, "permit_opinion", papers.opinion(permit, verify_by))
    _decide(session, permit, actor, step, paper, None, "")
    licences.grant(session, permit, paper["number"], actor)
    others = {"leaders": duty_leaders(session, permit.org_id)}
    event = _EVENTS[step.action, step.target]
    go(session, permit, step, actor, event, origin, others, document_no=paper["number"], due=verify_by.isoformat())
    _serve(session, permit, paper)
    return permit


def refuse(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """不同意投入使用、营业, with reasons and remedies (行政许可法 38); false papers bar the applicant for a year (78)."""
    permit, step = take(session, actor, permit_id, "refuse", origin)
    paper = issue(session, permit, "permit_refusal", papers.refusal(permit, data["code"], data["reason"]))
    _decide(session, permit, actor, step, paper, data["code"], data["reason"])
    _ban(session, permit, REFUSALS[data["code"]][1])
    permit.pending_act = None
    go(
        session, permit, step, actor, "permit.refused", origin,
        document_no=paper["number"], reason=data["reason"], remedies=paper["remedies"],
    )  # fmt: skip
    _serve(session, permit, paper)
    return permit


def _decide(session: Session, permit: Permit, actor: Actor, step: Transition, paper: Json, code: str | None, reason: str) -> None:
    permit.decided_at, permit.decided_by = now(session), actor.id
    permit.decision = {
        "kind": "REFUSED" if step.target == "REFUSED" else "GRANTED", "code": code, "reason": reason, "proper_body": "",
        "document_no": paper["number"], "remedies": paper["remedies"],
    }  # fmt: skip


def _serve(session: Session, permit: Permit, paper: Json) -> None:
    """行政许可法 44: served within ten days, unless it was served with the decision."""
    if paper["served_at"] is None:
        timekeeping.start(session, permit, "PM-SERVE", now(session))


def _ban(session: Session, permit: Permit, years: int) -> None:
    if years:
        today = local_day(now(session))
        last = date(today.year + years, today.month, min(today.day, 28) if today.month == 2 else today.day)
        permit.banned_until = max(filter(None, (permit.banned_until, last)))


def serve(session: Session, actor: Actor, permit_id: UUID, _: dict[str, Any], origin: Origin) -> Permit:
    """Papers were handed over; the date is kept with each."""
    permit, step = take(session, actor, permit_id, "serve", origin)
    served(permit, now(session))
    go(session, permit, step, actor, "permit.served", origin)
    return permit


def tell_revocation(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """拟撤销: facts, reason and the right to answer, before anything is decided (行政许可法 7, 69)."""
    permit, step = take(session, actor, permit_id, "tell_revocation", origin)
    until = timekeeping.forecast(session, "PM-HEAR", now(session))
    paper = issue(session, permit, "permit_intent", papers.intent(permit, data["code"], data["reason"], until))
    permit.revocation = {
        "code": data["code"], "reason": data["reason"], "told_at": now(session).isoformat(), "document_no": paper["number"],
        "answer": None, "may_be_heard": True,
    }  # fmt: skip
    said = {"document_no": paper["number"], "reason": data["reason"], "due": until.isoformat()}
    go(session, permit, step, actor, "permit.revocation_told", origin, **said)
    return permit


def end_hearing(session: Session, permit: Permit, step: Transition) -> None:
    """Timer: nobody answered in time, so it can be decided."""
    permit.revocation = {**(permit.revocation or {}), "may_be_heard": False}
    go(session, permit, step, SYSTEM, "permit.hearing_ended", Origin(), {"approvers": approvers(session, permit)})


def revoke(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """撤销: the licence ends; who got it by deceit may not apply for three years (行政许可法 69, 79; 消防法 58(2))."""
    permit, step = take(session, actor, permit_id, "revoke", origin)
    told: Json = permit.revocation or {}
    paper = issue(session, permit, "permit_revocation", papers.revocation(permit, told, data["reason"]))
    permit.decision = {
        "kind": "REVOKED", "code": told["code"], "reason": data["reason"], "proper_body": "", "document_no": paper["number"],
        "remedies": paper["remedies"],
    }  # fmt: skip
    _ban(session, permit, REVOCATIONS[told["code"]][1])
    licences.end(session, permit, "REVOKED", actor)
    said = {"document_no": paper["number"], "reason": data["reason"], "remedies": paper["remedies"]}
    go(session, permit, step, actor, "permit.revoked", origin, **said)
    _serve(session, permit, paper)
    return permit


def uphold(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """The answer convinced: the permit stays."""
    permit, step = take(session, actor, permit_id, "uphold", origin)
    go(session, permit, step, actor, "permit.upheld", origin, reason=data["reason"])
    return permit


def cancel(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """注销 (行政许可法 70)."""
    return _end(session, actor, permit_id, "cancel", "CANCELLED", data, origin)


def retract(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """撤回: law or facts have changed, and the public interest asks for it (行政许可法 8)."""
    return _end(session, actor, permit_id, "retract", "RETRACTED", data, origin)


def _end(
    session: Session, actor: Actor, permit_id: UUID, action: str, status: str, data: dict[str, Any], origin: Origin
) -> Permit:  # fmt: skip
    permit, step = take(session, actor, permit_id, action, origin)
    reason, title = data["reason"], f"{papers.ENDINGS[status]}许可决定书"
    paper = issue(session, permit, "permit_ending", papers.ending(permit, status, data.get("code"), reason), title)
    permit.decision = {
        "kind": status, "code": None, "reason": reason, "proper_body": "", "document_no": paper["number"],
        "remedies": paper["remedies"],
    }  # fmt: skip
    licences.end(session, permit, status, actor)
    said = {"document_no": paper["number"], "reason": reason, "remedies": paper["remedies"]}
    go(session, permit, step, actor, "permit.ended", origin, what=step.label, **said)
    return permit
