"""Positions on Chinese maps to WGS-84. Degrees, always in the order (lon, lat).

CGCS2000 (天地图, the national system) and WGS-84 differ by centimetres and count as one. GCJ-02 (高德, 腾讯) shifts positions in
China by 100 to 700 m; BD-09 (百度) shifts GCJ-02 again. The published formulas go from WGS-84 to the shifted systems;
the way back is found by iteration, because the approximations in circulation leave metres.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt

SYSTEMS = ("wgs84", "cgcs2000", "gcj02", "bd09")

_A = 6378245.0  # Krasovsky 1940, semi-major axis in metres
_EE = 0.00669342162296594323  # its eccentricity, squared
_BD = pi * 3000 / 180
_CLOSE = 1e-8  # degrees; the round that moved by less leaves a hundredth of that


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 to GCJ-02, for positions in China."""
    x, y = lon - 105, lat - 35
    root, ripple = sqrt(abs(x)), (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    phi = radians(lat)
    curve = 1 - _EE * sin(phi) ** 2
    degrees_east = east * 180 / (_A / sqrt(curve) * cos(phi) * pi)
    degrees_north = north * 180 / (_A * (1 - _EE) / (curve * sqrt(curve)) * pi)
    return lon + degrees_east, lat + degrees_north


def to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 to BD-09, for positions in China."""
    x, y = to_gcj02(lon, lat)
    radius, angle = hypot(x, y) + 0.00002 * sin(y * _BD), atan2(y, x) + 0.000003 * cos(x * _BD)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


_SHIFTS: dict[str, Callable[[float, float], tuple[float, float]]] = {"gcj02": to_gcj02, "bd09": to_bd09}


def is_shifting(crs: str) -> bool:
    """True for the systems whose positions in China have to be moved back."""
    return crs in _SHIFTS


def to_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """A position in China to WGS-84, exact to 1e-7 degrees. Raises KeyError for a system that is not in SYSTEMS.

    Abroad these systems do not shift; whether a position is abroad is the caller's to know (`jurisdiction.located`).
    """
    if crs in ("wgs84", "cgcs2000"):
        return lon, lat
    shift = _SHIFTS[crs]
    x, y = lon, lat
    for _ in range(10):  # each round gains two to three digits
        shifted_x, shifted_y = shift(x, y)
        dx, dy = lon - shifted_x, lat - shifted_y
        x, y = x + dx, y + dy
        if abs(dx) < _CLOSE and abs(dy) < _CLOSE:
            break
    return x, y
