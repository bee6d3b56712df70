"""Reading the messages of a case: the office in charge and the reporter, each as the other may be known to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from database.base import Json
from database.session import now
from problems import NotFound
from workflow.hazards.messages.models import HazardMessage
from workflow.hazards.messages.rules import ASKERS, OFFICE, QUESTIONS, REPORTER, SIDES, may_answer, may_ask
from workflow.hazards.models import Hazard
from workflow.hazards.roles import roles_on
from workflow.offices import staff_names


def side_of(hazard: Hazard, actor: Actor) -> str | None:
    """On which side somebody reads the messages of a case; None: he does not.

    Receiving bodies, the committee office, colleagues who do not hold the case: none of them.
    """
    roles = roles_on(hazard, actor)
    if Role.REPORTER in roles:
        return REPORTER
    return OFFICE if roles & ASKERS else None


def messages_of(session: Session, hazard_id: UUID) -> Sequence[HazardMessage]:
    """Every message of a case, oldest first."""
    found = select(HazardMessage).where(HazardMessage.hazard_id == hazard_id)
    return session.scalars(found.order_by(HazardMessage.sent_at, HazardMessage.id)).all()


def obstacle(session: Session, hazard: Hazard, side: str) -> str | None:
    """Why this side cannot write now although the table has the step; None if it can."""
    sides = (
        select(HazardMessage.side).where(HazardMessage.hazard_id == hazard.id).order_by(HazardMessage.sent_at, HazardMessage.id)
    )
    written = session.scalars(sides).all()
    last = next((place for place, other in enumerate(reversed(written)) if other != side), len(written))
    if side == REPORTER:
        return may_answer(written.count(OFFICE), last)
    if hazard.channel != "SNAP" and hazard.tracking_hash is None:
        return "reporter_out_of_reach"  # he rang up, and has no code to read it by
    return may_ask(written.count(OFFICE), last)


def count(session: Session, hazard: Hazard, side: str | None) -> Json | None:
    """How many there are, and how many this side has not read. None for who reads none."""
    if side is None:
        return None
    columns = select(HazardMessage.side, HazardMessage.read_at).where(HazardMessage.hazard_id == hazard.id)
    rows = session.execute(columns).all()
    return {"total": len(rows), "unread": sum(row.side != side and row.read_at is None for row in rows)}


def conversation(session: Session, hazard: Hazard, side: str, *, may_write: bool) -> Json:
    """The messages as one side reads them."""
    rows = messages_of(session, hazard.id)
    office = session.get_one(Organisation, hazard.org_id).name
    names = staff_names(session, [row.author_id for row in rows if row.author_id]) if side == OFFICE else {}

    def shown(row: HazardMessage) -> Json:
        author = SIDES[REPORTER] if row.side == REPORTER else names.get(str(row.author_id), office)
        members = ("id", "side", "text", "photo_ids", "sent_at", "read_at")
        return {**{name: getattr(row, name) for name in members}, "author": author}

    return {
        "items": [shown(row) for row in rows],
        "unread": sum(row.side != side and row.read_at is None for row in rows),
        "may_write": may_write,
        "questions": [{"code": code, "text": text} for code, text in QUESTIONS.items()] if side == OFFICE else [],
    }


def side_or_nothing(hazard: Hazard, actor: Actor) -> str:
    """As `side_of`. Raises NotFound for who reads none: there may be none."""
    side = side_of(hazard, actor)
    if side is None:
        raise NotFound
    return side


def mark_read(session: Session, hazard: Hazard, side: str) -> None:
    """This side has read what the other one wrote."""
    unread: Any = update(HazardMessage).where(HazardMessage.hazard_id == hazard.id, HazardMessage.side != side)
    session.execute(unread.where(HazardMessage.read_at.is_(None)).values(read_at=now(session)))
