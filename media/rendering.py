"""The worker's part: from a sealed original to the pictures that others see."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.crypto import KeyRing
from database.journal import record
from database.session import now
from media import commands
from media.access import MediaRules
from media.likeness import as_stored, bands_of
from media.models import READY, RENDITIONS, STORED, Media, Rendition
from media.pool import CannotRender, Rendered, RenderPool
from media.sealing import read_sealed
from media.storage import NoSuchObject, Storage


@dataclass(frozen=True)
class Renderer:
    """What rendering needs; one for each worker process."""

    storage: Storage
    ring: KeyRing
    pool: RenderPool
    rules: MediaRules

    def render_media(self, session: Session, media_id: UUID) -> Media | None:
        """Make the renditions of a stored photo, or refuse it. Safe to repeat, also at once: a finished photo is left alone.

        No row is locked while the photo is decoded. Raises StorageFull, NoSuchObject or BrokenSeal: the task is to be
        tried again, for the fault is not in the photo.
        """
        media = session.get(Media, media_id)
        if media is None or media.state != STORED or media.storage_key is None:
            return media
        with self.storage.open(media.storage_key) as original:
            photo = read_sealed(original, self.ring, media_id)
        try:
            rendered = self.pool.render(photo)
        except CannotRender as refusal:
            return commands.refuse(session, SYSTEM, media_id, refusal.reason, self.rules)
        for picture in rendered.pictures:
            self.storage.put(rendition_key(media_id, picture.name), io.BytesIO(picture.file))
        return keep_renditions(session, media_id, rendered)

    def look_at_next(self, session: Session) -> int:
        """Say of one photo that was rendered before hashes were kept what it looks like: how many there were, 0 or 1.

        By its smallest picture. One that is not there any more looks like nothing, and is not asked for again.
        """
        unlooked = select(Media.id).where(Media.state == READY, Media.perceptual_bands.is_(None)).order_by(Media.id)
        media_id = session.scalars(unlooked.limit(1)).one_or_none()
        if media_id is None:
            return 0
        try:
            with self.storage.open(rendition_key(media_id, RENDITIONS[-1])) as picture:
                look = self.pool.render(picture.read()).look
        except (NoSuchObject, CannotRender):
            look = 0
        media = commands.locked(session, media_id)
        if media is not None and media.perceptual_bands is None:
            _keep_look(media, look)
        return 1


def rendition_key(media_id: UUID, name: str) -> str:
    """Where a rendition is stored."""
    return f"renditions/{media_id}/{name}"


def original_key(media_id: UUID, sha256: bytes) -> str:
    """Where a sealed original is stored. The same file again has the same key, so an interrupted upload leaves one object."""
    return f"originals/{media_id}/{sha256.hex()}"


def keep_renditions(session: Session, media_id: UUID, rendered: Rendered) -> Media | None:
    """The renditions are stored: others may see them from now on."""
    media = commands.locked(session, media_id)
    if media is None or media.state != STORED:
        return media
    for picture in rendered.pictures:
        row = {
            "content_type": "image/jpeg",
            "length_bytes": len(picture.file),
            "width": picture.width,
            "height": picture.height,
            "sha256": hashlib.sha256(picture.file).digest(),
            "storage_key": rendition_key(media_id, picture.name),
        }
        statement = insert(Rendition).values(media_id=media_id, name=picture.name, **row)
        session.execute(statement.on_conflict_do_update(index_elements=["media_id", "name"], set_=row))
    media.state, media.width, media.height = READY, rendered.width, rendered.height
    media.taken_at = rendered.taken_at
    media.position = json.dumps(dict(rendered.position)) if rendered.position else None
    _keep_look(media, rendered.look)
    media.revision += 1
    media.updated_at = now(session)
    belonging = {"role": media.role, "entity_type": media.entity_type, "entity_id": str(media.entity_id or "") or None}
    record(session, "media.rendered", media, SYSTEM, data={**belonging, "renditions": [p.name for p in rendered.pictures]})
    return media


def _keep_look(media: Media, look: int) -> None:
    media.perceptual_hash = as_stored(look)
    media.perceptual_bands = bands_of(media.perceptual_hash)
