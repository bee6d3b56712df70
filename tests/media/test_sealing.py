"""Files at rest: what is written in pieces is read as one, and no byte of it can be changed, moved or dropped unseen."""

from __future__ import annotations

import io
import os
from pathlib import Path
from uuid import uuid4

import pytest

from database.crypto import KeyRing
from media.sealing import FRAME_BYTES, BrokenSeal, SealedWriter, open_sealed, read_sealed
from operations.keys import ensure_key_file

MEDIA = uuid4()


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    ensure_key_file(tmp_path / "keys.json")
    return KeyRing.load(tmp_path / "keys.json")


def sealed(path: Path, ring: KeyRing, *pieces: bytes) -> bytes:
    """One file, each piece appended by another request."""
    offset = size = 0
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        with path.open("r+b" if size else "wb") as file:
            writer = SealedWriter.resume(file, ring, MEDIA, offset, size) if size else SealedWriter.begin(file, ring, MEDIA)
            writer.write(piece)
            offset, size = writer.offset_bytes, writer.finish(last=last)
    return path.read_bytes()


@pytest.mark.parametrize("cuts", [[], [1], [10, 10], [FRAME_BYTES, 2 * FRAME_BYTES], [FRAME_BYTES + 1, 150_000]])
def test_pieces_of_any_length_are_read_as_one_file(tmp_path: Path, ring: KeyRing, cuts: list[int]) -> None:
    content = os.urandom(200_000)
    pieces = [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    file = sealed(tmp_path / "photo", ring, *pieces)
    assert read_sealed(io.BytesIO(file), ring, MEDIA) == content


def test_an_empty_file_is_a_file(tmp_path: Path, ring: KeyRing) -> None:
    assert read_sealed(io.BytesIO(sealed(tmp_path / "photo", ring, b"")), ring, MEDIA) == b""


def test_bytes_that_were_never_acknowledged_are_dropped(tmp_path: Path, ring: KeyRing) -> None:
    path = tmp_path / "photo"
    with path.open("wb") as file:
        writer = SealedWriter.begin(file, ring, MEDIA)
        writer.write(b"kept, ")
        size = writer.finish(last=False)
        writer.write(b"lost" * 50_000)
        writer.finish(last=False)
    with path.open("r+b") as file:
        writer = SealedWriter.resume(file, ring, MEDIA, 6, size)
        writer.write(b"sent again")
        writer.finish(last=True)
    assert read_sealed(io.BytesIO(path.read_bytes()), ring, MEDIA) == b"kept, sent again"


def test_nothing_of_the_content_is_on_the_disk(tmp_path: Path, ring: KeyRing) -> None:
    assert b"telling" not in sealed(tmp_path / "photo", ring, b"telling " * 20_000)


def test_any_changed_byte_is_noticed(tmp_path: Path, ring: KeyRing) -> None:
    file = sealed(tmp_path / "photo", ring, b"one", b"two")
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1
        with pytest.raises(BrokenSeal):
            read_sealed(io.BytesIO(changed), ring, MEDIA)


def test_any_missing_end_is_noticed(tmp_path: Path, ring: KeyRing) -> None:
    file = sealed(tmp_path / "photo", ring, b"one", b"two")
    for length in range(len(file)):
        with pytest.raises(BrokenSeal):
            read_sealed(io.BytesIO(file[:length]), ring, MEDIA)


def test_frames_cannot_change_places_and_files_cannot_change_photos(tmp_path: Path, ring: KeyRing) -> None:
    file = sealed(tmp_path / "photo", ring, b"one", b"two", b"end")
    frame = 4 + 12 + 3 + 16
    head, (one, two, end) = file[: -3 * frame], (file[-3 * frame : -2 * frame], file[-2 * frame : -frame], file[-frame:])
    assert read_sealed(io.BytesIO(head + one + two + end), ring, MEDIA) == b"onetwoend"
    for swapped in (head + two + one + end, head + one + end, head + one + one + end, head + end):
        with pytest.raises(BrokenSeal):
            read_sealed(io.BytesIO(swapped), ring, MEDIA)
    with pytest.raises(BrokenSeal):
        read_sealed(io.BytesIO(file), ring, uuid4())


def test_without_its_key_a_file_says_nothing(tmp_path: Path, ring: KeyRing) -> None:
    file = sealed(tmp_path / "photo", ring, b"content")
    (tmp_path / "other").mkdir()
    ensure_key_file(tmp_path / "other" / "keys.json")
    with pytest.raises(BrokenSeal):
        next(open_sealed(io.BytesIO(file), KeyRing.load(tmp_path / "other" / "keys.json"), MEDIA))
