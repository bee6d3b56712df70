"""An order that the server made has to come to its unit within three working days of the check (消防监督检查规定 19)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.context import Parts
from database.base import new_id
from tests.clock import Clock
from tests.makers import FOUND, Case, in_days, make_hazard, make_order, moment, order_to
from tests.papers import lend, on_the_spot, service
from tests.workflow.test_letters_ways import running
from tests.workflow.test_orders_terms import why_not
from workflow.queue.models import Task
from workflow.queue.rules import LABELS


def waits_for(parts: Parts, case: Case) -> tuple[str, set[str]]:
    """What the queue says of it, and who has it."""
    with parts.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.subject_id == case.id)).one()
        return task.waiting_for, {str(person) for person in task.holder_ids}


def clock_of(case: Case, rule_id: str) -> dict[str, Any]:
    """The newest clock of this rule."""
    found: dict[str, Any] = [clock for clock in case.read()["clocks"] if clock["rule_id"] == rule_id][-1]
    return found


def test_what_the_server_made_is_its_two_officers_to_serve_and_the_term_stays_what_it_was(
    client: FlaskClient, parts: Parts
) -> None:
    order = make_order(client)
    officers = {str(officer.id) for officer in order.office.officers}
    assert waits_for(parts, order) == ("serve", officers)
    assert LABELS["serve"] == "责令改正文书待送达"
    assert set(running(order)) == {"IN-LIM", "IN-TERM"}
    assert clock_of(order, "IN-LIM")["due_at"][:10] == "2026-11-26"
    hazard = order.office.leader.get(f"/hazards/{order.hazard_id}").get_json()
    [term] = [clock["due_at"][:10] for clock in hazard["clocks"] if clock["rule_id"] == "HZ-RECTIFY"]
    assert term == order.read()["data"]["due_on"]
    read = order.read(order.office.manager)  # for the unit there is its term alone
    assert [clock["rule_id"] for clock in read["clocks"]] == ["IN-TERM"]
    assert read["due_at"][:10] == read["data"]["due_at"][:10] == read["data"]["due_on"]
    order.act(order.office.officers[1], "serve", **service(order))
    assert (order.state, waits_for(parts, order)) == ("ORDERED", ("fix", set()))
    assert running(order) == ["IN-TERM"]
    [paper] = order.office.leader.get(f"{order.path}/papers").get_json()["items"]
    assert (paper["served"]["signed"], paper["served"]["party_name"]) == ("PARTY", "王建国")
    assert why_not(order, order.office.leader, "serve", **service(order)) == "already_served"
    assert "serve" not in [step["action"] for step in order.read(order.office.leader)["actions"]]


def test_what_was_served_on_the_spot_is_not_served_again(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    block = lend(hazard.office.officers[0])
    hazard.cosigned("verify_true", **FOUND, order=on_the_spot(block, order_to(hazard), clock.now))
    order = hazard.sibling("rectification")
    assert running(order) == ["IN-TERM"]
    assert waits_for(parts, order)[0] == "fix"
    assert order.read()["data"]["served_at"] == moment(order).replace("+00:00", "Z")


@pytest.mark.parametrize(("days", "in_time"), [(2, True), (4, False)])
def test_the_receipt_decides_whether_it_was_served_in_time(
    client: FlaskClient, clock: Clock, days: int, *, in_time: bool
) -> None:
    order = make_order(client)
    clock.advance(days=5)
    order.act(order.office.officers[0], "serve", **service(order, served_at=moment(order, days=5 - days)))
    served = clock_of(order, "IN-LIM")
    assert (served["breached_at"] is None, served["met_claimed_at"] is not None) == (in_time, in_time)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"signed": "REFUSED", "party_name": ""}, "witness_name"),
        ({"party_name": ""}, "party_name"),
        ({"photos": []}, "photos"),
        ({"served_at": "2026-11-20T02:00:00Z"}, "served_at"),
        ({"served_at": "2026-11-29T02:00:00Z"}, "served_at"),
    ],
)
def test_a_service_that_cannot_be_is_refused_and_nothing_happens(client: FlaskClient, wrong: dict[str, Any], field: str) -> None:
    order = make_order(client)
    assert why_not(order, order.office.leader, "serve", **service(order, **wrong)) == f"['{field}']"
    assert order.read()["data"]["served_at"] is None


def test_an_order_that_ended_before_it_was_served_is_nobodys_to_serve(client: FlaskClient) -> None:
    order = make_order(client, "RECTIFIED")
    assert clock_of(order, "IN-LIM")["cancelled_at"] is not None
    assert running(order) == []


def test_a_new_order_after_a_failed_recheck_is_served_again(client: FlaskClient, parts: Parts) -> None:
    order = make_order(client)
    order.act(order.office.officers[0], "serve", **service(order))
    order.act(order.office.manager, "report_fix", items=[
        {"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in order.read()["data"]["items"]
    ])  # fmt: skip
    order.act(order.office.officers[0], "apply_recheck")
    order.cosigned("recheck_fail", finding="复查仍未改正")
    order.act(order.office.leader, "reorder", due_on=in_days(order, 9), note="")
    assert set(running(order)) == {"IN-LIM", "IN-TERM"}
    assert waits_for(parts, order)[0] == "serve"
    order.act(order.office.officers[0], "serve", **service(order, signed="REFUSED", party_name="", witness_name="巴图"))
    papers = order.office.leader.get(f"{order.path}/papers").get_json()["items"]
    assert [paper["served"]["signed"] for paper in papers] == ["PARTY", "REFUSED"]


def test_a_case_is_not_filed_for_an_order_that_did_not_come_to_its_unit(client: FlaskClient) -> None:
    order = make_order(client, "OVERDUE_NOT_FIXED")
    leader = order.office.leader
    assert why_not(order, leader, "file_case", case_no="新消立〔2026〕第1号") == "not_served"
    assert "file_case" not in [step["action"] for step in order.read(leader)["actions"]]
    order.act(leader, "serve", **service(order))
    order.act(leader, "file_case", case_no="新消立〔2026〕第1号")
