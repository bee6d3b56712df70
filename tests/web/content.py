"""What the pages show: a case of each kind in a telling state, made over HTTP by the people of the demo."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from urllib.parse import quote

from device.exchange import new_id
from device.transport import HttpTransport
from operations.demo.cases import Case, Office, position, report
from operations.demo.checks import finding
from operations.demo.ledger import Ledger
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import Photo, send_whole, take_photo
from operations.demo.printing import local_day, silent
from operations.demo.stories_lists import send_sheet
from operations.demo.transport import Patient
from tests.people import HOME
from tests.web.entries import doubles
from tests.web.packs import pack
from tests.web.visits import (
    HERE,
    TERM_DAYS,
    grid_patrol,
    inspection,
    published,
    sealed,
    self_check,
    supervised,
    transferred,
)

_SEED = 20261126
_PATIENCE_SECONDS = 20.0


_FORM: Json = {
    "venue_kind": "HOTEL", "structure": "REINFORCED_CONCRETE", "area_m2": 2600, "floors": [1, 2, 3], "exits": 4,
    "person_in_charge": "张建国", "contact_name": "其其格", "contact_phone": "13902150102", "facilities": ["ALARM", "SPRINKLER"],
    "acceptance": {"kind": "ACCEPTED", "number": "呼住建消验字〔2025〕第18号"}, "address": "成吉思汗大街12号",
}  # fmt: skip


_ASKED: Json = {
    "items": [
        {"field": "form.area_m2", "message": "请按实际使用的建筑面积填写"},
        {"field": "materials.LAYOUT", "message": "平面图看不清,请重新拍摄"},
    ]
}


@contextmanager
def on_stage(url: str) -> Iterator[Stage]:
    """The people of the demo, over HTTP."""
    with closing(HttpTransport(url)) as line:
        yield Stage(Patient(line, _PATIENCE_SECONDS, url=url), Ledger(_SEED), silent(), random.Random(_SEED))


def make_content(url: str) -> dict[str, str]:
    """Ids by what they are of. The first citizen, leader, pair of officers, grid worker and receiver of the banner are in it."""
    with on_stage(url) as stage:
        return _content(stage)


def _content(stage: Stage) -> dict[str, str]:
    office, citizen = Office(stage, HOME), stage.citizen(HOME)
    told = _told(stage, office, citizen)
    return {
        "told": told.id,
        "order": told.siblings["rectification"].id,
        "under_way": _under_way(stage, office, citizen).id,
        "drafted": _drafted(office, citizen).id,
        "letter": _returned(office, citizen).id,
        "permit": applied(stage, office, "accept", {}),
        "draft_permit": _drafted_permit(stage),
        "to_verify": to_verify(stage, office),
        "to_inspect": inspection(office).id,
        "inspecting": inspection(office, "start").id,
        "inspected": inspection(office, "start", "order").id,
        "published": published(office),
        "grid_patrol": grid_patrol(office),
        "self_check": self_check(office),
        "sealed": sealed(office),
        "supervised": supervised(office),
        "transferred": transferred(office),
        "prompted": prompted(office),
        "to_correct": applied(stage, office, "require_correction", _ASKED),
        "licence_token": _licence(stage),
        "advised": _advised(stage, office),
        "issue": _issue(stage, office),
        "reward": _reward(stage, office),
        "order_held": _orders(stage, office),
        "unit_list": _unit_list(stage, office),
        "unit": str(stage.account("UNIT_MANAGER", HOME).unit_id),
        **doubles(office),
        "checklist": office.leader.get("/inspections/checklists")["items"][0]["code"],
        **pack(stage, office),
        "partner": _partner(stage),
        "officer": str(office.officers[0].id),
        "law": next(law["id"] for law in citizen.get("/laws?limit=100")["items"] if law["title"] == "中华人民共和国消防法"),
        "lesson": citizen.get("/lessons?limit=1")["items"][0]["id"],
    }


def _partner(stage: Stage) -> str:
    """A system of others, with a key."""
    administrator = stage.account("SYS_ADMIN", HOME)
    made = administrator.post(
        "/partners", {"name": "12345政务服务便民热线", "region_code": HOME}, name="partner", subject_id=HOME
    )
    opens: Json = {"region_codes": [HOME], "interfaces": ["open311.read", "open311.report", "webhooks"]}
    until = {"expires_at": (stage.clock() + timedelta(days=300)).isoformat()}
    administrator.post(f"/partners/{made['id']}/keys", {**opens, **until}, name="key", subject_id=made["id"])
    return str(made["id"])


def _advised(stage: Stage, office: Office) -> str:
    """The hotel asked, and the expert has advised; one of two things is put right."""
    manager, expert, case_id = stage.account("UNIT_MANAGER", HOME), stage.account("EXPERT", HOME), new_id()
    photo = take_photo(stage.rng, *HERE)
    asked: Json = {
        "id": case_id, "applicant_kind": "UNIT", "unit_id": manager.unit_id, "topic": "HAZARD_RECTIFY", "wanted_mode": "ON_SITE",
        "description": "疏散指示标志不亮,想请专家看看怎么整改", "contact_name": "杨海燕", "contact_phone": "13904150102",
        "photos": [photo.id],
    }  # fmt: skip
    manager.post("/assistance", asked, name="assistance.submit", subject_id=case_id)
    send_whole(manager, photo, "application", office.leader)
    when = (stage.clock() + timedelta(hours=2)).isoformat()
    item: Json = {
        "problem": "二层疏散指示标志3处不亮",
        "clause": "消防法第十六条",
        "suggestion": "更换灯具,并每月测试",
        "cost": "SMALL",
    }
    advice: Json = {"summary": "查看了疏散指示标志和应急照明。", "items": [item, {**item, "problem": "应急照明电池失效"}]}
    steps: tuple[tuple[Person, str, Json], ...] = (
        (office.clerk, "accept", {}),
        (office.leader, "schedule", {"expert_id": expert.id, "mode": "ON_SITE", "appointed_at": when}),
        (manager, "agree", {}),
        (expert, "start", {}),
        (expert, "advise", advice),
    )
    for who, step, said in steps:
        who.post(f"/assistance/{case_id}/actions/{step}", said, name=f"assistance.{step}", subject_id=case_id)
    first = manager.get(f"/assistance/{case_id}")["data"]["advice"]["items"][0]["id"]
    told: Json = {"fixed_item_ids": [first], "note": "二层已更换"}
    manager.post(f"/assistance/{case_id}/actions/report_progress", told, name="assistance.report_progress", subject_id=case_id)
    return case_id


def _reward(stage: Stage, office: Office) -> str:
    """Found true and put right at once; its reporter was asked and answered, has claimed, and a demand for his name waits."""
    known = stage.known("citizen", HOME)
    case = report(known, office, "EXIT", "楼道堆放杂物,疏散门打不开", position(*HERE))
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.act(office.clerk, "ask_reporter", {"question": "PLACE", "text": "请问是几单元"}, says="")
    case.act(known, "answer_office", {"text": "三单元二层"}, says="")
    case.assign(office.officers)
    case.act(office.officers[0], "start", says="")
    case.cosigned(office.officers, "fix_on_site", finding("已当场清理", [], *HERE), says="")
    case.act(office.clerk, "tell_reporter", says="")
    where: Json = {"mobile": "13900150102", "bank": "内蒙古银行新城支行", "account": "6222021001122334455"}
    claim = known.post("/rewards", {"hazard_id": case.id, **where}, name="reward_claim.submit", subject_id=case.id)
    demand: Json = {
        "basis": "COURT",
        "authority": "新城区人民法院",
        "letter_no": "(2026)内0102调令12号",
        "reason": "案件审理需要核实",
    }
    legal = stage.account("LEGAL_REVIEWER", HOME)
    legal.post("/unsealings", {"hazard_id": case.id, **demand}, name="unsealing.request", subject_id=case.id)
    return str(claim["id"])


def _orders(stage: Stage, office: Office) -> str:
    """A sheet of the hotline's: one order is under way, one waits to be put right (its id), one went back."""
    head = "工单编号,收到时间,旗县(市、区),参照物,隐患类型,情况说明"
    at = (stage.clock() - timedelta(hours=2)).isoformat(timespec="seconds")
    rows = [
        f"NM20261127000101,{at},{HOME},成吉思汗大街1号楼下,通道出口,安全出口被货物堵住",
        f"NM20261127000102,前天下午,{HOME},中山东路菜市场,说不清,摊位私拉电线",
        f"NM20261127000103,{at},{HOME},哲里木路小区,说不清,夜间施工噪声",
    ]
    told = send_sheet(office.clerk, "/intakes/sheets?source=12345", [head, *rows])["items"]
    last = office.clerk.get(f"/intakes/{told[2]['order_id']}")["hazard_id"]
    said: Json = {"reason_code": "NOT_FIRE_MATTER", "proper_body": "城市管理局", "proper_phone": "12319"}
    office.clerk.post(f"/hazards/{last}/actions/reject", said, name="hazard.reject", subject_id=last)
    return str(told[1]["order_id"])


