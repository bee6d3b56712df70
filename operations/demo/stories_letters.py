"""Stories of letters between bodies: handed over and fed back; returned twice, arbitrated and decided."""

from __future__ import annotations

from datetime import timedelta

from operations.demo.cases import NEAR_BORDER, Case, Office, case_of, position, report, report_body
from operations.demo.checks import act_off_line, come_back, depart, finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import is_hidden, is_shown_clean, send_in_pieces, send_whole, take_photo
from operations.demo.printing import local_day, moment_of, spoken, standing


def handed_over(stage: Stage) -> str:
    """Reported off-line from a phone; found true by two inspectors; then handed over, fed back, and told."""
    lon, lat = 119.7364, 49.2122
    office, citizen, receiver = Office(stage, "150702"), stage.citizen("150702"), Office(stage, "150702").housing
    pair = office.officers
    photo, evidence = take_photo(stage.rng, lon, lat), take_photo(stage.rng, lon, lat)
    words = "老旧楼房外墙保温材料脱落外露,楼下就是停车场"
    case = _reported_off_line(citizen, office, words, position(lon, lat), photo.id)
    send_in_pieces(citizen, photo, "report", office.leader)
    case.act(office.clerk, "register", {"category": "SANDWICH_PANEL"}, says="受理登记为“违规使用易燃可燃装修材料”")
    case.assign(pair)
    depart(case, pair)
    due_on = (local_day(stage.clock()) + timedelta(days=30)).isoformat()
    order: Json = {"kind": "DEADLINE", "due_on": due_on, "items": [{"description": "拆除脱落的易燃可燃外墙保温材料"}]}
    found = finding("外墙保温材料为易燃可燃材料,大面积脱落", [evidence.id], lon, lat, order=order)
    act_off_line(case, pair, "verify_true", found, says="核查属实,责令限期改正")
    come_back(case, pair, "VERIFIED_TRUE", "属实整改中")
    send_whole(pair[0], evidence, "verification", pair[0])
    made = case.order(pair[0], [])
    case.act(office.clerk, "tell_reporter", says="告知举报人核查情况")
    is_hidden(receiver, photo, "移送前接收单位看不到案件照片")

    body = {
        "reason": "外墙保温材料改造属住房和城乡建设部门职责", "legal_basis": "消防法第二十六条",
        "suggestion": "请组织排查并督促业主单位更换", "urgent": False,
    }  # fmt: skip
    letter = case.letter(receiver, None, body, says="先核查后移交:起草移送函")
    signed_by = letter.answer["due_at"]
    returned_by = letter.act(receiver, "sign_for", says="签收(签收不代表接受办理)")["due_at"]
    equal(case.read(office.leader)["state"], "VERIFIED_TRUE", "接受办理前本案仍由移送单位负责")
    fed_back_by = letter.act(receiver, "accept", says="接受办理")["due_at"]
    _is_delivered(letter, receiver, "handover.sent", signed_by, returned_by, fed_back_by)
    equal(case.read(citizen)["state"], "HANDED_OVER", "接收单位接受后才移交")
    citizen.is_told(
        case, "hazard.handed_over",
        f"您反映的问题属于{receiver.org_name}职责范围,已于{spoken(letter.read(receiver)['data']['accepted_at'])}移交,"
        f"要求于{spoken(fed_back_by)}前反馈。移交后您仍可在本平台查看进展。",
    )  # fmt: skip
    equal(made.read(office.leader)["state"], "TRANSFERRED", "责令改正随案移交")
    _sees_only_findings(case, receiver, words)
    is_hidden(receiver, photo, "上报人的照片不提供给接收单位")
    is_shown_clean(receiver, evidence)

    feedback = take_photo(stage.rng, lon, lat)
    letter.act(receiver, "progress", {"text": "已约谈业主单位,确定施工方案"}, says="填报进展")
    result = {"result": "已拆除并更换为不燃材料", "photos": [feedback.id]}
    letter.act(receiver, "finish", result, says="办结反馈,附现场照片")
    send_whole(receiver, feedback, "feedback", receiver)
    letter.act(office.leader, "confirm", says="核对反馈,予以确认")
    told = case.act(office.clerk, "tell_reporter", says="告知举报人移交办理结果")
    equal(told["state"], "CLOSED", "反馈确认并告知后办结")
    citizen.is_told(
        case, "hazard.reporter_told",
        f"您反映的问题(编号{case.number})移交后已办理完毕,承办单位的办理结果已经核对,可在本平台查看。",
    )  # fmt: skip
    letter.ends("CLOSED", receiver)
    made.ends("TRANSFERRED", office.leader)
    case.ends("CLOSED", office.leader)
    return "移交、反馈、确认,办结"


