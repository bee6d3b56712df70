"""How a row of somebody's list meets the register. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from places.unit_kinds import CATEGORIES, PLACE_TYPES

MOST_ROWS = 5_000  # of one upload: what a person can look through
MOST_PAGE_ROWS = 1_000  # of one page of a catalogue
CHUNK_ROWS = 200  # in one transaction

# Head of a column -> the member of a row.
TITLES = {
    "单位名称": "name", "统一社会信用代码": "uscc", "旗县(市、区)": "region", "地址": "address", "单位类别": "category",
    "场所类型": "place_type", "经度": "lon", "纬度": "lat", "坐标系": "crs",
}  # fmt: skip
NEEDED = ("name", "region", "category")
REPORTED = ("行号", "处理结果", "说明")  # what a report adds: it may be put right and sent again
HEADS = {**{name: title for title, name in TITLES.items()}, "region_code": "旗县(市、区)", "position": "经度、纬度"}
FIELDS = ("name", "uscc", "region_code", "address", "category", "place_type", "position")

SOURCES = {"UPLOAD": "上传", "PLATFORM": "区域数据平台"}
STATES = {"WAITING": "处理中", "DONE": "已处理"}
OUTCOMES = {
    "CREATED": "新登记",
    "UPDATED": "已更新",
    "UNCHANGED": "无变化",
    "DIFFERS": "部分内容与登记不一致,未覆盖",
    "REFUSED": "未录入",
}
PREFERENCES = ("REGISTER", "FILE")  # whose word counts where the register was changed since this source last spoke

# What a person writes, as the register writes it.
CATEGORY_OF = {**{label: code for code, label in CATEGORIES.items()}, **{code: code for code in CATEGORIES}}
PLACE_TYPE_OF = {**{label: code for code, label in PLACE_TYPES.items()}, **{code: code for code in PLACE_TYPES}}
_SYSTEMS = {"WGS84": "wgs84", "CGCS2000": "wgs84", "GCJ02": "gcj02", "BD09": "bd09"}


@dataclass(frozen=True)
class Merged:
    """What of a row is written into a unit, and where the register says something else that this source has not seen."""

    written: dict[str, Any]
    differs: dict[str, Any]  # field -> what the register says


def merge(standing: Mapping[str, Any], said: Mapping[str, Any], last: Mapping[str, Any], *, file_counts: bool) -> Merged:
    """Merge three ways. What the row does not say is left alone.

    A field that the register holds as this source last said it follows the source; one that people changed since stays,
    unless the file counts.
    """
    written: dict[str, Any] = {}
    differs: dict[str, Any] = {}
    for name, value in said.items():
        if standing[name] == value:
            continue
        is_empty = standing[name] in (None, "")
        if is_empty or file_counts or (name in last and standing[name] == last[name]):
            written[name] = value
        elif last.get(name) != value:  # something new; else the source repeats what people have corrected since
            differs[name] = standing[name]
    return Merged(written, differs)


def plain_name(name: str) -> str:
    """A name by which two entries of one place are known: width, case, spaces and punctuation say nothing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def system_of(text: str) -> str:
    """A coordinate system as people write it: CGCS2000 is WGS-84 within centimetres; what we do not know comes back as it is."""
    return _SYSTEMS.get(re.sub(r"[\s_-]+", "", text).upper(), text)
