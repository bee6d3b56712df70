"""Whether two photos show the same picture: a difference hash (dHash) of 64 bits, compared by how many of them differ.

`media/images.py` makes it where the photo is decoded. Found without a scan: a hash lies in four bands of 16 bits under an
index, and of two hashes that differ in three bits or fewer at least one band is the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, cast, func, or_
from sqlalchemy.dialects.postgresql import BIT

from media.models import Media

SAME_BITS = 3  # the same picture, saved once more or made smaller
ALIKE_BITS = 10  # the same thing from nearly the same spot: a hint for a person, no more
_BITS, _BAND_BITS = 64, 16
_MASK = (1 << _BITS) - 1
_TELLING = range(6, _BITS - 5)  # ones of a hash; with fewer or more it is a wall, a sky or the dark, and like any other


def as_stored(look: int) -> int:
    """An unsigned hash as PostgreSQL's signed 64-bit number."""
    return look - (1 << _BITS) if look >= 1 << (_BITS - 1) else look


def bands_of(look: int) -> list[int]:
    """The four bands of a stored hash, told apart by their place; empty for a picture that shows too little to be known again."""
    plain = look & _MASK
    if plain.bit_count() not in _TELLING:
        return []
    bands = range(_BITS // _BAND_BITS)
    return [(band << _BAND_BITS) | (plain >> (band * _BAND_BITS)) & 0xFFFF for band in bands]


def differing_bits(one: int, other: int) -> int:
    """Of two stored hashes: 0 to 64."""
    return ((one ^ other) & _MASK).bit_count()


def same_as(media: Media) -> ColumnElement[bool]:
    """Other photos with the same bytes, or which show the same picture. By indexes; false for a photo that is not here yet."""
    same_file = Media.sha256 == media.sha256
    if not media.perceptual_bands:
        return and_(Media.id != media.id, same_file)
    differing = func.bit_count(cast(Media.perceptual_hash.op("#")(media.perceptual_hash), BIT(_BITS)))
    same_picture = and_(Media.perceptual_bands.overlap(media.perceptual_bands), differing <= SAME_BITS)
    return and_(Media.id != media.id, or_(same_file, same_picture))


def near(looks: Iterable[int]) -> ColumnElement[bool]:
    """Photos that may show the same picture as one of these, by the index alone: whoever asks compares them himself."""
    is_near: ColumnElement[bool] = Media.perceptual_bands.overlap([band for look in looks for band in bands_of(look)])
    return is_near