def _reported_off_line(citizen: Person, office: Office, words: str, place: Json, photo_id: str) -> Case:
    """Saved on the phone without a network, sent by sync when there is one."""
    case = case_of(citizen, office)
    before = citizen.radio.sent
    with citizen.radio.off():
        citizen.seal(case, "submit", report_body(case, "FLAMMABLE", words, place, photo_ids=[photo_id]))
        shown = citizen.device.shown("hazard", case.id)
        equal((shown or {}).get("waiting"), ["hazard.submit"], "没有网络时上报保存在本机")
    equal(citizen.radio.sent, before, "没有网络时没有任何请求")
    citizen.stage.teller.step(citizen.label, f"无网络,随手拍:{words}", "已保存在本机,尚未上报。联网后自动上报")
    citizen.sync()
    found = case.read(citizen)
    case.number = found["number"]
    citizen.stage.teller.step(citizen.label, "恢复网络,自动上报", f"{standing('hazard', found)},编号{case.number}")
    return case


def _is_delivered(letter: Case, receiver: Person, event: str, signed_by: str, returned_by: str, fed_back_by: str) -> None:
    """docs/wording.md 19, with the dates that the letter's own clocks then had."""
    receiver.is_told(
        letter, event,
        f"{letter.office.leader.org_name}移送火灾隐患线索1件({letter.number}),请于{spoken(signed_by)}前签收,"
        f"{spoken(fed_back_by)}前书面反馈。签收不代表接受办理;认为不属于本单位职责的,"
        f"请于{spoken(returned_by)}前说明理由、依据,并提出建议承办单位。",
    )  # fmt: skip


def _sees_only_findings(case: Case, receiver: Person, words: str) -> None:
    """The receiving body reads what was found; not one word of the reporter's."""
    found = case.read(receiver)
    require(found["data"]["finding"] is not None, "接收单位能看到核查结论")
    hidden = ("description", "photo_ids", "reporter_id", "position")
    require(not any(name in found["data"] for name in hidden), "接收单位看不到上报内容和上报人")
    require(words not in str(found), "接收单位看不到上报人的原话")
    case.stage.teller.step(receiver.label, "查看移送案件", "有核查结论和现场照片,无上报人信息、原话、照片")