def _unit_list(stage: Stage, office: Office) -> str:
    """A list of units in which rows came to different things."""
    head = "单位名称,旗县(市、区),地址,单位类别,场所类型"
    first = [f"草原商场,{HOME},中山西路1号,一般单位,商场", f"青城书店,{HOME},大学西路9号,小单位、小场所,小购物场所"]
    send_sheet(office.leader, "/units/imports?name=first.csv", [head, first[0]])
    rows = [*first, f",{HOME},没有名称,一般单位,", "远方旅馆,不存在旗,,一般单位,宾馆"]
    made = send_sheet(office.leader, f"/units/imports?name={quote('单位名单.csv')}", [head, *rows])

    def look() -> str | None:
        found = office.leader.get(f"/units/imports/{made['id']}")
        return str(found["id"]) if found["state"] == "DONE" else None

    return stage.until("单位名单已录入", look)


def _licence(stage: Stage) -> str:
    """The hotel has an earlier 合格证, which the window entered."""
    manager, window = stage.account("UNIT_MANAGER", HOME), stage.account("PERMIT_CLERK", HOME)
    legacy: Json = {
        "number": "呼公消安检字〔2019〕第0021号", "region_code": HOME, "holder": "新城区晨光宾馆(演示)", "venue": "晨光宾馆",
        "address": "成吉思汗大街12号", "issued_on": "2019-05-20", "unit_id": manager.unit_id,
    }  # fmt: skip
    window.post("/licences", legacy, name="licence.register", subject_id=str(manager.unit_id))
    return str(manager.get("/licences/mine")["items"][0]["token"])


