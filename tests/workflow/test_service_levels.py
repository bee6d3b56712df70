"""Promises beyond the law: sooner on the spot, an ear for who was not content, the days of an objection as a row."""

from __future__ import annotations

from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard
from tests.people import staff
from tests.workflow.test_letters_ways import running, told
from tests.workflow.test_orders_service import waits_for
from tests.workflow.test_orders_terms import why_not


def registered(client: FlaskClient, category: str, picture: str) -> Case:
    """A report that the clerk has registered."""
    case = make_hazard(client, "SUBMITTED", picture=picture)
    case.act(case.office.clerk, "register", category=category)
    return case


def due_of(case: Case, rule_id: str) -> str:
    """When the last clock of this rule is due."""
    due: str = [clock for clock in case.read(case.office.leader)["clocks"] if clock["rule_id"] == rule_id][-1]["due_at"]
    return due


def test_a_blocked_fire_lane_is_looked_at_within_a_day_although_the_law_gives_three(client: FlaskClient, parts: Parts) -> None:
    case = registered(client, "FIRE_LANE_BLOCKED", "FIRE_LANE")
    assert running(case) == ["HZ-3WD", "HZ-S24"]
    read = case.read(case.office.leader)
    assert read["due_at"] == due_of(case, "HZ-3WD"), "what people are told is the term of the law"
    items = case.office.leader.get("/queue?limit=100").get_json()["items"]
    [card] = [item for item in items if item["subject_id"] == str(case.id)]
    assert card["due_at"] == due_of(case, "HZ-S24"), "and the queue has what the office means to do"
    case.act(case.office.leader, "reclassify", category="SEPARATION_OCCUPIED", reason="不是消防车道")
    assert running(case) == ["HZ-3WD"]
    case.act(case.office.leader, "reclassify", category="FIRE_LANE_BLOCKED", reason="确系消防车道")
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])
    case.act(case.office.officers[0], "start")
    case.cosigned("verify_false", **FOUND)
    assert "HZ-S24" not in running(case)


def test_who_comes_later_than_the_office_meant_to_need_not_explain_it(client: FlaskClient, clock: Clock) -> None:
    case = registered(client, "FIRE_LANE_BLOCKED", "FIRE_LANE")
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])
    case.act(case.office.officers[0], "start")
    clock.advance(hours=30)
    case.cosigned("verify_false", **FOUND)
    assert case.state == "VERIFIED_FALSE"


def test_a_poor_rating_comes_to_the_leader_and_stays_in_the_queue_until_somebody_has_looked_into_it(
    client: FlaskClient, parts: Parts
) -> None:
    case = make_hazard(client, "CLOSED")
    leader, officer = case.office.leader, case.office.officers[0]
    case.act(case.reporter, "rate", score=2, comment="来得太晚")
    assert running(case) == ["RATE-FIX"]
    assert waits_for(parts, case)[0] == "follow_up"
    assert "评价不满意" in told(parts, leader, case)
    assert case.read(leader)["poor_rating"]["comment"] == "来得太晚"
    assert case.read(officer)["poor_rating"] is None, "who was on the spot does not read who was not content"
    case.act(case.office.clerk, "follow_up", note="电话回访,已向上报人说明核查经过")
    assert running(case) == []
    assert "follow_up" not in leader.get("/queue?limit=100").get_data(as_text=True)
    assert case.read(leader)["poor_rating"]["follow_up"]["note"].startswith("电话回访")
    assert set(case.read(case.reporter)["data"]["rating"]) == {"score", "comment", "at"}
    assert why_not(case, leader, "follow_up", note="再次回访") == "no_poor_rating"


def test_a_good_rating_bothers_nobody(client: FlaskClient, parts: Parts) -> None:
    case = make_hazard(client, "CLOSED")
    case.act(case.reporter, "rate", score=4)
    assert running(case) == []
    assert case.read(case.office.leader)["poor_rating"] is None


def test_for_how_long_a_reporter_may_object_is_a_row_and_is_as_he_was_told(client: FlaskClient, clock: Clock) -> None:
    before = make_hazard(client, "CLOSED")
    admin = staff(client, Role.SYS_ADMIN, "150000")
    rule = next(row for row in admin.get("/deadlines").get_json()["items"] if row["code"] == "HZ-DISPUTE")
    body = {name: rule[name] for name in ("label", "unit", "kind", "basis")}
    assert admin.put("/deadlines/HZ-DISPUTE", {**body, "n": 5}, headers={"If-Match": "*"}).status_code == 200
    after = make_hazard(client, "CLOSED")
    try:
        assert before.read(before.reporter)["data"]["dispute_until"].startswith("2026-12-08T")
        assert after.read(after.reporter)["data"]["dispute_until"].startswith("2026-11-28T")
        clock.advance(days=10)
        assert "dispute" in {step["action"] for step in before.read(before.reporter)["actions"]}
        assert why_not(after, after.reporter, "dispute", reason="没有整改") == "dispute_window"
    finally:
        admin.put("/deadlines/HZ-DISPUTE", {**body, "n": 15}, headers={"If-Match": "*"})
