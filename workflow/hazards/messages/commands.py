"""Asking a reporter, and answering. Events: hazard.reporter_asked, hazard.reporter_answered; never a word of either."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation, Person
from database.base import new_id
from database.session import now
from media.commands import attach
from media.models import Media
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import guard, move, step_for
from workflow.hazards.messages.models import HazardMessage
from workflow.hazards.messages.queries import mark_read, messages_of, obstacle
from workflow.hazards.messages.rules import OFFICE, QUESTIONS, REPORTER
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import ANONYMOUS, bind
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE
from workflow.hazards.synced import HAZARD
from workflow.state_machine import Transition


def ask_reporter(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """询问举报人: he reads the office's name, and nobody here learns his."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "ask_reporter", roles_on(hazard, actor, origin))
    _check(session, hazard, "ask_reporter", OFFICE)
    mark_read(session, hazard, OFFICE)
    words = "\n".join(filter(None, (QUESTIONS.get(data["question"] or ""), data["text"])))
    _write(session, hazard, OFFICE, words, [], author_id=actor.id)
    move(
        session, hazard, step, actor, "hazard.reporter_asked",
        concerns={"reporter": [hazard.reporter_id] if hazard.wish_feedback else []},
        data={"number": hazard.number, "org": session.get_one(Organisation, hazard.org_id).name}, origin=origin,
    )  # fmt: skip
    return hazard


def answer_office(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """答复询问: words and photos for the office in charge, and for nobody else."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "answer_office", roles_on(hazard, actor, origin))
    _answer(session, actor, hazard, step, {**data, "id": None}, origin)
    return hazard


def answer_by_code(session: Session, actor: Actor | None, hazard: Hazard, data: dict[str, Any]) -> Hazard:
    """The same by who has the code of the report: in nobody's name, or as a guest, who may send photos.

    Of an anonymous report nobody answers who is somebody, or was or will be a guest elsewhere: this would join him to it.
    Raises Invalid. The same id is the same answer.
    """
    if actor is None and data["photos"]:
        raise Invalid(field_error("photos", "needs_session", "上传照片须先以访客身份进入"))
    reporter = Actor(id=hazard.reporter_id, name="")
    row = lock(session, HAZARD, Hazard, hazard.id, reporter, Origin())
    known = session.get(HazardMessage, data["id"]) if data["id"] else None
    if known is not None and (known.hazard_id, known.side) == (row.id, REPORTER):
        return row
    if known is not None:
        raise Invalid(field_error("id", "id_taken", "编号已被使用"))
    is_another = actor is not None and row.report_mode == ANONYMOUS and actor.id != row.reporter_id
    if actor is not None and is_another and not (bind(session, actor.id, ANONYMOUS) or _is_of_this_alone(session, actor, row)):
        raise Invalid(field_error("photos", "needs_fresh_guest", "匿名上报须以全新的访客身份答复,不能与其他身份、其他上报关联"))
    step = step_for(LIFE, row, "answer_office", {Role.REPORTER})
    _answer(session, actor or reporter, row, step, data, Origin())
    return row


def _is_of_this_alone(session: Session, actor: Actor, hazard: Hazard) -> bool:
    """True of a guest who named himself nowhere, and of whom nothing but this very report knows: he answers once more."""
    if not actor.is_guest or session.get_one(Person, actor.id).guest_use != ANONYMOUS:
        return False
    reported = select(Hazard.id).where(Hazard.reporter_id == actor.id).limit(1)
    elsewhere = select(Media.id).where(Media.owner_id == actor.id, Media.entity_id.is_distinct_from(hazard.id)).limit(1)
    return session.scalar(reported) is None and session.scalar(elsewhere) is None


def _answer(session: Session, actor: Actor, hazard: Hazard, step: Transition, data: dict[str, Any], origin: Origin) -> None:
    _check(session, hazard, "answer_office", REPORTER)
    attach(session, actor, data["photos"], "hazard", hazard.id, "answer")
    mark_read(session, hazard, REPORTER)
    asked_by = [row.author_id for row in messages_of(session, hazard.id) if row.side == OFFICE]
    _write(session, hazard, REPORTER, data["text"], data["photos"], message_id=data["id"])
    move(
        session, hazard, step, Actor(id=hazard.reporter_id, name=""), "hazard.reporter_answered",
        concerns={"asker": asked_by[-1:], "officers": hazard.officer_ids}, data={"number": hazard.number}, origin=origin,
    )  # fmt: skip


def _check(session: Session, hazard: Hazard, action: str, side: str) -> None:
    reason = obstacle(session, hazard, side)
    guard(reason is None, action, reason or "")


def _write(
    session: Session,
    hazard: Hazard,
    side: str,
    text: str,
    photo_ids: list[UUID],
    *,
    author_id: UUID | None = None,
    message_id: UUID | None = None,
) -> None:
    message = HazardMessage(
        id=message_id or new_id(), hazard_id=hazard.id, side=side, author_id=author_id, text=text, photo_ids=photo_ids,
        sent_at=now(session),
    )  # fmt: skip
    session.add(message)
    session.flush()
