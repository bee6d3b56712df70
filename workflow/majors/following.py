"""What follows once it is determined: the government, the unit's progress, its term, and how it is struck off."""

from __future__ import annotations

from datetime import date, timedelta
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
from workflow.acting import lock_below, step_for
from workflow.clocks import local_day
from workflow.majors.acts import day_said, go, take
from workflow.majors.models import MajorHazard
from workflow.majors.rules import GROUNDS, LIFE, MOST_DAYS, TERM
from workflow.majors.synced import MAJOR
from workflow.offices import duty_leaders
from workflow.papers.archive import issue

_MOST_PROGRESS = 100  # reports of one unit: beyond it nobody reads them


def report_to_government(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """书面报告本级人民政府 (消防法 55): within the seven working days where it endangers the public or lies in the layout."""
    major, step = take(session, actor, major_id, "report_to_government", origin)
    ground = GROUNDS.get((major.study or {}).get("ground") or "", "重大火灾隐患")
    words = {
        "government": data["government"], "through": f"(经{data['through']})" if data["through"] else "", "unit": major.unit_name,
        "place": major.place, "facts": major.facts, "standard": major.standard, "ground": ground, "proposal": data["proposal"],
        "notice": major.notice_no or "", "until": day_said(major.due_on), "day": said_day(local_day(now(session))),
    }  # fmt: skip
    paper = issue(session, major, major.org_id, "major_report", "重大火灾隐患报告", words)
    major.report = {**_by(session, actor), **data, "document_no": paper.number}
    go(
        session,
        major,
        step,
        actor,
        "major.reported",
        origin,
        {"unit": []},
        document_no=paper.number,
        government=data["government"],
    )
    return major


def put_under_supervision(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """挂牌督办 by the government, with its own day: from now on that is the unit's term."""
    major, step = take(session, actor, major_id, "put_under_supervision", origin)
    _check_day(session, "until_on", data["until_on"], local_day(now(session)))
    attach(session, actor, data["photos"], "major", major.id, "verification")
    names = ("level", "body", "document_no", "leader")
    major.supervision = {
        **_by(session, actor), **{name: data[name] for name in names}, "until_on": data["until_on"].isoformat(),
        "photo_ids": [str(photo) for photo in data["photos"]],
    }  # fmt: skip
    major.due_on, major.awaits_recheck = data["until_on"], False
    go(session, major, step, actor, "major.supervised", origin, body=data["body"], document_no=data["document_no"])
    return major


def report_progress(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """报告整改进展, by the unit, or by the leader where it came on paper."""
    major, step = take(session, actor, major_id, "report_progress", origin)
    if len(major.progress) >= _MOST_PROGRESS:
        raise Invalid(field_error("note", "too_many", f"整改进展最多报告{_MOST_PROGRESS}次"))
    major.progress = [*major.progress, _said(session, actor, major, data)]
    go(session, major, step, actor, "major.progress_reported", origin, {"leaders": duty_leaders(session, major.org_id)})
    return major


def apply_cancelling(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """申请销案: two officers look within three working days. The term runs on."""
    major, step = take(session, actor, major_id, "apply_cancelling", origin)
    major.request, major.awaits_recheck = _said(session, actor, major, data), True
    go(session, major, step, actor, "major.applied", origin, request=major.request)
    return major


def _said(session: Session, actor: Actor, major: MajorHazard, data: dict[str, Any]) -> Json:
    attach(session, actor, data["photos"], "major", major.id, "rectification")
    photos = [str(photo) for photo in data["photos"]]
    return {"at": now(session).isoformat(), "note": data["note"], "photo_ids": photos}


def extend(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """延长整改期限, once, with who approved it: a leader, or the body that supervises. Raises Invalid naming the field."""
    major, step = take(session, actor, major_id, "extend", origin)
    today = local_day(now(session))
    _check_day(session, "until_on", data["until_on"], max(major.due_on or today, today))
    major.extended = {**_by(session, actor), **data, "until_on": data["until_on"].isoformat()}
    major.due_on, major.awaits_recheck = data["until_on"], False
    go(session, major, step, actor, "major.extended", origin, reason=data["reason"])
    return major


def _check_day(session: Session, field: str, day: date, after: date) -> None:
    if not after < day <= local_day(now(session)) + timedelta(days=MOST_DAYS):
        raise Invalid(field_error(field, "out_of_bounds", f"应晚于{said_day(after)},自今日起不超过{MOST_DAYS}日"))


def cancel_record(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """销案 after a recheck that found it gone; under supervision by the document of whoever supervises."""
    major, step = take(session, actor, major_id, "cancel_record", origin)
    if major.supervision is not None and not data["document_no"]:
        raise Invalid(field_error("document_no", "required", "挂牌督办的,请填写督办单位同意销案的文号"))
    checked: Json = major.finding or {}
    words = {
        "unit": major.unit_name, "place": major.place, "notice": major.notice_no or "", "finding": checked["finding"],
        "reason": data["reason"], "supervision": f"督办单位同意销案的文号:{data['document_no']}。" if data["document_no"] else "",
        "day": said_day(local_day(now(session))),
    }  # fmt: skip
    paper = issue(session, major, major.org_id, "major_ending", "重大火灾隐患销案通知书", words)
    major.ending = {**_by(session, actor), "reason": data["reason"], "document_no": data["document_no"]}
    go(session, major, step, actor, "major.record_cancelled", origin, document_no=paper.number)
    return major


def keep_on_record(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """不予销案, with the reason: the unit goes on, within the term that it has."""
    major, step = take(session, actor, major_id, "keep_on_record", origin)
    go(session, major, step, actor, "major.retained", origin, reason=data["reason"])
    return major


def expire(session: Session, major_id: UUID) -> MajorHazard | None:
    """Timer: the term has passed; the leaders are told, and two officers look. None if somebody was faster."""
    major = lock_below(session, MAJOR, MajorHazard, major_id, SYSTEM, Origin())
    ended = [clock for clock in timekeeping.open_clocks(session, major) if clock.rule_id == TERM and clock.due_at <= now(session)]
    if not ended:
        return None
    step = step_for(LIFE, major, "expire", SYSTEM.roles)
    major.awaits_recheck = True
    go(session, major, step, SYSTEM, "major.expired", Origin(), {"leaders": duty_leaders(session, major.org_id)})
    return major


def _by(session: Session, actor: Actor) -> Json:
    return {"at": now(session).isoformat(), "by": str(actor.id)}
