"""Who may see the photos of a measure: the brigade in charge and, once it is in force, the unit."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.acting import is_of_the_unit
from workflow.measures.models import Measure
from workflow.measures.synced import MEASURE
from workflow.photos import ALL, NOTHING, SHOWN


def measure_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The unit sees what was recorded at its own place, not the files of the phones."""
    seen = session.scalars(select(Measure).where(Measure.id == photo.entity_id, MEASURE.visible_to(actor))).one_or_none()
    if seen is None:
        return NOTHING
    return SHOWN if is_of_the_unit(seen, seen.told_unit_id, actor) else ALL
