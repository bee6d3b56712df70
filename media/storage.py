"""Where finished files live, under keys. Two things only are promised: a file is there whole or not at all, and stays.

`tests/contracts/test_storage.py` runs on each implementation.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from media.problems import StorageFull

_KEY = re.compile(r"[a-z0-9]+(?:[/.-][a-z0-9]+)*")
_MAX_KEY_CHARACTERS = 200
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RETRY_FULL_SECONDS = 60


class NoSuchObject(Exception):
    """Nothing is stored under this key."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a directory says of one object without opening it."""

    key: str
    length_bytes: int
    changed_ns: int


def place_of(key: str) -> str:
    """Where in a directory an object lies. Raises ValueError for what is no key."""
    if len(key) > _MAX_KEY_CHARACTERS or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    spread = hashlib.sha256(key.encode()).hexdigest()
    return f"{spread[:2]}/{spread[2:4]}/{key.replace('/', '_')}"


class Storage(Protocol):
    """Files by key: lower-case letters and digits, parted by `/`, `.` or `-`. Another key raises ValueError."""

    def put(self, key: str, source: BinaryIO) -> None:
        """Store all of `source`, from its start; durable on return. An object of that name is replaced in one step.

        Raises StorageFull; then, as after a crash, the key holds what it held before.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """A readable, seekable file. Raises NoSuchObject."""
        ...

    def exists(self, key: str) -> bool:
        """True if something is stored under the key."""
        ...

    def size(self, key: str) -> int:
        """Length in bytes. Raises NoSuchObject."""
        ...

    def delete(self, key: str) -> None:
        """Remove it; what is not there is left so."""
        ...


class DirectoryStorage:
    """Objects as files of one directory, spread over 65,536 folders by a hash of the key."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def put(self, key: str, source: BinaryIO) -> None:
        """Written beside its place, synced, moved there, and the folder synced too."""
        path = self._path(key)
        with disk_problems():
            make_durable_directory(path.parent)
            handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
            try:
                with os.fdopen(handle, "wb") as file:
                    source.seek(0)
                    shutil.copyfileobj(source, file, 1 << 20)
                    file.flush()
                    os.fsync(file.fileno())
                Path(unfinished).replace(path)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
            sync_directory(path.parent)

    def open(self, key: str) -> BinaryIO:
        """The file itself."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NoSuchObject(key) from error

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return self._path(key).is_file()

    def size(self, key: str) -> int:
        """The size of the file."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as error:
            raise NoSuchObject(key) from error

    def delete(self, key: str) -> None:
        """Unlink it and sync the folder."""
        path = self._path(key)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_directory(path.parent)

    def objects(self) -> Iterator[StoredObject]:
        """Everything that is stored, in the order of `place_of`; what is being written is not there yet."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if not path.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                        about = path.stat()
                        yield StoredObject(path.name.replace("_", "/"), about.st_size, about.st_mtime_ns)

    def _path(self, key: str) -> Path:
        return self._root / place_of(key)


def sync_directory(directory: Path) -> None:
    """Make names that were added or removed durable: syncing a file does not sync its name."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_directory(directory: Path) -> None:
    """Make the directory and its missing parents, each one synced into its own parent; readable by us alone."""
    if directory.is_dir():
        return
    make_durable_directory(directory.parent)
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        sync_directory(directory.parent)


@contextlib.contextmanager
def disk_problems() -> Iterator[None]:
    """A full disk, from wherever it is noticed, is a refusal with a time to try again and not a fault."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(retry_after_seconds=_RETRY_FULL_SECONDS) from error
        raise
