"""Who may see the photos of a case. The unit and the receiving office get the officers' photos, never the reporter's."""

from __future__ import annotations

from collections.abc import Callable, Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor, Role
from media.models import Media
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


def hazard_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The brigade sees all that officers took, and of the reporter's what is shown; a receiving office gets the officers'.

    The file as the reporter's phone wrote it is opened to the two who hold the case and to the leader of the brigade in
    charge, and to nobody where he wished to stay unknown: it holds his position and his phone. The committee office, which
    reviews what he disputes, sees what he showed with it.
    """
    hazard = session.scalars(select(Hazard).where(Hazard.id == photo.entity_id, HAZARD.visible_to(actor))).one_or_none()
    if hazard is None:
        return _NOTHING
    if actor.id in pair_of(hazard) or roles_of(actor, hazard.region_code) & BRIGADE_ROLES:
        if photo.role not in _BY_REPORTER:
            return _ALL
        is_theirs = actor.id in pair_of(hazard) or _leads(actor, hazard)
        return _ALL if is_theirs and hazard.report_mode != "ANONYMOUS" else _SHOWN
    if actor.id in hazard.officer_ids:
        return _SHOWN
    if photo.role in _BY_REPORTER:
        is_reviewer = photo.role == "dispute" and Role.SUPERVISOR in roles_of(actor, hazard.region_code)
        return _SHOWN if is_reviewer or actor.id == hazard.reporter_id else _NOTHING
    return _NOTHING if actor.id == hazard.reporter_id else _SHOWN


def _leads(actor: Actor, hazard: Hazard) -> bool:
    return any(grant.role == Role.UNIT_LEADER and grant.org_id == hazard.org_id for grant in actor.grants)


def handover_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """Both offices of the letter."""
    seen = session.scalars(select(Handover.id).where(Handover.id == photo.entity_id, HANDOVER.visible_to(actor)))
    return _SHOWN if seen.one_or_none() else _NOTHING


def letter_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """What the officers took belongs to the hazard, and to the letter that names it: whoever decides by it sees it."""
    if photo.role != "verification":
        return _NOTHING
    letters = select(Handover.id).where(
        Handover.hazard_id == photo.entity_id, Handover.sent_at.is_not(None), HANDOVER.visible_to(actor)
    )
    return _SHOWN if session.scalars(letters.limit(1)).one_or_none() else _NOTHING


def case_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """By the hazard itself, or by a letter about it or an order that came of it."""
    seen = hazard_photo(session, actor, photo) or letter_photo(session, actor, photo)
    return seen or order_photo(session, actor, photo)


def order_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """What an order names is shown to the unit that has to put it right; the other photos of the check are not its own."""
    if photo.role != "verification":
        return _NOTHING
    orders = select(Rectification.id).where(
        Rectification.hazard_id == photo.entity_id,
        Rectification.items.contains([{"photo_ids": [str(photo.id)]}]),
        RECTIFICATION.visible_to(actor),
    )
    return _SHOWN if session.scalars(orders.limit(1)).one_or_none() else _NOTHING


def rectification_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The brigade in charge, and the unit's own people."""
    seen = session.scalars(
        select(Rectification).where(Rectification.id == photo.entity_id, RECTIFICATION.visible_to(actor))
    ).one_or_none()
    if seen is None:
        return _NOTHING
    return _ALL if roles_of(actor, seen.region_code) & BRIGADE_ROLES else _SHOWN


MEDIA_RULES: dict[str, Callable[[Session, Actor, Media], AbstractSet[str]]] = {
    "hazard": case_photo,
    "handover": handover_photo,
    "rectification": rectification_photo,
}
