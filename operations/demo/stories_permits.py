"""Stories of 公众聚集场所投入使用、营业前消防安全检查: by both routes to a licence, to a refusal, to a revocation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.checks import act_off_line, come_back, depart, finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import Photo, send_in_pieces, send_whole, take_photo
from operations.demo.printing import local_day, moment_of, spoken_day, standing

_AT = {"150102": (111.6856, 40.8455), "150203": (109.8224, 40.6421)}
_IN_CHARGE = "张建国"
_FORM: Json = {
    "structure": "REINFORCED_CONCRETE", "area_m2": 820, "floors": [1, 2], "person_in_charge": _IN_CHARGE,
    "contact_name": "杨海燕", "contact_phone": "0471-6200000", "exits": 3, "facilities": ["ALARM", "EMERGENCY_LIGHT"],
    "acceptance": {"kind": "ACCEPTED", "number": "住建消验字〔2025〕第18号"}, "address": "海拉尔东路88号",
}  # fmt: skip
_MATERIALS = ("BUSINESS_LICENCE", "RULES_AND_PLAN", "LAYOUT")
_ITEMS = 7  # of 消防监督检查规定 9
_ORDER = [{"description": "二层疏散指示标志损坏,更换并保持完好", "clause": "消防法第十六条"}]


def licensed_on_commitment(stage: Stage) -> str:
    """Whether it is needed; what is missing told before it is sent; signed by the legal person; verified off-line afterwards."""
    case = _of_the_enterprise(stage, "150102")
    manager, responsible = case.people["applicant"]
    office = case.office
    answer = manager.get("/permits/need?venue_kind=HOTEL&occasion=OPENING&acceptance=ACCEPTED")
    equal(answer["result"], "NEEDED", "三个问题回答要不要办")
    stage.teller.step(manager.label, "“我要不要办”:宾馆,新开业,已消防验收", answer["words"].split("。")[0])
    _prepare(case, manager, "COMMITMENT", exits=None)
    missing = case.read(manager)["defects"]
    equal([defect["field"] for defect in missing], ["form.exits"], "漏填的内容指明是哪一项")
    stage.teller.step(manager.label, "提交前自查", f"缺{len(missing)}项:安全出口数量")
    _fill_in(case, manager, "COMMITMENT")
    case.may_not(manager, "submit", {}, 409, "guard_failed", "告知承诺书未签署,不能提交")
    text = responsible.get("/permits/commitment")
    case.act(responsible, "sign_commitment", {"sha256": text["sha256"]}, says=f"阅读并签署告知承诺书({text['edition']})")
    _submit(case, manager)
    _accept(case, office.approver)
    case.is_hidden_from(Office(stage, "150203").window, "其他旗县区的窗口看不到本申请")
    case.may_not(office.window, "grant", {}, 403, "role_not_allowed", "受理与审批分离:窗口不能作出决定")
    case.act(office.approver, "grant", says="材料齐全,准予许可")
    token = _has_a_licence(case, manager)
    _visited(case, "verify_pass", "与承诺一致,设施完好", "ACTIVE", "许可有效")
    case.expect("permit.verified", manager, responsible)
    _is_verified_by_anybody(case, token, "VALID")
    case.ends("ACTIVE", office.approver)
    return "准予许可,核查符合"


def licensed_after_inspection(stage: Stage) -> str:
    """Corrections told once and pinned to fields, supplemented; inspected off-line, then decided."""
    case = _of_the_enterprise(stage, "150203")
    manager, _ = case.people["applicant"]
    _prepare(case, manager, "ORDINARY", area_m2=8200)
    _submit(case, manager)
    items = [{"field": "form.area_m2", "message": "面积与平面图不一致,请按实际使用面积填写"}]
    case.act(case.office.window, "require_correction", {"items": items}, says="一次性告知补正:面积")
    body = {"form": _form(case), "materials": case.read(manager)["data"]["materials"]}
    case.act(manager, "supplement", body, says="按告知的内容补正,重新提交")
    equal([item["changed"] for item in case.read(case.office.window)["data"]["corrections"]], [True], "窗口看到改了哪一项")
    _accept(case, case.office.leader)
    case.may_not(case.office.approver, "grant", {}, 409, "guard_failed", "一般程序未经现场检查不能准予许可")
    _visited(case, "inspect_pass", "现场与申报内容一致,设施完好", "INSPECTED", "已现场检查,待决定")
    case.expect("permit.inspected", case.office.approver)
    case.act(case.office.approver, "grant", says="现场检查符合,准予许可")
    _is_verified_by_anybody(case, _has_a_licence(case, manager), "VALID")
    case.ends("ACTIVE", case.office.approver)
    return "先检查后决定,准予许可"


def refused(stage: Stage) -> str:
    """Inspected and found wanting; refused with reasons and remedies."""
    case = _of_the_enterprise(stage, "150203")
    manager, _ = case.people["applicant"]
    _prepare(case, manager, "ORDINARY")
    _submit(case, manager)
    _accept(case, case.office.leader)
    _visited(case, "inspect_fail", "二层仅有一个安全出口,与申报不符", "INSPECTED", "已现场检查,待决定")
    case.expect("permit.inspected", case.office.approver)
    case.may_not(case.office.approver, "grant", {}, 409, "guard_failed", "检查不符合的不能准予许可")
    body = {"code": "NOT_CONFORMING", "reason": "安全出口数量不符合要求"}
    case.act(case.office.approver, "refuse", body, says="不同意投入使用、营业,说明理由")
    data = case.ends("REFUSED", manager)["data"]
    require("行政复议" in data["decision"]["remedies"], "不同意的决定告知复议和诉讼的权利")
    paper = data["documents"][-1]
    stage.teller.step(manager.label, f"收到《{paper['label']}》{paper['number']}", "附理由和救济途径")
    return "不同意投入使用、营业"


def revoked(stage: Stage) -> str:
    """Not as committed; ordered to put right, rechecked, still not; told, heard, revoked; the code says so to everybody."""
    case = _of_the_enterprise(stage, "150102")
    manager, responsible = case.people["applicant"]
    office = case.office
    _prepare(case, manager, "COMMITMENT")
    text = responsible.get("/permits/commitment")
    case.act(responsible, "sign_commitment", {"sha256": text["sha256"]}, says="签署告知承诺书")
    _submit(case, manager)
    _accept(case, office.approver)
    case.act(office.approver, "grant", says="材料齐全,准予许可")
    token = _has_a_licence(case, manager)
    due_on = local_day(stage.clock()) + timedelta(days=14)
    order: Json = {"orders": _ORDER, "due_on": due_on.isoformat()}
    said = f"核查不符合承诺,责令{spoken_day(due_on)}前改正"
    _visited(case, "verify_fail", "二层疏散指示标志损坏", "VERIFY_FAILED", "核查不符合,限期改正", says=said, **order)
    case.expect("permit.verify_failed", manager, responsible)
    photo = take_photo(stage.rng, *_AT["150102"])
    case.act(manager, "apply_recheck", {"photos": [photo.id], "note": "已更换"}, says="上传改正照片,申请复查")
    send_whole(manager, photo, "rectification", case.people["officers"][0])
    _visited(case, "recheck_fail", "仍有两处损坏", "RECHECK_FAILED", "复查不符合", is_sent=True)
    case.expect("permit.recheck_failed", manager, responsible)
    body = {"code": "NOT_CONFORMING", "reason": "整改后仍不符合承诺的消防安全要求"}
    case.act(office.approver, "tell_revocation", body, says="告知拟撤销许可的事实、理由和陈述申辩的权利")
    case.may_not(office.approver, "revoke", {"reason": "复查不符合"}, 409, "guard_failed", "听取陈述申辩之前不能撤销")
    case.act(manager, "answer_revocation", {"statement": "配件缺货,请求宽限"}, says="提出陈述申辩")
    case.act(office.approver, "revoke", {"reason": "申辩理由不成立,复查仍不符合"}, says="申辩理由不成立,撤销许可")
    _is_verified_by_anybody(case, token, "REVOKED")
    case.ends("REVOKED", office.approver)
    return "许可已撤销"


# ---- steps ----


def _of_the_enterprise(stage: Stage, region_code: str) -> Case:
    """The banner's enterprise, with its manager and its legal person, is about to apply."""
    people = [stage.account(role, region_code) for role in ("UNIT_MANAGER", "UNIT_RESPONSIBLE")]
    return Case(stage, "permit", new_id(), Office(stage, region_code), {"applicant": people})


