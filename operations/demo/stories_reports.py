"""Stories of reports: a fire, nobody's name, a place without coordinates, a border, another banner, two persons' decision."""

from __future__ import annotations

import json

from device.exchange import API
from operations.demo.cases import NEAR_BORDER, Case, Office, case_of, position, report, report_body, tracking_code
from operations.demo.checks import act_off_line, come_back, depart, finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import is_hidden, is_shown_clean, send_whole, take_photo
from operations.demo.printing import spoken

_BEIJING = (116.3975, 39.9087)
_UNOPENED = (110.0440, 40.5760)  # 东河区


def diverted_to_119(stage: Stage) -> str:
    """A fire is no hazard report: the answer says 119; and a clerk who sees one in a report says so too."""
    office, citizen = Office(stage, "152502"), stage.citizen("152502")
    place = position(116.0700, 43.9400)
    burning = report(citizen, office, "GRASSLAND", "草场冒烟了,看到明火", place, people_trapped_or_fire=True)
    equal(burning.answer["state"], "EMERGENCY_DIVERTED", "正在着火的不作为隐患受理")
    said = "是否正在着火、冒烟或者有人被困?请立即拨打119。本平台不受理火警,在线上报不能代替报警。"
    equal(burning.answer["message"], said, "提示拨打119的文字")
    stage.teller.notice(citizen.label, said)
    burning.ends("EMERGENCY_DIVERTED", citizen)

    case = report(citizen, office, "ELECTRIC_GAS", "隔壁车库电线短路,有糊味", place)
    case.act(office.clerk, "divert_119", {"note": "电话核实已起火"}, says="电话核实已起火,分流119")
    citizen.is_told(
        case, "hazard.diverted_119",
        f"您上报的情况(编号{case.number})属于火警。本平台不受理火警,在线上报不能代替报警,请立即拨打119。",
    )  # fmt: skip
    case.ends("EMERGENCY_DIVERTED", office.leader)
    return "分流119"


def anonymous(stage: Stage) -> str:
    """A fresh guest, a place without coordinates; nobody knows who he is; he follows by the code alone."""
    office, guest = Office(stage, "152502"), stage.guest("匿名")
    pair, grid = office.officers, stage.account("GRID_WORKER", "152502")
    named = stage.citizen("152502")
    address = {"sumu": "宝力根苏木", "gacha": "巴彦德力格尔嘎查", "household": "冬营盘东侧第三户", "landmark": "风力发电机旁草垛"}
    place = {"region_code": "152502", **address}
    named.is_refused(
        "POST", "/hazards",
        {"id": case_of(named, office).id, "picture": "GRASSLAND", "description": "x", "place": place, "report_mode": "ANONYMOUS"},
        422, "invalid_fields", "登录用户不能用本人会话匿名上报",
    )  # fmt: skip
    photo = take_photo(stage.rng, 116.0, 43.9)
    words = "草垛紧挨炉灶和电线,风大容易着火"
    case = report(guest, office, "GRASSLAND", words, place, photo_ids=[photo.id], report_mode="ANONYMOUS")
    send_whole(guest, photo, "report", pair[0])
    kept = case.read(office.clerk)["data"]["address"]
    equal({name: kept.get(name) for name in address}, address, "没有坐标的地点:苏木、嘎查、户名、参照物完整")
    short_code = f"{case.number}-{case.code[:8]}"
    for code, how in ((case.code, "完整查询码"), (short_code, "编号加8位查询码")):
        _follow(stage, case, code, "已提交", how)
    named.is_refused("POST", "/hazards/claims", {"tracking_code": case.code}, 404, "not_found", "匿名上报不能被认领")

    case.act(office.clerk, "register", {"category": "PASTORAL_HOUSE"}, says="受理登记为“牧区居住、棚圈、草垛用火用电隐患”")
    case.assign(pair, grid_worker_id=grid.id)
    case.act(grid, "precheck", {"note": "草垛距炉灶约两米"}, says="网格员先行查看(不是行政检查)")
    depart(case, pair)
    _nobody_knows_who(case, [office.clerk, office.leader, *pair], guest)
    is_shown_clean(pair[1], photo)
    found = finding("已与户主将草垛移至安全距离并架高电线", [], 116.0, 43.9)
    act_off_line(case, pair, "fix_on_site", found, says="隐患属实,当事人当场改正")
    come_back(case, pair, "VERIFIED_FIXED", "当场改正")
    told = case.act(office.clerk, "tell_reporter", says="公布核查情况,供凭码查询")
    equal(told["state"], "CLOSED", "告知后办结")
    _follow(stage, case, case.code, "已办结", "完整查询码")
    _follow(stage, case, short_code, "已办结", "编号加8位查询码")
    is_hidden(named, photo, "其他公众看不到照片")
    _guesses_are_slowed(stage, case)
    case.ends("CLOSED", office.leader)
    return "匿名,凭码跟踪至办结"


