"""Photographs of the demo: taken with everything a phone writes into them, sent in two ways, and looked at by everybody."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import random
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import piexif
from PIL import Image, ImageOps
from sklearn.datasets import load_sample_images

from device.client import Refused
from device.exchange import API, new_id
from device.transport import Answer
from operations.demo.ledger import Stored, equal, require
from operations.demo.people import Person

_TUS = {"Tus-Resumable": "1.0.0"}
_MOST_ROUNDS = 60  # of asking where an upload stands and going on from there


@dataclass(frozen=True)
class Photo:
    """A JPEG with position, author and a word (`canary`) that nobody else may ever read."""

    id: str
    content: bytes
    canary: bytes

    @property
    def sha256(self) -> bytes:
        """Of the file."""
        return hashlib.sha256(self.content).digest()


@functools.cache
def photographs() -> tuple[bytes, ...]:
    """Two real photographs that scikit-learn ships, as they lie on the disk."""
    return tuple(Path(name).read_bytes() for name in load_sample_images().filenames)


def _seen(photograph: bytes) -> bytes:
    """A part of it, as somebody who stands there sees it.

    No two look alike, not even of the same seed: a photo that is shown twice would be flagged.
    """
    rng = random.SystemRandom()
    with Image.open(io.BytesIO(photograph)) as whole:
        width, height = (int(side * rng.uniform(0.35, 0.75)) for side in whole.size)
        left, top = rng.randrange(whole.width - width), rng.randrange(whole.height - height)
        part = whole.crop((left, top, left + width, top + height)).resize((960, 720))
    file = io.BytesIO()
    (ImageOps.mirror(part) if rng.random() < 0.5 else part).save(file, "JPEG", quality=85)
    return file.getvalue()


def take_photo(rng: random.Random, lon: float, lat: float) -> Photo:
    """Of a place, as a phone there would have written it."""
    canary = f"CANARY-{secrets.token_hex(8)}".encode()
    words = canary + b" Zhang San 13800138000"
    exif = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Artist: words,
                piexif.ImageIFD.Copyright: words,
                piexif.ImageIFD.ImageDescription: words,
                piexif.ImageIFD.XPAuthor: canary.decode().encode("utf-16-le"),
            },
            "Exif": {
                piexif.ExifIFD.DateTimeOriginal: b"2026:11:20 09:30:15",
                piexif.ExifIFD.BodySerialNumber: words,
                piexif.ExifIFD.UserComment: b"ASCII\0\0\0" + words,
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: _sexagesimal(lat),
                piexif.GPSIFD.GPSLongitudeRef: b"E",
                piexif.GPSIFD.GPSLongitude: _sexagesimal(lon),
            },
        }
    )
    file = io.BytesIO()
    piexif.insert(exif, _seen(rng.choice(photographs())), file)
    return Photo(new_id(), file.getvalue(), canary)


def _sexagesimal(degrees: float) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    minutes = (degrees % 1) * 60
    return (int(degrees), 1), (int(minutes), 1), (round((minutes % 1) * 60 * 10_000), 10_000)


# ---- sending ----


def send_whole(who: Person, photo: Photo, role: str, reader: Person) -> None:
    """In one request. Repeating it is safe: a photo has one file. `reader` may read the original."""
    digest = base64.b64encode(photo.sha256).decode()
    headers = {"Content-Type": "image/jpeg", "Content-Digest": f"sha-256=:{digest}:"}
    answer = who.send("PUT", f"{API}/media/{photo.id}/content?role={role}", photo.content, headers)
    _expect(answer, 200, 201)
    _is_stored(who, photo, reader)
    who.stage.teller.step(who.label, f"一次上传照片({len(photo.content) // 1024} KB)", "已存证")


def send_in_pieces(who: Person, photo: Photo, role: str, reader: Person) -> None:
    """By tus, with the line cut in the middle of a piece: what had arrived is kept, and the rest follows."""
    length = len(photo.content)
    url = _create(who, photo, role)
    first = who.stage.rng.randrange(length // 8, length // 4)
    _expect(_patch(who, url, 0, photo.content[:first]), 204, 409)
    offset = _offset(who, url)
    torn = photo.content[offset : offset + who.stage.rng.randrange(length // 8, length // 4)]
    who.radio.tear("PATCH", url, _patch_headers(who, offset), torn, declared_bytes=length - offset)
    kept = _offset(who, url)
    require(offset <= kept <= offset + len(torn), f"断线后已确认的字节不丢失,也不多算({offset}、{kept})")
    for _ in range(_MOST_ROUNDS):
        offset = _offset(who, url)
        if _patch(who, url, offset, photo.content[offset:]).status == 204 and offset == length:
            break
    else:
        require(holds=False, promise="断线续传应在有限次数内完成")
    _is_stored(who, photo, reader)
    who.stage.teller.step(who.label, f"断点续传照片:共{length}字节,中途断线,服务器已存{kept}字节", "续传完成,已存证")


def _create(who: Person, photo: Photo, role: str) -> str:
    said = {"media_id": photo.id, "sha256": photo.sha256.hex(), "role": role, "filetype": "image/jpeg"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    headers = {**_TUS, "Upload-Length": str(len(photo.content)), "Upload-Metadata": metadata}
    answer = _expect(who.send("POST", f"{API}/uploads", b"", headers), 201)
    return str(answer.headers["location"])


def _offset(who: Person, url: str) -> int:
    answer = _expect(who.send("HEAD", url, b"", _TUS), 200)
    return int(answer.headers["upload-offset"])


def _patch(who: Person, url: str, offset: int, piece: bytes) -> Answer:
    """At a wrong offset (an answer was lost on the way) the server says 409, and one asks again where it stands."""
    headers = _patch_headers(who, offset)
    return _expect(who.send("PATCH", url, piece, headers), 204, 409, 423)


def _patch_headers(who: Person, offset: int) -> dict[str, str]:
    headers = {**_TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return {**headers, "Authorization": f"Bearer {who.device.store.get('access_token')}"}


def _expect(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise Refused(answer.status, json.loads(answer.body or b"{}"))
    return answer


def _is_stored(who: Person, photo: Photo, reader: Person) -> None:
    who.stage.ledger.stored.append(Stored(photo.id, photo.sha256.hex(), reader.id))


# ---- looking ----


def wait_for_pictures(who: Person, photo: Photo) -> dict[str, Any]:
    """The worker makes two pictures of it, within a bounded time; the photo's document."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = who.get(f"/media/{photo.id}")
        return found if found["state"] == "ready" else None

    return who.stage.until("由照片生成两种尺寸的图片", look)


