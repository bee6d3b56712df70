"""Who may see the photos of an order: those of its fixing and recheck, and those of the check that it names."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor
from media.models import Media
from workflow.acting import roles_of
from workflow.photos import ALL, BY_OFFICERS, NOTHING, SHOWN
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION


def order_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """What an order names is shown to the unit that has to put it right; the other photos of the check are not its own."""
    if photo.role != BY_OFFICERS:
        return NOTHING
    orders = select(Rectification.id).where(
        or_(Rectification.hazard_id == photo.entity_id, Rectification.inspection_id == photo.entity_id),
        Rectification.items.contains([{"photo_ids": [str(photo.id)]}]),
        RECTIFICATION.visible_to(actor),
    )
    return SHOWN if session.scalars(orders.limit(1)).one_or_none() else NOTHING


def rectification_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The brigade in charge, and the unit's own people."""
    seen = session.scalars(
        select(Rectification).where(Rectification.id == photo.entity_id, RECTIFICATION.visible_to(actor))
    ).one_or_none()
    if seen is None:
        return NOTHING
    return ALL if roles_of(actor, seen.region_code) & BRIGADE_ROLES else SHOWN
