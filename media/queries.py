"""What a record shows of its photos, and how many are still on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from media.models import READY, REFUSED, STORED, WAITING, Media, Rendition


@dataclass(frozen=True)
class PhotoCount:
    """`expected` were named by the record; of them `stored` are durable, `missing` still to come, `refused` no images."""

    expected: int = 0
    stored: int = 0
    missing: int = 0
    refused: int = 0

    @property
    def complete(self) -> bool:
        """True if nothing is missing."""
        return self.missing == 0


def photos_of(session: Session, entity_type: str, entity_id: UUID) -> list[Media]:
    """The photos of a record, oldest id first, whatever their state."""
    of_record = (Media.entity_type == entity_type, Media.entity_id == entity_id)
    return list(session.scalars(select(Media).where(*of_record).order_by(Media.id)))


def photo_counts(session: Session, entity_type: str, entity_ids: Sequence[UUID]) -> dict[UUID, PhotoCount]:
    """The count of each of these records, for a page at once."""
    rows = session.execute(
        select(Media.entity_id, Media.state, func.count())
        .where(Media.entity_type == entity_type, Media.entity_id.in_(entity_ids))
        .group_by(Media.entity_id, Media.state)
    )
    states: dict[UUID | None, dict[str, int]] = {entity_id: {} for entity_id in entity_ids}
    for entity_id, state, count in rows:
        states[entity_id][state] = count
    return {
        entity_id: PhotoCount(
            expected=sum(found.values()),
            stored=found.get(STORED, 0) + found.get(READY, 0),
            missing=found.get(WAITING, 0),
            refused=found.get(REFUSED, 0),
        )
        for entity_id, found in ((entity_id, states[entity_id]) for entity_id in entity_ids)
    }


def renditions_of(session: Session, media_id: UUID) -> list[Rendition]:
    """The pictures that were made of a photo, largest first."""
    return list(session.scalars(select(Rendition).where(Rendition.media_id == media_id).order_by(Rendition.width.desc())))