def arbitrated(stage: Stage) -> str:
    """Returned twice by two bodies: the committee office decides, and what it decided may not be returned."""
    office, citizen = Office(stage, "150102"), stage.citizen("150102")
    housing, market, arbiter = office.housing, office.market, office.supervisor
    handler = stage.account("DEPT_HANDLER", "150102")
    place = {**position(*NEAR_BORDER), "region_code": "150102", "landmark": "新建办公楼"}
    case = report(citizen, office, "UNCLEAR", "新楼没有验收就搬进去办公了", place)
    said = case.answer["place_message"]
    require(said.endswith("按您选择的呼和浩特市新城区办理"), f"交界处按上报人选择的旗县区办理(实为:{said})")
    stage.teller.notice(citizen.label, case.answer["place_message"])
    case.act(office.clerk, "register", {"category": "NO_ACCEPTANCE"}, says="受理登记为“建设工程未经消防验收仍使用”")
    wanted = {"reason": "建设工程消防验收由住房和城乡建设部门负责", "legal_basis": "消防法第十三条"}
    body = {"to_org_id": housing.org_id, **wanted, "lack_of_competence": False}
    case.may_not(office.leader, "hand_over", body, 422, "invalid_fields", "应先核查后移交")
    letter = case.letter(housing, handler, {**wanted, "lack_of_competence": True}, says="确无管辖权:说明理由,起草移送函")
    letter.is_hidden_from(market, "未收到移送件的单位看不到移送件")

    letter.act(housing, "sign_for", says="签收")
    reason, basis = "该建筑不属于需验收的特殊建设工程", "建设工程消防设计审查验收管理暂行规定第十四条"
    back = {"reason": reason, "legal_basis": basis, "suggested_org_id": market.org_id}
    letter.act(housing, "return", back, says=f"退回:{reason},建议由市场监管部门承办")
    due = letter.answer["due_at"]
    for sender in (office.leader, office.clerk):
        sender.is_told(
            letter, "handover.returned",
            f"{housing.org_name}退回移送件{letter.number}。理由:{reason};依据:{basis};建议承办单位:{market.org_name}。"
            f"本件仍由你单位负责,请于{spoken(due)}前重新移送或者提请消安委办协调。",
        )  # fmt: skip
    equal(case.read(office.leader)["state"], "REGISTERED", "退回期间本案仍由移送单位负责")
    letter.people["receiver"], letter.people["handler"] = [market], []
    first_number = letter.number
    letter.act(office.leader, "resend", {"to_org_id": market.org_id}, says=f"重新移送至{market.org_name}")
    letter.number = letter.read(office.leader)["data"]["letter_no"]
    equal(letter.number, f"{first_number}之二", "重新移送的函另有文号")
    letter.is_hidden_from(housing, "退回后改送其他单位的移送件,原接收单位不再看到")
    letter.act(market, "sign_for", says="签收")
    again = {"reason": "不涉及产品质量", "legal_basis": "产品质量法第八条", "suggested_org_id": housing.org_id}
    letter.act(market, "return", again, says="第二次退回:建议由住建部门承办")
    equal(letter.answer["state"], "ARBITRATION", "退回两次自动提请协调")
    due = letter.answer["due_at"]
    for who in (arbiter, office.leader, office.clerk):
        who.is_told(
            letter, "handover.disputed",
            f"移送件{letter.number}已退回两次,现提请{arbiter.org_name}于{spoken(due)}前协调明确承办单位。"
            f"协调期间由{office.leader.org_name}落实现场防范措施。",
        )  # fmt: skip

    letter.people["receiver"], letter.people["handler"] = [housing], [handler]
    letter.act(arbiter, "decide", {"to_org_id": housing.org_id}, says=f"协调明确由{housing.org_name}承办")
    signed_by = letter.answer["due_at"]
    letter.number = letter.read(office.leader)["data"]["letter_no"]
    returned_by = letter.act(housing, "sign_for", says="签收")["due_at"]
    letter.may_not(housing, "return", back, 409, "guard_failed", "已协调明确的不得再次退回")
    fed_back_by = letter.act(housing, "accept", says="接受办理")["due_at"]
    _is_delivered(letter, housing, "handover.decided", signed_by, returned_by, fed_back_by)
    letter.act(handler, "finish", {"result": "已约谈建设单位"}, says="办结反馈:已约谈建设单位")
    letter.act(office.leader, "reject", {"reason": "未说明是否停止使用"}, says="反馈不充分,退回补充")
    letter.act(handler, "finish", {"result": "已停止使用,限期补办验收"}, says="补充反馈:已停止使用,限期补办验收")
    letter.act(office.leader, "confirm", says="核对反馈,予以确认")
    told = case.act(office.clerk, "tell_reporter", says="告知举报人移交办理结果")
    equal(told["state"], "CLOSED", "反馈确认并告知后办结")
    found = letter.ends("CLOSED", housing)
    equal(len(found["data"]["returns"]), 2, "两次退回均有记录")
    require(moment_of(found["data"]["closed_at"]) <= stage.clock() + timedelta(minutes=5), "移送件已办结")
    case.ends("CLOSED", office.leader)
    return "两次退回,协调明确,办结"
