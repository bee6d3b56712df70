"""Who may see the photos of a letter: those of its feedback, and what officers took of the case that it is about."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.handovers.models import Handover
from workflow.handovers.synced import HANDOVER
from workflow.photos import BY_OFFICERS, NOTHING, SHOWN


def handover_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """Both offices of the letter."""
    seen = session.scalars(select(Handover.id).where(Handover.id == photo.entity_id, HANDOVER.visible_to(actor)))
    return SHOWN if seen.one_or_none() else NOTHING


def letter_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """What the officers took belongs to the hazard, and to the letter that names it: whoever decides by it sees it."""
    if photo.role != BY_OFFICERS:
        return NOTHING
    letters = select(Handover.id).where(
        Handover.hazard_id == photo.entity_id, Handover.sent_at.is_not(None), HANDOVER.visible_to(actor)
    )
    return SHOWN if session.scalars(letters.limit(1)).one_or_none() else NOTHING
