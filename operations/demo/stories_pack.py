"""The firefighters' pack: water and key units of two banners, off-line; a hydrant is as it was seen last."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from device.exchange import new_id
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage

_TOWN, _STEPPE = "150102", "152502"
_WATER: dict[str, tuple[Json, ...]] = {
    _TOWN: (
        {"kind": "MUNICIPAL_HYDRANT", "name": "新华东街12号栓", "place": "新华东街与哲里木路路口东北角", "flow_lps": 15,
         "outlets": "65毫米内扣×2、100毫米×1", "at": (111.7012, 40.8236)},
        {"kind": "WATER_CRANE", "name": "成吉思汗大街3号水鹤", "place": "成吉思汗大街北侧公交首末站旁", "flow_lps": 80,
         "outlets": "200毫米软管×1", "at": (111.7105, 40.8560)},
        {"kind": "UNIT_HYDRANT", "name": "青城商厦院内栓", "place": "青城商厦后院配电室东侧", "flow_lps": 15,
         "outlets": "65毫米内扣×2", "at": (111.6982, 40.8221)},
    ),
    _STEPPE: (
        {"kind": "WELL", "name": "巴彦宝拉格嘎查机井", "place": "嘎查党群服务中心院内,钥匙在值班室", "flow_lps": 5,
         "outlets": "80毫米内扣×1", "at": (116.1120, 43.9510)},
        {"kind": "NATURAL", "name": "锡林河九曲湾取水点", "place": "九曲湾景区停车场东侧,有取水平台", "freezes_from": "11-01",
         "freezes_to": "04-15", "at": (116.0975, 43.9205)},
    ),
}  # fmt: skip
_UNITS: dict[str, tuple[Json, dict[str, object]]] = {
    _TOWN: (
        {"name": "青城商厦", "address": "新华东街86号", "category": "KEY_UNIT", "place_type": "MALL", "at": (111.6980, 40.8225)},
        {
            "approach": "从东门进入;西门限高2.8米,登高车不能通过", "max_height_m": 4.2, "max_width_m": 5,
            "ladder_spots": "北侧广场,距外墙8米", "water": "后院室外消火栓1处,水泵接合器在东墙",
            "construction": "REINFORCED_CONCRETE",
            "facilities": "消防控制室在一层东侧,水泵房在地下一层", "floors_above": 6, "floors_below": 2, "people_day": 1800,
            "people_night": 12, "key_parts": "地下一层仓库、四层影院", "dangerous_goods": "地下一层西侧库房:清洗剂约200升",
            "control_room_phone": "0471-6210119", "keyholders": [{"name": "值班经理", "phone": "13947100001"}],
            "plan_title": "灭火和应急疏散预案", "plan_edition": "2026年第1版",
        },
    ),
    _STEPPE: (
        {"name": "锡林草原游客营地", "address": "九曲湾景区", "category": "KEY_UNIT", "place_type": "TOURIST_SITE",
         "at": (116.0990, 43.9212)},
        {
            "approach": "自景区南门进入,砂石路,雪后须装防滑链", "max_width_m": 3.5,
            "water": "院内无消火栓,就近到九曲湾取水点吸水",
            "construction": "FELT_TENT", "floors_above": 1, "people_day": 60, "people_night": 40,
            "dangerous_goods": "厨房后侧:液化石油气钢瓶6只", "control_room_phone": "0479-8210119",
        },
    ),
}  # fmt: skip
_EMPTY: Json = {"keyholders": []}
_NUMBERS = ("max_height_m", "max_width_m", "floors_above", "floors_below", "people_day", "people_night", "construction")


def packed(stage: Stage) -> str:
    """Kept by the brigade, carried off-line; what was seen last stands; nobody else sees any of it."""
    firefighter = stage.account("FIREFIGHTER", _TOWN)
    keepers = {_TOWN: firefighter, _STEPPE: stage.account("FIRE_OFFICER", _STEPPE)}
    sources = {region: [_source(keepers[region], region, said) for said in _WATER[region]] for region in _WATER}
    units = {region: _sheet(stage, keepers[region], region) for region in _UNITS}
    for region, keeper in keepers.items():
        keeper.sync()
        held = {row.id for kind in ("water_source", "rescue_sheet") for row in keeper.device.store.rows(kind)}
        require(holds={*sources[region], units[region]} <= held, promise="本辖区的水源和重点单位资料都在手机上")
        require(holds=not held & {*sources[_other(region)], units[_other(region)]}, promise="没有别处的资料")
    equal(firefighter.device.store.rows("hazard"), [], "防灭火人员的手机上没有隐患线索")
    stage.teller.step(firefighter.label, "同步灭火救援资料", "离线可查")
    _seen_last_stands(stage, firefighter, sources[_TOWN][0])
    supervisor = stage.account("SUPERVISOR", _TOWN)
    supervisor.is_refused("GET", f"/api/v1/water-sources/{sources[_TOWN][0]}", None, 404, "not_found", "其他人员看不到")
    return "离线可用,状态以最后所见为准"


def _other(region: str) -> str:
    return _STEPPE if region == _TOWN else _TOWN


def _source(keeper: Person, region: str, said: Json) -> str:
    """The source of this name, entered if nobody has."""
    known = keeper.get(f"/water-sources?region_code={region}&q={quote(said['name'])}")["items"]
    if known:
        return str(known[0]["id"])
    lon, lat = said["at"]
    body = {name: value for name, value in said.items() if name != "at"}
    source_id = new_id()
    position = {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": 8, "source": "gps"}
    body |= {"id": source_id, "region_code": region, "position": position}
    keeper.post("/water-sources", body, name="water_source.add", subject_id=source_id)
    keeper.stage.teller.step(keeper.label, f"新增水源“{said['name']}”", "可用")
    return source_id


def _sheet(stage: Stage, keeper: Person, region: str) -> str:
    """The sheet of a key unit of this name, with what was found on the spot, and surveyed."""
    said, found = _UNITS[region]
    leader = stage.account("UNIT_LEADER", region)
    known = leader.get(f"/units?region_code={region}&q={quote(said['name'])}")["items"]
    if known:
        unit_id = str(known[0]["id"])
    else:
        unit_id = new_id()
        lon, lat = said["at"]
        body = {name: value for name, value in said.items() if name != "at"}
        position = {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": None, "source": "map"}
        body |= {"id": unit_id, "region_code": region, "position": position}
        leader.post("/units", body, name="unit.register", subject_id=unit_id)
    if keeper.get(f"/rescue-sheets/{unit_id}")["data"]["edition"] == 0:
        changes = {name: [_EMPTY.get(name, None if name in _NUMBERS else ""), value] for name, value in found.items()}
        path = f"/rescue-sheets/{unit_id}/actions"
        keeper.post(f"{path}/edit", {"changes": changes}, name="rescue_sheet.edit", subject_id=unit_id)
        keeper.post(f"{path}/survey", {}, name="rescue_sheet.survey", subject_id=unit_id)
        stage.teller.step(keeper.label, f"到“{said['name']}”实地熟悉", "资料第1版")
    return unit_id


def _seen_last_stands(stage: Stage, firefighter: Person, source_id: str) -> None:
    """Seen frozen without a network, then thawed by a colleague: the earlier report comes later and does not stand."""
    officer, seen_at = stage.account("FIRE_OFFICER", _TOWN), (stage.clock() - timedelta(hours=1)).isoformat()
    path, thawed = f"/water-sources/{source_id}", {"state": "USABLE", "note": "已解冻"}
    with firefighter.radio.off():
        firefighter.device.mutate("water_source.report", source_id, {"state": "FROZEN", "seen_at": seen_at, "note": "井盖冻住"})
        stage.teller.step(firefighter.label, "没有网络,报告冻结", "已保存在本机")
        officer.post(f"{path}/actions/report", thawed, name="water_source.report", subject_id=source_id)
        stage.teller.step(officer.label, "到场解冻,报告可用", "可用")
    firefighter.sync()
    equal(firefighter.get(path)["data"]["state"], "USABLE", "后到的旧报告不覆盖较新的状态")
    stage.teller.step(firefighter.label, "恢复网络后上报", "以最后所见为准:可用")
