"""What the receiver does with a letter, and what the sender and the committee office make of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.models import Organisation
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import move
from workflow.clocks import end_of
from workflow.handovers.acts import about, committee, end, receivers, senders, take
from workflow.handovers.models import Handover
from workflow.handovers.rules import MAX_REJECTIONS


def sign_for(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """签收: received, not yet accepted."""
    handover, step = take(session, actor, handover_id, "sign_for", origin)
    handover.received_at = now(session)
    move(
        session, handover, step, actor, "handover.signed_for",
        concerns=senders(session, handover), data=about(handover), origin=origin,
    )  # fmt: skip
    return handover


def accept(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """接受办理: from now on the receiver holds the hazard."""
    handover, step = take(session, actor, handover_id, "accept", origin)
    handover.accepted_at = now(session)
    receiver = session.get_one(Organisation, handover.to_org_id)
    move(
        session, handover, step, actor, "handover.accepted",
        concerns=senders(session, handover), data=about(handover, org=receiver.name), origin=origin,
    )  # fmt: skip
    return handover


def report_progress(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """填报进展."""
    handover, step = take(session, actor, handover_id, "progress", origin)
    entry = {"at": now(session).isoformat(), "by": str(actor.id), "text": data["text"]}
    handover.progress = [*handover.progress, entry]
    move(session, handover, step, actor, "handover.progressed", data=about(handover), origin=origin)
    return handover


def extend(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """延期, once, with a reason, at most to 60 days beyond the present date."""
    handover, step = take(session, actor, handover_id, "extend", origin)
    until = end_of(data["due_on"])
    _check_later(handover.due_at, until)
    handover.is_extended = True
    timekeeping.start_until(session, handover, "HO-FB", until, f"经申请延期,理由:{data['reason']}")
    move(
        session, handover, step, actor, "handover.extended", concerns=senders(session, handover),
        data=about(handover, reason=data["reason"], due=until.isoformat()), origin=origin,
    )  # fmt: skip
    return handover


def _check_later(due_at: datetime | None, until: datetime) -> None:
    if due_at is None or until <= due_at or until > due_at + timedelta(days=60):
        raise Invalid(field_error("due_on", "out_of_range", "新的期限应晚于原期限,且延长不超过60日"))


def finish(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """办结反馈 with evidence; the sender checks it."""
    handover, step = take(session, actor, handover_id, "finish", origin)
    attach(session, actor, data["photos"], "handover", handover.id, "feedback")
    handover.result = {
        "text": data["result"], "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
        "at": now(session).isoformat(),
    }  # fmt: skip
    move(
        session, handover, step, actor, "handover.fed_back",
        concerns=senders(session, handover), data=about(handover), origin=origin,
    )  # fmt: skip
    return handover


def confirm(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """The sender confirms the feedback; the reporter can be told."""
    handover, step = take(session, actor, handover_id, "confirm", origin)
    handover.closed_at = now(session)
    end(session, handover, step, actor, "handover.closed", data=about(handover), origin=origin)
    return handover


def reject(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """The feedback does not suffice: twice at most. The second time the committee office hears of it, to supervise."""
    handover, step = take(session, actor, handover_id, "reject", origin)
    handover.rejections += 1
    arbiters = committee(session, handover)[1] if handover.rejections >= MAX_REJECTIONS else {}
    move(
        session, handover, step, actor, "handover.feedback_rejected", concerns={**receivers(session, handover), **arbiters},
        data=about(handover, reason=data["reason"]), origin=origin,
    )  # fmt: skip
    return handover


def supervise(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """督办: a flag with its number and a new date. Feedback that does not suffice goes back to the receiver by it."""
    handover, step = take(session, actor, handover_id, "supervise", origin)
    until = end_of(data["due_on"])
    if until <= now(session):
        raise Invalid(field_error("due_on", "in_the_past", "督办期限应晚于今天"))
    handover.supervision = {
        "document_no": data["document_no"], "by": str(actor.id), "at": now(session).isoformat(),
        "due_at": until.isoformat(), "note": data["note"],
    }  # fmt: skip
    timekeeping.start_until(session, handover, "HO-SUPERVISED", until, f"督办单{data['document_no']}")
    move(
        session, handover, step, actor, "handover.supervised", concerns=receivers(session, handover),
        data=about(handover, document_no=data["document_no"], due=until.isoformat()), origin=origin,
    )  # fmt: skip
    return handover
