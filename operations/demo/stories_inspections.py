"""An inspection without a network: thirty items, ten photos, an order served on the spot, and every number accounted for."""

from __future__ import annotations

from datetime import timedelta

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.checks import act_off_line, come_back, depart, lend
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import send_whole, take_photo
from operations.demo.printing import local_day, spoken_day
from workflow.papers.rules import filled_in, itemised

_HERE = (109.8403, 40.6574)
_ITEMS = 30
_PHOTOS = 10
_FAULTS = {3: "二层东侧安全出口上锁", 11: "三层楼梯间堆放布草", 19: "一层室内消火栓被货架遮挡"}
_FIXED = 19  # of these, put right there and then


def inspected_on_the_spot(stage: Stage) -> str:
    """Sent by the leader, inspected off-line, ordered on the spot under a number that was lent, rechecked, closed."""
    office = Office(stage, "150203")
    pair, manager, responsible = (
        office.officers,
        stage.account("UNIT_MANAGER", "150203"),
        stage.account("UNIT_RESPONSIBLE", "150203"),
    )
    _publish_checklist(stage, office)
    case = _planned(office, manager, responsible)
    block = lend(pair[0], "order", 3)
    depart(case, pair)
    photos = [take_photo(stage.rng, *_HERE) for _ in range(_PHOTOS)]
    args, number = _found(case, pair[0], block, [photo.id for photo in photos])
    arrive: Json = {"scanned_unit_id": manager.unit_id}
    act_off_line(case, pair, "order", args, arrive=arrive, says=f"逐项检查{_ITEMS}项,当场制作并送达{number}")
    come_back(case, pair, "RECTIFYING", "责令改正中")
    for photo in photos:
        send_whole(pair[0], photo, "verification", pair[0])
    case.expect("inspection.recorded", manager, responsible)
    _kept_as_served(case, manager, args["order"]["served"])
    _all_accounted_for(pair[0], office, block, number)

    order = Case(
        stage, "rectification", case.read(office.leader)["data"]["rectification_id"], office,
        {"unit": [manager, responsible], "officers": pair},
    )  # fmt: skip
    order.expect("rectification.ordered", manager, responsible)
    done = [{"id": item["id"], "fixed": True, "photos": [new_id()]} for item in order.read(manager)["data"]["items"]]
    order.act(manager, "report_fix", {"items": done}, says="单位上传改正情况")
    order.act(manager, "apply_recheck", says="单位申请复查")
    order.cosigned(pair, "recheck_pass", {"finding": "出口已开启,楼梯间已清空"}, says="复查合格,填写复查记录")
    order.ends("RECTIFIED", pair[0])
    case.ends("RECTIFIED", office.leader)
    return "复查合格,检查结束"


def _publish_checklist(stage: Stage, office: Office) -> None:
    """The region's administrators publish a longer edition, unless an earlier run has."""
    admin = stage.account("SYS_ADMIN", "150000")
    known = office.leader.get("/inspections/checklists")["items"]
    if any(item["code"] == "DEMO_HOTEL" for item in known):
        return
    items = [{"code": f"ITEM_{nth}", "text": f"演示检查项目{nth}", "clause": "消防法第十六条"} for nth in range(1, _ITEMS + 1)]
    body: Json = {"title": "宾馆检查表(演示)", "effective_from": "2026-01-01", "basis": "演示数据", "items": items}
    admin.device.call("PUT", "/inspections/checklists/DEMO_HOTEL/editions/2026-1", body)
    stage.teller.step(admin.label, "发布检查表", f"{_ITEMS}项")


