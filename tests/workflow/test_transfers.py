"""涉罪移送: three days to decide, 24 hours to deliver, and what the police answer; nobody outside the brigade reads of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import FOUND, Case, make_hazard
from tests.measures import moment
from tests.people import ELSEWHERE, Json, enterprise, staff
from tests.transfers import POLICE, make_transfer, reported, said
from tests.workflow.test_letters_ways import running, told


def refusal(case: Case, who: object, action: str, **fields: object) -> Json:
    """The problem that a step ends in."""
    answer = who.post(f"{case.path}/actions/{action}", {**said(action, case), **fields})  # type: ignore[attr-defined]
    assert answer.status_code in (403, 404, 409, 422), answer.get_data(as_text=True)
    document: Json = answer.get_json()
    return document


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
    outsiders = [
        office.manager, enterprise(client, Role.UNIT_RESPONSIBLE), office.receiver, office.committee,
        staff(client, Role.PERMIT_CLERK), staff(client, Role.FIRE_OFFICER, ELSEWHERE),
    ]  # fmt: skip
    for who in outsiders[:3] + outsiders[5:]:
        assert who.get(case.path).status_code == 404
        assert str(case.id) not in who.get("/transfers").get_data(as_text=True)
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


def test_against_a_refusal_the_leader_objects_within_three_days_and_a_second_one_is_the_end(
    client: FlaskClient, parts: Parts
) -> None:
    case = make_transfer(client, "DECLINED")
    assert running(case) == ["CT-OBJECT"]
    assert "公安机关不予立案" in told(parts, case.office.leader, case)
    case.act(case.office.leader, "object", reason="证据足以证明拒不改正")
    assert running(case) == ["CT-REVIEW"]
    case.act(case.office.officers[0], "note_declined", **said("note_declined", case))
    assert (case.state, running(case)) == ("ENDED", [])
    assert "复议维持不予立案" in told(parts, case.office.leader, case)


def test_nobody_approves_his_own_report(client: FlaskClient) -> None:
    case = make_transfer(client)
    refused = refusal(case, case.office.officers[0], "approve")
    assert refused["type"] == "/problems/role_not_allowed"


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
    again = reported(there)
    assert officer.post("/transfers", again).status_code == 201
    doubled = officer.post("/transfers", again)
    assert (doubled.status_code, doubled.get_json()["errors"][0]["field"]) == (422, "id")


def test_a_case_goes_on_beside_its_transfer(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    answer = hazard.office.officers[0].post(
        "/transfers", {**reported(make_inspection(client, "IN_PROGRESS")), "inspection_id": None, "hazard_id": str(hazard.id)}
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    hazard.cosigned("verify_false", **FOUND)
    assert hazard.read()["state"] == "VERIFIED_FALSE"


def test_dates_that_cannot_be_are_refused_and_nothing_happens(client: FlaskClient) -> None:
    case = make_transfer(client, "APPROVED")
    officer = case.office.officers[0]
    for at in (moment(case, days=40), moment(case, days=-3)):
        assert refusal(case, officer, "deliver", delivered_at=at)["errors"][0]["field"] == "delivered_at"
    assert refusal(case, officer, "deliver", photos=[])["errors"][0]["field"] == "photos"
    case.act(officer, "deliver", **said("deliver", case))
    assert refusal(case, officer, "note_filed", on="2019-01-01")["errors"][0]["field"] == "on"
    assert case.read()["state"] == "DELIVERED"


def test_another_pair_goes_on_and_the_former_one_has_no_button_any_more(client: FlaskClient) -> None:
    case = make_transfer(client, "APPROVED")
    first, _ = case.office.officers
    third = staff(client, Role.FIRE_OFFICER, nth=2)
    case.act(case.office.leader, "assign", officer_ids=[str(case.office.officers[1].id), str(third.id)])
    assert refusal(case, first, "deliver")["type"] == "/problems/role_not_allowed"
    case.act(third, "deliver", **said("deliver", case))