def _form(case: Case, **other: Any) -> Json:
    venue = "HOTEL" if case.office.region_code == "150102" else "MALL"
    return {**_FORM, "venue_kind": venue, **other}


def _prepare(case: Case, who: Person, route: str, **other: Any) -> None:
    """A draft with a picture of each material; the unit's name is taken from the register."""
    photos = {code: take_photo(case.stage.rng, *_AT[case.office.region_code]) for code in _MATERIALS}
    body = {
        "id": case.id, "unit_id": who.unit_id, "route": route, "form": _form(case, **other),
        "materials": {code: [photo.id] for code, photo in photos.items()},
    }  # fmt: skip
    case.answer = who.post("/permits", body, name="permit.prepare", subject_id=case.id)
    case.number = case.answer["number"]
    case.stage.teller.step(
        who.label, "填写申请,附营业执照、制度预案、平面图", f"{standing('permit', case.answer)},编号{case.number}"
    )
    _send_materials(case, who, list(photos.values()))


def _send_materials(case: Case, who: Person, photos: list[Photo]) -> None:
    send_in_pieces(who, photos[0], "material", who)
    for photo in photos[1:]:
        send_whole(who, photo, "material", who)


def _fill_in(case: Case, who: Person, route: str) -> None:
    body = {"route": route, "form": _form(case), "materials": case.read(who)["data"]["materials"]}
    case.act(who, "fill_in", body, says="补填安全出口数量")


