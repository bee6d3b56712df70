"""Stories that end on the spot: put right after an order, not found as reported, put right at once."""

from __future__ import annotations

from datetime import timedelta

from operations.demo.cases import Case, Office, position, report
from operations.demo.checks import act_off_line, come_back, depart, finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import (
    is_hidden,
    is_read_as_taken,
    is_shown_clean,
    send_in_pieces,
    send_whole,
    take_photo,
)
from operations.demo.printing import local_day, moment_of, soon, spoken, spoken_day


def closed_after_recheck(stage: Stage) -> str:
    """Named, with two photos; 24 hours; two inspectors off-line; an order, the unit's fix, a recheck; closed and rated."""
    lon, lat = 111.6856, 40.8455
    office, citizen = Office(stage, "150102"), stage.citizen("150102")
    pair, manager = office.officers, stage.account("UNIT_MANAGER", "150102")
    responsible = stage.account("UNIT_RESPONSIBLE", "150102")
    first, second, evidence = (take_photo(stage.rng, lon, lat) for _ in range(3))

    case = report(
        citizen, office, "EXIT", "三楼疏散通道被纸箱堵死,安全出口上锁", position(lon, lat), photo_ids=[first.id, second.id],
        place_name="晨光宾馆三楼",
    )  # fmt: skip
    submitted = case.read(citizen)
    at, due = submitted["submitted_at"], submitted["due_at"]
    _runs_for_24_hours(case, citizen)
    citizen.is_told(
        case, "hazard.submitted",
        f"平台已于{spoken(at)}收到您上报的隐患,编号{case.number}。请保存查询码,凭码查看办理进展;匿名上报的查询码遗失后无法找回。",
    )  # fmt: skip
    place = f"呼和浩特市新城区{submitted['place_name']}"
    office.leader.is_told(
        case, "hazard.submitted",
        f"新收通道出口1件(编号{case.number}),{place},须于{spoken(due)}前实地核查,请及时派员。",
    )  # fmt: skip
    equal(submitted["media"]["missing"], 2, "文字先到,照片未传完不影响受理")
    send_in_pieces(citizen, first, "report", office.leader)
    send_whole(citizen, second, "report", office.leader)
    equal(case.read(citizen)["media"]["missing"], 0, "两张照片均已收到")
    _waits_in_queue(case, office.clerk, "register", "受理员的待办队列")

    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="受理登记为“占用、堵塞、封闭疏散通道、安全出口”")
    _runs_for_24_hours(case, citizen)
    citizen.is_told(
        case, "hazard.registered",
        f"您反映的消防安全问题(编号{case.number})已受理登记,由呼和浩特市新城区消防救援大队办理,"
        f"将于{spoken(due)}前实地核查,核查情况将及时告知您。",
    )  # fmt: skip
    case.is_hidden_from(Office(stage, "150203").leader, "其他旗县区的负责人看不到本案")
    _waits_in_queue(case, office.leader, "assign", "负责人的待办队列(等我派)")
    case.assign(pair)
    for officer, colleague in (pair, pair[::-1]):
        officer.is_told(
            case, "hazard.assigned",
            f"请您与{colleague.name}于{spoken(due)}前核查编号{case.number}。"
            "请携带执法证件,两人到场并主动出示。出发前请下载离线资料。",
        )  # fmt: skip
    is_shown_clean(pair[0], first)
    is_read_as_taken(pair[0], first)
    is_read_as_taken(pair[0], second)
    is_hidden(Office(stage, "150203").leader, first, "其他旗县区的负责人看不到照片")

    depart(case, pair)
    due_on = local_day(stage.clock()) + timedelta(days=7)
    unit = next(row for row in pair[0].device.all_shown("unit") if row["id"] == manager.unit_id)
    order: Json = {
        "kind": "DEADLINE", "due_on": due_on.isoformat(), "unit_id": unit["id"], "unit_name": unit["name"],
        "items": [{"description": "清除三楼疏散通道堆放物,保持安全出口畅通", "clause": "消防法第二十八条"}],
    }  # fmt: skip
    found = finding("三楼东侧疏散通道被纸箱堵塞约12米,安全出口上锁", [evidence.id], lon, lat, order=order)
    act_off_line(case, pair, "verify_true", found, says=f"核查属实,责令{spoken_day(due_on)}前改正")
    come_back(case, pair, "VERIFIED_TRUE", "属实整改中")
    equal(case.read(pair[0])["media"]["missing"], 1, "记录先同步,现场照片随后")
    send_in_pieces(pair[0], evidence, "verification", pair[0])
    made = case.order(pair[0], [responsible, manager])
    _met(case, office.leader, "HZ-24H")
    receipt = take_photo(stage.rng, lon, lat)
    service = {"served_at": stage.clock().isoformat(), "signed": "PARTY", "party_name": manager.name, "photos": [receipt.id]}
    made.act(pair[0], "serve", service, says="责令限期改正通知书送达单位,签收后登记")
    send_whole(pair[0], receipt, "verification", pair[1])
    _met(made, pair[0], "IN-LIM")

    case.act(office.clerk, "tell_reporter", says="告知举报人核查情况")
    citizen.is_told(
        case, "hazard.reporter_told",
        f"经实地核查,您反映的问题属实,已依法责令当事人于{spoken_day(due_on)}前改正。"
        "整改结果将再次告知您。感谢您对消防工作的支持。",
    )  # fmt: skip
    fixed = take_photo(stage.rng, lon, lat)
    item = made.read(manager)["data"]["items"][0]
    done = [{"id": item["id"], "fixed": True, "photos": [fixed.id], "note": "已清理"}]
    made.act(manager, "report_fix", {"items": done}, says="单位上传改正情况")
    send_whole(manager, fixed, "rectification", pair[0])
    made.act(manager, "apply_recheck", says="单位申请复查")
    made.cosigned(pair, "recheck_pass", {"finding": "通道已清理,出口已开启"}, says="复查合格,填写复查记录")
    case.act(office.leader, "close", says="复查合格,予以办结")
    citizen.is_told(
        case, "hazard.closed",
        f"您反映的问题已整改完毕,经{spoken_day(local_day(stage.clock()))}复查合格,现予办结。请对办理工作作出评价。",
    )  # fmt: skip
    case.act(citizen, "rate", {"score": 5, "comment": "办得快"}, says="评价:非常满意")
    made.ends("RECTIFIED", pair[0])
    case.ends("CLOSED", office.leader)
    return "复查合格,办结"


