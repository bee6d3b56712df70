"""Who may see the photos of a patrol: whoever sees the patrol."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from sync.editing import is_visible
from workflow.patrols.synced import PATROL
from workflow.photos import NOTHING, SHOWN


def patrol_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """Their renditions. Nobody needs an original: a patrol is no evidence."""
    seen = photo.entity_id is not None and is_visible(session, PATROL, photo.entity_id, actor)
    return SHOWN if seen else NOTHING