def _submit(case: Case, who: Person) -> None:
    case.act(who, "submit", says="提交申请")
    due_in = moment_of(case.answer["due_at"]) - case.stage.clock()
    require(due_in >= timedelta(days=5), "五个工作日内告知是否受理")


def _accept(case: Case, *told: Person) -> None:
    """The window accepts; who has to act next is told."""
    case.act(case.office.window, "accept", says="材料齐全,出具受理凭证")
    case.expect("permit.accepted", *told)


def _visited(
    case: Case, action: str, words: str, state: str, label: str, *, says: str = "", is_sent: bool = False, **more: Any
) -> None:
    """Two officers go there without a network, and come back."""
    pair = case.office.officers
    if not is_sent:
        case.assign(pair)
    depart(case, pair)
    photo = take_photo(case.stage.rng, *_AT[case.office.region_code])
    checklist = [1] * _ITEMS if action.endswith("pass") else []
    found = finding(words, [photo.id], *_AT[case.office.region_code], attended_by=_IN_CHARGE, checklist=checklist, **more)
    act_off_line(case, pair, action, found, says=says or words)
    come_back(case, pair, state, label)
    send_whole(pair[0], photo, "verification", pair[0])


def _has_a_licence(case: Case, holder: Person) -> str:
    """The 意见书 is there, with its code; the token of the code."""
    [own] = [row for row in holder.get("/licences/mine?limit=100")["items"] if row["permit_id"] == case.id]
    case.stage.teller.step(holder.label, f"收到《{own['kind_label']}》{own['number']}", "附二维码")
    return str(own["token"])


def _is_verified_by_anybody(case: Case, token: str, status: str) -> None:
    guest = case.stage.guest("路人")
    found = guest.get(f"/licences/verify/{token}")
    equal(found["status"], status, "扫码核验的结果与实际一致")
    case.stage.teller.step(guest.label, "扫码核验", f"{found['number']} {found['status_label']}")
