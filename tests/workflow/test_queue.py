"""Promises about the workflow queue and the timetable."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import SYSTEM, Role
from api.context import Parts
from database.journal import Event
from places.commands import load_notice
from tests.clock import START, Clock
from tests.makers import Case, make_hazard, make_letter, make_order
from tests.papers import served
from tests.people import Caller, Json, staff
from workflow.queue import escalation
from workflow.queue.models import Task


def task_of(parts: Parts, subject_id: object) -> Task:
    """The task of a case."""
    with parts.database.transaction() as session:
        return session.scalars(select(Task).where(Task.subject_id == subject_id)).one()


def assigned_with_24_hours(client: FlaskClient) -> Case:
    """A blocked exit in the hands of two officers."""
    hazard = make_hazard(client, picture="EXIT")
    hazard.act(hazard.office.clerk, "register", category="EVAC_BLOCKED")
    return hazard.act(hazard.office.leader, "assign", officer_ids=[str(officer.id) for officer in hazard.office.officers])


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    """The cases on a page."""
    return [item["subject_id"] for item in page["items"]]


def test_a_new_case_is_in_its_office_queue_and_moves_with_its_life(client: FlaskClient) -> None:
    hazard = make_hazard(client)
    clerk, leader = hazard.office.clerk, hazard.office.leader
    assert str(hazard.id) in ids(clerk.get("/queue?bucket=to_assign&limit=100").get_json())
    hazard.act(clerk, "register", category="EVAC_BLOCKED")
    assert str(hazard.id) in ids(leader.get("/queue?bucket=to_assign&limit=100").get_json())
    first, second = hazard.office.officers
    hazard.act(leader, "assign", officer_ids=[str(first.id), str(second.id)])
    for officer in (first, second):
        assert str(hazard.id) in ids(officer.get("/queue?view=mine&limit=100").get_json())
    assert str(hazard.id) not in ids(leader.get("/queue?bucket=to_assign&limit=100").get_json())


def test_the_buckets_count_what_they_open_to(client: FlaskClient, clock: Clock, fresh_database: object) -> None:
    make_hazard(client)
    make_hazard(client, "REGISTERED")
    letter = make_letter(client)
    leader = letter.office.leader
    clock.advance(hours=3)
    counts = leader.get("/queue/buckets").get_json()
    for bucket, count in counts.items():
        assert len(leader.get(f"/queue?bucket={bucket}&limit=100").get_json()["items"]) == count, bucket
    assert counts["to_sign"] == 1
    assert counts["to_assign"] == 1
    clock.advance(days=2)
    assert leader.get("/queue/buckets").get_json()["overdue"] >= 2


def test_pages_follow_the_due_date_and_neither_skip_nor_repeat(client: FlaskClient, clock: Clock) -> None:
    made = []
    for _ in range(7):
        made.append(str(make_hazard(client).id))
        clock.advance(minutes=1)
    clerk = staff(client, Role.INTAKE_CLERK)
    seen: list[str] = []
    cursor = ""
    while True:
        page = clerk.get(f"/queue?limit=2&waiting_for=register{cursor}").get_json()
        seen += ids(page)
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [case for case in seen if case in made] == made
    assert len(seen) == len(set(seen))


def test_of_many_who_claim_at_once_one_wins(app: Flask, client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client)
    task = task_of(parts, hazard.id)
    claimers = [staff(client, role) for role in (Role.INTAKE_CLERK, Role.UNIT_LEADER, Role.HOTLINE_CLERK)]
    headers = [claimer.headers for claimer in claimers] * 5
    answers: list[int] = []
    start = threading.Barrier(len(headers))

    def claim(header: dict[str, str]) -> None:
        start.wait()
        answers.append(app.test_client().post(f"/api/v1/queue/{task.id}/actions/claim", json={}, headers=header).status_code)

    threads = [threading.Thread(target=claim, args=[header]) for header in headers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * (len(headers) - 1)
    winner = task_of(parts, hazard.id).claimed_by
    holder = next(claimer for claimer in claimers if claimer.id == winner)
    assert holder.post(f"/queue/{task.id}/actions/release", {}).status_code == 200
    assert task_of(parts, hazard.id).claimed_by is None


ABSENT = "01a20000-0000-7000-8000-000000000000"
UNSEEN: Json = {"id": ABSENT, "state": "REGISTERED", "holder_ids": []}


def shown(parts: Parts, *cases: Case) -> list[Json]:
    """Cases as a leader sees them now."""
    cards = [task_of(parts, case.id) for case in cases]
    return [
        {"id": str(card.subject_id), "state": card.state, "holder_ids": [str(one) for one in card.holder_ids]} for card in cards
    ]


def test_one_step_for_many_answers_for_each_case_and_one_refusal_undoes_nothing(client: FlaskClient, parts: Parts) -> None:
    ready, closed = make_hazard(client, "REGISTERED"), make_hazard(client, "CLOSED")
    pair = [str(officer.id) for officer in ready.office.officers]
    body = {"hazards": [*shown(parts, closed, ready), UNSEEN], "assign": {"officer_ids": pair}}
    items = ready.office.leader.post("/queue/bulk", body).get_json()["items"]
    assert [(item["outcome"], item["code"]) for item in items] == [
        ("refused", "illegal_transition"),
        ("applied", None),
        ("refused", "not_found"),
    ]
    assert ready.read()["state"] == "ASSIGNED"


def test_many_are_handed_over_with_a_letter_each_or_closed_and_what_stands_in_the_way_is_named(
    client: FlaskClient, parts: Parts
) -> None:
    found, other = make_hazard(client, "VERIFIED_TRUE"), make_hazard(client, "VERIFIED_TRUE")
    leader = found.office.leader
    letter = {"to_org_id": str(found.office.receiver.org_id), "reason": "涉及燃气管线", "legal_basis": "城镇燃气管理条例第五条"}
    body = {"hazards": shown(parts, found, other), "hand_over": letter}
    assert [item["outcome"] for item in leader.post("/queue/bulk", body).get_json()["items"]] == ["applied"] * 2
    for case in (found, other):
        assert case.read()["data"]["handover_id"] is not None
    again = leader.post("/queue/bulk", {**body, "hazards": shown(parts, found)}).get_json()["items"][0]
    assert (again["code"], again["reason"]) == ("guard_failed", "letter_under_way")
    untold, told = make_hazard(client, "RECTIFIED"), make_hazard(client, "RECTIFIED")
    told.act(told.office.clerk, "tell_reporter")
    answer = leader.post("/queue/bulk", {"hazards": shown(parts, untold, told), "close": {"note": "集中办结"}}).get_json()
    assert [(item["outcome"], item["code"]) for item in answer["items"]] == [("refused", "guard_failed"), ("applied", None)]
    assert (untold.read()["state"], told.read()["state"]) == ("RECTIFIED", "CLOSED")


def test_of_many_at_once_none_is_taken_that_has_moved_since_it_was_chosen_and_its_helper_stays(
    client: FlaskClient, parts: Parts
) -> None:
    begun, waiting = make_hazard(client, "ASSIGNED"), make_hazard(client, "REGISTERED")
    chosen = shown(parts, begun, waiting)
    begun.act(begun.office.officers[0], "start")
    pair = [str(officer.id) for officer in waiting.office.officers]
    helper = str(staff(client, Role.GRID_WORKER).id)
    waiting.act(waiting.office.leader, "assign", officer_ids=pair, grid_worker_id=helper)
    seen = shown(parts, waiting)  # by this leader, and on the screen of another one
    body = {"hazards": [chosen[0], *seen], "assign": {"officer_ids": pair[::-1]}}
    items = waiting.office.leader.post("/queue/bulk", body).get_json()["items"]
    assert [(item["outcome"], item["code"]) for item in items] == [("refused", "stale_revision"), ("applied", None)]
    assert begun.read()["state"] == "VERIFYING"
    assert waiting.read()["data"]["officer_ids"] == [*pair[::-1], helper]
    [late] = waiting.office.leader.post("/queue/bulk", {"hazards": seen, "assign": {"officer_ids": pair}}).get_json()["items"]
    assert (late["outcome"], late["code"]) == ("refused", "stale_revision")
    assert waiting.read()["data"]["officer_ids"] == [*pair[::-1], helper]


def test_of_many_at_once_one_that_the_timetable_only_spoke_of_is_taken_all_the_same(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    hazard = make_hazard(client, "ASSIGNED")
    chosen, before = shown(parts, hazard), task_of(parts, hazard.id).revision
    clock.advance(hours=25)
    with parts.database.transaction() as session:
        while escalation.mark_breaches(session):
            pass
    assert task_of(parts, hazard.id).revision > before
    pair = [str(officer.id) for officer in hazard.office.officers[::-1]]
    [item] = hazard.office.leader.post("/queue/bulk", {"hazards": chosen, "assign": {"officer_ids": pair}}).get_json()["items"]
    assert (item["outcome"], item["code"]) == ("applied", None)


def test_of_many_at_once_none_is_taken_that_a_colleague_has_claimed_since(client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client, "REGISTERED")
    chosen = shown(parts, hazard)
    task = task_of(parts, hazard.id)
    assert hazard.office.leader.post(f"/queue/{task.id}/actions/claim", {}).status_code == 200
    pair = [str(officer.id) for officer in hazard.office.officers]
    [item] = hazard.office.leader.post("/queue/bulk", {"hazards": chosen, "assign": {"officer_ids": pair}}).get_json()["items"]
    assert (item["outcome"], item["code"]) == ("refused", "stale_revision")


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        pytest.param({}, "assign", id="none"),
        pytest.param({"assign": {"officer_ids": [ABSENT] * 2}, "close": {}}, "assign", id="two"),
        pytest.param({"assign": {"officer_ids": [ABSENT]}}, "assign.officer_ids", id="one-officer"),
        pytest.param({"hand_over": {"to_org_id": ABSENT, "reason": "涉及燃气"}}, "hand_over.legal_basis", id="no-basis"),
    ],
)
def test_of_many_at_once_a_wrong_field_is_named_before_anything_is_done(client: FlaskClient, steps: Json, field: str) -> None:
    answer = staff(client, Role.UNIT_LEADER).post("/queue/bulk", {"hazards": [UNSEEN], **steps})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_breach_is_marked_once_and_told_to_holder_and_leader(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = assigned_with_24_hours(client)
    clock.advance(hours=25)
    for _ in range(2):
        with parts.database.transaction() as session:
            while escalation.mark_breaches(session):
                pass
    with parts.database.transaction() as session:
        events = session.scalars(select(Event).where(Event.entity_id == hazard.id, Event.name == "clock.breached")).all()
    assert len(events) == 1
    assert set(events[0].concerns["holders"]) == {str(officer.id) for officer in hazard.office.officers}
    assert events[0].concerns["leaders"]
    assert any(shown["breached_at"] for shown in hazard.read()["clocks"])


def test_the_holder_is_reminded_at_half_and_at_four_fifths_and_no_oftener(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    hazard = assigned_with_24_hours(client)

    def reminders() -> int:
        with parts.database.transaction() as session:
            while escalation.remind_holders(session):
                pass
        with parts.database.transaction() as session:
            found = select(Event).where(Event.entity_id == hazard.id, Event.name == "clock.due_soon")
            return len(session.scalars(found).all())

    assert reminders() == 0
    clock.advance(hours=12, minutes=1)
    assert reminders() == 1
    assert reminders() == 1
    clock.advance(hours=8)
    assert reminders() == 2
    clock.advance(hours=1)
    assert reminders() == 2


def test_an_order_whose_term_has_passed_waits_for_its_recheck(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    order = served(make_order(client))
    clock.advance(days=22)
    with parts.database.transaction() as session:
        while escalation.expire_terms(session):
            pass
    read = order.read()
    assert read["state"] == "RECHECK_PENDING"
    assert [shown["rule_id"] for shown in read["clocks"] if shown["met_at"] is None and not shown["cancelled_at"]] == ["IN-RE"]


def test_a_holiday_notice_moves_open_clocks_and_their_tasks(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object
) -> None:
    hazard = make_hazard(client, "REGISTERED", picture="EBIKE")
    hazard.act(hazard.office.leader, "reclassify", category="FACILITY_DEFECTIVE", reason="器材过期,不妨碍疏散")
    before = task_of(parts, hazard.id).due_at
    days = [{"day": (START + timedelta(days=1)).date(), "is_work": False, "name": "临时放假"}]
    with parts.database.transaction() as session:
        load_notice(session, SYSTEM, 2026, {"source": "测试通知", "provisional": False, "days": days})
    after, more = None, True
    while more:  # one case for each transaction
        with parts.database.transaction() as session:
            after = escalation.recompute_clocks(session, after)
        more = after is not None
    assert task_of(parts, hazard.id).due_at == before + timedelta(days=1)
    assert hazard.read()["due_at"] == task_of(parts, hazard.id).due_at.isoformat().replace("+00:00", "Z")


def test_a_case_closed_long_ago_leaves_the_devices_and_stays_readable(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client, "CLOSED")
    clock.advance(days=91)
    with parts.database.transaction() as session:
        while escalation.retire_closed(session):
            pass
    assert hazard.read()["state"] == "CLOSED"


def card_of(who: Caller, subject_id: object) -> Json:
    """The card of a case as somebody sees it."""
    items = who.get("/queue?view=all&limit=100").get_json()["items"]
    return next(item for item in items if item["subject_id"] == str(subject_id))


def test_a_card_offers_the_step_that_it_waits_for_to_whoever_may_take_it(client: FlaskClient, fresh_database: object) -> None:
    hazard = make_hazard(client)
    clerk, leader, (first, second) = hazard.office.clerk, hazard.office.leader, hazard.office.officers
    assert card_of(clerk, hazard.id)["next"]["action"] == "register"
    hazard.act(clerk, "register", category="EVAC_BLOCKED")
    assert card_of(clerk, hazard.id)["next"] is None
    assert card_of(leader, hazard.id)["next"] == {"action": "assign", "label": "派单", "officers": 1}
    hazard.act(leader, "assign", officer_ids=[str(first.id), str(second.id)])
    assert card_of(leader, hazard.id)["next"] is None
    assert card_of(first, hazard.id)["next"]["action"] == "start"
    letter = make_letter(client)
    assert card_of(letter.office.leader, letter.id)["next"]["action"] == "approve"
    order = make_order(client, "RECHECK_PENDING")
    assert card_of(first, order.id)["next"]["action"] == "recheck_pass"


def test_a_card_and_a_case_name_their_people(client: FlaskClient, fresh_database: object) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    pair = {str(officer.id) for officer in hazard.office.officers}
    people = {person["id"]: person["name"] for person in hazard.read()["people"]}
    assert pair <= set(people)
    assert all(people.values())
    holders = card_of(hazard.office.leader, hazard.id)["holders"]
    assert {person["id"] for person in holders} == set(card_of(hazard.office.leader, hazard.id)["holder_ids"])
    assert hazard.read(hazard.reporter)["people"] == []


def test_a_leader_is_told_whom_he_may_send_the_least_loaded_first(client: FlaskClient, fresh_database: object) -> None:
    hazard = make_hazard(client, "REGISTERED")
    leader = hazard.office.leader
    path = f"/queue/assignable?region_code={hazard.office.region_code}"
    officers = [person for person in leader.get(path).get_json()["items"] if person["role"] == "FIRE_OFFICER"]
    assert [person["open_items"] for person in officers] == [0, 0, 0]
    sent = officers[:2]
    hazard.act(leader, "assign", officer_ids=[person["id"] for person in sent])
    after = [person for person in leader.get(path).get_json()["items"] if person["role"] == "FIRE_OFFICER"]
    assert [person["open_items"] for person in after] == [0, 1, 1]
    assert after[0]["id"] == officers[2]["id"]
    helpers = {person["role"] for person in leader.get(path).get_json()["items"]} - {"FIRE_OFFICER"}
    assert helpers == {"GRID_WORKER", "TOWN_OFFICER"}
    assert hazard.office.clerk.get(path).status_code == 403


def test_a_case_is_found_by_its_number(client: FlaskClient) -> None:
    hazard = make_hazard(client)
    found = hazard.office.clerk.get(f"/hazards?number={hazard.number}").get_json()["items"]
    assert [item["id"] for item in found] == [str(hazard.id)]
