"""听证 before a permit is revoked (行政许可法 47, 48): who is to lose it asks for it, and nothing is decided before it was held.

It is appointed, told at least seven days before by a paper, held by somebody who did not examine the case, and put on record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.clocks import local_day
from workflow.cosigning import CLOCK_OFF
from workflow.offices import staff_names
from workflow.permits import papers
from workflow.permits.acts import approvers, go, issue, take
from workflow.permits.models import Permit

_LATEST = timedelta(days=366)  # beyond it the day was mistyped; the term of PM-HOLD is for the clock to tell


def appoint(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """听证通知书: when, where and before whom; anew where the day cannot be kept. Raises Invalid naming `at` or `chair`."""
    permit, step = take(session, actor, permit_id, "appoint_hearing", origin)
    invited = timekeeping.forecast(session, "PM-INVITE", now(session))
    if data["at"] <= invited:
        first = said_day(local_day(invited) + timedelta(days=1))
        raise Invalid(field_error("at", "too_soon", f"应于举行听证的七日前通知当事人,最早为{first}"))
    if data["at"] > now(session) + _LATEST:
        raise Invalid(field_error("at", "implausible", "听证时间应在一年以内"))
    examined = (*permit.officer_ids, permit.accepted_by, permit.decided_by)
    if data["chair"] in staff_names(session, [person for person in examined if person is not None]).values():
        raise Invalid(field_error("chair", "examined_it", "主持人应为审查该许可的人员以外的工作人员"))
    paper = issue(session, permit, "permit_hearing", papers.hearing(permit, data["at"], data["place"], data["chair"]))
    appointed: Json = {
        "at": data["at"].isoformat(), "place": data["place"], "chair": data["chair"], "document_no": paper["number"],
        "held": None,
    }  # fmt: skip
    permit.revocation = {**(permit.revocation or {}), "hearing": appointed}
    go(
        session, permit, step, actor, "permit.hearing_appointed", origin, {"officers": permit.officer_ids},
        at=appointed["at"], place=data["place"], chair=data["chair"], document_no=paper["number"],
    )  # fmt: skip
    return permit


def note(session: Session, actor: Actor, permit_id: UUID, data: dict[str, Any], origin: Origin) -> Permit:
    """What was said, with pictures of the record as it was signed; now it can be decided. Raises Invalid naming `held_at`."""
    permit, step = take(session, actor, permit_id, "note_hearing", origin)
    told: Json = permit.revocation or {}
    appointed: Json = told["hearing"]
    if not datetime.fromisoformat(appointed["at"]) <= data["held_at"] <= now(session) + CLOCK_OFF:
        raise Invalid(field_error("held_at", "implausible", "举行时间应在通知的听证时间之后、现在之前"))
    attach(session, actor, data["photos"], "permit", permit.id, "hearing")
    held: Json = {
        "at": data["held_at"].isoformat(), "is_attended": data["is_attended"], "summary": data["summary"],
        "photo_ids": [str(photo) for photo in data["photos"]],
    }  # fmt: skip
    permit.revocation = {**told, "hearing": {**appointed, "held": held}}
    others = {"approvers": approvers(session, permit)}
    go(session, permit, step, actor, "permit.hearing_held", origin, others, is_attended=data["is_attended"])
    return permit
