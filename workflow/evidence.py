"""Who may see the photos of a case. The unit and the receiving office get the officers' photos, never the reporter's."""

from __future__ import annotations

from collections.abc import Callable, Set as AbstractSet
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor
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
    """The brigade in charge and the two inspectors see all, a helping grid worker no original; the reporter his own.

    A receiving office gets the officers'.
    """
    hazard = session.scalars(select(Hazard).where(Hazard.id == hazard_id, HAZARD.visible_to(actor))).one_or_none()
    if hazard is None:
        return _NOTHING
    if actor.id in pair_of(hazard) or roles_of(actor, hazard.region_code) & BRIGADE_ROLES:
        return _ALL
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
    """By the hazard itself, or by a letter about it."""
    return hazard_photo(session, actor, hazard_id, role) or letter_photo(session, actor, hazard_id, role)


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