def _runs_for_24_hours(case: Case, reader: Person) -> None:
    """The clock of the 24-hour category, from the report itself, with the reason of its date line by line."""
    found = case.read(reader)
    [clock] = [clock for clock in found["clocks"] if clock["rule_id"] == "HZ-24H" and clock["cancelled_at"] is None]
    started, due = moment_of(clock["started_at"]), moment_of(clock["due_at"])
    equal(clock["started_at"], found["submitted_at"], "24小时从上报时起算")
    equal(due - started, timedelta(hours=24), "24小时按自然小时计算")
    equal(found["due_at"], clock["due_at"], "案件时限即24小时时限")
    law = "消防监督检查规定(公安部令第120号)第十八条第一款第一项"
    wanted = [f"依据:{law}", "起算:", "期限24小时,按自然小时计算,节假日不顺延", "截止:"]
    reasons = clock["reason"]
    equal(len(reasons), len(wanted), "时限说明的行数")
    require(all(line.startswith(start) for line, start in zip(reasons, wanted, strict=True)), f"时限逐行说明理由({reasons})")
    case.stage.teller.step("系统", f"{clock['label']}:自上报时起算,{soon(clock['due_at'])}截止", "逐行说明理由")


def _met(case: Case, reader: Person, rule_id: str) -> None:
    clocks = [clock for clock in case.read(reader)["clocks"] if clock["rule_id"] == rule_id]
    require(any(clock["met_at"] for clock in clocks), f"时限 {rule_id} 已履行")


