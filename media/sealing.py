"""Sealed files: encrypted from the first byte that touches the disk, appended to piece by piece, opened as a stream.

A file is a header, then frames. The header holds the file's own key, sealed under the key ring, so keys of the ring can
change without writing photos again. A frame is its plain length (4 bytes, the top bit marks the last frame), a random
nonce, and AES-256-GCM ciphertext with its tag; it authenticates its place (offset in the plain bytes), the last-frame mark
and the media id, so that frames can be neither moved, dropped, nor brought in from another file.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from database.crypto import KeyRing

MAGIC = b"FSEAL1\r\n"
FRAME_BYTES = 65_536
_NONCE_BYTES = 12
_TAG_BYTES = 16
_LAST = 1 << 31
_LENGTH = struct.Struct(">I")
_KEY_LENGTH = struct.Struct(">H")
_PLACE = struct.Struct(">Q?")


class BrokenSeal(Exception):
    """The file was changed, cut, or belongs to another photo; or its key is not on the ring."""


class SealedWriter:
    """Appends plain bytes to a sealed file. Nothing counts before `finish` returned: it syncs to the disk."""

    def __init__(self, file: BinaryIO, key: bytes, media_id: UUID, offset_bytes: int) -> None:
        self._file = file
        self._cipher = AESGCM(key)
        self._context = media_id.bytes
        self._offset = offset_bytes  # of the first byte in the buffer
        self._buffer = bytearray()

    @classmethod
    def begin(cls, file: BinaryIO, ring: KeyRing, media_id: UUID) -> SealedWriter:
        """A new file under a new key."""
        key = AESGCM.generate_key(bit_length=256)
        sealed_key = ring.seal(key)
        file.write(MAGIC + _KEY_LENGTH.pack(len(sealed_key)) + sealed_key)
        return cls(file, key, media_id, 0)

    @classmethod
    def resume(cls, file: BinaryIO, ring: KeyRing, media_id: UUID, offset_bytes: int, sealed_bytes: int) -> SealedWriter:
        """Go on after `offset_bytes` plain bytes, kept in the first `sealed_bytes` of the file.

        What follows them was never acknowledged, and goes.
        """
        file.seek(0)
        key = _read_key(file, ring)
        file.truncate(sealed_bytes)
        file.seek(sealed_bytes)
        return cls(file, key, media_id, offset_bytes)

    @property
    def offset_bytes(self) -> int:
        """How many plain bytes were written so far."""
        return self._offset + len(self._buffer)

    def write(self, plain: bytes) -> None:
        """Take plain bytes; full frames go to the file. The last frame is held back: only `finish` knows that it is the last."""
        self._buffer += plain
        while len(self._buffer) > FRAME_BYTES:
            self._write_frame(bytes(self._buffer[:FRAME_BYTES]), last=False)
            del self._buffer[:FRAME_BYTES]

    def finish(self, *, last: bool) -> int:
        """Write what is held, sync, and answer with the size of the file. `last` closes the file for ever."""
        if self._buffer or last:
            self._write_frame(bytes(self._buffer), last=last)
            self._buffer.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def _write_frame(self, plain: bytes, *, last: bool) -> None:
        nonce = os.urandom(_NONCE_BYTES)
        place = _PLACE.pack(self._offset, last) + self._context
        self._file.write(_LENGTH.pack(len(plain) | (_LAST if last else 0)) + nonce + self._cipher.encrypt(nonce, plain, place))
        self._offset += len(plain)


def open_sealed(file: BinaryIO, ring: KeyRing, media_id: UUID) -> Iterator[bytes]:
    """The plain bytes, frame by frame. Raises BrokenSeal at the first frame that is not as it was written."""
    cipher = AESGCM(_read_key(file, ring))
    offset, last = 0, False
    while not last:
        length = _LENGTH.unpack(_read_exactly(file, _LENGTH.size))[0]
        last = bool(length & _LAST)
        length &= ~_LAST
        if length > FRAME_BYTES:
            raise BrokenSeal("a frame is longer than frames are")
        nonce = _read_exactly(file, _NONCE_BYTES)
        sealed = _read_exactly(file, length + _TAG_BYTES)
        try:
            plain = cipher.decrypt(nonce, sealed, _PLACE.pack(offset, last) + media_id.bytes)
        except InvalidTag as error:
            raise BrokenSeal(f"the frame at byte {offset} was changed") from error
        offset += length
        yield plain


def read_sealed(file: BinaryIO, ring: KeyRing, media_id: UUID) -> bytes:
    """All plain bytes at once. Raises BrokenSeal."""
    whole = io.BytesIO()
    whole.writelines(open_sealed(file, ring, media_id))
    return whole.getvalue()


def _read_key(file: BinaryIO, ring: KeyRing) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise BrokenSeal("not a sealed file")
    length = _KEY_LENGTH.unpack(_read_exactly(file, _KEY_LENGTH.size))[0]
    try:
        return ring.open(_read_exactly(file, length))
    except (InvalidTag, KeyError, IndexError) as error:
        raise BrokenSeal("the key of this file cannot be opened") from error


def _read_exactly(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) != count:
        raise BrokenSeal("the file ends early")
    return found
