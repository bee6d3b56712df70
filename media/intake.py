"""How bytes become a photo. Slow reading and writing happen between transactions, never inside one.

In each method `who` says, inside a transaction, who is calling at that moment: rights are looked at again when a file is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.base import new_id
from database.session import Database
from media import commands, uploads
from media.access import MediaRules
from media.models import Media, Upload
from media.problems import DigestMismatch, NotAnImage, UploadGone
from media.rendering import original_key
from media.sealing import BrokenSeal
from media.spool import Inspected, Inspection, Spool
from media.storage import Storage
from problems import Malformed

Who = Callable[[Session], Actor]


@dataclass(frozen=True)
class Intake:
    """The door of all photos: piece by piece (tus), or in one request."""

    database: Database
    spool: Spool
    storage: Storage
    lifetime: timedelta  # of an upload, counted anew from each acknowledged byte
    rules: MediaRules

    def receive(self, upload: Upload, pieces: Iterable[bytes], who: Who) -> Upload:
        """Write what comes for a taken upload, however little, and acknowledge it; complete the photo with its last byte.

        Raises UploadBusy if another request took over, UploadGone if the file on the disk was lost, and as `complete`.
        """
        try:
            if upload.offset_bytes < upload.length_bytes:
                upload = self._append(upload, pieces)
            if upload.offset_bytes == upload.length_bytes:
                self._complete(upload, who)
        except BaseException:
            with self.database.transaction() as session:
                uploads.release(session, upload)
            raise
        return upload

    def receive_whole(
        self, media_id: UUID, pieces: Iterable[bytes], said: dict[str, Any], declared_bytes: int | None, who: Who
    ) -> Media:
        """A photo in one request: all of it, or nothing of it stays. `said` as for `announce`, with the digest.

        Raises Malformed if the body ends early, DigestMismatch, NotAnImage, and as `commands.announce` and `store`.
        """
        upload_id, inspection = new_id(), Inspection()
        try:
            with self.spool.writing(upload_id, media_id) as writer:
                for piece in pieces:
                    inspection.see(piece)
                    writer.write(piece)
                writer.finish(last=True)
            file = inspection.result()
            if declared_bytes is not None and file.length_bytes != declared_bytes:
                raise Malformed(offset=file.length_bytes, reason="body ends early")
            if file.sha256 != said["sha256"]:
                raise DigestMismatch("Content-Digest")
            if file.content_type is None:
                raise NotAnImage("body")
            key = self._put(upload_id, media_id, file)
            with self.database.transaction() as session:
                actor = who(session)
                commands.announce(session, actor, {**said, "id": media_id}, names={"id": "media_id"})
                return commands.store(session, actor, media_id, file, key)
        finally:
            self.spool.remove(upload_id)

    def _append(self, upload: Upload, pieces: Iterable[bytes]) -> Upload:
        self._stay_the_writer(upload)
        try:
            with self.spool.writing(upload.id, upload.media_id, upload.offset_bytes, upload.sealed_bytes) as writer:
                for piece in pieces:
                    self._stay_the_writer(upload)
                    writer.write(piece)
                self._stay_the_writer(upload)
                offset_bytes = writer.offset_bytes
                sealed_bytes = writer.finish(last=offset_bytes == upload.length_bytes)
        except (FileNotFoundError, BrokenSeal) as error:
            raise self._lost(upload) from error
        with self.database.transaction() as session:
            return uploads.acknowledge(session, upload, offset_bytes, sealed_bytes, self.lifetime)

    def _stay_the_writer(self, upload: Upload) -> None:
        """Called before the file is touched: a request that slept through its lease may not touch it again."""
        if upload.writer_until is None or self.database.clock() >= upload.writer_until - uploads.RENEW_BEFORE:
            with self.database.transaction() as session:
                upload.writer_until = uploads.renew(session, upload)

    def _complete(self, upload: Upload, who: Who) -> Media:
        try:
            file = self.spool.inspect(upload.id, upload.media_id)
        except (FileNotFoundError, BrokenSeal) as error:
            raise self._lost(upload) from error
        with self.database.transaction() as session:
            expected = uploads.expected_sha256(session, upload)
        if file.sha256 != expected:
            self._discard(upload)
            raise DigestMismatch(uploads.HEADERS["sha256"])
        if file.content_type is None:
            with self.database.transaction() as session:
                commands.refuse(session, SYSTEM, upload.media_id, "not_an_image", self.rules)
                uploads.discard(session, upload)
            self.spool.remove(upload.id)
            raise NotAnImage("body")
        key = self._put(upload.id, upload.media_id, file)
        with self.database.transaction() as session:
            media = uploads.finish(session, who(session), upload, file, key)
        self.spool.remove(upload.id)
        return media

    def _put(self, upload_id: UUID, media_id: UUID, file: Inspected) -> str:
        key = original_key(media_id, file.sha256)
        with self.spool.path(upload_id).open("rb") as sealed:
            self.storage.put(key, sealed)
        return key

    def _discard(self, upload: Upload) -> None:
        with self.database.transaction() as session:
            uploads.discard(session, upload)
        self.spool.remove(upload.id)

    def _lost(self, upload: Upload) -> UploadGone:
        self._discard(upload)
        return UploadGone()
