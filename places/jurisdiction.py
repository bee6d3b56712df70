"""Whose ground a position is on, how sure that is, and which brigade answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.base import Json
from database.session import remembered
from places.boundaries import Nearby, boundaries
from places.coordinates import is_shifting, to_wgs84
from places.models import Division, Unit
from places.problems import OutsideRegion
from places.regions import banner, full_name, league_of
from problems import Invalid, field_error

LOW_ACCURACY_M = 1_000  # a circle wider than this is a guess from the network, not a position
FARTHEST_M = 100_000  # a wider one says nothing at all
CHOICE_M = 3_000  # so near to a banner the person who stands there knows better than a simplified line
ADDRESS_PARTS = ("sumu", "gacha", "household", "landmark")  # 苏木 → 嘎查 → 户名 → 参照物

INSIDE, NEAR_BORDER, LOW_ACCURACY, OUTSIDE = "inside", "near_border", "low_accuracy", "outside"
CHOSEN = "chosen"  # a place without coordinates, under a banner that a person chose


@dataclass(frozen=True, slots=True)
class Point:
    """A position as a device gave it. `accuracy_m` is the radius of its circle, None if unknown; `source` e.g. gps or map."""

    lon: float
    lat: float
    crs: str = "wgs84"
    accuracy_m: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Where a point is. `lon` and `lat` are WGS-84; `near_border_codes` are other banners within reach, nearest first.

    `region_code` is None outside the region, and where the position is too vague to name a banner.
    """

    region_code: str | None
    near_border_codes: tuple[str, ...]
    certainty: str  # inside, near_border, low_accuracy, outside
    message: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """A place that a case can stand on: always in a banner, with WGS-84 coordinates or with words, or both."""

    region_code: str
    lon: float | None
    lat: float | None
    position: Json | None  # the raw position: lon, lat, crs, accuracy_m, source
    address: Json  # region_name, and what is known of sumu, gacha, household, landmark
    certainty: str  # inside, near_border, low_accuracy, chosen
    message: str


class HandlingRegion(NamedTuple):
    """Who handles what happens in a banner: itself once it is opened, until then its league's brigade (支队)."""

    code: str
    is_open: bool
    message: str  # empty if open


def located(point: Point) -> tuple[float, float]:
    """The point in WGS-84, to 1e-7 degrees (a centimetre)."""
    lon, lat = point.lon, point.lat
    if is_shifting(point.crs) and boundaries().may_be_shifted(lon, lat):
        lon, lat = to_wgs84(lon, lat, point.crs)
    return round(lon, 7), round(lat, 7)


def region_of(point: Point) -> Jurisdiction:
    """The banner of a point. About 30 µs; the first call of a process also reads the boundaries.

    A point beyond the frontier counts as inside if its own circle (up to 1 km), or the uncertainty of the lines, reaches
    the region: somebody at a border post is not sent away by a simplified line.
    """
    lon, lat = located(point)
    accuracy_m = min(point.accuracy_m or 0.0, FARTHEST_M)
    is_vague = accuracy_m > LOW_ACCURACY_M
    near, at_frontier = boundaries().around(lon, lat, max(accuracy_m, boundaries().uncertainty_m))
    if not near:
        return Jurisdiction(None, (), OUTSIDE, OutsideRegion.title, lon, lat)
    if is_vague and near[0].distance_m > 0:
        codes = tuple(one.code for one in near)
        return Jurisdiction(None, codes, LOW_ACCURACY, f"{_vague(accuracy_m)},无法确定所在旗县区,请选择旗县区", lon, lat)
    home, others = near[0], tuple(one.code for one in near[1:])
    name = full_name(home.code)
    if is_vague:
        message = f"{_vague(accuracy_m)},暂按{name}确定,如有不符请选择旗县区"
        return Jurisdiction(home.code, others, LOW_ACCURACY, message, lon, lat)
    if others or at_frontier or home.distance_m > 0:
        return Jurisdiction(home.code, others, NEAR_BORDER, _border_message(home, others), lon, lat)
    return Jurisdiction(home.code, (), INSIDE, f"该位置位于{name}", lon, lat)


def _vague(accuracy_m: float) -> str:
    return f"定位精度较低(误差约{max(round(accuracy_m / 1000), 1)}公里)"


def _border_message(home: Nearby, others: tuple[str, ...]) -> str:
    name = full_name(home.code)
    where = "位于" if home.distance_m == 0 else "在自治区边界附近,暂按"
    if not others:
        return f"该位置{where}{name}" + (",靠近自治区边界" if home.distance_m == 0 else "办理")
    return f"该位置{where}{name},靠近{'、'.join(full_name(code) for code in others)},如有不符请选择旗县区"


