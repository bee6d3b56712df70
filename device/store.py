"""The storage of a device in one SQLite file: outbox, base and the photos that wait."""

from __future__ import annotations

from device.base import Base
from device.outbox import Outbox
from device.storage import Photo, Row, Sealed, Storage

__all__ = ["Photo", "Row", "Sealed", "Storage", "Store"]


class Store(Base, Outbox):
    """SQLite in a file, or in memory. Each method that writes is one transaction on disk when it returns."""

    def add_photo(self, photo_id: str, role: str, content_type: str, content: bytes) -> None:
        """Keep a photo until the server has stored it."""
        self._db.execute("INSERT OR IGNORE INTO photo VALUES (?, ?, ?, ?, NULL)", [photo_id, role, content_type, content])

    def photos(self) -> list[Photo]:
        """What waits, in the order in which it was taken."""
        return [Photo(*found) for found in self._db.execute(_PHOTOS)]

    def content_of(self, photo_id: str) -> bytes:
        """The bytes of a photo that waits."""
        return bytes(self._db.execute("SELECT content FROM photo WHERE id = ?", [photo_id]).fetchone()[0])

    def place_photo(self, photo_id: str, url: str | None) -> None:
        """Where the photo is sent to, or None to ask again."""
        self._db.execute("UPDATE photo SET url = ? WHERE id = ?", [url, photo_id])

    def drop_photo(self, photo_id: str) -> None:
        """The server has stored it."""
        self._db.execute("DELETE FROM photo WHERE id = ?", [photo_id])


_PHOTOS = "SELECT id, role, content_type, length(content), url FROM photo ORDER BY rowid"
