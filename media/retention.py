"""What leaves the store: photos that arrived whole and that no record ever named."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.journal import record
from database.session import now
from media.models import READY, REFUSED, STORED, Media, Rendition
from media.storage import Storage

_FILES_STAY = timedelta(days=1)  # after the photo was given up: a sweep that is rolled back has removed nothing that counts
_BATCH = 100


def sweep_unattached(session: Session, storage: Storage, lifetime: timedelta, needed_by: Select[UUID]) -> int:
    """Give up photos that belong to nothing, and remove the files of those given up before; how many of both, 200 at most.

    `needed_by` are the owners whose records are still being decided: their photos stay. A record that names a photo after
    this finds it refused, so that its author is asked for another. Event: media.expired.
    """
    before = now(session) - lifetime
    alone = (Media.entity_id.is_(None), Media.storage_key.is_not(None), Media.stored_at <= before)
    late = (
        select(Media)
        .where(*alone, Media.state.in_((STORED, READY)), Media.owner_id.not_in(needed_by))
        .order_by(Media.stored_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    given_up = (
        select(Media)
        .where(*alone, Media.state == REFUSED, Media.updated_at <= now(session) - _FILES_STAY)
        .order_by(Media.stored_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    removed = session.scalars(given_up).all()
    for media in removed:
        _remove_files(session, storage, media)
    expired = session.scalars(late).all()
    for media in expired:
        media.state, media.refused_reason = REFUSED, "unattached"
        media.revision += 1
        media.updated_at = now(session)
        record(session, "media.expired", media, SYSTEM)
    return len(removed) + len(expired)


def _remove_files(session: Session, storage: Storage, media: Media) -> None:
    for picture in session.scalars(select(Rendition).where(Rendition.media_id == media.id)):
        storage.delete(picture.storage_key)
        session.delete(picture)
    if media.storage_key is not None:
        storage.delete(media.storage_key)
    media.storage_key = None
