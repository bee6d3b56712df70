"""Visits of two officers to an enterprise, and what comes of them, as the pages show them."""

from __future__ import annotations

from datetime import timedelta

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.people import Json, Person
from operations.demo.photos import send_whole, take_photo
from operations.demo.printing import local_day
from tests.people import HOME

TERM_DAYS = 7
HERE = (111.6856, 40.8455)


def inspection(office: Office, *steps: str) -> Case:
    """The leader has sent the pair to the banner's hotel; they have arrived, or found something to put right."""
    stage, manager, pair = office.stage, office.stage.account("UNIT_MANAGER", HOME), office.officers
    case = Case(stage, "inspection", new_id(), office, {"officers": pair, "unit": [manager]})
    body: Json = {
        "id": case.id, "unit_id": manager.unit_id, "kind": "SPOT_CHECK", "notice": "BEFORE", "reason": "年度监督抽查计划",
        "planned_on": (local_day(stage.clock()) + timedelta(days=1)).isoformat(), "checklist": "SPOT_CHECK",
        "officer_ids": [officer.id for officer in pair],
    }  # fmt: skip
    office.leader.post("/inspections", body, name="inspection.plan", subject_id=case.id)
    for paper, count in (("order", 2), ("seal_record", 1)):
        pair[0].post("/number-blocks", {"paper": paper, "count": count}, name="number_block.lend", subject_id=case.id)
    if "start" in steps:
        case.act(pair[0], "start", {"scanned_unit_id": manager.unit_id}, says="到场")
    if "order" in steps:
        held = case.read(pair[0])["data"]
        answers = [
            {
                "code": item["code"],
                **({"result": "BAD", "note": "二层安全出口上锁"} if item["code"] == "EVACUATION" else {"result": "GOOD"}),
            }
            for item in held["checklist"]["items"]
        ]
        order: Json = {
            "kind": "DEADLINE", "due_on": (local_day(stage.clock()) + timedelta(days=TERM_DAYS)).isoformat(),
            "unit_id": manager.unit_id, "unit_name": held["unit_name"],
            "items": [{"description": "二层安全出口上锁", "clause": "消防法第二十八条"}],
        }  # fmt: skip
        case.cosigned(pair, "order", {"answers": answers, "finding": "逐项检查完毕", "order": order}, says="责令改正")
    return case


def sealed(office: Office) -> str:
    """At an inspection two officers sealed a store at once; the leaders have decided."""
    at, pair, measure_id = inspection(office, "start"), office.officers, new_id()
    case = Case(office.stage, "measure", measure_id, office, {"officers": pair, "unit": []})
    name = at.read(office.leader)["unit_name"]
    body: Json = {
        "id": measure_id, "inspection_id": at.id, "unit_name": name, "place": "二层仓库",
        "danger": "存放汽油,与员工宿舍仅隔一道木门", "inspected_on": local_day(office.stage.clock()).isoformat(),
    }  # fmt: skip
    pair[0].post("/measures/sealings", body, name="measure.open", subject_id=measure_id)
    photo = take_photo(office.stage.rng, *HERE)
    moments = {"approved_at": -20, "sealed_at": -10}
    said: Json = {
        **{name: (office.stage.clock() + timedelta(minutes=minutes)).isoformat() for name, minutes in moments.items()},
        "record": "加贴封条两张,切断电源", "attended_by": "张建国", "photos": [photo.id],
    }  # fmt: skip
    case.cosigned(pair, "seal_at_once", said, says="当场先行查封")
    send_whole(pair[0], photo, "verification", pair[0])
    case.act(office.leader, "decide", {"attended": "支队长、副支队长", "opinion": "同意"}, says="决定")
    return measure_id


def supervised(office: Office) -> str:
    """At an inspection a major fire hazard was suspected, studied, served, reported and put under supervision."""
    at, pair, stage, major_id = inspection(office, "start"), office.officers, office.stage, new_id()
    leader, manager = office.leader, office.stage.account("UNIT_MANAGER", office.region_code)
    reviewer = stage.account("LEGAL_REVIEWER", office.region_code)
    case = Case(stage, "major", major_id, office, {"officers": pair, "unit": [manager], "reviewer": [reviewer]})
    photo, today = take_photo(stage.rng, *HERE), local_day(stage.clock())
    body: Json = {
        "id": major_id, "inspection_id": at.id, "unit_name": at.read(leader)["unit_name"], "place": "三层歌舞厅",
        "facts": "三层歌舞厅仅有一部疏散楼梯,营业时人员密集", "criteria": [{"clause": "5.3", "note": "安全出口数量不足"}],
        "inspected_on": today.isoformat(), "photos": [photo.id],
    }  # fmt: skip
    pair[0].post("/majors", body, name="major.suspect", subject_id=major_id)
    send_whole(pair[0], photo, "verification", pair[0])
    experts = [{"name": f"专家{nth}", "speciality": "建筑防火"} for nth in "甲乙丙丁戊己庚"]
    case.act(leader, "call_experts", {"people": experts, "reason": "判定涉及复杂、疑难技术问题"}, says="组织专家论证")
    case.act(leader, "note_experts", {"opinion": "同意判定为重大火灾隐患", "agreed": 6}, says="登记专家意见")
    case.act(reviewer, "review_legally", {"opinion": "事实清楚,同意提交集体研究"}, says="法制审核")
    study: Json = {
        "attended": ["大队长", "副大队长", "法制员"], "minutes": "一致认为符合直接判定要素", "ground": "PUBLIC_SAFETY",
        "demand": "增设一部疏散楼梯,整改期间停止使用三层歌舞厅", "due_on": (today + timedelta(days=60)).isoformat(),
    }  # fmt: skip
    case.act(leader, "determine", study, says="集体研究判定")
    served: Json = {"served_at": stage.clock().isoformat(), "signed": "PARTY", "party_name": "张建国", "photos": [photo.id]}
    case.cosigned(pair, "serve", served, says="送达整改通知书")
    report: Json = {"government": "新城区人民政府", "through": "新城区应急管理局", "proposal": "建议挂牌督办,责令限期整改。"}
    case.act(leader, "report_to_government", report, says="书面报告政府")
    listed: Json = {
        "level": "BANNER", "body": "新城区人民政府", "document_no": "新政督〔2026〕3号", "leader": "巴特尔",
        "until_on": (today + timedelta(days=180)).isoformat(),
    }  # fmt: skip
    case.act(leader, "put_under_supervision", listed, says="登记挂牌督办")
    case.act(manager, "report_progress", {"note": "疏散楼梯钢构件已到场,本周内开始安装"}, says="报告进展")
    return major_id


