"""涉罪移送: three days to decide, 24 hours to deliver, and what the police answer; nobody outside the brigade reads of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from sync.models import SyncFeed, SyncScope
from tests.accounts.makers import brigade, hire
from tests.application import work_off
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import FOUND, Case, in_days, make_hazard, moment
from tests.people import ELSEWHERE, Json, enterprise, staff
from tests.transfers import POLICE, make_transfer, proposed, reported, said
from tests.workflow.test_letters_ways import running, told
from tests.workflow.test_orders_terms import why_not
from tests.workflow.test_roles_by_push_deep import device_of, pushed


def refusal(case: Case, who: object, action: str, **fields: object) -> Json:
    """The problem that a step ends in."""
    answer = who.post(f"{case.path}/actions/{action}", {**said(action, case), **fields})  # type: ignore[attr-defined]
    assert answer.status_code in (403, 404, 409, 422), answer.get_data(as_text=True)
    document: Json = answer.get_json()
    return document


def replicated_to(parts: Parts, kind: str) -> list[str]:
    """The scopes of devices that have a line of this kind."""
    with parts.database.transaction() as session:
        lines = select(SyncScope.key).join(SyncFeed, SyncFeed.scope_id == SyncScope.id).where(SyncFeed.entity_type == kind)
        return list(session.scalars(lines))


def reported_again(case: Case) -> Json:
    """Another report about the same party, at the same inspection."""
    data = case.read()["data"]
    return {**{name: data[name] for name in ("inspection_id", "party", "offence", "facts", "evidence")}, "id": str(new_id())}


def test_the_report_waits_three_days_for_the_leader_and_the_file_a_day_for_the_police(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    case = make_transfer(client)
    assert running(case) == ["CT-DECIDE"]
    assert "涉罪移送待审批" in told(parts, case.office.leader, case)
    [decide] = case.read()["clocks"]
    assert decide["kind"] == "statutory"
    case.act(case.office.leader, "approve", police=POLICE)
    assert running(case) == ["CT-DELIVER"]
    [deliver] = [clock_ for clock_ in case.read()["clocks"] if clock_["rule_id"] == "CT-DELIVER"]
    assert deliver["due_at"] == (clock.now + timedelta(hours=24)).isoformat().replace("+00:00", "Z")
    for officer in case.office.officers:
        assert "请移送公安机关" in told(parts, officer, case)


def test_the_letter_to_the_police_says_what_was_found_and_what_goes_with_it(client: FlaskClient) -> None:
    case = make_transfer(client, "APPROVED")
    [paper] = case.office.leader.get(f"{case.path}/papers").get_json()["items"]
    assert paper["title"] == "涉嫌犯罪案件移送书"
    assert paper["number"] == case.read()["data"]["decision"]["document_no"]
    assert all(words in paper["body"] for words in (POLICE, "危险作业罪", "汽油200升", "询问笔录2份", "晨光大酒店"))
    pdf = case.office.leader.get(f"/papers/{paper['id']}/pdf")
    assert pdf.data.startswith(b"%PDF")


@pytest.mark.parametrize("state", ["PROPOSED", "APPROVED", "DELIVERED", "FILED", "DECLINED", "CLOSED"])
def test_neither_the_unit_nor_anybody_outside_the_brigade_learns_of_it(client: FlaskClient, state: str, parts: Parts) -> None:
    case = make_transfer(client, state)
    office = case.office
    here = (
        Role.HOTLINE_CLERK, Role.INTAKE_CLERK, Role.DISPATCHER, Role.PERMIT_CLERK, Role.SUPERVISOR, Role.TOWN_OFFICER,
        Role.AUDITOR,
    )  # fmt: skip
    outsiders = [
        office.manager, enterprise(client, Role.UNIT_RESPONSIBLE), office.receiver, *(staff(client, role) for role in here),
        staff(client, Role.FIRE_OFFICER, nth=2), staff(client, Role.FIRE_OFFICER, ELSEWHERE),
        staff(client, Role.UNIT_LEADER, ELSEWHERE),
    ]  # fmt: skip
    for who in outsiders:
        assert who.get(case.path).status_code == 404
        assert who.get(f"{case.path}/papers").status_code == 404
        for listing in ("/transfers", "/queue", f"/transfers?inspection_id={case.read()['data']['inspection_id']}"):
            assert str(case.id) not in who.get(listing).get_data(as_text=True)
    assert replicated_to(parts, "transfer") == []
    assert set(replicated_to(parts, "task")) <= {f"user:{officer.id}#own" for officer in office.officers}
    for insider in (office.leader, staff(client, Role.LEGAL_REVIEWER), *office.officers):
        assert insider.get(case.path).status_code == 200
    assert told(parts, office.manager, case) == []
    assert str(case.id) not in office.manager.get(f"/units/{office.manager.unit_id}/history").get_data(as_text=True)
    assert str(case.id) in office.leader.get(f"/units/{office.manager.unit_id}/history").get_data(as_text=True)


def test_what_the_police_file_is_followed_by_its_things_within_three_days(client: FlaskClient, parts: Parts) -> None:
    case = make_transfer(client, "FILED")
    assert running(case) == ["CT-ITEMS"]
    assert "公安机关已立案" in told(parts, case.office.officers[1], case)
    case.act(case.office.officers[0], "hand_items", **said("hand_items", case))
    assert (case.state, running(case)) == ("CLOSED", [])
    assert case.last["state"] == "CLOSED"


def test_against_a_refusal_the_leader_objects_within_three_days_and_may_go_to_the_procuratorate(
    client: FlaskClient, parts: Parts
) -> None:
    case = make_transfer(client, "DECLINED")
    leader, officers = case.office.leader, case.office.officers
    assert running(case) == ["CT-OBJECT"]
    for who in (leader, *officers):
        assert "公安机关不予立案" in told(parts, who, case)
    case.act(leader, "object", **said("object", case))
    assert running(case) == ["CT-REVIEW"]
    assert "已提请复议" in told(parts, officers[1], case)
    case.act(officers[0], "note_declined", **said("note_declined", case))
    assert (case.state, running(case)) == ("UPHELD", ["CT-SUPERVISE"])
    for who in (leader, *officers):
        assert "公安机关维持不予立案" in told(parts, who, case)
    case.act(leader, "suggest_supervision", **said("suggest_supervision", case))
    assert (case.state, running(case)) == ("SUPERVISED", [])
    case.act(officers[0], "note_filed", **said("note_filed", case))
    assert (case.state, running(case)) == ("FILED", ["CT-ITEMS"])
    assert [reply["kind"] for reply in case.read()["data"]["replies"]] == ["DECLINED", "DECLINED", "FILED"]


@pytest.mark.parametrize(("state", "clock_of_the_police"), [("DELIVERED", "CT-REPLY"), ("OBJECTED", "CT-REVIEW")])
def test_where_the_police_let_their_term_pass_the_procuratorate_may_be_asked(
    client: FlaskClient, clock: Clock, state: str, clock_of_the_police: str
) -> None:
    case = make_transfer(client, state)
    leader = case.office.leader
    asked = said("suggest_supervision", case)
    assert why_not(case, leader, "suggest_supervision", **asked) == "police_may_still_reply"
    assert running(case) == [clock_of_the_police]
    clock.advance(days=10)
    case.act(leader, "suggest_supervision", **said("suggest_supervision", case))
    assert (case.state, running(case)) == ("SUPERVISED", [])
    ended = next(row for row in case.read()["clocks"] if row["rule_id"] == clock_of_the_police)
    assert (ended["met_at"], ended["cancelled_at"] is not None) == (None, True), "the police did not meet it"


def test_the_procuratorate_is_asked_once(client: FlaskClient, parts: Parts) -> None:
    case = make_transfer(client, "SUPERVISED")
    officer, leader = case.office.officers[0], case.office.leader
    case.act(officer, "note_declined", **said("note_declined", case))
    assert case.state == "UPHELD"
    assert why_not(case, leader, "suggest_supervision", **said("suggest_supervision", case)) == "already_supervised"
    assert "可以建议检察机关立案监督" not in told(parts, leader, case)
    case.act(leader, "take_back")


def test_where_the_refusal_stands_the_brigade_goes_on_by_its_own_means(client: FlaskClient, parts: Parts) -> None:
    for state in ("DECLINED", "UPHELD", "SUPERVISED"):
        case = make_transfer(client, state)
        case.act(case.office.leader, "take_back")
        assert (case.state, running(case)) == ("ENDED", [])
        assert "请依法作行政处理" in told(parts, case.office.officers[0], case)


@pytest.mark.parametrize("state", ["PROPOSED", "APPROVED", "DELIVERED", "DECLINED", "UPHELD", "SUPERVISED", "FILED"])
def test_each_step_of_it_is_in_the_queue_of_those_who_decide(client: FlaskClient, state: str) -> None:
    case = make_transfer(client, state)
    for who in (case.office.leader, staff(client, Role.LEGAL_REVIEWER)):
        for view in ("team", "all"):
            found = who.get("/queue", query_string={"view": view, "limit": 100, "subject_type": "transfer"}).get_json()["items"]
            assert str(case.id) in {item["subject_id"] for item in found}


def test_what_a_phone_hands_in_of_one_is_read_by_nobody_else(app: Flask, client: FlaskClient) -> None:
    there = make_inspection(client, "IN_PROGRESS")
    report = reported(there)
    word, _ = pushed(device_of(app, there.office.officers[0]), "transfer.propose", report.pop("id"), report)
    assert word == "unknown_mutation"
    for who in (there.office.leader, there.office.committee, staff(client, Role.HOTLINE_CLERK), there.office.officers[1]):
        text = who.get("/sync/issues?limit=100").get_data(as_text=True)
        assert not any(word in text for word in (report["facts"], report["party"], report["offence"]))


def test_where_the_police_stand_by_it_after_a_suggestion_too_that_is_put_on_record(client: FlaskClient) -> None:
    case = make_transfer(client, "SUPERVISED")
    case.act(case.office.officers[0], "note_declined", **said("note_declined", case))
    assert (case.state, running(case)) == ("UPHELD", [])
    case.act(case.office.leader, "take_back")


def test_police_without_jurisdiction_pass_it_on_and_the_three_days_are_those_of_whoever_got_it(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    case = make_transfer(client, "DELIVERED")
    clock.advance(days=2)
    case.act(case.office.officers[0], "note_passed_on", **said("note_passed_on", case))
    assert (case.state, running(case)) == ("DELIVERED", ["CT-REPLY"])
    found = case.read()
    assert (found["data"]["delivery"]["police"], found["due_at"][:10]) == ("呼和浩特市公安局赛罕区分局", "2026-11-28")
    assert "公安机关已转送" in told(parts, case.office.officers[1], case)


@pytest.mark.parametrize("state", ["PROPOSED", "APPROVED"])
def test_a_report_made_in_error_is_withdrawn_and_made_anew(client: FlaskClient, parts: Parts, state: str) -> None:
    case = make_transfer(client, state)
    who = case.office.leader if state == "APPROVED" else case.office.officers[1]
    doubled = case.office.officers[0].post("/transfers", reported_again(case))
    assert (doubled.status_code, doubled.get_json()["reason"]) == (409, "already_proposed")
    case.act(who, "withdraw", reason="当事人名称有误")
    assert (case.state, running(case)) == ("WITHDRAWN", [])
    assert "移送报告已撤回" in told(parts, case.office.officers[0], case)
    assert case.office.officers[0].post("/transfers", reported_again(case)).status_code == 201


def test_nobody_decides_on_his_own_report_whoever_has_it_by_then(client: FlaskClient) -> None:
    reporter, there = hire(client, Role.FIRE_OFFICER, Role.UNIT_LEADER), make_inspection(client, "ASSIGNED")
    leader, second = there.office.leader, there.office.officers[1]
    there.act(leader, "assign", officer_ids=[str(reporter.id), str(second.id)])
    there.act(reporter, "start", scanned_unit_id=str(there.office.manager.unit_id))
    case = proposed(there, by=reporter)
    assert "approve" not in [step["action"] for step in case.read(reporter)["actions"]]
    for _ in range(2):
        refused = refusal(case, reporter, "approve")
        assert (refused["type"], refused["reason"]) == ("/problems/guard_failed", "own_case")
        case.act(leader, "assign", officer_ids=[str(officer.id) for officer in there.office.officers])
    case.act(leader, "approve", police=POLICE)


def test_a_report_without_two_officers_is_neither_made_nor_approved(client: FlaskClient, parts: Parts) -> None:
    case, leaver = make_transfer(client), hire(client, Role.FIRE_OFFICER)
    there = make_inspection(client, "ASSIGNED")
    pair = [str(case.office.officers[0].id), str(leaver.id)]
    for each in (case, there):
        each.act(case.office.leader, "assign", officer_ids=pair)
    there.act(case.office.officers[0], "start", scanned_unit_id=str(case.office.manager.unit_id))
    moved = staff(client, Role.SYS_ADMIN, "150000").post(
        f"/accounts/staff/{leaver.id}/transfer", {"org_id": str(brigade("150203"))}
    )
    assert moved.status_code == 200, moved.get_data(as_text=True)
    refused = there.office.officers[0].post("/transfers", reported(there))
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "needs_two_officers")
    work_off(parts)
    assert case.read()["data"]["officer_ids"] == []
    assert refusal(case, case.office.leader, "approve")["reason"] == "needs_two_officers"
    pair = [str(staff(client, Role.FIRE_OFFICER, nth=nth).id) for nth in (0, 2)]
    case.act(case.office.leader, "assign", officer_ids=pair)
    case.act(case.office.leader, "approve", police=POLICE)


def test_the_receipt_of_the_police_decides_whether_the_24_hours_were_kept(client: FlaskClient, clock: Clock) -> None:
    for hours, in_time in ((20, True), (26, False)):
        case = make_transfer(client, "APPROVED")
        clock.advance(hours=30)
        case.act(case.office.officers[0], "deliver", **{**said("deliver", case), "delivered_at": moment(case, hours=30 - hours)})
        clocks = {clock_["rule_id"]: clock_ for clock_ in case.read()["clocks"]}
        assert (clocks["CT-DELIVER"]["breached_at"] is None, clocks["CT-DELIVER"]["met_claimed_at"] is not None) == (
            in_time,
            in_time,
        )
        assert clocks["CT-REPLY"]["started_at"] == moment(case, hours=30 - hours).replace("+00:00", "Z")


def test_terms_count_from_the_day_on_which_a_notice_was_received_not_from_its_entry(client: FlaskClient, clock: Clock) -> None:
    case = make_transfer(client, "DELIVERED")
    clock.advance(days=6)
    case.act(case.office.officers[0], "note_declined", **{
        **said("note_declined", case), "on": in_days(case, -5), "received_on": in_days(case, -4),
    })  # fmt: skip
    [objection] = [clock_ for clock_ in case.read()["clocks"] if clock_["rule_id"] == "CT-OBJECT"]
    assert objection["due_at"][:10] == "2026-11-28"
    late = refusal(case, case.office.leader, "object", on=in_days(case, 0))
    assert [error["field"] for error in late["errors"]] == ["on"]
    assert "立案监督" in late["errors"][0]["message"]
    case.act(case.office.leader, "object", **{**said("object", case), "on": in_days(case, -1)})
    [objection, review] = [clock_ for clock_ in case.read()["clocks"] if clock_["rule_id"] in ("CT-OBJECT", "CT-REVIEW")]
    assert (objection["breached_at"], review["due_at"][:10]) == (None, "2026-12-01")


def test_a_transfer_begins_at_a_case_where_something_was_found_by_one_of_its_two_officers(client: FlaskClient) -> None:
    inspection = make_inspection(client, "ASSIGNED")
    officer = inspection.office.officers[0]
    early = officer.post("/transfers", reported(inspection)).get_json()
    assert (early["type"], early["reason"]) == ("/problems/guard_failed", "nothing_was_found")
    there = make_inspection(client, "IN_PROGRESS")
    other = staff(client, Role.FIRE_OFFICER, nth=2).post("/transfers", reported(there))
    assert other.status_code == 403
    both = officer.post("/transfers", reported(there, hazard_id=str(new_id())))
    assert (both.status_code, both.get_json()["errors"][0]["field"]) == (422, "hazard_id")
    nothing = officer.post("/transfers", reported(there, inspection_id=str(new_id())))
    assert nothing.status_code == 404
    assert other.get_json()["type"] == "/problems/role_not_allowed"
    hidden = staff(client, Role.FIRE_OFFICER, ELSEWHERE).post("/transfers", reported(there))
    assert hidden.status_code == 404
    again = reported(there)
    assert officer.post("/transfers", again).status_code == 201
    doubled = officer.post("/transfers", {**again, "party": "另一人"})
    assert (doubled.status_code, doubled.get_json()["errors"][0]["field"]) == (422, "id")


def test_a_case_goes_on_beside_its_transfer(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    answer = hazard.office.officers[0].post(
        "/transfers", {**reported(make_inspection(client, "IN_PROGRESS")), "inspection_id": None, "hazard_id": str(hazard.id)}
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    hazard.cosigned("verify_false", **FOUND)
    assert hazard.read()["state"] == "VERIFIED_FALSE"
    body = {
        **reported(make_inspection(client, "IN_PROGRESS"), party="另一人"),
        "inspection_id": None,
        "hazard_id": str(hazard.id),
    }
    nothing = hazard.office.officers[0].post("/transfers", body).get_json()
    assert (nothing["type"], nothing["reason"]) == ("/problems/guard_failed", "nothing_was_found")


def test_dates_that_cannot_be_are_refused_and_nothing_happens(client: FlaskClient) -> None:
    case = make_transfer(client, "APPROVED")
    officer = case.office.officers[0]
    for at in (moment(case, days=40), moment(case, minutes=2), moment(case, minutes=-6)):
        assert refusal(case, officer, "deliver", delivered_at=at)["errors"][0]["field"] == "delivered_at"
    assert refusal(case, officer, "deliver", photos=[])["errors"][0]["field"] == "photos"
    case.act(officer, "deliver", **said("deliver", case))
    assert refusal(case, officer, "note_filed", on="2019-01-01")["errors"][0]["field"] == "on"
    assert refusal(case, officer, "note_filed", received_on=in_days(case, 1))["errors"][0]["field"] == "received_on"
    assert refusal(case, officer, "note_filed", received_on=in_days(case, -1))["errors"][0]["field"] == "received_on"
    assert case.read()["state"] == "DELIVERED"


def test_another_pair_goes_on_and_the_former_one_has_no_button_any_more(client: FlaskClient) -> None:
    case = make_transfer(client, "APPROVED")
    first, _ = case.office.officers
    third = staff(client, Role.FIRE_OFFICER, nth=2)
    case.act(case.office.leader, "assign", officer_ids=[str(case.office.officers[1].id), str(third.id)])
    assert refusal(case, first, "deliver")["type"] == "/problems/not_found"
    case.act(third, "deliver", **said("deliver", case))
