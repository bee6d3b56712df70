"""When a case may be closed, by whom, and until when its end can be disputed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from tests.clock import START, Clock
from tests.makers import FOUND, LETTER_WAYS, ORDER_WAYS, Case, make_hazard, order_to
from tests.people import staff


def told(case: Case) -> list[str]:
    """The bodies of the reporter's notices about his case, oldest first."""
    rows = case.reporter.get("/inbox?limit=100").get_json()["items"]
    return [row["body"] for row in reversed(rows) if row["subject_id"] == str(case.id)]


def finished_by_receiver(case: Case) -> Case:
    """The letter of a case that was handed over, fed back and confirmed."""
    letter = case.sibling("handover")
    for step in LETTER_WAYS["CLOSED"][3:]:
        step(letter)
    assert letter.state == "CLOSED"
    return letter


def test_the_reporter_hears_that_the_receiver_has_finished_only_once_it_has(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "HANDED_OVER")
    hazard.act(hazard.office.clerk, "tell_reporter")
    assert hazard.state == "HANDED_OVER"
    assert "核查,您反映的问题属实" in told(hazard)[-1]
    assert not any("移交后已办理完毕" in text for text in told(hazard))
    clock.advance(days=1)
    finished_by_receiver(hazard)
    refused = hazard.office.leader.post(f"{hazard.path}/actions/close")
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "not_ready_to_close")
    hazard.act(hazard.office.clerk, "tell_reporter")
    assert hazard.state == "CLOSED"
    assert any("移交后已办理完毕" in text for text in told(hazard))


def test_of_a_case_handed_over_unchecked_there_is_nothing_to_tell_before_the_receiver_has_finished(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED")
    reasons = {"reason": "属住建部门职责", "legal_basis": "消防法第十三条", "lack_of_competence": True}
    hazard.act(hazard.office.leader, "hand_over", to_org_id=str(hazard.office.receiver.org_id), **reasons)
    letter = hazard.sibling("handover")
    for step in LETTER_WAYS["ACCEPTED"]:
        step(letter)
    refused = hazard.office.clerk.post(f"{hazard.path}/actions/tell_reporter")
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "nothing_to_tell")
    assert "tell_reporter" not in [step["action"] for step in hazard.read(hazard.office.clerk)["actions"]]
    finished_by_receiver(hazard)
    assert hazard.act(hazard.office.clerk, "tell_reporter").state == "CLOSED"


def test_the_fifteen_days_of_a_dispute_count_from_the_closing_if_that_was_later(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "RECTIFIED")
    hazard.act(hazard.office.clerk, "tell_reporter")
    clock.advance(days=20)
    hazard.act(hazard.office.leader, "close")
    clock.advance(days=14)
    assert hazard.act(hazard.reporter, "dispute", reason="通道又被堵塞").state == "REVIEWING"


def test_a_case_is_closed_by_its_leader_and_not_by_a_clerk(client: FlaskClient) -> None:
    hazard = make_hazard(client, "RECTIFIED")
    hazard.act(hazard.office.clerk, "tell_reporter")
    refused = hazard.office.clerk.post(f"{hazard.path}/actions/close")
    assert (refused.status_code, refused.get_json()["type"]) == (403, "/problems/role_not_allowed")
    assert hazard.act(hazard.office.leader, "close").state == "CLOSED"


def test_what_was_asked_for_before_another_step_is_not_agreed_to_after_it(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED")
    hazard.act(hazard.office.leader, "request_force_close", reason="重复录入,无实际内容")
    hazard.act(hazard.office.leader, "assign", officer_ids=[str(officer.id) for officer in hazard.office.officers])
    refused = hazard.office.committee.post(f"{hazard.path}/actions/force_close")
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "not_requested")


@pytest.mark.parametrize("action", ["uphold", "reopen"])
def test_whoever_reviews_reads_the_dispute_and_may_be_the_committee_office(client: FlaskClient, action: str) -> None:
    hazard = make_hazard(client, "REVIEWING")
    for reviewer in (hazard.office.leader, hazard.office.committee):
        assert hazard.read(reviewer)["data"]["dispute"]["reason"] == "通道仍被堵塞"
    assert "dispute" not in hazard.read(hazard.reporter)["data"]
    hazard.act(hazard.office.committee, action, reason="复核完毕")
    assert hazard.state == {"uphold": "CLOSED", "reopen": "REGISTERED"}[action]


def test_a_case_that_is_checked_again_gets_the_clock_of_its_category(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "REVIEWING")
    clock.advance(days=2)
    hazard.act(hazard.office.committee, "reopen", reason="重新核查")
    assert datetime.fromisoformat(hazard.last["due_at"]) == START + timedelta(days=2, hours=24)


def test_an_officer_of_the_town_may_look_in_advance_as_a_grid_worker_may(client: FlaskClient) -> None:
    town = staff(client, Role.TOWN_OFFICER)
    hazard = make_hazard(client, "REGISTERED")
    pair = [str(officer.id) for officer in hazard.office.officers]
    hazard.act(hazard.office.leader, "assign", officer_ids=pair, grid_worker_id=str(town.id))
    hazard.act(town, "precheck", note="楼道仍堆有杂物")
    assert hazard.read()["data"]["precheck"]["by"] == str(town.id)
    hazard.act(hazard.office.officers[0], "start").cosigned("verify_false", **FOUND)


def test_people_are_told_the_day_on_which_officers_were_there_not_the_day_on_which_they_synced(
    client: FlaskClient, clock: Clock
) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    false, true = (make_hazard(client, "VERIFYING") for _ in range(2))
    clock.advance(days=3)
    there = {**FOUND, "checked_at": "2026-11-24T06:00:00Z", "late_reason": "离线"}
    false.cosigned("verify_false", **there)
    false.act(false.office.clerk, "tell_reporter")
    assert any("经2026年11月24日实地核查" in text for text in told(false))
    true.cosigned("verify_true", **there, order=order_to(true))
    order = true.sibling("rectification")
    for step in ORDER_WAYS["RECHECK_PENDING"]:
        step(order)
    clock.advance(days=4)
    order.cosigned("recheck_pass", finding="复查合格", checked_at="2026-11-28T06:00:00Z")
    true.act(true.office.clerk, "tell_reporter")
    clock.advance(days=2)
    true.act(true.office.leader, "close")
    assert "经2026年11月28日复查合格" in told(true)[-1]


def test_a_day_that_cannot_be_is_not_told(client: FlaskClient, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_hazard(client, "VERIFYING")
    clock.advance(hours=5)
    case.cosigned("verify_false", **FOUND, checked_at="2019-01-01T00:00:00Z")
    case.act(case.office.clerk, "tell_reporter")
    assert any("经2026年11月23日实地核查" in text for text in told(case))
