"""Who may see the photos of an inspection: the brigade in charge and, once it was told, the unit."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.acting import is_of_the_unit
from workflow.inspections.models import Inspection
from workflow.inspections.synced import INSPECTION
from workflow.photos import ALL, NOTHING, SHOWN


def inspection_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The unit sees what was found at its own place, not the files of the phones."""
    seen = session.scalars(select(Inspection).where(Inspection.id == photo.entity_id, INSPECTION.visible_to(actor))).one_or_none()
    if seen is None:
        return NOTHING
    return SHOWN if is_of_the_unit(seen, seen.unit_id, actor) else ALL
