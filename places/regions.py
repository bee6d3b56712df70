"""The divisions as constants: names and parents of 116 codes (GB/T 2260). What changes (is it open?) is in the table."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "regions.csv"
KINDS = ("自治区", "盟", "市", "旗", "县", "区")  # matched from the end of the name; 自治旗 is a 旗


@dataclass(frozen=True, slots=True)
class Region:
    """One division. level: 1 the region, 2 a league or city, 3 a banner (county, district, city)."""

    code: str
    name: str
    parent_code: str | None
    level: int
    kind: str


@functools.cache
def regions() -> Mapping[str, Region]:
    """Every division by code, in the order of codes. Source: docs/sources.md#divisions."""
    with _TABLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    return {
        row["code"]: Region(row["code"], row["name"], row["parent"] or None, int(row["level"]), _kind(row["name"]))
        for row in rows
    }


def _kind(name: str) -> str:
    return next(kind for kind in KINDS if name.endswith(kind))


def banner(code: str) -> Region | None:
    """The banner of this code; None if there is none, or if the code is a league's or the region's."""
    found = regions().get(code)
    return found if found is not None and found.level == 3 else None


@functools.cache
def banners_by_name() -> Mapping[str, str]:
    """Codes by the names that people write: 呼和浩特市新城区, or 新城区 alone where no other banner is called so."""
    banners = [region for region in regions().values() if region.level == 3]
    names = [region.name for region in banners]
    short = {region.name: region.code for region in banners if names.count(region.name) == 1}
    return {**short, **{full_name(region.code): region.code for region in banners}}


def banner_named(name: str) -> str | None:
    """The code of a banner, by its code or by a name that people write; None if it is none."""
    plain = name.replace(" ", "")
    return plain if banner(plain) is not None else banners_by_name().get(plain.removeprefix("内蒙古自治区"))


def league_of(code: str) -> Region:
    """The league or city of a banner, or the league itself. Raises KeyError for other codes."""
    found = regions()[code]
    return found if found.level == 2 else regions()[found.parent_code or ""]


def full_name(code: str) -> str:
    """锡林郭勒盟锡林浩特市, 锡林郭勒盟, 内蒙古自治区."""
    found = regions()[code]
    return league_of(code).name + found.name if found.level == 3 else found.name