def _waits_in_queue(case: Case, who: Person, waits_for: str, where: str) -> None:
    """The item is among those of his office."""
    cursor, query = "", f"/queue?view=team&subject_type=hazard&waiting_for={waits_for}&limit=100"
    while True:
        page = who.get(query + cursor)
        if any(task["subject_id"] == case.id for task in page["items"]):
            break
        require(page["next_cursor"] is not None, f"{case.number} 在{where}中")
        cursor = f"&cursor={page['next_cursor']}"
    counts = who.get("/queue/buckets")
    said = f"今天到期{counts['due_today']}、已超期{counts['overdue']}、等我签{counts['to_sign']}、等我派{counts['to_assign']}"
    require(counts["to_assign"] >= 1, f"{where}计入“等我派”")
    case.stage.teller.step(who.label, f"{where}:{case.number}", said)


def unsubstantiated(stage: Stage) -> str:
    """A guest's named report by a GCJ-02 position, claimed by the citizen; not found; one dispute, upheld."""
    office, guest = Office(stage, "150203"), stage.guest("演示访客")
    citizen, pair = stage.citizen("150203"), office.officers
    lon, lat = 109.799838, 40.650213  # as the map of the host app has it
    place = position(lon, lat, "gcj02")
    said = guest.device.call("POST", "/places/region-of", place["position"])
    require(0.001 < abs(said["lon"] - lon) < 0.02, "火星坐标已换算为国家坐标")
    equal(said["region_code"], "150203", "换算后的位置在昆都仑区")
    case = report(
        guest, office, "FIRE_LANE", "小区消防车道被私家车占用", place, report_mode="REAL_NAME_HIDDEN",
        reporter={"name": "演示访客", "mobile": "13800138000"},
    )  # fmt: skip
    case.is_hidden_from(citizen, "认领前公众看不到访客的上报")
    claimed = citizen.post("/hazards/claims", {"tracking_code": case.code}, name="hazard.claim", subject_id=case.id)
    equal(claimed["id"], case.id, "凭查询码认领")
    case.people["reporter"] = [citizen]
    stage.teller.step(citizen.label, "登录后凭查询码认领访客实名上报", f"编号{case.number}已归入本人")
    case.is_hidden_from(guest, "认领后原访客会话不再看到")
    stranger = stage.newcomer("演示路人")
    stranger.is_refused(
        "POST", "/hazards/claims", {"tracking_code": case.code}, 404, "not_found", "已认领的上报不能被他人再次认领"
    )

    case.act(office.clerk, "register", {"category": "FIRE_LANE_BLOCKED"}, says="受理登记为“占用、堵塞、封闭消防车通道”")
    case.assign(pair)
    depart(case, pair)
    found = finding("两次到场,消防车道畅通,未见车辆停放", [], said["lon"], said["lat"])
    act_off_line(case, pair, "verify_false", found, in_own_queue=True, says="未发现所反映的情况")
    come_back(case, pair, "VERIFIED_FALSE", "核查未发现")
    told = case.act(office.clerk, "tell_reporter", says="告知举报人核查情况")
    equal(told["state"], "CLOSED", "告知后办结")
    today = local_day(stage.clock())
    citizen.is_told(
        case, "hazard.reporter_told",
        f"经{spoken_day(today)}实地核查,未发现您所反映的情况。如有异议或者新的线索,"
        f"可于{spoken_day(today + timedelta(days=15))}前提出一次异议。",
    )  # fmt: skip
    case.act(citizen, "dispute", {"reason": "晚上八点以后一直停满"}, says="提出异议:晚上八点以后一直停满")
    due = case.answer["due_at"]
    office.leader.is_told(
        case, "hazard.disputed", f"编号{case.number}的举报人对办理结果提出异议,须于{spoken(due)}前复核,请及时派员。"
    )
    case.may_not(office.leader, "uphold", {"reason": "维持"}, 403, "role_not_allowed", "派单的负责人不复核自己办理的案件")
    case.act(office.supervisor, "uphold", {"reason": "夜间复查三次,车道畅通"}, says="消安委办复核后维持原核查结果")
    citizen.is_told(case, "hazard.upheld", f"经复核,编号{case.number}维持原核查结果。理由:夜间复查三次,车道畅通。")
    case.may_not(citizen, "dispute", {"reason": "还是不同意"}, 409, "guard_failed", "异议只能提出一次")
    case.act(citizen, "rate", {"score": 3}, says="评价:基本满意")
    case.ends("CLOSED", office.leader)
    return "核查未发现,异议维持"