def transferred(office: Office) -> str:
    """What was found at an inspection is suspected to be a crime, and approved to go to the police."""
    at, pair, transfer_id = inspection(office, "start"), office.officers, new_id()
    case = Case(office.stage, "transfer", transfer_id, office, {"officers": pair, "leader": [office.leader]})
    body: Json = {
        "id": transfer_id, "inspection_id": at.id, "party": at.read(office.leader)["unit_name"],
        "offence": "危险作业罪(刑法第一百三十四条之一)", "facts": "二层仓库存放汽油,责令后拒不改正",
        "evidence": "监督检查记录1份、照片6张", "items": "汽油200升",
    }  # fmt: skip
    case.follow("propose", pair[0], pair[0].post("/transfers", body, name="transfer.propose", subject_id=transfer_id))
    case.act(office.leader, "approve", {"police": "呼和浩特市公安局新城区分局"}, says="批准移送")
    return transfer_id


def _seen(who: Person, checklist: str, **items: Json) -> list[Json]:
    lists = who.get("/inspections/checklists")["items"]
    edition = next(one for one in lists if one["code"] == checklist)
    return [{"code": item["code"], "result": "GOOD", **items.get(item["code"], {})} for item in edition["items"]]


def grid_patrol(office: Office) -> str:
    """A grid worker walked past a shop, and showed what he saw; its id."""
    grid_worker, patrol_id = office.stage.account("GRID_WORKER", HOME), new_id()
    photo = take_photo(office.stage.rng, *HERE)
    items: dict[str, Json] = {
        "EXITS": {"result": "BAD", "note": "二层安全出口上锁", "photos": [photo.id]},
        "EBIKES": {"result": "BAD", "note": "门厅停放电动自行车2辆,已劝离", "is_fixed": True},
        "STOVES": {"result": "NOT_APPLICABLE"},
    }
    body: Json = {
        "id": patrol_id, "kind": "GRID_PATROL", "checklist": "GRID_PATROL", "edition": "2026-1", "place_name": "东街小卖部",
        "place": {"region_code": HOME, "sumu": "东街街道", "landmark": "加油站西侧100米"},
        "answers": _seen(grid_worker, "GRID_PATROL", **items), "note": "已提醒店主",
    }  # fmt: skip
    grid_worker.post("/patrols", body, name="patrol.record", subject_id=patrol_id)
    send_whole(grid_worker, photo, "patrol", grid_worker)
    return patrol_id


def self_check(office: Office) -> str:
    """The hotel checked itself; of two faults one is put right; its id."""
    manager, patrol_id = office.stage.account("UNIT_MANAGER", HOME), new_id()
    by = (local_day(office.stage.clock()) + timedelta(days=7)).isoformat()
    items = {
        "EXITS": {"result": "BAD", "note": "二层疏散指示标志2处不亮", "put_right_by": by},
        "DOORS": {"result": "BAD", "note": "三层防火门闭门器损坏", "put_right_by": by},
    }
    body: Json = {
        "id": patrol_id, "kind": "UNIT_SELF_CHECK", "unit_id": manager.unit_id, "checklist": "DAILY_PATROL", "edition": "2026-1",
        "answers": _seen(manager, "DAILY_PATROL", **items), "walked_by": "保安张师傅",
    }  # fmt: skip
    manager.post("/patrols", body, name="patrol.record", subject_id=patrol_id)
    done = {"code": "DOORS", "note": "已更换闭门器"}
    manager.post(f"/patrols/{patrol_id}/actions/put_right", done, name="patrol.put_right", subject_id=patrol_id)
    return patrol_id


def published(office: Office) -> str:
    """An inspection whose result everybody may read; its id."""
    case = inspection(office, "start", "order")
    case.act(office.leader, "publish", {}, says="公开检查结果")
    return case.id
