from __future__ import annotations

import json
import random
from pathlib import Path

import geocoordinates_ffi as oracle
import pytest

from places.coordinates import to_bd09, to_gcj02, to_wgs84

DEGREES = 1e-7  # a centimetre


def places(count: int, seed: int) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(chance.uniform(97, 127), chance.uniform(37, 54)) for _ in range(count)]


def test_shifted_systems_agree_with_an_independent_implementation() -> None:
    for lon, lat in places(2000, seed=1):
        given = oracle.Wgs84(lon=lon, lat=lat)
        gcj02, bd09 = oracle.wgs84_to_gcj02(given), oracle.wgs84_to_bd09(given)
        assert to_gcj02(lon, lat) == pytest.approx((gcj02.lon, gcj02.lat), abs=DEGREES)
        assert to_bd09(lon, lat) == pytest.approx((bd09.lon, bd09.lat), abs=DEGREES)


def test_the_points_that_the_web_client_is_tested_with_are_ours_too() -> None:
    for point in json.loads((Path(__file__).parent / "gcj02_points.json").read_text()):
        assert to_gcj02(*point["wgs84"]) == pytest.approx(tuple(point["gcj02"]), abs=DEGREES)


def test_what_the_oracle_shifted_comes_back_exactly() -> None:
    for lon, lat in places(2000, seed=2):
        given = oracle.Wgs84(lon=lon, lat=lat)
        gcj02, bd09 = oracle.wgs84_to_gcj02(given), oracle.wgs84_to_bd09(given)
        assert to_wgs84(gcj02.lon, gcj02.lat, "gcj02") == pytest.approx((lon, lat), abs=DEGREES)
        assert to_wgs84(bd09.lon, bd09.lat, "bd09") == pytest.approx((lon, lat), abs=DEGREES)


def test_the_way_back_is_nearer_to_the_truth_than_the_oracles() -> None:
    for lon, lat in places(200, seed=3):
        shifted = to_gcj02(lon, lat)
        theirs = oracle.gcj02_to_wgs84_refined(oracle.Gcj02(lon=shifted[0], lat=shifted[1]))
        ours = to_wgs84(*shifted, "gcj02")
        assert ours == pytest.approx((theirs.lon, theirs.lat), abs=5e-6)  # it promises half a metre
        assert ours == pytest.approx((lon, lat), abs=DEGREES)


@pytest.mark.parametrize("lon", [105.0, 105.0 + 1e-9, 104.999999])
def test_the_meridian_where_the_formula_has_a_root_is_no_trap(lon: float) -> None:
    assert to_wgs84(*to_gcj02(lon, 39.0), "gcj02") == pytest.approx((lon, 39.0), abs=DEGREES)


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000"])
def test_the_national_system_needs_no_conversion(crs: str) -> None:
    assert to_wgs84(111.75, 40.84, crs) == (111.75, 40.84)


def test_at_hohhot_gcj02_is_590_m_east_and_160_m_north() -> None:
    lon, lat = to_gcj02(111.75, 40.84)
    assert (lon - 111.75) * 84_200 == pytest.approx(590, abs=30)
    assert (lat - 40.84) * 111_000 == pytest.approx(160, abs=30)


def test_an_unknown_system_is_an_error() -> None:
    with pytest.raises(KeyError):
        to_wgs84(111.75, 40.84, "epsg3857")