def merged(stage: Stage) -> str:
    """Two people report the same thing; the second report joins the first, which is put right at once."""
    office, first, second = Office(stage, "152502"), stage.citizen("152502"), stage.newcomer("演示牧民")
    pair = office.officers
    place = {**position(116.0884, 43.9450), "landmark": "贝子庙大街路口"}
    case = report(first, office, "EBIKE", "楼道内停放电动自行车并充电", place)
    again = report(second, office, "EBIKE", "单元门口有人给电动车充电,很危险", place)
    case.act(office.clerk, "register", {"category": "EBIKE"}, says="受理登记为“电动自行车违规停放、充电”")
    again.act(office.clerk, "merge", {"master_id": case.id}, says=f"与编号{case.number}为同一问题,并案")
    second.is_told(
        again, "hazard.merged",
        f"您反映的问题(编号{again.number})与编号{case.number}反映的是同一问题,已合并办理,办理情况将一并告知您。",
    )  # fmt: skip
    case.expect("hazard.merged", first)  # each finds it in his own report
    first.is_told(case, "hazard.merged", f"另有上报与您反映的问题(编号{case.number})属于同一问题,已并入您的事项合并办理。")
    again.is_hidden_from(first, "并案后双方仍看不到对方的上报")
    _split_off(office, [(first, case), (second, again)])
    case.assign(pair)
    case.act(pair[0], "start", says="到场核查")
    found = {"finding": "当场搬离并拆除飞线", "no_evidence_reason": "室内定位失败"}
    case.cosigned(pair, "fix_on_site", found, says="当事人当场改正,填写检查记录")
    told = case.act(office.clerk, "tell_reporter", says="告知举报人核查情况")
    equal(told["state"], "CLOSED", "告知后办结")
    for event in ("hazard.reporter_told", "hazard.closed"):
        again.expect(event, second)
    for reporter, own in ((first, case), (second, again)):
        reporter.is_told(
            own, "hazard.reporter_told",
            f"经{spoken_day(local_day(stage.clock()))}实地核查,您反映的问题属实,当事人已当场改正。感谢您对消防工作的支持。",
        )  # fmt: skip
    followed = again.read(second)["followed"]
    equal((followed["number"], followed["state"]), (case.number, "CLOSED"), "并案的上报人在自己的上报中看到办理结果")
    again.ends("MERGED", office.leader)
    case.ends("CLOSED", office.leader)
    return "并案,当场改正,办结;误并的拆分后另行办理"


def _split_off(office: Office, reporters: list[tuple[Person, Case]]) -> None:
    """A third report is merged by mistake, and is a case of its own again with the date that it had."""
    case = reporters[0][1]
    third = office.stage.newcomer("演示住户")
    place = {**position(116.0890, 43.9452), "landmark": "贝子庙大街路口"}
    other = report(third, office, "EBIKE", "车棚充电桩冒火花,想问怎么申请更换", place)
    due = other.read(office.leader)["due_at"]
    other.act(office.clerk, "merge", {"master_id": case.id}, says=f"误并入编号{case.number}")
    other.act(office.clerk, "unmerge", {"reason": "反映的不是同一问题"}, says="核对不是同一问题,拆分并案")
    for event in ("hazard.merged", "hazard.unmerged"):
        for reporter, own in reporters:
            own.expect(event, reporter)
    equal(other.read(office.leader)["due_at"], due, "拆分后期限仍自上报时起算")
    third.is_told(
        other, "hazard.unmerged",
        f"经核对,您反映的问题(编号{other.number})与编号{case.number}不是同一问题,现恢复单独办理,原期限{spoken(due)}不变,"
        "办理情况将另行告知您。",
    )  # fmt: skip
    other.act(office.clerk, "reject", {"reason_code": "CONSULTATION"}, says="属于咨询,不予受理")
    other.ends("NOT_ACCEPTED", office.leader)