def _planned(office: Office, *unit: Person) -> Case:
    """The assignment is the approval; the unit is told beforehand."""
    stage, pair = office.stage, office.officers
    case = Case(stage, "inspection", new_id(), office, {"officers": pair, "unit": [*unit]})
    body: Json = {
        "id": case.id, "unit_id": unit[0].unit_id, "kind": "SPOT_CHECK", "notice": "BEFORE", "reason": "年度监督抽查计划",
        "planned_on": (local_day(stage.clock()) + timedelta(days=1)).isoformat(), "checklist": "DEMO_HOTEL",
        "officer_ids": [officer.id for officer in pair],
    }  # fmt: skip
    case.answer = office.leader.post("/inspections", body, name="inspection.plan", subject_id=case.id)
    case.number = case.answer["number"]
    case.follow("plan", office.leader, case.answer)
    stage.teller.step(office.leader.label, "派检查任务:同意检查,审批表、通知书同时生成", f"编号{case.number}")
    papers = [paper["title"] for paper in office.leader.get(f"{case.path}/papers")["items"]]
    equal(papers, ["行政检查审批表", "行政检查通知书"], "派单即审批,文书已生成")
    return case


def _found(case: Case, officer: Person, block: Json, photo_ids: list[str]) -> tuple[Json, str]:
    """The whole checklist, and the paper as the phone fills it in from the template that came with its number."""
    held = officer.device.shown("inspection", case.id) or {}
    answers = [
        {
            "code": item["code"], "result": "BAD" if nth in _FAULTS else "GOOD", "note": _FAULTS.get(nth, ""),
            "photos": photo_ids[:3] if nth in _FAULTS and nth != _FIXED else [], "is_fixed": nth == _FIXED,
            "fixed_photos": photo_ids[3:5] if nth == _FIXED else [],
        }
        for nth, item in enumerate(held["checklist"]["items"], start=1)
    ]  # fmt: skip
    equal(len(answers), _ITEMS, "离线资料中有完整的检查表")
    clause = "消防法第二十八条"
    items = [{"description": words, "clause": clause, "photos": []} for nth, words in _FAULTS.items() if nth != _FIXED]
    moment = case.stage.clock()
    due_on, number = local_day(moment) + timedelta(days=15), block["numbers"][0]["number"]
    words = {
        "title": "责令限期改正通知书", "number": number, "unit": held["unit_name"], "office": block["office_name"],
        "items": itemised((str(item["description"]), clause) for item in items),
        "requirement": f"于{spoken_day(due_on)}前改正", "day": spoken_day(local_day(moment)),
    }  # fmt: skip
    served: Json = {
        "block_id": block["id"], "number": number, "body": filled_in(block["body"], words), "served_at": moment.isoformat(),
        "signed": "PARTY", "party_name": "张建国", "photos": photo_ids[9:],
    }  # fmt: skip
    order: Json = {
        "kind": "DEADLINE", "due_on": due_on.isoformat(), "unit_id": held["unit_id"], "unit_name": held["unit_name"],
        "items": items, "served": served,
    }  # fmt: skip
    finding = "逐项检查30项,发现问题3项,其中1项当场改正。"
    return {"answers": answers, "finding": finding, "attended_by": "张建国", "photos": photo_ids[5:9], "order": order}, number


def _kept_as_served(case: Case, manager: Person, served: Json) -> None:
    order_id = case.read(manager)["data"]["rectification_id"]
    [paper] = manager.get(f"/rectifications/{order_id}/papers")["items"]
    equal((paper["number"], paper["body"]), (served["number"], served["body"]), "存档的文书与现场送达的一字不差")
    manager.stage.teller.step(manager.label, "查看责令限期改正通知书", f"SHA-256 {paper['sha256'][:16]}…,与送达的一致")


def _all_accounted_for(officer: Person, office: Office, block: Json, number: str) -> None:
    officer.post(f"/number-blocks/{block['id']}/actions/give_back", {}, name="number_block.give_back", subject_id=block["id"])
    states = {entry["number"]: entry["state"] for entry in office.leader.get(f"/number-blocks/{block['id']}")["numbers"]}
    equal(states.pop(number), "USED", "送达的编号已使用")
    require(set(states.values()) == {"RETURNED"}, "未用的编号已交回")
    office.stage.teller.step(office.leader.label, "核对文书编号", "已使用1个、交回2个,全部有着落")
