"""Photos of the pack: whoever sees the record sees them."""

from __future__ import annotations

from collections.abc import Sequence, Set as AbstractSet
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.commands import attach
from media.models import Media
from sync.editing import is_visible
from workflow.photos import NOTHING, SHOWN
from workflow.rescue.models import RescueSheet, WaterSource
from workflow.rescue.synced import SYNCED

_BY_TYPE = {synced.type: synced for synced in SYNCED}


def attach_new(
    session: Session, actor: Actor, record: WaterSource | RescueSheet, before: Sequence[UUID], after: Sequence[UUID], field: str
) -> None:
    """What a record shows from now on; what it showed before is part of it already, whoever took it."""
    new = [photo for photo in after if photo not in before]
    its_own = set(session.scalars(select(Media.id).where(Media.id.in_(new), Media.entity_id == record.id)))  # taken off, put back
    fresh = [photo for photo in new if photo not in its_own]
    attach(session, actor, fresh, record.__tablename__, record.id, "pack", field=field)


def pack_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """Their renditions; the file of a colleague's phone is nobody's business."""
    synced: Any = _BY_TYPE[photo.entity_type or ""]
    seen = photo.entity_id is not None and is_visible(session, synced, photo.entity_id, actor)
    return SHOWN if seen else NOTHING
