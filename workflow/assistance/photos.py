"""Who may see the pictures of a request: whoever asked, and those who arrange and help."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.assistance.models import Assistance
from workflow.assistance.synced import ASSISTANCE
from workflow.photos import NOTHING, SHOWN


def assistance_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """As the request itself. Nobody needs an original: advice is no evidence."""
    seen = select(Assistance.id).where(Assistance.id == photo.entity_id, ASSISTANCE.visible_to(actor))
    return SHOWN if session.scalars(seen).one_or_none() else NOTHING