def place_of_unit(unit: Unit) -> ResolvedPlace:
    """Where a unit is, by the register."""
    address = {"region_name": full_name(unit.region_code), "landmark": unit.address or unit.name}
    return ResolvedPlace(unit.region_code, unit.lon, unit.lat, unit.position, address, INSIDE, "")


def place_of(session: Session, data: dict[str, Any], field: str = "place") -> ResolvedPlace:
    """A loaded `PlaceSchema` as a place. `field` is the path that errors name; `session` serves boundaries kept in tables.

    Coordinates decide, except where they cannot: near a border the chosen neighbour is honoured, and a position too vague
    to tell banners apart gives way to any choice. Raises OutsideRegion; Invalid for a code that is no banner, and for a vague
    position without a choice.
    """
    chosen: str | None = data.get("region_code")
    if chosen is not None and banner(chosen) is None:
        raise Invalid(field_error(f"{field}.region_code", "unknown_region", "请选择自治区内的旗县区"))
    position: Json | None = data.get("position")
    if position is None:
        if chosen is None:
            raise Invalid(field_error(f"{field}.region_code", "required", "请选择旗县区"))
        return ResolvedPlace(chosen, None, None, None, _address(chosen, data), CHOSEN, f"按您选择的{full_name(chosen)}办理")
    point = Point(**position)
    if (point.accuracy_m or 0.0) > LOW_ACCURACY_M and (chosen is not None or (point.accuracy_m or 0.0) > FARTHEST_M):
        return _vaguely(chosen, point, position, data, field)
    found = region_of(point)
    if found.certainty == OUTSIDE:
        raise OutsideRegion(field_error(f"{field}.position", OutsideRegion.code, OutsideRegion.title))
    code, message = found.region_code, found.message
    if chosen is not None and chosen != code and _is_near(found, chosen):
        doubt = "" if chosen in found.near_border_codes else f"{message};"
        code, message = chosen, f"{doubt}按您选择的{full_name(chosen)}办理"
    elif code is None:
        raise Invalid(field_error(f"{field}.region_code", "required", message))
    elif chosen is not None and chosen != code:
        message += f",不在您选择的{full_name(chosen)},按定位确定"
    return ResolvedPlace(code, found.lon, found.lat, position, _address(code, data), found.certainty, message)


def _vaguely(chosen: str | None, point: Point, position: Json, data: dict[str, Any], field: str) -> ResolvedPlace:
    """A position from the network: what the person says counts for more. One that says nothing is put on no map."""
    accuracy_m = point.accuracy_m or 0.0
    doubt = _vague(accuracy_m)
    if chosen is None:
        raise Invalid(field_error(f"{field}.region_code", "required", f"{doubt},无法确定所在旗县区,请选择旗县区"))
    message = f"{doubt},按您选择的{full_name(chosen)}办理"
    lon, lat = located(point) if accuracy_m <= FARTHEST_M else (None, None)
    return ResolvedPlace(chosen, lon, lat, position, _address(chosen, data), LOW_ACCURACY, message)


def _is_near(found: Jurisdiction, chosen: str) -> bool:
    """True if the chosen banner is within reach: of the position's own circle, or of a person who knows where he stands."""
    near, _ = boundaries().around(found.lon, found.lat, CHOICE_M)
    return chosen in found.near_border_codes or any(one.code == chosen for one in near)


def _address(region_code: str, data: dict[str, Any]) -> Json:
    words = {part: data[part] for part in ADDRESS_PARTS if data.get(part)}
    return {"region_name": full_name(region_code), **words}


def address_line(address: Json, parts: tuple[str, ...] = ADDRESS_PARTS) -> str:
    """锡林郭勒盟锡林浩特市阿尔善宝拉格镇… in one line. For the public give ("sumu", "gacha"): a 户名 is a person's name."""
    return "".join([address.get("region_name", ""), *(address.get(part) or "" for part in parts)])


def is_open(session: Session, region_code: str) -> bool:
    """True if the module is opened in this banner. The switches are read once for each transaction."""
    shelf = remembered(session, "open_regions")
    if "codes" not in shelf:
        shelf["codes"] = frozenset(session.scalars(select(Division.code).where(Division.is_open)))
    return region_code in shelf["codes"]


def handling_region(session: Session, region_code: str) -> HandlingRegion:
    """Who handles what happens in this banner (docs/sources.md, pilot). Raises KeyError for a code that is no division."""
    if is_open(session, region_code):
        return HandlingRegion(region_code, True, "")
    league = league_of(region_code)
    message = f"{full_name(region_code)}尚未开通本模块,已转由{league.name}消防救援支队办理"
    return HandlingRegion(league.code, False, message)
