"""What kind of image bytes claim to be, by their first bytes. The web process looks no further: it never decodes."""

from __future__ import annotations

SNIFF_BYTES = 32
# What a photo may be, and the ending of its name when an officer saves the original.
IMAGE_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
# HEIF brands (ISO/IEC 23008-12, 10) that phones write: HEVC stills, bursts, and their generic forms.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def sniff(head: bytes) -> str | None:
    """The content type that the first 32 bytes show, or None if they are no image that we take."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "image/png"
    if head[:4] == b"RIFF" and head[8:15] == b"WEBPVP8":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None