def _follow(stage: Stage, case: Case, code: str, label: str, how: str) -> None:
    """Without any session, by the code alone; no name of anybody in the answer."""
    answer = stage.network.send("GET", f"{API}/hazards/track/{code}", {}, b"")
    equal(answer.status, 200, f"凭{how}查询")
    found = json.loads(answer.body)
    equal((found["number"], found["state_label"]), (case.number, label), f"凭{how}查询到的进展")
    require(all(not step["actor_name"] for step in found["timeline"]), "查询结果不含工作人员姓名")
    stage.teller.step("任何设备", f"凭{how}查询:{found['held_by']}办理", f"{label},{len(found['timeline'])}条进展")


def _nobody_knows_who(case: Case, staff: list[Person], guest: Person) -> None:
    """Nothing that the office reads, on line or on its devices, leads to the guest's session or device."""
    traces = (guest.id, guest.device.install, guest.device.queue)
    for who in staff:
        held = json.dumps(case.read(who)) + json.dumps(who.device.shown("hazard", case.id))
        require(not any(trace in held for trace in traces), f"{who.label}看不到匿名上报人的任何标识")
    case.stage.teller.step("系统", "办理人员能看到的全部内容", "没有匿名上报人的任何标识")


def _guesses_are_slowed(stage: Stage, case: Case) -> None:
    """Wrong short codes: a few are free, then the number is closed for a while; the full code still works."""
    statuses = []
    for _ in range(6):
        guess = f"{case.number}-{tracking_code()[:8]}"
        statuses.append(stage.network.send("GET", f"{API}/hazards/track/{guess}", {}, b"").status)
        if statuses[-1] == 429:
            break
    equal(set(statuses), {404, 429}, "猜测查询码先答复404,后限制频次")
    equal(statuses[-1], 429, "多次猜错后限制查询")
    _follow(stage, case, case.code, "已办结", "完整查询码(不受限制)")


def elsewhere(stage: Stage) -> str:
    """Outside the region: refused with advice. Near a border: said. A banner that is not opened: its 支队 handles it."""
    citizen, league = stage.citizen("150203"), Office(stage, "150200")
    nowhere = case_of(citizen, league)
    del stage.ledger.subjects[nowhere.id]
    body = {"id": nowhere.id, **report_body(nowhere, "EXIT", "楼道堵塞", position(*_BEIJING))}
    refused = citizen.is_refused("POST", "/hazards", body, 422, "outside_region", "自治区外的位置不受理")
    said = "该位置不在内蒙古自治区范围内,请拨打当地12345热线反映"
    equal(refused["errors"][0]["message"], said, "自治区外的答复")
    stage.teller.step(citizen.label, "在北京天安门拍照上报", f"不受理:{said}")
    border = citizen.device.call("POST", "/places/region-of", position(*NEAR_BORDER)["position"])
    equal((border["certainty"], border["near_border_codes"]), ("near_border", ["150102"]), "靠近旗县区边界的位置如实说明")
    stage.teller.step(citizen.label, "在两区交界处定位", border["message"])

    case = report(citizen, league, "FACILITY", "商场室内消火栓被柜台挡住", position(*_UNOPENED))
    said = "包头市东河区尚未开通本模块,已转由包头市消防救援支队办理"
    require(said in case.answer["place_message"], f"上报时说明由支队办理(实为:{case.answer['place_message']})")
    stage.teller.notice(citizen.label, case.answer["place_message"])
    found = case.read(league.leader)
    equal(found["held_by"], "包头市消防救援支队", "未开通旗县区由支队办理")
    league.leader.is_told(
        case, "hazard.submitted",
        f"新收消防设施1件(编号{case.number}),包头市东河区,须于{spoken(found['due_at'])}前实地核查,请及时派员。",
    )  # fmt: skip
    reason: Json = {"reason_code": "CONSULTATION", "proper_body": "包头市东河区物业服务中心", "proper_phone": "12345"}
    case.act(league.clerk, "reject", reason, says="电话核实为咨询事项,不予受理并说明去处")
    citizen.is_told(
        case, "hazard.rejected",
        f"您反映的问题(编号{case.number})不属于本机构受理范围,原因:属于咨询。请向包头市东河区物业服务中心反映,电话12345。",
    )  # fmt: skip
    case.ends("NOT_ACCEPTED", league.leader)
    return "区外拒收,未开通转支队,不予受理"


def force_closed(stage: Stage) -> str:
    """A case that ends outside its life cycle needs two persons."""
    office, citizen = Office(stage, "150702"), stage.citizen("150702")
    above = Office(stage, "150700").leader
    case = report(citizen, office, "HOT_WORK", "工地焊接没有看护", position(119.7500, 49.2200))
    case.act(office.clerk, "register", {"category": "HOT_WORK"}, says="受理登记为“违规动火、电气焊”")
    case.act(office.leader, "request_force_close", {"reason": "工地已整体拆除,现场不复存在"}, says="申请强制办结:工地已整体拆除")
    case.may_not(office.leader, "force_close", {}, 403, "role_not_allowed", "不能自己批准自己的申请")
    case.act(above, "force_close", says="上级复核,同意强制办结")
    citizen.is_told(case, "hazard.force_closed", f"您反映的事项(编号{case.number})已经审批终止办理。如有疑问,请拨打12345咨询。")
    case.ends("CLOSED", office.leader)
    return "两人审批,终止办理"
