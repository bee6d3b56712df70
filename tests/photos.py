"""Photos of the product's tests that look different from one another, and copies that look the same."""

from __future__ import annotations

import io
import random

from flask.testing import FlaskClient
from PIL import Image, ImageEnhance

from database.base import new_id
from tests.application import work_off
from tests.makers import FOUND, Case, make_hazard
from tests.people import Caller


def picture(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """A scene of its own for each seed: light and dark fields that melt into one another."""
    rng = random.Random(seed)
    fields = Image.new("RGB", (12, 9))
    fields.putdata([(value, 255 - value, (value * 3) % 256) for value in (rng.randrange(256) for _ in range(12 * 9))])
    return fields.resize((width, height), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """As a camera saves it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def saved_again(image: Image.Image) -> bytes:
    """Smaller, a little brighter, and compressed once more: other bytes, the same picture."""
    smaller = image.resize((image.width * 3 // 4, image.height * 3 // 4))
    return jpeg(ImageEnhance.Brightness(smaller).enhance(1.1), quality=60)


def sent(who: Caller, photo: bytes) -> str:
    """The id of a photo that somebody has sent; the worker has not seen it yet."""
    media_id = str(new_id())
    answer = who.put_bytes(f"/media/{media_id}/content", photo)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return media_id


def shown_twice(client: FlaskClient, region_code: str) -> tuple[Case, str]:
    """A case that was found false with the photo of another one, and the flag that its leader has to judge."""
    photo = jpeg(picture(random.randrange(10**6)))
    for _ in range(2):
        case = make_hazard(client, "VERIFYING", region_code)
        case.cosigned("verify_false", **FOUND, photos=[sent(case.office.officers[0], photo)])
        work_off(client.application.extensions["fire"])
    return case, str(case.read()["reuses"][0]["id"])


def a_photo() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (30, 90, 60)).save(out, "JPEG")
    return out.getvalue()
