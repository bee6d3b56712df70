"""What the firefighters' pages show: water in every state, and the enterprise with all that one must know before going in."""

from __future__ import annotations

from urllib.parse import quote

from operations.demo.cases import Office
from operations.demo.people import Json, Stage
from operations.demo.photos import send_whole, take_photo
from operations.demo.stories_pack import packed
from tests.web.visits import HERE

_FROZEN, _BROKEN, _MALL = "新华东街12号栓", "青城商厦院内栓", "青城商厦"


def pack(stage: Stage, office: Office) -> dict[str, str]:
    """Ids of a frozen hydrant, of the enterprise, a key unit, whose sheet is filled in, and of one that one drives to."""
    packed(stage)
    firefighter = stage.account("FIREFIGHTER", office.region_code)
    ids: dict[str, str] = {}
    found = {_FROZEN: ("FROZEN", "井盖冻住,打不开"), _BROKEN: ("OUT_OF_ORDER", "栓体断裂")}
    for name, (state, note) in found.items():
        ids[name] = firefighter.get(f"/water-sources?q={quote(name)}")["items"][0]["id"]
        path, said = f"/water-sources/{ids[name]}/actions/report", {"state": state, "note": note}
        firefighter.post(path, said, name="water_source.report", subject_id=ids[name])
    unit_id = str(stage.account("UNIT_MANAGER", office.region_code).unit_id)
    page = take_photo(stage.rng, *HERE)
    changes: Json = {
        "approach": ["", "从东门进入;西门限高2.8米,登高车不能通过"], "max_height_m": [None, 4.2], "max_width_m": [None, 5],
        "ladder_spots": ["", "北侧广场,距外墙8米"], "water": ["", "后院室外消火栓1处,水泵接合器在东墙"],
        "facilities": ["", "消防控制室在一层东侧,水泵房在地下一层"], "construction": [None, "REINFORCED_CONCRETE"],
        "floors_above": [None, 3], "floors_below": [None, 1], "people_day": [None, 220], "people_night": [None, 140],
        "dangerous_goods": ["", "地下一层布草间:清洗剂约60升"], "control_room_phone": ["", "0471-6210119"],
        "keyholders": [[], [{"name": "值班经理", "phone": "13947100001"}]], "plan_title": ["", "灭火和应急疏散预案"],
        "plan_edition": ["", "2026年第1版"], "plan_photo_ids": [[], [page.id]],
    }  # fmt: skip
    path = f"/rescue-sheets/{unit_id}/actions"
    firefighter.post(f"{path}/edit", {"changes": changes}, name="rescue_sheet.edit", subject_id=unit_id)
    firefighter.post(f"{path}/survey", {}, name="rescue_sheet.survey", subject_id=unit_id)
    send_whole(firefighter, page, "pack", firefighter)
    target = firefighter.get(f"/rescue-sheets?q={quote(_MALL)}")["items"][0]["id"]
    return {"source": ids[_FROZEN], "sheet": unit_id, "target": target}
