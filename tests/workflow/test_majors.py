"""重大火灾隐患: suspected at a check, studied together, told to the unit and the government, and struck off after a recheck."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.clock import Clock
from tests.inspections import found, make_inspection
from tests.majors import (
    FACTS,
    STUDIED,
    clock_of,
    determined,
    experts,
    first_field,
    handed,
    make_major,
    noted,
    refusal,
    reported,
    said,
    supervised,
    suspected,
)
from tests.makers import Case, in_days, make_hazard, moment
from tests.people import ELSEWHERE, HOME, Caller, Json, staff


def papers(case: Case, reader: Caller) -> dict[str, Json]:
    answer = reader.get(f"{case.path}/papers")
    return {paper["title"]: paper for paper in answer.get_json()["items"]} if answer.status_code == 200 else {}


def steps_of(case: Case, caller: Caller) -> set[str]:
    return {step["action"] for step in case.read(caller)["actions"]}


def waiting_for(case: Case) -> tuple[str, set[str]]:
    """What its item of the queue waits for, and who holds it."""
    items = case.office.leader.get("/queue?view=all&limit=100&subject_type=major").get_json()["items"]
    [item] = [item for item in items if item["subject_id"] == str(case.id)]
    return item["waiting_for"], set(item["holder_ids"])


def reviewer(case: Case) -> Caller:
    return staff(case.office.client, Role.LEGAL_REVIEWER, case.office.region_code)


def test_what_two_officers_suspect_is_studied_within_seven_working_days_of_the_check(client: FlaskClient) -> None:
    case = make_major(client)
    assert clock_of(case, "HZ-MAJOR")["due_at"].startswith("2026-12-02T15:59:59")  # Monday and seven working days, Beijing
    assert clock_of(case, "HZ-MAJOR")["kind"] == "statutory"
    data = case.read()["data"]
    assert (data["standard"], data["criteria"]) == (
        "GB 35181-2025", [{"clause": "5.3", "title": "直接判定要素", "note": "安全出口数量不足"}],
    )  # fmt: skip
    assert case.office.manager.get(case.path).status_code == 404  # nothing was determined
    assert "疑似重大火灾隐患" in case.office.leader.get("/inbox").get_data(as_text=True)
    assert "待法制审核" in reviewer(case).get("/inbox").get_data(as_text=True)


def test_the_edition_is_that_of_the_day_of_the_check_and_knows_its_clauses(client: FlaskClient) -> None:
    inspection = make_inspection(client, "IN_PROGRESS")
    first = inspection.office.officers[0]
    for clause in ("4.2", "7.3.4", "附录A", "55"):  # what is no ground, what another edition has, what is not below a chapter
        answer = first.post("/majors", noted(inspection, criteria=[{"clause": clause, "note": "不符合"}]))
        assert first_field(answer) == "criteria.0.clause", clause
    editions = {one["edition"]: one for one in first.get("/majors/criteria").get_json()["editions"]}
    assert editions["GB 35181-2025"]["effective_from"] == "2025-11-01"
    assert {one["clause"] for one in editions["GB 35181-2025"]["clauses"]} == {"4.2", "5", "6", "附录A"}


def test_only_one_of_the_two_officers_of_a_check_that_found_something_suspects_and_once(client: FlaskClient) -> None:
    inspection = make_inspection(client, "IN_PROGRESS")
    office = inspection.office
    for who in (office.leader, office.clerk, staff(client, Role.FIRE_OFFICER, HOME, 2)):
        assert refusal(who.post("/majors", noted(inspection)))[0] == "role_not_allowed"
    suspected(inspection, by=office.officers[1])
    assert refusal(office.officers[0].post("/majors", noted(inspection))) == ("guard_failed", "already_suspected")
    clean = make_inspection(client, "NO_PROBLEM")
    assert refusal(office.officers[0].post("/majors", noted(clean))) == ("guard_failed", "nothing_was_found")
    assert office.officers[0].post("/majors", noted(inspection, inspection_id=str(new_id()))).status_code == 404
    other = make_inspection(client, "IN_PROGRESS")
    for change, field in (
        ({"photos": []}, "photos"), ({"criteria": []}, "criteria"), ({"inspected_on": in_days(inspection, -40)}, "inspected_on"),
    ):  # fmt: skip
        assert first_field(office.officers[0].post("/majors", noted(other, **change))) == field


def test_it_may_come_of_a_report_and_leads_the_unit_to_no_reporter(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    inspection = make_inspection(client, "IN_PROGRESS")  # of the same enterprise
    body = noted(inspection, inspection_id=None, hazard_id=str(hazard.id))
    made = hazard.office.officers[0].post("/majors", body)
    assert made.status_code == 201, made.get_data(as_text=True)
    case = Case("major", made.get_json()["id"], hazard.office, hazard.office.manager, hazard.id, "", made.get_json()["number"])
    case.read()
    reviewer(case).post(f"{case.path}/actions/review_legally", said("review_legally", case))
    case.read()
    case.act(case.office.leader, "determine", **determined(case))
    case.cosigned("serve", **handed(case))
    seen = case.office.manager.get(case.path)
    assert seen.status_code == 200
    assert str(hazard.id) not in seen.get_data(as_text=True)


def test_experts_are_seven_heard_once_and_give_ten_working_days_more(client: FlaskClient) -> None:
    case = make_major(client)
    leader = case.office.leader
    for people, field in ((experts(6), "people"), ([*experts(6), experts(1)[0]], "people.6")):
        answer = leader.post(f"{case.path}/actions/call_experts", {"people": people, "reason": "技术复杂"})
        assert first_field(answer) == field
    case.act(leader, "call_experts", people=experts(), reason="中庭防火分隔涉及复杂技术问题")
    longer = clock_of(case, "HZ-MAJOR")
    assert longer["due_at"].startswith("2026-12-16T15:59:59")
    assert "中庭防火分隔涉及复杂技术问题" in "".join(longer["reason"])
    assert refusal(leader.post(f"{case.path}/actions/determine", determined(case)))[0] == "illegal_transition"
    answer = leader.post(f"{case.path}/actions/note_experts", {"opinion": "同意", "agreed": 8})
    assert first_field(answer) == "agreed"
    case.act(leader, "note_experts", opinion="同意判定", agreed=6)
    again = leader.post(f"{case.path}/actions/call_experts", {"people": experts(), "reason": "再论证"})
    assert refusal(again) == ("guard_failed", "already_called")
    assert "call_experts" not in steps_of(case, leader)


def test_experts_who_are_called_too_late_give_no_time(client: FlaskClient, clock: Clock) -> None:
    case = make_major(client)
    clock.advance(days=12)
    case.act(case.office.leader, "call_experts", **said("call_experts", case))
    assert clock_of(case, "HZ-MAJOR")["due_at"].startswith("2026-12-02")


def test_nothing_is_decided_before_the_legal_reviewer_has_spoken_and_three_have_studied_it(client: FlaskClient) -> None:
    case = make_major(client)
    leader, path = case.office.leader, f"{case.path}/actions/determine"
    assert refusal(leader.post(path, determined(case))) == ("guard_failed", "needs_legal_review")
    assert "determine" not in steps_of(case, leader)
    assert refusal(leader.post(f"{case.path}/actions/review_legally", {"opinion": "同意"}))[0] == "role_not_allowed"
    case.act(reviewer(case), "review_legally", opinion="事实清楚")
    for change, field in (
        ({"attended": ["甲", "乙"]}, "attended"), ({"attended": ["甲", "乙", "甲"]}, "attended.2"), ({"minutes": ""}, "minutes"),
        ({"due_on": in_days(case, 0)}, "due_on"), ({"ground": "OTHER"}, "ground"),
    ):  # fmt: skip
        assert first_field(leader.post(path, determined(case, **change))) == field
    assert refusal(case.office.officers[0].post(path, determined(case)))[0] == "role_not_allowed"
    case.act(leader, "determine", **determined(case))
    assert case.state == "DETERMINED"


def test_what_is_no_major_hazard_ends_with_its_reasons(client: FlaskClient) -> None:
    case = make_major(client)
    case.act(reviewer(case), "review_legally", opinion="证据不足")
    case.act(case.office.leader, "find_not_major", **STUDIED, reason="已当场停止使用")
    record = case.read()
    assert (case.state, record["data"]["study"]["reason"], record["due_at"]) == ("NOT_MAJOR", "已当场停止使用", None)
    assert papers(case, case.office.leader) == {}


def test_the_notice_is_served_by_two_within_three_working_days_and_then_the_unit_sees_it(client: FlaskClient) -> None:
    case = make_major(client, "DETERMINED")
    office = case.office
    assert clock_of(case, "MJ-NOTICE")["due_at"].startswith("2026-11-26T15:59:59")
    notice = papers(case, office.leader)["重大火灾隐患整改通知书"]
    for words in (
        FACTS,
        "三层歌舞厅",
        "GB 35181-2025",
        "第5.3条(直接判定要素):安全出口数量不足",
        "增设一部疏散楼梯",
        "2026年12月23日",
    ):
        assert words in notice["body"]
    assert "{" not in notice["body"]
    assert notice["number"] == case.read()["data"]["notice_no"]
    assert office.manager.get(case.path).status_code == 404
    assert waiting_for(case) == ("major_serve", {str(officer.id) for officer in office.officers})
    case.act(office.officers[0], "serve", **handed(case))
    assert office.manager.get(case.path).status_code == 404  # one signature is none
    assert office.officers[0].post(f"{case.path}/actions/serve", handed(case, signed="PARTY")).status_code == 422
    case.act(office.officers[1], "cosign", act_sha256=case.read(office.officers[1])["data"]["pending_act"]["act_sha256"])
    seen = office.manager.get(case.path).get_json()
    assert (seen["data"]["due_on"], seen["data"]["served"]["witness_name"]) == (in_days(case, 30), "巴图")
    hidden = {
        "experts",
        "review",
        "study",
        "report",
        "hazard_id",
        "inspection_id",
        "officer_ids",
        "pending_act",
        "awaits_recheck",
    }
    assert hidden & seen["data"].keys() == set()
    assert clock_of(case, "MJ-NOTICE")["met_at"] is not None
    assert "重大火灾隐患整改通知" in office.manager.get("/inbox").get_data(as_text=True)
    assert refusal(office.officers[0].post(f"{case.path}/actions/serve", handed(case))) == ("guard_failed", "nothing_to_serve")


def test_what_endangers_the_public_is_reported_within_the_seven_days_in_a_paper_that_the_unit_does_not_read(
    client: FlaskClient,
) -> None:
    case = make_major(client, "DETERMINED")
    office = case.office
    assert clock_of(case, "HZ-MAJOR")["met_at"] is None
    assert case.read()["due_at"].startswith("2026-12-02")
    case.cosigned("serve", **handed(case))
    assert waiting_for(case) == ("major_report", set())
    case.act(office.leader, "report_to_government", **reported())
    assert case.state == "REPORTED"
    assert clock_of(case, "HZ-MAJOR")["met_at"] is not None
    body = papers(case, office.leader)["重大火灾隐患报告"]["body"]
    assert "新城区人民政府(经新城区应急管理局):" in body
    assert "影响公共安全的重大火灾隐患" in body
    assert "{" not in body
    assert list(papers(case, office.manager)) == ["重大火灾隐患整改通知书"]
    again = office.leader.post(f"{case.path}/actions/report_to_government", reported())
    assert refusal(again)[0] == "already_so"


def test_what_does_not_concern_the_government_is_decided_when_it_is_determined(client: FlaskClient) -> None:
    case = make_major(client)
    case.act(reviewer(case), "review_legally", opinion="事实清楚")
    case.act(case.office.leader, "determine", **determined(case, ground=None))
    assert clock_of(case, "HZ-MAJOR")["met_at"] is not None
    assert case.read()["due_at"].startswith(in_days(case, 30))  # its own term; the notice is the office's duty beside it


def test_the_government_supervises_what_was_reported_and_sets_the_term(client: FlaskClient) -> None:
    case = make_major(client, "DETERMINED")
    leader, path = case.office.leader, f"{case.path}/actions/put_under_supervision"
    assert refusal(leader.post(path, supervised(case)))[0] == "illegal_transition"
    case.act(leader, "report_to_government", **reported())
    assert first_field(leader.post(path, supervised(case, until_on=in_days(case, 900)))) == "until_on"
    case.act(leader, "put_under_supervision", **supervised(case))
    case.cosigned("serve", **handed(case))
    assert case.state == "SUPERVISED"
    assert case.read()["due_at"].startswith(in_days(case, 90))
    seen = case.office.manager.get(case.path).get_json()["data"]["supervision"]
    assert (seen["body"], seen["document_no"], seen["until_on"]) == ("新城区人民政府", "新政督〔2026〕3号", in_days(case, 90))
    assert "by" not in seen
    case.act(case.office.manager, "apply_cancelling", note="已完工")
    case.cosigned("recheck_pass", finding="疏散楼梯已完工")
    answer = leader.post(f"{case.path}/actions/cancel_record", {"reason": "复查合格"})
    assert first_field(answer) == "document_no"  # by the word of whoever supervises
    case.act(leader, "cancel_record", reason="复查合格", document_no="新政督〔2027〕1号")
    assert case.state == "CANCELLED_RECORD"
    assert "新政督〔2027〕1号" in papers(case, case.office.manager)["重大火灾隐患销案通知书"]["body"]
    assert "重大火灾隐患销案" in case.office.manager.get("/inbox").get_data(as_text=True)


def test_the_unit_reports_and_applies_and_two_officers_look_within_three_working_days(client: FlaskClient) -> None:
    case = make_major(client, "DETERMINED")
    office = case.office
    early = office.leader.post(f"{case.path}/actions/apply_cancelling", {"note": "已完工"})
    assert refusal(early) == ("guard_failed", "not_served")
    case.cosigned("serve", **handed(case))
    photo = str(new_id())
    case.act(office.manager, "report_progress", note="楼梯钢构已到场", photos=[photo])
    assert case.read()["data"]["progress"][0]["photo_ids"] == [photo]
    case.act(office.manager, "apply_cancelling", note="已完工")
    assert clock_of(case, "MJ-RECHECK")["due_at"].startswith("2026-11-26T15:59:59")
    assert clock_of(case, "MJ-TERM")["met_at"] is None  # who applies gains no time
    case.cosigned("recheck_fail", finding="楼梯净宽不足")
    assert (case.state, case.read()["due_at"][:10]) == ("RECTIFYING", "2026-12-02")  # the report to the government is open still
    case.act(office.manager, "apply_cancelling", note="已加宽")
    case.cosigned("recheck_pass", finding="已加宽,符合要求")
    assert case.state == "RECHECKED"
    case.act(office.leader, "keep_on_record", reason="缺少竣工资料")
    assert (case.state, clock_of(case, "MJ-TERM")["due_at"][:10]) == ("RECTIFYING", in_days(case, 30))
    case.act(office.manager, "apply_cancelling", note="资料已补")
    case.cosigned("recheck_pass", finding="资料齐全")
    case.act(office.leader, "cancel_record", reason="已消除")
    assert (case.state, case.read()["due_at"]) == ("CANCELLED_RECORD", None)


def test_nobody_decides_on_what_he_found_himself(client: FlaskClient) -> None:
    case = suspected(make_inspection(client, "IN_PROGRESS", ELSEWHERE))
    case.act(reviewer(case), "review_legally", opinion="事实清楚")
    stand_in(case)
    answer = case.office.officers[0].post(f"{case.path}/actions/determine", determined(case))
    assert refusal(answer) == ("guard_failed", "own_case")


def stand_in(case: Case) -> None:
    """The first officer stands in for the leader."""
    body = {
        "org_id": str(case.office.leader.org_id), "deputy_id": str(case.office.officers[0].id), "starts_at": moment(case),
        "ends_at": "2026-11-25T00:00:00Z",
    }  # fmt: skip
    assert case.office.leader.post("/accounts/deputies", body).status_code == 201


@pytest.mark.parametrize("end", ["none", "cancelled"])
def test_a_suspicion_ends_with_a_check_that_found_nothing_and_what_was_determined_stands(client: FlaskClient, end: str) -> None:
    for state, left in (("SUSPECTED", "WITHDRAWN"), ("EXPERT_REVIEW", "WITHDRAWN"), ("DETERMINED", "DETERMINED")):
        inspection = make_inspection(client, "IN_PROGRESS")
        case = suspected(inspection)
        if state == "EXPERT_REVIEW":
            case.act(case.office.leader, "call_experts", **said("call_experts", case))
        if state == "DETERMINED":
            case.act(reviewer(case), "review_legally", opinion="事实清楚")
            case.act(case.office.leader, "determine", **determined(case))
        if end == "none":
            inspection.cosigned("find_none", **found(inspection))
        else:
            inspection.act(inspection.office.leader, "cancel", reason="任务取消")
        assert case.read()["state"] == left


def test_another_pair_goes_on_and_the_former_one_is_told(client: FlaskClient) -> None:
    case = make_major(client, "RECHECK_PENDING")
    first, second = case.office.officers
    third = staff(client, Role.FIRE_OFFICER, HOME, 2)
    case.act(first, "recheck_pass", finding="已消除")
    case.act(case.office.leader, "assign", officer_ids=[str(second.id), str(third.id)])
    assert case.read(second)["data"]["pending_act"] is None
    assert refusal(first.post(f"{case.path}/actions/recheck_pass", {"finding": "已消除"}))[0] == "role_not_allowed"
    assert case.number in first.get("/inbox").get_data(as_text=True)
