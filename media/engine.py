"""The media engine as one thing to hand to a process: what `api/app.py` and `worker.py` assemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from database.crypto import KeyRing
from database.session import Database
from media import uploads
from media.access import MediaRule, MediaRules
from media.intake import Intake
from media.pool import RenderPool
from media.rendering import Renderer
from media.spool import Spool
from media.storage import DirectoryStorage, Storage
from settings import Settings


@dataclass(frozen=True)
class MediaEngine:
    """Storage, spool, who may see, and the door for bytes."""

    storage: Storage
    spool: Spool
    rules: MediaRules
    intake: Intake
    ring: KeyRing
    max_photo_bytes: int
    max_photo_pixels: int
    upload_lifetime: timedelta

    @classmethod
    def assemble(
        cls, settings: Settings, database: Database, ring: KeyRing, rules: Mapping[str, MediaRule] | None = None
    ) -> MediaEngine:
        """Directories below `media_dir`, made when first written to; `rules` name who sees the photos of each entity type."""
        storage = DirectoryStorage(settings.media_dir / "objects")
        spool = Spool(settings.media_dir / "spool", ring)
        return cls(
            storage=storage,
            spool=spool,
            rules=MediaRules(rules),
            intake=Intake(database, spool, storage, settings.upload_lifetime),
            ring=ring,
            max_photo_bytes=settings.max_photo_bytes,
            max_photo_pixels=settings.max_photo_pixels,
            upload_lifetime=settings.upload_lifetime,
        )

    def renderer(self, pool: RenderPool | None = None) -> Renderer:
        """The worker's part, with a pool of its own process; no process is started before the first photo."""
        return Renderer(self.storage, self.ring, pool or RenderPool(self.max_photo_pixels))

    def sweep_uploads(self, session: Session) -> int:
        """For the timetable, every hour: expire old uploads and remove their files. How many expired."""
        return uploads.sweep(session, self.spool, self.upload_lifetime)
