"""The storage of a device in one SQLite file: outbox, base and the photos that wait."""

from __future__ import annotations

from device.base import Base
from device.outbox import Outbox
from device.storage import Photo, Row, Sealed, Storage

__all__ = ["Photo", "Row", "Sealed", "Storage", "Store"]


class Store(Base, Outbox):
    """SQLite in a file, or in memory. Each method that writes is one transaction on disk when it returns."""

    def add_photo(self, photo: Photo) -> None:
        """Keep a photo until the server has stored it."""
        values = [photo.id, photo.role, photo.content_type, photo.content, photo.url]
        self._db.execute("INSERT OR IGNORE INTO photo VALUES (?, ?, ?, ?, ?)", values)

    def photos(self) -> list[Photo]:
        """What waits, in the order in which it was taken."""
        found = self._db.execute("SELECT id, role, content_type, content, url FROM photo ORDER BY rowid")
        return [Photo(id_, role, content_type, content, url) for id_, role, content_type, content, url in found]

    def place_photo(self, photo_id: str, url: str | None) -> None:
        """Where the photo is sent to, or None to ask again."""
        self._db.execute("UPDATE photo SET url = ? WHERE id = ?", [url, photo_id])

    def drop_photo(self, photo_id: str) -> None:
        """The server has stored it."""
        self._db.execute("DELETE FROM photo WHERE id = ?", [photo_id])
