"""What one backup is on the disk: `STAMP/` with the cluster, the list of photos and the facts, all under SHA256SUMS.

The photos themselves lie beside the backups, in `media/`, each once under its digest, whichever backups name it. A folder whose
name is not a stamp is a backup that was never finished.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from media.storage import DirectoryStorage, sync_directory
from operations.processes import CannotStart

SUMS = "SHA256SUMS"
FACTS = "manifest.json"
MEDIA_LIST = "media.list"
CLUSTER = "cluster"
VERIFIED = "verified"
_STAMP = re.compile(r"\d{8}T\d{6}Z")


class BadBackup(Exception):
    """The backup cannot be trusted; the message says what does not fit."""


@dataclass(frozen=True)
class Facts:
    """What was known when it was taken."""

    made_at: str
    postgres: str
    revision: str  # of the schema
    epoch: str
    cluster_bytes: int  # unpacked, about
    rows: dict[str, int]  # of tables that only grow, counted just before: the copy holds at least these
    keys: dict[str, str]  # "purpose/id" -> fingerprint of each key that the database has met; never a key


@dataclass(frozen=True, slots=True)
class Photo:
    """A line of the list of photos: an object of the storage, and what its file was."""

    sha256: str
    length_bytes: int
    changed_ns: int
    key: str


class Backups:
    """The directory of all backups of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.pool = DirectoryStorage(self.root / "media")  # objects under their digest

    def stamps(self) -> list[str]:
        """The finished ones, the oldest first."""
        return sorted(path.name for path in self.root.glob("*") if _STAMP.fullmatch(path.name)) if self.root.is_dir() else []

    def find(self, name: str) -> Backup:
        """By its stamp or its path; the newest where nothing is said. Raises CannotStart."""
        stamps = self.stamps()
        stamp = Path(name).name if name else (stamps or [""])[-1]
        if stamp not in stamps or (name and Path(name).name != name and Path(name).absolute().parent != self.root):
            raise CannotStart(f"there is no finished backup {name or ''} in {self.root}: there are {', '.join(stamps) or 'none'}")
        return Backup(self.root / stamp, self.pool)


@dataclass(frozen=True)
class Backup:
    """A finished one."""

    path: Path
    pool: DirectoryStorage

    @property
    def stamp(self) -> str:
        """When it was begun, in UTC; also its name."""
        return self.path.name

    @property
    def is_verified(self) -> bool:
        """True once it was restored aside and found whole."""
        return (self.path / VERIFIED).exists()

    def facts(self) -> Facts:
        """As they were written down. Raises BadBackup."""
        try:
            return Facts(**json.loads((self.path / FACTS).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise BadBackup(f"{FACTS} cannot be read ({error})") from None

    def photos(self) -> Iterator[Photo]:
        """The list, in the order of `media.storage.place_of`."""
        return read_photos(self.path / MEDIA_LIST)

    def require_sums(self) -> None:
        """Every file is the one that was written. Raises BadBackup."""
        try:
            lines = (self.path / SUMS).read_text(encoding="ascii").splitlines()
            said = {name: digest for digest, name in (line.split("  ") for line in lines)}
        except (OSError, ValueError) as error:
            raise BadBackup(f"{SUMS} cannot be read ({error})") from None
        there = {name for name in files_of(self.path) if name not in (SUMS, VERIFIED)}
        if there != said.keys():
            raise BadBackup(f"{SUMS} and the files differ: {', '.join(sorted(there ^ said.keys()))}")
        for name, digest in sorted(said.items()):
            if sha256_of(self.path / name) != digest:
                raise BadBackup(f"{name} is not what was written")

    def require_photos(self) -> None:
        """Every photo of the list is in the pool, byte for byte. Raises BadBackup."""
        for photo in self.photos():
            if not self.pool.exists(photo.sha256):
                raise BadBackup(f"the photo {photo.key} is missing")
            with self.pool.open(photo.sha256) as file:
                if digest_of(file) != photo.sha256:
                    raise BadBackup(f"the photo {photo.key} is not what was written")


def write_facts(path: Path, facts: Facts) -> None:
    """The facts, then the sums over everything; all of it on the disk when this returns."""
    (path / FACTS).write_text(json.dumps(asdict(facts), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sums: Mapping[str, str] = {name: sha256_of(path / name) for name in files_of(path)}
    (path / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="ascii")
    for name in (FACTS, SUMS):
        with (path / name).open("rb") as file:
            os.fsync(file.fileno())
    sync_directory(path)


def read_photos(path: Path) -> Iterator[Photo]:
    """The lines of a list of photos."""
    with path.open(encoding="ascii") as lines:
        for line in lines:
            sha256, length_bytes, changed_ns, key = line.split()
            yield Photo(sha256, int(length_bytes), int(changed_ns), key)


def files_of(path: Path) -> list[str]:
    """The names of all files below, from there."""
    return sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())


def sha256_of(path: Path) -> str:
    """In hexadecimal."""
    with path.open("rb") as file:
        return digest_of(file)


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of what is left to read, in hexadecimal."""
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