def _drafted_permit(stage: Stage) -> str:
    """A draft by commitment with two things to mend."""
    manager, permit_id = stage.account("UNIT_MANAGER", HOME), new_id()
    photo = take_photo(stage.rng, *HERE)
    form = {**_FORM, "exits": 1, "acceptance": {"kind": "ACCEPTED", "number": None}}
    body: Json = {
        "id": permit_id, "unit_id": manager.unit_id, "route": "COMMITMENT", "form": form,
        "materials": {"BUSINESS_LICENCE": [photo.id]},
    }  # fmt: skip
    manager.post("/permits", body, name="permit.prepare", subject_id=permit_id)
    send_whole(manager, photo, "material", manager)
    return permit_id


def to_verify(stage: Stage, office: Office) -> str:
    """A permit that was granted on the commitment alone; the pair is to verify it."""
    permit_id = applied(stage, office, "accept", {}, route="COMMITMENT")
    pair: Json = {"officer_ids": [officer.id for officer in office.officers]}
    for who, step, said in ((stage.account("PERMIT_APPROVER", HOME), "grant", {}), (office.leader, "assign", pair)):
        who.post(f"/permits/{permit_id}/actions/{step}", said, name=f"permit.{step}", subject_id=permit_id)
    return permit_id


def prompted(office: Office) -> str:
    """A place that was told what it can put right before anybody checks; the id of what it was told."""
    case = _reported(office, office.stage.citizen(HOME), "EXIT", "安全出口堆放桌椅", "东侧出口", "EVAC_BLOCKED")
    told: Json = {
        "unit_id": office.stage.account("UNIT_MANAGER", HOME).unit_id, "items": [{"description": "清理东侧出口内堆放的桌椅"}],
        "due_on": (local_day(office.stage.clock()) + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    case.act(office.leader, "prompt_unit", told, says="告知单位即改")
    found: str = case.read(office.leader)["data"]["prompt_id"]
    return found


def applied(stage: Stage, office: Office, action: str, arguments: Json, route: str = "ORDINARY") -> str:
    """The banner's hotel has applied, and the window has taken this step."""
    manager, window = stage.account("UNIT_MANAGER", HOME), stage.account("PERMIT_CLERK", HOME)
    pictures = {code: take_photo(stage.rng, *HERE) for code in ("BUSINESS_LICENCE", "RULES_AND_PLAN", "LAYOUT")}
    permit_id = new_id()
    body: Json = {
        "id": permit_id, "unit_id": manager.unit_id, "route": route, "form": _FORM,
        "materials": {code: [photo.id] for code, photo in pictures.items()},
    }  # fmt: skip
    manager.post("/permits", body, name="permit.prepare", subject_id=permit_id)
    if route == "COMMITMENT":
        read = {"sha256": manager.get("/permits/commitment")["sha256"]}
        boss = stage.account("UNIT_RESPONSIBLE", HOME)
        boss.post(f"/permits/{permit_id}/actions/sign_commitment", read, name="permit.sign_commitment", subject_id=permit_id)
    for who, step, said in ((manager, "submit", {}), (window, action, arguments)):
        who.post(f"/permits/{permit_id}/actions/{step}", said, name=f"permit.{step}", subject_id=permit_id)
    for photo in pictures.values():
        send_whole(manager, photo, "material", office.leader)
    return permit_id


def _reported(office: Office, who: Person, picture: str, words: str, place_name: str, category: str, *photos: Photo) -> Case:
    """In, with its photos, and registered."""
    place = position(HERE[0] + who.stage.rng.uniform(-0.01, 0.01), HERE[1] + who.stage.rng.uniform(-0.01, 0.01))
    case = report(who, office, picture, words, place, photo_ids=[photo.id for photo in photos], place_name=place_name)
    for photo in photos:
        send_whole(who, photo, "report", office.leader)
    case.act(office.clerk, "register", {"category": category}, says="")
    return case


def _found(case: Case, office: Office, words: str, item: str, *photos: Photo) -> Json:
    due_on = (local_day(case.stage.clock()) + timedelta(days=TERM_DAYS)).isoformat()
    unit = office.stage.account("UNIT_MANAGER", HOME).unit_id
    items = [{"description": item, "clause": "消防法第二十八条"}]
    order: Json = {"kind": "DEADLINE", "due_on": due_on, "unit_id": unit, "unit_name": "新城区晨光宾馆(演示)", "items": items}
    return finding(words, [photo.id for photo in photos], *HERE, order=order)


def _told(stage: Stage, office: Office, citizen: Person) -> Case:
    """Found true, the reporter told, the unit has fixed it: the officers are to look again."""
    shot, evidence, fixed = (take_photo(stage.rng, *HERE) for _ in range(3))
    case = _reported(office, citizen, "EXIT", "三楼疏散通道被纸箱堵死,安全出口上锁", "晨光宾馆三楼东侧", "EVAC_BLOCKED", shot)
    pair, manager = office.officers, stage.account("UNIT_MANAGER", HOME)
    case.assign(pair)
    case.act(pair[0], "start", says="")
    found = _found(case, office, "三楼东侧疏散通道被纸箱堵塞约12米,安全出口上锁", "清除三楼疏散通道堆放物,打开安全出口", evidence)
    case.cosigned(pair, "verify_true", found, says="")
    send_whole(pair[0], evidence, "verification", pair[0])
    made = case.order(pair[0], [manager])
    case.act(office.clerk, "tell_reporter", says="")
    item = made.read(manager)["data"]["items"][0]
    made.act(
        manager, "report_fix", {"items": [{"id": item["id"], "fixed": True, "photos": [fixed.id], "note": "已清理"}]}, says=""
    )
    send_whole(manager, fixed, "rectification", pair[0])
    made.act(manager, "apply_recheck", says="")
    return case


def _under_way(stage: Stage, office: Office, citizen: Person) -> Case:
    """The officers are on the spot; a grid worker goes with them."""
    shot = take_photo(stage.rng, *HERE)
    case = _reported(office, citizen, "EBIKE", "楼道里停放电动自行车并飞线充电", "成吉思汗大街12号楼3单元", "EBIKE", shot)
    pair = office.officers
    case.assign(pair, grid_worker_id=stage.account("GRID_WORKER", HOME).id)
    case.act(pair[0], "start", says="")
    return case


def _drafted(office: Office, citizen: Person) -> Case:
    """The second of the pair has written what was found; the first has to sign it."""
    case = _reported(office, citizen, "FACILITY", "商场二层室内消火栓被柜台挡住", "满达商场二层北侧", "HYDRANT_OBSTRUCTED")
    first, second = office.officers
    case.assign([first, second])
    case.act(second, "start", says="")
    case.act(
        second,
        "verify_true",
        _found(case, office, "室内消火栓被柜台遮挡,无法正常使用", "移走柜台,保证消火栓可以正常使用"),
        says="",
    )
    return case


def _returned(office: Office, citizen: Person) -> Case:
    """A letter that came back: its sender has to send it on."""
    case = _reported(office, citizen, "UNCLEAR", "新楼没有验收就搬进去办公了", "新建办公楼", "NO_ACCEPTANCE")
    housing, market = office.housing, office.market
    reasons = {"reason": "建设工程消防验收由住房和城乡建设部门负责", "legal_basis": "消防法第十三条"}
    letter = case.letter(housing, None, {**reasons, "lack_of_competence": True}, says="")
    letter.act(housing, "sign_for", says="")
    back = {"reason": "该建筑不属于需验收的特殊建设工程", "legal_basis": "建设工程消防设计审查验收管理暂行规定第十四条"}
    letter.act(housing, "return", {**back, "suggested_org_id": market.org_id}, says="")
    return letter


def _issue(stage: Stage, office: Office) -> str:
    """Two people changed the name of one unit; what the first officer wrote off-line did not become the record's."""
    officer, leader = office.officers[0], office.leader
    unit_id = str(stage.account("UNIT_MANAGER", HOME).unit_id)
    for who in (officer, leader):
        who.device.sync()
    unit = officer.device.shown("unit", unit_id)
    assert unit is not None
    for who, name in ((leader, "新城区晨光大酒店(演示)"), (officer, "新城区晨光快捷宾馆(演示)")):
        who.device.mutate("unit.edit", unit_id, {}, changes={"name": [unit["name"], name]})
    for who in (leader, officer):
        who.device.sync()
    [issue] = [issue for issue in officer.device.all_shown("issue") if issue["subject_id"] == unit_id]
    return str(issue["id"])
