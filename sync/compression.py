"""How bodies and answers travel: zstd or gzip, in one frame."""

from __future__ import annotations

import zlib

from backports import zstd

from problems import BodyTooLarge, UnsupportedMediaType
from sync.problems import TornBody

ENCODINGS = ("zstd", "gzip")  # what we like better first: zstd takes a fifth of gzip's time for an answer and makes it smaller
_GZIP = 31  # zlib's way to say: gzip framing only
_LEVEL = 1
# RFC 9659: what travels over HTTP needs no more than 8 MB to unpack. A header that asks for more is refused before it is given.
_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


def compress(plain: bytes, encoding: str) -> bytes:
    """In one of our encodings."""
    if encoding == "zstd":
        return zstd.compress(plain, _LEVEL)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(plain) + packer.flush()


def decompress(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The plain body. Raises UnsupportedMediaType, TornBody for a cut stream, BodyTooLarge before more is unpacked."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        plain = body
    elif encoding in ENCODINGS:
        plain = _unpacked(body, encoding, max_bytes)
    else:
        raise UnsupportedMediaType(accepted=", ".join(ENCODINGS))
    if len(plain) > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    return plain


def _unpacked(body: bytes, encoding: str, max_bytes: int) -> bytes:
    unpacker = zstd.ZstdDecompressor(options=_WINDOW) if encoding == "zstd" else zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, max_bytes + 1)
    except (zlib.error, zstd.ZstdError) as error:
        raise TornBody(reason=encoding) from error
    if len(plain) <= max_bytes and (not unpacker.eof or unpacker.unused_data):
        raise TornBody(reason=encoding)
    return plain
