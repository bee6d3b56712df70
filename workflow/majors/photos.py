"""Who may see the photos of a major hazard: the brigade in charge and, once it was told, the unit."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.acting import is_of_the_unit
from workflow.majors.models import MajorHazard
from workflow.majors.synced import MAJOR
from workflow.photos import ALL, NOTHING, SHOWN


def major_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The unit sees what was recorded at its own place, not the files of the phones."""
    statement = select(MajorHazard).where(MajorHazard.id == photo.entity_id, MAJOR.visible_to(actor))
    seen = session.scalars(statement).one_or_none()
    if seen is None:
        return NOTHING
    return SHOWN if is_of_the_unit(seen, seen.told_unit_id, actor) else ALL
