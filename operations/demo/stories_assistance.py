"""The story of 消防技术帮扶: from the request of an enterprise to its rating; the expert helps without a network."""

from __future__ import annotations

from datetime import timedelta

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import send_whole, take_photo
from operations.demo.printing import soon, standing

_AT = (111.6856, 40.8455)
_ITEM: Json = {
    "problem": "二层疏散指示标志3处不亮", "clause": "消防法第十六条", "suggestion": "更换灯具,并每月测试一次", "cost": "SMALL",
}  # fmt: skip
_ADVICE: Json = {
    "summary": "查看了疏散指示标志和应急照明,讲解了日常检查的方法。", "next_step": "按每月一次自查",
    "items": [_ITEM, {**_ITEM, "problem": "一层应急照明电池失效", "suggestion": "更换电池"}],
}  # fmt: skip


def helped(stage: Stage) -> str:
    """Proposed with reasons, agreed, advised off-line, confirmed, put right, rated; it never becomes an inspection."""
    people = [stage.account(role, "150102") for role in ("UNIT_MANAGER", "UNIT_RESPONSIBLE")]
    office, expert = Office(stage, "150102"), stage.account("EXPERT", "150102")
    case = Case(stage, "assistance", new_id(), office, {"applicant": people, "expert": [expert]})
    manager = people[0]
    _ask(case, manager)
    case.is_hidden_from(office.officers[0], "监督员看不到不由其承办的帮扶申请")
    case.act(office.clerk, "accept", says="受理帮扶申请")
    manager.is_told(case, "assistance.accepted", _accepted(case))
    _arrange(case, expert)
    case.act(manager, "agree", says="确认预约")
    _advise_off_line(case, expert)
    advice = case.read(manager)["data"]["advice"]
    require("不属于行政检查" in advice["statement"], "意见书写明不是行政检查,不具有强制力")
    case.act(manager, "confirm", says=f"签收《技术帮扶意见书》{advice['number']}")
    photo = take_photo(stage.rng, *_AT)
    done: Json = {"fixed_item_ids": [item["id"] for item in advice["items"]], "note": "均已更换", "photos": [photo.id]}
    case.act(manager, "report_progress", done, says="反馈:两项均已整改,附照片")
    send_whole(manager, photo, "progress", expert)
    case.act(manager, "rate", {"score": 5, "comment": "讲得清楚,态度好"}, says="评价:非常满意")
    data = case.ends("CLOSED", manager)["data"]
    equal(data["warnings"], [], "没有紧迫危险,帮扶不产生隐患案件")
    return "已评价,办结"


def _ask(case: Case, manager: Person) -> None:
    body: Json = {
        "id": case.id, "applicant_kind": "UNIT", "unit_id": manager.unit_id, "topic": "HAZARD_RECTIFY", "wanted_mode": "ON_SITE",
        "description": "疏散指示标志不亮,想请专家看看怎么整改", "contact_name": "杨海燕", "contact_phone": "13904150102",
        "preferred_time": "工作日上午",
    }  # fmt: skip
    case.answer = manager.post("/assistance", body, name="assistance.submit", subject_id=case.id)
    case.number = case.answer["number"]
    case.follow("submit", manager, case.answer)
    case.stage.teller.step(
        manager.label, "申请技术帮扶:隐患整改技术指导,上门", f"{standing('assistance', case.answer)},编号{case.number}"
    )


def _accepted(case: Case) -> str:
    until = next(clock["due_at"] for clock in case.read(case.office.clerk)["clocks"] if clock["rule_id"] == "TA-PLAN")
    return (
        f"您的消防技术帮扶申请(编号{case.number})已受理,将于{case.stage.clock().year}年{soon(until)}前与您联系。"
        "帮扶不收取费用,不指定产品和服务机构,不属于行政检查。"
    )


def _arrange(case: Case, expert: Person) -> None:
    """The leader is proposed who knows the topic, is near and has least in hand."""
    leader = case.office.leader
    best = leader.get(f"{case.path}/experts")["items"][0]
    equal(best["id"], expert.id, "推荐的首位是本地擅长该事项的专家")
    case.stage.teller.step(leader.label, "查看推荐的专家", f"{best['name']}:{best['reason']}")
    when = (case.stage.clock() + timedelta(hours=2)).isoformat()
    said: Json = {"expert_id": expert.id, "mode": "ON_SITE", "appointed_at": when}
    case.act(leader, "schedule", said, says=f"安排{expert.name}上门帮扶")


def _advise_off_line(case: Case, expert: Person) -> None:
    expert.sync()
    require(expert.device.shown(case.kind, case.id) is not None, f"{expert.label}出发前已下载帮扶申请")
    before = expert.radio.sent
    with expert.radio.off():
        expert.seal(case, "start", {})
        expert.seal(case, "advise", _ADVICE)
    equal(expert.radio.sent, before, "离线帮扶期间没有任何网络请求")
    case.stage.teller.step(
        expert.label, "无网络:到场帮扶,填写意见书", f"已保存在本机,待同步{expert.device.store.count_waiting()}条"
    )
    expert.sync()
    number = case.read(expert)["data"]["advice"]["number"]
    case.stage.teller.step(expert.label, "恢复网络,同步2条记录", f"意见书编号{number}")
