"""What an application has to say before it is handed in: the form, its pictures, and how both are looked through. Pure.

Source: 《消防安全检查申报表》(式样一) and the list of materials of both routes (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from problems import field_error
from workflow.permits.rules import ORDINARY

STRUCTURES = {
    "WOOD": "木结构", "BRICK_WOOD": "砖木结构", "BRICK_CONCRETE": "砖混结构", "REINFORCED_CONCRETE": "钢筋混凝土结构",
    "STEEL": "钢结构",
}  # fmt: skip
ACCEPTANCES = {"ACCEPTED": "消防验收合格", "FILED": "竣工验收消防备案", "SPOT_CHECKED": "备案抽查合格", "NONE": "未办理"}
FACILITIES = {
    "ALARM": "火灾自动报警系统", "SPRINKLER": "自动喷水灭火系统", "WATER_SPRAY": "水喷雾灭火系统", "GAS": "气体灭火系统",
    "FOAM": "泡沫灭火系统", "POWDER": "干粉灭火系统", "INDOOR_HYDRANT": "室内消火栓", "OUTDOOR_HYDRANT": "室外消火栓",
    "SMOKE_PREVENTION": "机械防烟设施", "SMOKE_EXTRACTION": "机械排烟设施", "BROADCAST": "应急广播",
    "EMERGENCY_LIGHT": "应急照明", "FIRE_LIFT": "消防电梯", "CONTROL_ROOM": "消防控制室", "OTHER": "其他",
}  # fmt: skip
OCCASIONS = {
    "OPENING": "新开业或者首次投入使用", "REBUILT": "扩建、改建、室内装修或者改变用途",
    "RENAMED": "变更场所名称、法定代表人或者消防安全责任人",
}  # fmt: skip
MATERIALS = {
    "BUSINESS_LICENCE": "营业执照或者载有统一社会信用代码的登记证照",
    "RULES_AND_PLAN": "消防安全制度、灭火和应急疏散预案",
    "LAYOUT": "场所平面布置图、场所消防设施平面图",
    "OTHER": "法律、行政法规规定的其他材料",
}
# By the route of commitment these may be handed in when the place is verified (应急〔2021〕34号).
LATER = frozenset({"RULES_AND_PLAN", "LAYOUT"})

_REQUIRED = (
    "venue_name", "venue_kind", "address", "structure", "area_m2", "floors", "person_in_charge", "contact_name",
    "contact_phone", "acceptance", "exits",
)  # fmt: skip
# As a paper calls them that asks for a correction.
FIELDS = {
    "venue_name": "场所名称", "venue_kind": "场所类别", "address": "地址", "structure": "建筑结构", "area_m2": "场所面积",
    "floors": "所在楼层", "person_in_charge": "主要负责人", "contact_name": "联系人", "contact_phone": "联系电话",
    "acceptance": "验收或者备案", "exits": "安全出口", "occasion": "申请事由", "shared_building": "共用建筑",
    "facilities": "消防设施", "extinguishers": "灭火器", "remarks": "其他需要说明的情况", "former_licence_no": "原证件编号",
}  # fmt: skip
_FEW_EXITS = 2
_LARGE_M2 = 50  # one exit serves at most this, GB 50016 5.5.15 as a plausibility


def defects(route: str, form: Mapping[str, Any], materials: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What the office would send back, each pinned to its field: what is missing, and what contradicts itself."""
    for name in _REQUIRED:
        if form.get(name) in (None, "", []):
            yield field_error(f"form.{name}", "required", "请填写")
    for code in ("BUSINESS_LICENCE", *(sorted(LATER) if route == ORDINARY else ())):
        if not materials.get(code):
            yield field_error(f"materials.{code}", "required", f"请上传{MATERIALS[code]}")
    yield from _contradictions(form)


def _contradictions(form: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    acceptance, shared = form.get("acceptance") or {}, form.get("shared_building") or {}
    kind = acceptance.get("kind")
    if kind == "NONE":
        yield field_error(
            "form.acceptance", "no_acceptance", "场所所在建筑须先依法办理消防验收或者备案,请向住房和城乡建设部门咨询"
        )
    elif kind and not acceptance.get("number"):
        yield field_error("form.acceptance.number", "required", "请填写验收文号或者备案号")
    area, floors = form.get("area_m2"), form.get("floors") or []
    if shared and area and area > shared["area_m2"]:
        yield field_error("form.area_m2", "larger_than_building", "场所面积大于所在建筑的面积,请核对")
    if 0 in floors:
        yield field_error("form.floors", "no_such_floor", "没有0层,地上一层写1,地下一层写-1")
    if shared and floors and max(floors) > shared["floors"]:
        yield field_error("form.floors", "above_the_building", "所在楼层高于建筑的总层数,请核对")
    if form.get("exits") is not None and form["exits"] < _FEW_EXITS and area and area > _LARGE_M2:
        yield field_error("form.exits", "too_few", "建筑面积大于50平方米的场所,安全出口一般不少于2个,请核对")
    if form.get("occasion") in ("REBUILT", "RENAMED") and not form.get("former_licence_no"):
        yield field_error("form.former_licence_no", "required", "请填写原意见书或者合格证的编号")


def name_of(field: str) -> str:
    """What people call `form.area_m2` or `materials.LAYOUT`."""
    part, _, name = field.partition(".")
    return (MATERIALS if part == "materials" else FIELDS)[name]


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The names that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
