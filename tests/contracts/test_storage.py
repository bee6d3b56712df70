"""What every Storage promises. A new implementation joins by one more entry in `STORAGES`."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from media.problems import StorageFull
from media.storage import DirectoryStorage, NoSuchObject, Storage

STORAGES: dict[str, Callable[[Path], Storage]] = {"directory": DirectoryStorage}


@pytest.fixture(params=sorted(STORAGES))
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each implementation in turn, empty."""
    return STORAGES[request.param](tmp_path / "objects")


def read(storage: Storage, key: str) -> bytes:
    with storage.open(key) as file:
        return file.read()


@pytest.mark.parametrize("content", [b"", b"one photo", os.urandom(3_000_000)], ids=["empty", "small", "3 MB"])
def test_what_was_put_is_read_back_byte_for_byte(storage: Storage, content: bytes) -> None:
    storage.put("originals/one", io.BytesIO(content))
    assert read(storage, "originals/one") == content
    assert storage.size("originals/one") == len(content)
    assert storage.exists("originals/one")


def test_a_source_is_stored_from_its_start_wherever_it_stands(storage: Storage) -> None:
    source = io.BytesIO(b"whole")
    source.seek(3)
    storage.put("a", source)
    assert read(storage, "a") == b"whole"


def test_putting_again_replaces_the_object(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"first, and longer"))
    storage.put("a", io.BytesIO(b"second"))
    assert read(storage, "a") == b"second"


def test_an_open_reader_keeps_what_it_opened(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"first"))
    with storage.open("a") as reader:
        storage.put("a", io.BytesIO(b"second"))
        assert reader.read() == b"first"


def test_reading_can_start_anywhere(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"0123456789"))
    with storage.open("a") as file:
        file.seek(7)
        assert file.read() == b"789"


def test_what_is_not_there_says_so(storage: Storage) -> None:
    assert not storage.exists("a")
    with pytest.raises(NoSuchObject):
        storage.open("a")
    with pytest.raises(NoSuchObject):
        storage.size("a")


def test_deleting_is_final_and_repeatable(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"x"))
    storage.delete("a")
    storage.delete("a")
    assert not storage.exists("a")


def test_keys_do_not_run_into_each_other(storage: Storage) -> None:
    keys = ["a", "a/b", "a-b", "a.b", "b/a", "ab"]
    for key in keys:
        storage.put(key, io.BytesIO(key.encode()))
    assert [read(storage, key) for key in keys] == [key.encode() for key in keys]


@pytest.mark.parametrize("key", ["", "/a", "a/", "../a", "a/../b", "a//b", "A", "a b", "a\0", "a_b", "照片", "a" * 201, "a\n"])
def test_a_key_that_could_leave_its_place_is_refused(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        storage.put(key, io.BytesIO(b"x"))


class SourceThatBreaks(io.BytesIO):
    """Fails after the first piece, like a disk that fills up while a file is copied."""

    def __init__(self, number: int) -> None:
        super().__init__(b"x" * 5_000_000)
        self._number = number

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(self._number, os.strerror(self._number))
        return super().read(size)

    readinto = None  # type: ignore[assignment]


@pytest.mark.parametrize(("number", "raised"), [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, OSError)])
def test_a_put_that_fails_leaves_what_was_there(storage: Storage, number: int, raised: type[Exception]) -> None:
    storage.put("a", io.BytesIO(b"before"))
    with pytest.raises(raised):
        storage.put("a", SourceThatBreaks(number))
    with pytest.raises(raised):
        storage.put("b", SourceThatBreaks(number))
    assert read(storage, "a") == b"before"
    assert not storage.exists("b")


def test_a_directory_keeps_no_unfinished_files(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        DirectoryStorage(tmp_path).put("a", SourceThatBreaks(errno.ENOSPC))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_directory_syncs_the_file_before_its_name_and_then_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("sync " + ("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "file"))
        sync(descriptor)

    def noted_replace(source: Path, target: Path) -> Path:
        steps.append("name")
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    DirectoryStorage(tmp_path).put("a", io.BytesIO(b"x"))
    assert steps[-3:] == ["sync file", "name", "sync folder"]
    assert steps[:-3] == ["sync folder", "sync folder"]  # the two new folders, each in its parent
