"""Pictures that others see: upright, small, in sRGB, without one byte of metadata; hostile files cost one process at most."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from media import pool as pools
from media.pool import CannotRender, RenderPool
from tests.media.makers import CANARY, LAT, LON, TAKEN_AT, photograph, telling_photo

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


def shown(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to its picture data."""
    found, place = [], 2
    while True:
        marker, length = struct.unpack_from(">HH", jpeg, place)
        found.append(marker)
        if marker == 0xFFDA:
            return found
        place += 2 + length


@pytest.mark.parametrize("image_format", FORMATS)
def test_renditions_hold_no_byte_of_metadata(pool: RenderPool, image_format: str) -> None:
    photo = telling_photo(image_format, image=photograph(2000, 1500))
    compressed = image_format == "PNG"
    assert photo.count(CANARY) >= (1 if compressed else 3)  # the canary is in the original, or this test says nothing
    for picture in pool.render(photo).pictures:
        for told in (CANARY, b"Zhang San", b"13800138000", b"2026:11:20", b"Exif", b"http", b"xmp", b"ICC_PROFILE", b"Photoshop"):
            assert told not in picture.file
            assert told.decode().encode("utf-16-le") not in picture.file
        # Tables, frame and scan alone, beside the 16 bytes by which a JPEG says that it is one.
        assert set(segments(picture.file)) <= {0xFFE0, 0xFFDB, 0xFFC0, 0xFFC4, 0xFFDA}
        assert picture.file[2:20] == b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        assert not shown(picture.file).getexif()


@pytest.mark.parametrize("image_format", FORMATS)
def test_two_sizes_are_made_and_small_photos_are_not_enlarged(pool: RenderPool, image_format: str) -> None:
    rendered = pool.render(telling_photo(image_format, image=photograph(2400, 1200)))
    sizes = [(picture.name, picture.width, picture.height) for picture in rendered.pictures]
    assert sizes == [("1600", 1600, 800), ("320", 320, 160)]
    assert [shown(picture.file).size for picture in rendered.pictures] == [(1600, 800), (320, 160)]
    small = pool.render(telling_photo(image_format, image=photograph(200, 100)))
    assert [(picture.width, picture.height) for picture in small.pictures] == [(200, 100), (200, 100)]


