"""A major fire hazard is suspected in the field, studied, told to the unit and the government, put right and struck off."""

from __future__ import annotations

from datetime import timedelta

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.checks import act_off_line, come_back, depart
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import Photo, send_whole, take_photo
from operations.demo.printing import local_day
from operations.demo.stories_measures import arrived

_REGION = "150203"
_HERE = (109.8403, 40.6574)


def struck_off(stage: Stage) -> str:
    """Suspected off-line, studied with experts and the legal reviewer, served off-line, reported, supervised, rechecked."""
    office = Office(stage, _REGION)
    pair, leader, manager = office.officers, office.leader, stage.account("UNIT_MANAGER", _REGION)
    reviewer = stage.account("LEGAL_REVIEWER", _REGION)
    unit = [manager, stage.account("UNIT_RESPONSIBLE", _REGION)]
    inspection = arrived(office, unit, "重点单位监督抽查")
    photo = take_photo(stage.rng, *_HERE)
    major = _suspected(office, inspection, unit, reviewer, photo)
    major.may_not(leader, "determine", _determined(stage), 409, "guard_failed", "没有法制审核意见,不能判定")
    experts = [{"name": f"专家{nth}", "speciality": "建筑防火"} for nth in range(1, 8)]
    major.act(
        leader, "call_experts", {"people": experts, "reason": "涉及复杂技术问题"}, says="组织7名专家论证,期限延长十个工作日"
    )
    major.act(leader, "note_experts", {"opinion": "同意判定", "agreed": 6}, says="登记专家意见")
    major.act(reviewer, "review_legally", {"opinion": "事实清楚,同意提交集体研究"}, says="提出法制审核意见")
    major.act(leader, "determine", _determined(stage), says="集体研究判定,生成整改通知书")
    clocks = {clock["rule_id"] for clock in major.read(leader)["clocks"] if clock["met_at"] is None and not clock["cancelled_at"]}
    equal(clocks, {"HZ-MAJOR", "MJ-NOTICE", "MJ-TERM"}, "报告、送达、整改三个时限都在走")
    _served(major, pair, photo)
    major.act(leader, "report_to_government", _REPORT, says="书面报告区人民政府")
    _supervised(major, stage, leader)
    major.act(manager, "report_progress", {"note": "楼梯钢构已到场"}, says="单位报告整改进展")
    major.act(manager, "apply_cancelling", {"note": "楼梯已完工"}, says="单位申请销案")
    major.cosigned(pair, "recheck_pass", {"finding": "新增疏散楼梯已投入使用"}, says="三个工作日内复查")
    major.expect("major.recheck_passed", leader)
    major.act(leader, "cancel_record", {"reason": "隐患已消除", "document_no": "昆政督〔2027〕1号"}, says="凭督办单位文件销案")
    major.ends("CANCELLED_RECORD", leader)
    titles = [paper["title"] for paper in manager.get(f"{major.path}/papers")["items"]]
    equal(titles, ["重大火灾隐患整改通知书", "重大火灾隐患销案通知书"], "单位能看到通知书,看不到给政府的报告")
    return "隐患消除,已销案"


_REPORT: Json = {"government": "昆都仑区人民政府", "through": "昆都仑区应急管理局", "proposal": "建议挂牌督办,限期整改"}


def _suspected(office: Office, inspection: Case, unit: list[Person], reviewer: Person, photo: Photo) -> Case:
    """One of the two enters it in the field, without a network."""
    stage, pair, leader = office.stage, office.officers, office.leader
    major = Case(stage, "major", new_id(), office, {"officers": pair, "unit": unit, "reviewer": [reviewer]})
    said: Json = {
        "inspection_id": inspection.id, "unit_id": unit[0].unit_id, "unit_name": inspection.read(leader)["unit_name"],
        "place": "三层歌舞厅", "facts": "三层歌舞厅仅有一部疏散楼梯", "photos": [photo.id],
        "criteria": [{"clause": "5.3", "note": "安全出口数量不足"}], "inspected_on": local_day(stage.clock()).isoformat(),
    }  # fmt: skip
    depart(inspection, pair)
    with pair[0].radio.off():
        pair[0].seal(major, "suspect", said)
    stage.teller.step(pair[0].label, "无网络:报疑似重大火灾隐患", "已保存在本机")
    pair[0].sync()
    major.expect("major.suspected", pair[1])
    send_whole(pair[0], photo, "verification", pair[0])
    record = major.read(leader)
    equal(record["data"]["standard"], "GB 35181-2025", "判定依据为检查当日施行的标准")
    require(holds=record["data"]["study"] is None, promise="系统不作判定")
    return major


def _determined(stage: Stage) -> Json:
    due_on = local_day(stage.clock() + timedelta(days=60)).isoformat()
    return {
        "attended": ["大队长", "副大队长", "法制员"], "minutes": "一致认为符合直接判定要素", "ground": "PUBLIC_SAFETY",
        "demand": "增设一部疏散楼梯,整改期间停止使用三层歌舞厅", "due_on": due_on,
    }  # fmt: skip


def _served(major: Case, pair: list[Person], photo: Photo) -> None:
    """Both take the notice along; the party signs where there is no network."""
    depart(major, pair)
    served: Json = {
        "served_at": major.stage.clock().isoformat(), "signed": "PARTY", "party_name": "张建国", "witness_name": "",
        "photos": [photo.id],
    }  # fmt: skip
    act_off_line(major, pair, "serve", served, says="送达整改通知书")
    come_back(major, pair, "DETERMINED", "已判定为重大火灾隐患")
    major.expect("major.act_drafted", pair[1])
    major.expect("major.served", *major.people["unit"])


def _supervised(major: Case, stage: Stage, leader: Person) -> None:
    until = local_day(stage.clock() + timedelta(days=180)).isoformat()
    supervised: Json = {
        "level": "BANNER", "body": "昆都仑区人民政府", "document_no": "昆政督〔2026〕3号", "until_on": until, "leader": "巴特尔",
    }  # fmt: skip
    major.act(leader, "put_under_supervision", supervised, says="登记区政府挂牌督办")
    require(holds=major.read(leader)["data"]["due_on"] == until, promise="整改期限以挂牌督办文件为准")