def is_shown_clean(who: Person, photo: Photo) -> None:
    """What this person sees of a photo holds no byte of its metadata: no canary, no author, no position."""
    document = wait_for_pictures(who, photo)
    pictures = document["renditions"]
    equal(sorted(picture["name"] for picture in pictures), ["1600", "320"], "每张照片有两种尺寸")
    require(photo.canary.decode() not in json.dumps(document), "照片说明不含元数据")
    for picture in pictures:
        content = _expect(who.send("GET", picture["url"]), 200).body
        require(content[:2] == b"\xff\xd8", "图片为 JPEG")
        for telling in (photo.canary, photo.canary.decode().encode("utf-16-le"), b"Zhang San", b"Exif\0\0"):
            require(telling not in content, "他人看到的图片不含原照片的任何元数据")
    who.stage.teller.step(who.label, "查看照片(1600、320像素两种)", "无作者、无定位、无任何元数据")


def is_read_as_taken(who: Person, photo: Photo) -> None:
    """The sealed original is the very file; its reading is recorded."""
    wait_for_pictures(who, photo)
    content = _expect(who.send("GET", f"{API}/media/{photo.id}/original"), 200).body
    equal(hashlib.sha256(content).hexdigest(), photo.sha256.hex(), "原始照片逐字节一致")
    who.stage.teller.step(who.label, "调阅封存的原始照片(留痕)", f"逐字节一致,SHA-256 {photo.sha256.hex()[:16]}…")


def is_hidden(who: Person, photo: Photo, promise: str, *, original_only: bool = False) -> None:
    """This person's question for the photo answers like that for one that does not exist."""
    paths = [f"/media/{photo.id}/original"]
    if not original_only:
        paths += [f"/media/{photo.id}", f"/media/{photo.id}/renditions/320"]
    for path in paths:
        there = who.is_refused("GET", path, None, 404, "not_found", promise)
        nowhere = who.is_refused("GET", path.replace(photo.id, new_id()), None, 404, "not_found", promise)
        equal(there, nowhere, promise)
    who.stage.teller.step(who.label, promise, "404,与不存在的照片答复完全相同")
