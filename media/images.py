"""Decodes photos of strangers. Runs as a process of its own, started by `media/pool.py`, and imports nothing of the product.

It reads requests from standard input and answers on standard output until its input ends. A request is a length (4 bytes)
and the bytes of a photo; an answer is a length and a JSON document, `{"refused": reason}` or
`{"width", "height", "taken_at", "position", "look", "renditions": [{"name", "width", "height", "length_bytes"}]}`, followed by
the renditions' bytes, which are JPEG. Every limit is on the process: memory, CPU time of each photo, pixels, formats.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import struct
import sys
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any, BinaryIO

import pillow_heif
from PIL import ExifTags, Image, ImageCms

LENGTH = struct.Struct(">I")
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
EDGES = {"1600": 1600, "320": 320}  # name of the rendition -> longer edge in px
QUALITY = 80
# A camera that writes no offset is taken to show the region's time.
REGION_TIME = timezone(timedelta(hours=8))

_TURNS = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_270],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_90],
}
_SIDEWAYS = (5, 6, 7, 8)


class Refused(Exception):
    """The photo cannot be shown; the argument says why."""


def strip_and_render(photo: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The answer, and the bytes of the renditions in its order. Raises Refused."""
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as image:
            width, height = image.size
            # A JPEG is decoded at the smallest scale that is still large enough: a third of the time.
            image.draft("RGB", _fitted(width, height))
            image.load()
            exif = _exif(image)
            orientation = exif.pop("orientation")
            picture = _plain(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    except MemoryError as error:
        raise Refused("too_costly") from error
    except Exception as error:  # decoders raise whatever they like on hostile bytes
        raise Refused("broken") from error
    for turn in _TURNS.get(orientation, []):
        picture = picture.transpose(turn)
    renditions, files = [], []
    for name, edge in EDGES.items():
        picture.thumbnail((edge, edge))
        files.append(_encoded(picture))
        size = {"width": picture.width, "height": picture.height, "length_bytes": len(files[-1])}
        renditions.append({"name": name, **size})
    upright = (height, width) if orientation in _SIDEWAYS else (width, height)
    told = {"width": upright[0], "height": upright[1], **exif, "look": _look(picture), "renditions": renditions}
    return told, files


def _fitted(width: int, height: int) -> tuple[int, int]:
    """The size of the largest rendition; Pillow's draft mode wants both edges, not a box."""
    scale = min(1.0, EDGES["1600"] / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _plain(image: Image.Image) -> Image.Image:
    """At most 1600 px, in sRGB, on white where it is transparent; a new image, so that nothing of the file clings to it."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level * (1 / 256)).convert("L")
    elif image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA")
    image.thumbnail((EDGES["1600"], EDGES["1600"]))
    image = _in_srgb(image, profile)
    plain = Image.new("RGB", image.size, "white")
    plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return plain


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                return converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile: its colours are guessed as sRGB
            pass
    return image if image.mode in ("RGB", "RGBA") else image.convert("RGB")


def _look(picture: Image.Image) -> int:
    """dHash: of nine by eight grey squares, whether each is darker than its right neighbour. 64 bits, unsigned.

    The same after the picture was made smaller, brighter or saved once more, but for a few bits.
    """
    squares = picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    look = 0
    for row in range(8):
        for place in range(row * 9, row * 9 + 8):
            look = look << 1 | (squares[place] < squares[place + 1])
    return look


def _encoded(picture: Image.Image) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()


def _exif(image: Image.Image) -> dict[str, Any]:
    """What the camera wrote: orientation, moment and position; None where it wrote nothing that can be read."""
    found: dict[str, Any] = {"orientation": 1, "taken_at": None, "position": None}
    try:
        exif = image.getexif()
        found["orientation"] = exif.get(ExifTags.Base.Orientation, 1)
        found["taken_at"] = _taken_at(exif.get_ifd(ExifTags.IFD.Exif))
        found["position"] = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # noqa: BLE001 - a broken EXIF block raises anything, and the photo is good without it
        return found
    return found


def _taken_at(tags: dict[int, Any]) -> str | None:
    written = tags.get(ExifTags.Base.DateTimeOriginal)
    if written is None:
        return None
    moment = datetime.strptime(written.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=REGION_TIME)
    offset = tags.get(ExifTags.Base.OffsetTimeOriginal)
    if offset:
        moment = moment.replace(tzinfo=datetime.strptime(offset.strip("\0 "), "%z").tzinfo)
    return moment.isoformat()


def _position(tags: dict[int, Any]) -> dict[str, float] | None:
    gps = ExifTags.GPS
    if gps.GPSLatitude not in tags or gps.GPSLongitude not in tags:
        return None
    lat = _degrees(tags[gps.GPSLatitude]) * (-1 if tags.get(gps.GPSLatitudeRef) == "S" else 1)
    lon = _degrees(tags[gps.GPSLongitude]) * (-1 if tags.get(gps.GPSLongitudeRef) == "W" else 1)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    position = {"lon": round(lon, 7), "lat": round(lat, 7)}
    altitude = float(tags.get(gps.GPSAltitude, "nan"))
    return {**position, "altitude_m": round(altitude, 1)} if math.isfinite(altitude) else position


def _degrees(parts: tuple[Any, ...]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _limit(memory_bytes: int, max_pixels: int) -> None:
    """What the whole process may use; it can write no file and leaves no core."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    # One thread: the others' stacks and arenas would count as memory.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    Image.init()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _grant_cpu(seconds: int) -> None:
    """From now on `seconds` of CPU time, then the kernel ends the process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + 1 + seconds, hard))


def _answer(output: BinaryIO, told: dict[str, Any], files: list[bytes]) -> None:
    head = json.dumps(told).encode()
    output.write(LENGTH.pack(len(head)) + head + b"".join(files))
    output.flush()


def serve(memory_bytes: int, cpu_seconds: int, max_pixels: int) -> None:
    """Answer requests until the input ends."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a decoder prints must not look like an answer
    _limit(memory_bytes, max_pixels)
    while head := sys.stdin.buffer.read(LENGTH.size):
        _grant_cpu(cpu_seconds)
        try:
            told, files = strip_and_render(sys.stdin.buffer.read(LENGTH.unpack(head)[0]))
        except Refused as refusal:
            told, files = {"refused": str(refusal)}, []
        _answer(output, told, files)


if __name__ == "__main__":
    serve(*(int(argument) for argument in sys.argv[1:]))