@pytest.mark.parametrize("image_format", ["JPEG", "HEIF"])
def test_position_and_moment_are_read_for_the_record(pool: RenderPool, image_format: str) -> None:
    rendered = pool.render(telling_photo(image_format))
    assert rendered.taken_at == TAKEN_AT
    assert rendered.position is not None
    assert rendered.position["lon"] == pytest.approx(LON, abs=1e-6)
    assert rendered.position["lat"] == pytest.approx(LAT, abs=1e-6)
    assert rendered.position["altitude_m"] == 1065.0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright_however_the_phone_was_held(pool: RenderPool, orientation: int) -> None:
    """A red corner at the top left of what the eye saw stays there; each orientation stores it elsewhere (EXIF 2.32, 4.6.4)."""
    seen = Image.new("RGB", (400, 200), "white")
    seen.paste("red", (0, 0, 80, 80))
    stored = {
        1: seen,
        2: seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: seen.transpose(Image.Transpose.ROTATE_180),
        4: seen.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: seen.transpose(Image.Transpose.TRANSPOSE),
        6: seen.transpose(Image.Transpose.ROTATE_90),
        7: seen.transpose(Image.Transpose.TRANSVERSE),
        8: seen.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    rendered = pool.render(telling_photo(orientation=orientation, image=stored))
    assert (rendered.width, rendered.height) == (400, 200)
    picture = shown(rendered.pictures[0].file)
    assert picture.size == (400, 200)
    red, white = picture.getpixel((30, 30)), picture.getpixel((370, 170))
    assert red[0] > 200  # type: ignore[index]
    assert red[1] < 60  # type: ignore[index]
    assert min(white) > 240  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_becomes_a_picture(pool: RenderPool, mode: str) -> None:
    image = photograph(64, 48).convert("L") if mode == "I;16" else photograph(64, 48).convert(mode)
    if mode == "I;16":
        image = image.convert("I").point(lambda level: level * 256).convert("I;16")
    file = io.BytesIO()
    image.save(file, "PNG")
    picture = shown(pool.render(file.getvalue()).pictures[0].file)
    assert (picture.mode, picture.size) == ("RGB", (64, 48))
    brightness = sum(picture.convert("L").tobytes()) / (64 * 48)
    assert brightness == pytest.approx(sum(photograph(64, 48).convert("L").tobytes()) / (64 * 48), abs=12)


def test_what_is_transparent_is_shown_on_white(pool: RenderPool) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(file, "PNG")
    assert shown(pool.render(file.getvalue()).pictures[0].file).getpixel((25, 25)) == (255, 255, 255)


def test_other_colour_spaces_become_srgb(pool: RenderPool) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for image, profile in (
        (photograph(64, 48).convert("CMYK"), None),
        (photograph(64, 48), b"no profile"),
        (photograph(64, 48), lab),
    ):
        file = io.BytesIO()
        image.save(file, "JPEG", icc_profile=profile)
        assert shown(pool.render(file.getvalue()).pictures[0].file).mode == "RGB"


def png_header(width: int, height: int, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A picture of one colour: a few kilobytes that become gigabytes, in the filter that costs most (Paeth)."""
    packer = zlib.compressobj(9)
    row = b"\4" + b"\0" * (3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png_header(width, height) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def text_bomb() -> bytes:
    text = zlib.compress(b"A" * 200_000_000, 9)
    return (
        png_header(1, 1)
        + png_chunk(b"zTXt", b"Comment\0\0" + text)
        + png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
        + png_chunk(b"IEND", b"")
    )


def large_jpeg() -> bytes:
    return telling_photo(image=photograph(1200, 800))


# Made by the test that needs one: some take seconds.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "half a JPEG": (lambda: large_jpeg()[: len(large_jpeg()) // 2], "broken"),
    "the first bytes of a JPEG": (lambda: b"\xff\xd8\xff\xe0", "broken"),
    "HTML behind a JPEG's first bytes": (lambda: b"\xff\xd8\xff<html><script>alert(1)</script>", "broken"),
    "a JPEG with noise in its tables": (lambda: large_jpeg()[:200] + os.urandom(2000) + large_jpeg()[2200:], "broken"),
    "a PNG of 100,000 by 100,000": (lambda: png_header(100_000, 100_000) + png_chunk(b"IDAT", b"x"), "too_many_pixels"),
    "a PNG of 61 megapixels": (lambda: png_header(61_000, 1000) + png_chunk(b"IDAT", b"x"), "too_many_pixels"),
    "a PNG bomb within the pixels": (lambda: png_bomb(15_000, 15_000), "too_many_pixels"),
    "a PNG without an end": (lambda: png_header(10, 10), "broken"),
    "a text bomb": (text_bomb, "broken"),
    "a GIF": (lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "broken"),
    "half a HEIC": (lambda: telling_photo("HEIF")[:3000], "broken"),
    "half a WebP": (lambda: telling_photo("WEBP")[:3000], "broken"),
    "a TIFF": (lambda: b"II*\x00\x08\x00\x00\x00\x00\x00", "broken"),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "broken"),
    "nothing": (lambda: b"", "broken"),
    "noise": (lambda: os.urandom(5000), "broken"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_the_next_photo_is_made(pool: RenderPool, name: str) -> None:
    make, reason = HOSTILE[name]
    with pytest.raises(CannotRender) as refusal:
        pool.render(make())
    assert refusal.value.reason == reason
    assert len(pool.render(telling_photo()).pictures) == 2


@pytest.mark.parametrize("size", [(1, 65_500), (65_500, 1), (1, 1)])
def test_an_absurd_shape_is_shown_as_what_it_is(pool: RenderPool, size: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, "JPEG")
    rendered = pool.render(file.getvalue())
    assert (rendered.width, rendered.height) == size
    assert all(max(picture.width, picture.height) <= int(picture.name) for picture in rendered.pictures)


def test_a_broken_exif_block_does_not_cost_the_photo(pool: RenderPool) -> None:
    file = io.BytesIO()
    photograph(64, 48).save(file, "JPEG", exif=b"Exif\0\0II*\x00\x08\x00\x00\x00\xff\xff" + os.urandom(500))
    rendered = pool.render(file.getvalue())
    assert (rendered.taken_at, rendered.position, len(rendered.pictures)) == (None, None, 2)


def processes(pool: RenderPool) -> list[int]:
    return [decoder._process.pid for decoder in pool._idle.queue if decoder is not None]


def test_a_process_is_replaced_after_some_photos() -> None:
    pool = RenderPool(1_000_000, photos_per_process=2)
    seen = []
    for _ in range(4):
        pool.render(telling_photo())
        seen.append(processes(pool))
    assert seen[0] != []
    assert seen[1] == seen[3] == []
    assert seen[2] != seen[0]
    pool.close()


def test_memory_is_limited() -> None:
    """48 megapixels within the limit of pixels, but not within a quarter of the memory."""
    pool = RenderPool(60_000_000, memory_bytes=160 * 2**20)
    with pytest.raises(CannotRender) as refusal:
        pool.render(png_bomb(8000, 6000))
    assert refusal.value.reason == "too_costly"
    assert len(pool.render(telling_photo()).pictures) == 2
    pool.close()


def test_processor_time_is_granted_anew_for_each_photo() -> None:
    """The kernel counts whole seconds of the whole process: a photo gets ten, begun ones not counted."""
    pool = RenderPool(60_000_000)
    pool.render(telling_photo())
    (pid,) = processes(pool)
    (line,) = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith("Max cpu time")]
    assert int(line.split()[3]) == pytest.approx(1 + pools.CPU_SECONDS, abs=1)
    pool.close()


def test_a_process_that_hangs_is_ended() -> None:
    pool = RenderPool(60_000_000, wall_seconds=0.05)
    with pytest.raises(CannotRender) as refusal:
        pool.render(telling_photo("PNG", image=photograph(6000, 4000)))
    assert refusal.value.reason == "too_costly"
    assert processes(pool) == []
    pool.close()


def test_a_process_that_was_killed_costs_no_photo(pool: RenderPool) -> None:
    pool.render(telling_photo())
    (pid,) = processes(pool)
    os.kill(pid, 9)
    assert len(pool.render(telling_photo()).pictures) == 2


def test_a_process_knows_no_secret_and_can_write_no_file(pool: RenderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    fresh = RenderPool(1_000_000)
    fresh.render(telling_photo())
    (pid,) = processes(fresh)
    assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert any(line.split()[:5] == ["Max", "file", "size", "0", "0"] for line in limits.splitlines())
    assert str(pools.MEMORY_BYTES) in limits
    fresh.close()


def test_no_process_is_left_behind() -> None:
    pool = RenderPool(1_000_000)
    pool.render(telling_photo())
    (pid,) = processes(pool)
    pool.close()
    assert not Path(f"/proc/{pid}").exists()


def test_the_web_process_never_loads_a_decoder() -> None:
    program = (
        "import sys, api.media, api.uploads, media.rendering, media.intake;"
        "print([name for name in sys.modules if name.startswith(('PIL', 'pillow'))])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_moment_without_an_offset_is_the_regions(pool: RenderPool) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    file = io.BytesIO()
    photograph(64, 48).save(file, "JPEG", exif=exif)
    assert pool.render(file.getvalue()).taken_at == datetime.fromisoformat("2026-01-02T03:04:05+08:00")
