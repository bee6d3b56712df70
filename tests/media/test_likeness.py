"""What a photo looks like is kept with it, stays the same when it is saved again, and is found without reading all photos."""

from __future__ import annotations

import itertools
import math
from uuid import UUID

import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from database.base import new_id
from media.likeness import SAME_BITS, as_stored, bands_of, differing_bits, near, same_as
from media.models import Media
from media.pool import RenderPool
from tests.media.conftest import World
from tests.media.makers import photograph, telling_photo
from tests.media.test_content import put
from tests.photos import jpeg, picture, saved_again


def sent(world: World, photo: bytes) -> UUID:
    media_id = new_id()
    assert put(world, media_id, photo).status_code == 201
    return media_id


def looks(pool: RenderPool, photo: bytes) -> int:
    return as_stored(pool.render(photo).look)


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "HEIF"])
def test_a_picture_looks_the_same_in_every_format(pool: RenderPool, image_format: str) -> None:
    scene = photograph(1600, 1200)
    there = looks(pool, telling_photo("JPEG", image=scene))
    assert differing_bits(there, looks(pool, telling_photo(image_format, image=scene))) <= SAME_BITS


def test_it_stays_the_same_smaller_brighter_and_saved_once_more_and_another_picture_differs(pool: RenderPool) -> None:
    scenes = [picture(seed) for seed in range(6)]
    once = [looks(pool, jpeg(scene)) for scene in scenes]
    again = [looks(pool, saved_again(scene)) for scene in scenes]
    darker = [looks(pool, jpeg(ImageEnhance.Brightness(scene).enhance(0.8))) for scene in scenes]
    assert max(differing_bits(one, other) for one, other in zip(once * 2, again + darker, strict=True)) <= SAME_BITS
    assert min(differing_bits(one, other) for one, other in itertools.combinations(once, 2)) > 2 * SAME_BITS


@pytest.mark.parametrize("look", [0, 1, (1 << 64) - 1, 1 << 63, 0x8000000000000001])
def test_a_picture_of_next_to_nothing_is_like_no_other(look: int) -> None:
    assert bands_of(as_stored(look)) == []


def test_of_two_hashes_that_differ_in_three_bits_a_band_is_always_the_same() -> None:
    look = 0x9C3A_57E1_0F66_B2D8
    assert math.comb(64, SAME_BITS) == 41_664
    for flipped in itertools.combinations(range(64), SAME_BITS):
        other = look ^ sum(1 << bit for bit in flipped)
        assert set(bands_of(as_stored(look))) & set(bands_of(as_stored(other)))


def test_a_photo_that_was_rendered_before_is_looked_at_by_the_worker_one_by_one(world: World, pool: RenderPool) -> None:
    ids = [sent(world, jpeg(picture(seed))) for seed in (1, 2)]
    for media_id in ids:
        world.renders(media_id, pool)
    kept = [world.media(media_id) for media_id in ids]
    world.do(lambda session: session.execute(update(Media).values(perceptual_hash=None, perceptual_bands=None)))
    renderer = world.renderer(pool)
    assert [world.do(renderer.look_at_next) for _ in range(3)] == [1, 1, 0]
    for media_id, before in zip(ids, kept, strict=True):
        after = world.media(media_id)
        assert before is not None
        assert after is not None
        assert differing_bits(before.perceptual_hash or 0, after.perceptual_hash or 0) <= SAME_BITS
        assert after.perceptual_bands
        assert after.revision == before.revision


def test_the_same_picture_is_found_by_indexes_alone(world: World, pool: RenderPool) -> None:
    first, again, other = (sent(world, photo) for photo in (jpeg(picture(1)), saved_again(picture(1)), jpeg(picture(2))))
    for media_id in (first, again, other):
        world.renders(media_id, pool)

    def found(session: Session) -> list[UUID]:
        return list(session.scalars(select(Media.id).where(same_as(session.get_one(Media, first)))))

    def plan(session: Session) -> str:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        one = session.get_one(Media, first)
        statements = [select(Media.id).where(same_as(one)), select(Media.id).where(near([one.perceptual_hash or 0]))]
        lines: list[str] = []
        for statement in statements:
            said = statement.compile(session.get_bind())
            lines += session.connection().exec_driver_sql(f"EXPLAIN {said}", said.params).scalars()
        return "\n".join(lines)

    assert world.do(found) == [again]
    shown = world.do(plan)
    assert "ix_media_bands" in shown
    assert "ix_media_sha256" in shown
    assert "Seq Scan" not in shown


def test_a_dark_photo_is_kept_as_one_that_tells_nothing(world: World, pool: RenderPool) -> None:
    media_id = sent(world, jpeg(Image.new("RGB", (640, 480), (6, 6, 6))))
    assert world.renders(media_id, pool).perceptual_bands == []
    assert world.do(world.renderer(pool).look_at_next) == 0
