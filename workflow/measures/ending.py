"""How a measure goes on and ends: longer once, the unit's application, and the leaders' answer; the terms that pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.base import Json
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.acting import guard, lock_below, step_for
from workflow.clocks import end_of, local_day
from workflow.measures.acts import go, take
from workflow.measures.models import Measure
from workflow.measures.rules import LIFE, MOST_DAYS
from workflow.measures.synced import MEASURE
from workflow.offices import duty_leaders
from workflow.papers.archive import issue
from workflow.papers.models import Paper


def extend(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """延长查封期限, once, by 30 days at most (行政强制法 25). Raises Invalid naming the day."""
    measure, step = take(session, actor, measure_id, "extend", origin)
    today = local_day(now(session))
    before = measure.until_on or today
    guard(today <= before, "extend", "term_has_ended")
    if not before < data["until_on"] <= before + timedelta(days=MOST_DAYS):
        latest = said_day(before + timedelta(days=MOST_DAYS))
        raise Invalid(field_error("until_on", "out_of_bounds", f"延长后的截止日应在{said_day(before)}之后、{latest}之前(含当日)"))
    measure.is_extended, measure.until_on = True, data["until_on"]
    reason = f"经批准延长至{said_day(measure.until_on)},理由:{data['reason']}"
    timekeeping.start_until(session, measure, "SEAL-30D", end_of(measure.until_on), reason)
    paper = _answer(session, measure, "延长临时查封期限", f"{data['reason']}(延长至{said_day(measure.until_on)})")
    go(
        session, measure, step, actor, "measure.extended", origin, until=said_day(measure.until_on), document_no=paper.number,
        reason=data["reason"],
    )  # fmt: skip
    return measure


def apply_unseal(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """申请解除查封 (消防监督检查规定 25): three working days to look, three more to decide. The sealing's own term runs on."""
    return _apply(session, actor, measure_id, "apply_unseal", data, origin)


def apply_resume(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """申请恢复施工、使用、生产、经营 (消防法 70, 消防监督检查规定 28)."""
    return _apply(session, actor, measure_id, "apply_resume", data, origin)


def _apply(session: Session, actor: Actor, measure_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Measure:
    measure, step = take(session, actor, measure_id, action, origin)
    attach(session, actor, data["photos"], "measure", measure.id, "rectification")
    photos = [str(photo) for photo in data["photos"]]
    measure.request = {"at": now(session).isoformat(), "note": data["note"], "photo_ids": photos}
    measure.finding = None  # of the application before: its event has it
    go(
        session, measure, step, actor, "measure.applied", origin, {"leaders": duty_leaders(session, measure.org_id)},
        request=measure.request,
    )  # fmt: skip
    return measure


def lift(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """解除查封: the danger is gone, the term is over, or it should not have been."""
    measure, step = take(session, actor, measure_id, "lift", origin)
    paper = _answer(session, measure, "解除临时查封", data["reason"])
    go(session, measure, step, actor, "measure.lifted", origin, document_no=paper.number, reason=data["reason"])
    return measure


def resume(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """同意恢复."""
    measure, step = take(session, actor, measure_id, "resume", origin)
    paper = _answer(session, measure, "同意恢复", data["reason"])
    go(session, measure, step, actor, "measure.resumed", origin, document_no=paper.number, reason=data["reason"])
    return measure


def revoke(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """撤销: entered wrongly, or the danger went before the decision was served; with the reason."""
    measure, step = take(session, actor, measure_id, "revoke", origin)
    measure.pending_act = None
    go(session, measure, step, actor, "measure.revoked", origin, reason=data["reason"])
    return measure


def keep(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """不予解除, 不同意恢复: the danger is still there. The unit may apply again."""
    measure, step = take(session, actor, measure_id, "keep", origin)
    answer = "不予解除临时查封" if measure.kind == "SEAL" else "不同意恢复"
    paper = _answer(session, measure, answer, data["reason"])
    go(session, measure, step, actor, "measure.upheld", origin, document_no=paper.number, reason=data["reason"], answer=answer)
    return measure


def urge(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """催告 within three working days of the day by which it had to stop (消防监督检查规定 27)."""
    measure, step = take(session, actor, measure_id, "urge", origin)
    made: Json = measure.decision or {}
    words = {
        "unit": measure.unit_name, "place": measure.place, "decision": made["document_no"], "reason": data["reason"],
        "by": said_day(measure.execute_by) if measure.execute_by else "", "day": said_day(local_day(now(session))),
    }  # fmt: skip
    paper = issue(session, measure, measure.org_id, "measure_urge", "催告书", words)
    go(session, measure, step, actor, "measure.urged", origin, document_no=paper.number, reason=data["reason"])
    return measure


def _answer(session: Session, measure: Measure, answer: str, reason: str) -> Paper:
    words = {
        "unit": measure.unit_name, "place": measure.place, "answer": answer, "reason": reason,
        "day": said_day(local_day(now(session))),
    }  # fmt: skip
    return issue(session, measure, measure.org_id, "measure_answer", f"{answer}决定书", words)


def expire(session: Session, measure_id: UUID) -> Measure | None:
    """Timer: the seal is not decided about and served in 24 hours, or its days are over; or something has not stopped.

    A leader opens the place then: the timer decides nothing about it. None if somebody was faster.
    """
    measure = lock_below(session, MEASURE, Measure, measure_id, SYSTEM, Origin())
    ended = [
        clock for clock in timekeeping.open_clocks(session, measure)
        if clock.rule_id in timekeeping.TERMS and clock.due_at <= now(session)
    ]  # fmt: skip
    if not ended:
        return None
    step = step_for(LIFE, measure, "expire", SYSTEM.roles)
    leaders = {"leaders": duty_leaders(session, measure.org_id)}
    go(session, measure, step, SYSTEM, "measure.expired", Origin(), leaders, was_sealed=measure.kind == "SEAL")
    drafted = measure.pending_act
    if drafted is not None and all(step.source != measure.state for step in LIFE.steps(drafted["action"])):
        measure.pending_act = None  # what two officers were about to sign has no meaning any more
    return measure
