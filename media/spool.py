"""Files that are still arriving: sealed, synced before anything is acknowledged, on this machine's own disk."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from database.crypto import KeyRing
from media.sealing import SealedWriter, open_sealed
from media.sniffing import SNIFF_BYTES, sniff
from media.storage import disk_problems, make_durable_directory, sync_directory


@dataclass(frozen=True)
class Inspected:
    """What a whole file turned out to be. `content_type` is None if it is no image that we take."""

    sha256: bytes
    length_bytes: int
    content_type: str | None


class Inspection:
    """Learns of a file while its bytes pass: digest, length, and what its first bytes say."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._head = b""
        self._bytes = 0

    def see(self, plain: bytes) -> None:
        """The next bytes of the file."""
        self._digest.update(plain)
        self._bytes += len(plain)
        if len(self._head) < SNIFF_BYTES:
            self._head += plain[: SNIFF_BYTES - len(self._head)]

    def result(self) -> Inspected:
        """What was seen."""
        return Inspected(self._digest.digest(), self._bytes, sniff(self._head))


class Spool:
    """A folder of sealed files named by the id of their upload, beside the storage's own folders."""

    def __init__(self, media_dir: Path, ring: KeyRing) -> None:
        self._directory = media_dir.absolute() / "spool"
        self._ring = ring

    def path(self, upload_id: UUID) -> Path:
        """Where the sealed bytes of an upload are."""
        return self._directory / f"{upload_id}.sealed"

    @contextlib.contextmanager
    def writing(self, upload_id: UUID, media_id: UUID, offset_bytes: int = 0, sealed_bytes: int = 0) -> Iterator[SealedWriter]:
        """Begin a file, or go on where its acknowledged bytes end. The caller finishes the writer.

        Raises StorageFull; OSError or BrokenSeal when the file of an acknowledged upload was lost or changed.
        """
        path = self.path(upload_id)
        with disk_problems():
            if sealed_bytes:
                with path.open("r+b") as file:
                    yield SealedWriter.resume(file, self._ring, media_id, offset_bytes, sealed_bytes)
                return
            make_durable_directory(self._directory)
            with path.open("wb") as file:
                path.chmod(0o600)
                sync_directory(self._directory)
                yield SealedWriter.begin(file, self._ring, media_id)

    def inspect(self, upload_id: UUID, media_id: UUID) -> Inspected:
        """Read the whole file back from the disk: what is checked is what is kept. Raises BrokenSeal, OSError."""
        inspection = Inspection()
        with self.path(upload_id).open("rb") as file:
            for plain in open_sealed(file, self._ring, media_id):
                inspection.see(plain)
        return inspection.result()

    def remove(self, upload_id: UUID) -> None:
        """Forget a file; what is not there is left so."""
        self.path(upload_id).unlink(missing_ok=True)

    def strays(self, before: datetime) -> Iterable[UUID]:
        """Files that nobody has written to since then. What a killed process left behind is among them."""
        if not self._directory.is_dir():
            return
        for path in self._directory.glob("*.sealed"):
            with contextlib.suppress(FileNotFoundError, ValueError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    yield UUID(path.stem)
