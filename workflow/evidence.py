"""Who may see the photos of a case. The unit and the receiving office get the officers' photos, never the reporter's."""

from __future__ import annotations

from collections.abc import Callable, Set as AbstractSet
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor, Role
from workflow.acting import roles_of
from workflow.handovers.models import Handover
from workflow.handovers.synced import HANDOVER
from workflow.hazards.models import Hazard
from workflow.hazards.roles import pair_of
from workflow.hazards.synced import HAZARD
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION

# What the media engine calls the two ways of reading a photo.
_SHOWN = frozenset({"rendition"})
_ALL = frozenset({"rendition", "original"})
_NOTHING: frozenset[str] = frozenset()
_BY_REPORTER = ("report", "dispute")


def hazard_photo(session: Session, actor: Actor, hazard_id: UUID, role: str) -> AbstractSet[str]:
    """The brigade sees all that officers took, and of the reporter's what is shown; a receiving office gets the officers'.

    The file as the reporter's phone wrote it is opened to the two who hold the case and to their leader, and to nobody where
    he wished to stay unknown: it holds his position and his phone.
    """
    hazard = session.scalars(select(Hazard).where(Hazard.id == hazard_id, HAZARD.visible_to(actor))).one_or_none()
    if hazard is None:
        return _NOTHING
    held = roles_of(actor, hazard.region_code)
    if actor.id in pair_of(hazard) or held & BRIGADE_ROLES:
        if role not in _BY_REPORTER:
            return _ALL
        is_theirs = actor.id in pair_of(hazard) or Role.UNIT_LEADER in held
        return _ALL if is_theirs and hazard.report_mode != "ANONYMOUS" else _SHOWN
    if actor.id in hazard.officer_ids:
        return _SHOWN
    if role in _BY_REPORTER:
        return _SHOWN if actor.id == hazard.reporter_id else _NOTHING
    return _NOTHING if actor.id == hazard.reporter_id else _SHOWN


def handover_photo(session: Session, actor: Actor, handover_id: UUID, _: str) -> AbstractSet[str]:
    """Both offices of the letter."""
    seen = session.scalars(select(Handover.id).where(Handover.id == handover_id, HANDOVER.visible_to(actor)))
    return _SHOWN if seen.one_or_none() else _NOTHING


def letter_photo(session: Session, actor: Actor, hazard_id: UUID, role: str) -> AbstractSet[str]:
    """What the officers took belongs to the hazard, and to the letter that names it: whoever decides by it sees it."""
    if role != "verification":
        return _NOTHING
    letters = select(Handover.id).where(
        Handover.hazard_id == hazard_id, Handover.sent_at.is_not(None), HANDOVER.visible_to(actor)
    )
    return _SHOWN if session.scalars(letters.limit(1)).one_or_none() else _NOTHING


def case_photo(session: Session, actor: Actor, hazard_id: UUID, role: str) -> AbstractSet[str]:
    """By the hazard itself, or by a letter about it or an order that came of it."""
    seen = hazard_photo(session, actor, hazard_id, role) or letter_photo(session, actor, hazard_id, role)
    return seen or order_photo(session, actor, hazard_id, role)


def order_photo(session: Session, actor: Actor, hazard_id: UUID, role: str) -> AbstractSet[str]:
    """What the officers found is shown to the unit that has to put it right."""
    if role != "verification":
        return _NOTHING
    orders = select(Rectification.id).where(Rectification.hazard_id == hazard_id, RECTIFICATION.visible_to(actor))
    return _SHOWN if session.scalars(orders.limit(1)).one_or_none() else _NOTHING


def rectification_photo(session: Session, actor: Actor, order_id: UUID, _: str) -> AbstractSet[str]:
    """The brigade in charge, and the unit's own people."""
    seen = session.scalars(
        select(Rectification).where(Rectification.id == order_id, RECTIFICATION.visible_to(actor))
    ).one_or_none()
    if seen is None:
        return _NOTHING
    return _ALL if roles_of(actor, seen.region_code) & BRIGADE_ROLES else _SHOWN


MEDIA_RULES: dict[str, Callable[[Session, Actor, UUID, str], AbstractSet[str]]] = {
    "hazard": case_photo,
    "handover": handover_photo,
    "rectification": rectification_photo,
}
