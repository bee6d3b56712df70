"""A leader sees who has how much in hand, what will be late at the pace so far, and what could go to somebody with less."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from tests.clock import Clock
from tests.makers import Case, make_hazard
from tests.people import staff
from workflow.queue.workload import FEWEST

pytestmark = pytest.mark.usefixtures("fresh_database")


def shown(client: FlaskClient) -> dict[str, Any]:
    answer = staff(client, Role.UNIT_LEADER).get("/queue/workload")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def checked(client: FlaskClient, clock: Clock, hours: int) -> None:
    """A case whose check took so long."""
    case = make_hazard(client, "ASSIGNED")
    clock.advance(hours=hours)
    case.act(case.office.officers[0], "start")
    case.cosigned("verify_false", finding="未发现堵塞", no_evidence_reason="现场无异常可拍", late_reason="路远")


def test_nothing_is_foretold_before_there_is_enough_to_go_by(client: FlaskClient, clock: Clock) -> None:
    for _ in range(FEWEST - 1):
        checked(client, clock, 30)
    make_hazard(client, "ASSIGNED")
    assert shown(client)["late"] == []


def test_what_will_be_late_at_the_pace_so_far_is_told_with_the_reason(client: FlaskClient, clock: Clock) -> None:
    for _ in range(FEWEST):
        checked(client, clock, 30)  # of a clock of 24 hours
    case = make_hazard(client, "ASSIGNED")
    clock.advance(hours=2)
    (item,) = [item for item in shown(client)["late"] if item["subject_id"] == str(case.id)]
    assert item["reason"] == "同类事项近期用时中位数30小时,本件已用2小时,按此将晚于期限6小时"
    assert {holder["name"] for holder in item["holders"]} == {str(officer.user["name"]) for officer in case.office.officers}
    people = {person["id"]: person for person in shown(client)["people"]}
    assert people[str(case.office.officers[0].id)]["late"] == 1
    clock.advance(hours=23)
    assert shown(client)["late"] == []  # late by now, which is no forecast
    assert {person["id"]: person for person in shown(client)["people"]}[str(case.office.officers[0].id)]["overdue"] == 1


def test_quick_work_is_not_foretold_to_be_late(client: FlaskClient, clock: Clock) -> None:
    for _ in range(FEWEST):
        checked(client, clock, 3)
    make_hazard(client, "ASSIGNED")
    assert shown(client)["late"] == []


def test_checks_that_nobody_has_begun_are_proposed_to_who_has_least_until_loads_are_even(client: FlaskClient) -> None:
    cases = [make_hazard(client, "ASSIGNED") for _ in range(8)]
    proposals = shown(client)["proposals"]
    assert proposals
    loads = {person["id"]: person["open_items"] for person in shown(client)["people"]}
    for proposal in proposals:
        (busy,) = [each for each in proposal["holders"] if each not in proposal["proposed"]]
        (relief,) = [each for each in proposal["proposed"] if each not in proposal["holders"]]
        assert busy["open_items"] - relief["open_items"] >= 3
        assert f"可由{relief['name']}接替{busy['name']}" in proposal["reason"]
        assert loads[busy["id"]] == busy["open_items"]  # as if those before were taken
        loads[busy["id"]] -= 1
        loads[relief["id"]] += 1
    assert max(loads.values()) < len(cases)
    first = proposals[0]
    pair = [each["id"] for each in first["proposed"]]
    body = {
        "hazards": [{"id": first["hazard_id"], "state": first["state"], "holder_ids": first["holder_ids"]}],
        "assign": {"officer_ids": pair, "note": ""},
    }
    answer = staff(client, Role.UNIT_LEADER).post("/queue/bulk", body).get_json()
    assert [item["outcome"] for item in answer["items"]] == ["applied"]
    assert first["hazard_id"] not in {proposal["hazard_id"] for proposal in shown(client)["proposals"]}


def test_a_check_that_has_begun_is_nobody_elses(client: FlaskClient) -> None:
    cases: list[Case] = [make_hazard(client, "VERIFYING") for _ in range(6)]
    assert shown(client)["proposals"] == []
    assert cases


@pytest.mark.parametrize("role", [Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.SUPERVISOR, Role.RECEIVER_CLERK])
def test_it_is_for_leaders_alone(client: FlaskClient, role: Role) -> None:
    assert staff(client, role).get("/queue/workload").status_code == 403


def test_a_leader_sees_his_own_office_alone(client: FlaskClient, clock: Clock) -> None:
    for _ in range(FEWEST):
        checked(client, clock, 30)
    make_hazard(client, "ASSIGNED", "150203")
    assert shown(client)["late"] == []
