"""The offices of the region as data: 总队, 12 支队, 103 大队, and at each level whoever receives handovers (docs/sources.md).

Official names differ here and there after reorganisations: these are first rows, and the table is what counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from places.regions import Region, full_name, regions

_OFFICES = UUID("6a1f6a0e-3f0c-4d7a-9d0b-0a7f6d1f2c55")  # the namespace that makes an office's id from its code


@dataclass(frozen=True)
class Office:
    """A first row of `organisation`."""

    code: str
    name: str
    short_name: str
    kind: str
    region_code: str
    parent_code: str | None

    @property
    def id(self) -> UUID:
        """The same in every installation."""
        return office_id(self.code)


@dataclass(frozen=True)
class _Body:
    """A kind of office that stands at several levels: its name in the region, a league or city, and a banner."""

    prefix: str
    kind: str
    short_name: str
    names: tuple[str | None, str | None, str | None]


BODIES = (
    _Body("ZJ", "DEPARTMENT", "住建", ("住房和城乡建设厅", "住房和城乡建设局", "住房和城乡建设局")),
    _Body("GA", "DEPARTMENT", "公安", ("公安厅", "公安局", "公安局")),
    _Body("SJ", "DEPARTMENT", "市场监管", ("市场监督管理局", "市场监督管理局", "市场监督管理局")),
    _Body("YJ", "DEPARTMENT", "应急", ("应急管理厅", "应急管理局", "应急管理局")),
    _Body("LC", "DEPARTMENT", "林草", ("林业和草原局", "林业和草原局", "林业和草原局")),
    _Body("CG", "DEPARTMENT", "城管", (None, "城市管理综合执法局", "城市管理综合执法局")),
    _Body("JY", "DEPARTMENT", "教育", ("教育厅", "教育局", "教育局")),
    _Body("MZ", "DEPARTMENT", "民政", ("民政厅", "民政局", "民政局")),
    _Body("WJ", "DEPARTMENT", "卫健", ("卫生健康委员会", "卫生健康委员会", "卫生健康委员会")),
    _Body("WL", "DEPARTMENT", "文旅", ("文化和旅游厅", "文化和旅游局", "文化和旅游局")),
    _Body("SW", "DEPARTMENT", "商务", ("商务厅", "商务局", "商务局")),
    _Body("JT", "DEPARTMENT", "交通运输", ("交通运输厅", "交通运输局", "交通运输局")),
    _Body("MW", "DEPARTMENT", "民委", ("民族事务委员会", "民族事务委员会", "民族事务委员会")),
    _Body("GX", "DEPARTMENT", "工信", ("工业和信息化厅", "工业和信息化局", "工业和信息化局")),
    _Body("NM", "DEPARTMENT", "农牧", ("农牧厅", "农牧局", "农牧局")),
    _Body("ZF", "DEPARTMENT", "政府", ("人民政府", "人民政府", "人民政府")),
    _Body("XA", "COMMITTEE_OFFICE", "消安委办", ("消防安全委员会办公室",) * 3),
)

_BRIGADES = {
    1: ("CORPS", "消防救援总队", "总队"),
    2: ("DETACHMENT", "消防救援支队", "支队"),
    3: ("BATTALION", "消防救援大队", "大队"),
}


def office_id(code: str) -> UUID:
    """The id of an office from its code: XF150102 (brigade), ZJ150102 (housing), XA150102 (committee office)."""
    return uuid5(_OFFICES, code)


def offices() -> Iterator[Office]:
    """Every first row, parents before children."""
    for region in sorted(regions().values(), key=lambda region: (region.level, region.code)):
        kind, long_name, short = _BRIGADES[region.level]
        yield _office("XF", kind, region, long_name, f"{region.name}{short}" if region.level > 1 else short)
        for body in BODIES:
            name = body.names[region.level - 1]
            if name is not None:
                yield _office(body.prefix, body.kind, region, _title(region, name), f"{region.name}{body.short_name}")


def _office(prefix: str, kind: str, region: Region, name: str, short_name: str) -> Office:
    parent = f"{prefix}{region.parent_code}" if region.parent_code and (prefix, region.level) != ("CG", 2) else None
    return Office(f"{prefix}{region.code}", f"{full_name(region.code)}{name}", short_name, kind, region.code, parent)


def _title(region: Region, name: str) -> str:
    """A 盟 is administered by a 行政公署, not by a 人民政府."""
    return "行政公署" if region.kind == "盟" and name == "人民政府" else name
