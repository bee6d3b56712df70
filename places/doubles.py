"""疑似重复单位: which other entries of the division may be the same place, each with the reasons. A person decides."""

from __future__ import annotations

import re
from functools import cache
from math import cos, hypot, radians
from uuid import UUID

from sqlalchemy import and_, select, union
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from places.boundaries import METRES_PER_DEGREE
from places.merging import may_merge
from places.models import Unit
from places.regions import regions
from places.units import unit_seen_by
from problems import RoleNotAllowed

MOST = 20
NEAR_M = 200.0  # an address found on a map and a phone at the gate differ by that much
_SAME_M = 50.0
_MOST_CANDIDATES = 500
_ALIKE = 0.6  # of the two-character grams of the shorter name
_FORM = re.compile("(有限责任公司|股份有限公司|有限公司|公司)$")  # says nothing of the place


def doubles(session: Session, actor: Actor, unit_id: UUID) -> list[Json]:
    """The likeliest first: of the same name, or of a similar one nearby or at the same address.

    Two credit codes are two legal persons and no doubles. For whoever may merge; raises NotFound, RoleNotAllowed.
    """
    unit = unit_seen_by(session, actor, unit_id)
    if not may_merge(actor, unit):
        raise RoleNotAllowed(action="merge")
    if unit.merged_into is not None:
        return []
    found = [likeness for other in _candidates(session, unit) if (likeness := _compare(unit, other)) is not None]
    return [_shown(*each) for each in sorted(found, key=lambda each: (-each[0], each[1] or 0, each[3].id))[:MOST]]


def _candidates(session: Session, unit: Unit) -> list[Unit]:
    """By one index each, those of the same name first: a shopping street has more neighbours than anybody compares."""
    ways = [Unit.plain_name == unit.plain_name]
    if unit.plain_address:
        ways.append(Unit.plain_address == unit.plain_address)
    if unit.lon is not None and unit.lat is not None:
        high = NEAR_M / METRES_PER_DEGREE
        wide = high / cos(radians(unit.lat))
        north_south = Unit.lat.between(unit.lat - high, unit.lat + high)
        ways.append(and_(north_south, Unit.lon.between(unit.lon - wide, unit.lon + wide)))
    standing = select(Unit.id).where(Unit.region_code == unit.region_code, Unit.merged_into.is_(None))
    found = union(*(standing.where(way) for way in ways)).subquery()
    statement = select(Unit).where(Unit.id.in_(select(found.c.id)), Unit.id != unit.id)
    if unit.uscc is not None:
        statement = statement.where(Unit.uscc.is_(None))
    return list(session.scalars(statement.order_by(ways[0].desc(), Unit.id).limit(_MOST_CANDIDATES)))


Likeness = tuple[int, float | None, list[str], Unit]  # points, metres, what speaks for it, the other one


def _compare(unit: Unit, other: Unit) -> Likeness | None:
    is_same, metres = unit.plain_name == other.plain_name, _metres(unit, other)
    is_near = metres is not None and metres <= NEAR_M
    is_there = unit.plain_address != "" and unit.plain_address == other.plain_address
    if not is_same and not (is_alike(unit.plain_name, other.plain_name) and (is_near or is_there)):
        return None
    points = (5 if is_same else 2) + 2 * is_there + is_near + (metres is not None and metres <= _SAME_M)
    reasons = ["名称相同" if is_same else "名称相近"] + (["地址相同"] if is_there else [])
    return points, metres, reasons + ([] if metres is None else [f"相距约{_said(metres)}"]), other


def is_alike(one: str, other: str) -> bool:
    """True of two plain names that share most of the shorter one, whole and also without the division that they begin with.

    Neighbours bear the same division and are strangers: 呼和浩特市老王超市, 呼和浩特市小李饭店.
    """
    whole = [_FORM.sub("", name) for name in (one, other)]
    return _share_most(*whole) and _share_most(*(_divisions().sub("", name) for name in whole))


def _share_most(one: str, other: str) -> bool:
    grams = [{name[place : place + 2] for place in range(len(name) - 1)} for name in (one, other)]
    fewest = min(map(len, grams))
    return fewest > 0 and len(grams[0] & grams[1]) / fewest >= _ALIKE


@cache
def _divisions() -> re.Pattern[str]:
    """What a name may begin with: divisions one after the other, leagues and the region also by their short names.

    Not banners by theirs: 新城宾馆 is a name of its own.
    """
    names = {region.name for region in regions().values()}
    short = {region.name.removesuffix("市").removesuffix("盟") for region in regions().values() if region.level == 2}
    said = sorted(names | short | {"内蒙古"}, key=len, reverse=True)
    return re.compile(f"^({'|'.join(map(re.escape, said))})+")


def _metres(one: Unit, other: Unit) -> float | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return hypot(east, one.lat - other.lat) * METRES_PER_DEGREE


def _said(metres: float) -> str:
    return f"{max(10, round(metres / 10) * 10)}米" if metres < 1_000 else f"{metres / 1_000:.1f}公里"


def _shown(_: int, metres: float | None, reasons: list[str], other: Unit) -> Json:
    return {
        "id": other.id, "revision": other.revision, "name": other.name, "uscc": other.uscc, "address": other.address,
        "category": other.category, "distance_m": None if metres is None else round(metres), "reason": ",".join(reasons),
    }  # fmt: skip
