"""Photos to test with: a real photograph of a package, with everything that a phone would tell written into it."""

from __future__ import annotations

import functools
import hashlib
import io
from datetime import datetime
from typing import Any

import piexif
import pillow_heif
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sklearn.datasets import load_sample_images

pillow_heif.register_heif_opener()

CANARY = b"CANARY-7f3a9c"
TAKEN_AT = datetime.fromisoformat("2026-11-20T09:30:15+08:00")
LON, LAT = 111.7531, 40.8425


@functools.cache
def photograph(width: int = 640, height: int = 427) -> Image.Image:
    """A photograph of a temple, enlarged or cut down to this size."""
    with Image.fromarray(load_sample_images().images[0]) as image:
        return image.resize((width, height))


def exif_block(orientation: int = 1) -> bytes:
    """Position, moment, and the canary in every place where a camera writes words; a thumbnail too."""
    thumbnail = io.BytesIO()
    photograph().resize((64, 48)).save(thumbnail, "JPEG")
    words = CANARY + b" Zhang San 13800138000"
    block: bytes = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Orientation: orientation,
                piexif.ImageIFD.Artist: words,
                piexif.ImageIFD.ImageDescription: words,
                piexif.ImageIFD.Make: words,
                piexif.ImageIFD.XPAuthor: CANARY.decode().encode("utf-16-le"),
            },
            "Exif": {
                piexif.ExifIFD.DateTimeOriginal: b"2026:11:20 09:30:15",
                piexif.ExifIFD.OffsetTimeOriginal: b"+08:00",
                piexif.ExifIFD.UserComment: b"ASCII\0\0\0" + words,
                piexif.ExifIFD.MakerNote: words,
                piexif.ExifIFD.BodySerialNumber: words,
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: _sexagesimal(LAT),
                piexif.GPSIFD.GPSLongitudeRef: b"E",
                piexif.GPSIFD.GPSLongitude: _sexagesimal(LON),
                piexif.GPSIFD.GPSAltitude: (10_650, 10),
                piexif.GPSIFD.GPSProcessingMethod: CANARY,
            },
            "1st": {piexif.ImageIFD.ImageDescription: CANARY},
            "thumbnail": thumbnail.getvalue(),
        }
    )
    return block


def telling_photo(image_format: str = "JPEG", *, orientation: int = 1, image: Image.Image | None = None) -> bytes:
    """A photo of a format of Pillow's, with the canary in EXIF, XMP, comments and text chunks."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"
    by_format: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": CANARY, "quality": 90, "xmp": xmp},
        "WEBP": {"xmp": xmp, "method": 0},
        "HEIF": {"xmp": xmp},
        "PNG": {"compress_level": 1, "pnginfo": _text_chunks()},
    }
    file = io.BytesIO()
    (image or photograph()).save(file, image_format, exif=exif_block(orientation), **by_format[image_format])
    return file.getvalue()


def digest(photo: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(photo).digest()


def _text_chunks() -> PngInfo:
    chunks = PngInfo()
    chunks.add_text("Author", CANARY.decode())
    chunks.add_itxt("Comment", CANARY.decode(), zip=True)
    return chunks


def _sexagesimal(degrees: float) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    minutes = (degrees % 1) * 60
    return (int(degrees), 1), (int(minutes), 1), (round((minutes % 1) * 60 * 10_000), 10_000)
