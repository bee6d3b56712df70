"""A report that was merged by mistake is a case of its own again, as if it had never been merged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.application import work_off
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard
from tests.people import Caller, citizen, demo_accounts, staff
from tests.photos import a_photo
from tests.workflow.test_hazard_merging import to_its_end, told
from tests.wsgi import WsgiTransport

REASON = "现场为不同楼层的两处出口"


def merged_into(master: Case, case: Case) -> Case:
    return case.act(case.office.clerk, "merge", master_id=str(master.id))


def through_http(case: Case, clock: Clock) -> None:
    case.act(case.office.clerk, "unmerge", reason=REASON)


def through_push(case: Case, clock: Clock) -> None:
    """On the clerk's own device."""
    device = Device(WsgiTransport(case.office.client.application.wsgi_app), clock=clock)
    device.sign_in(**demo_accounts(Role.INTAKE_CLERK, case.office.region_code)[0].way_in())
    device.register()
    device.mutate("hazard.unmerge", str(case.id), {"reason": REASON})
    [result] = device.push()
    assert result["outcome"] == "applied", result


def running(case: Case) -> list[dict[str, Any]]:
    return [clock for clock in case.read()["clocks"] if not clock["met_at"] and not clock["cancelled_at"]]


def notices(who: Caller, event: str) -> list[dict[str, Any]]:
    return [row for row in who.get("/inbox?limit=100").get_json()["items"] if row["event_name"] == event]


@pytest.mark.parametrize("unmerge", [through_http, through_push])
@pytest.mark.parametrize("state", ["SUBMITTED", "REGISTERED"])
def test_an_unmerged_report_stands_where_it_stood_with_its_clock_still_counted_from_the_report(
    client: FlaskClient, clock: Clock, state: str, unmerge: Callable[[Case, Clock], None]
) -> None:
    case = make_hazard(client, state)
    before = running(case)
    clock.advance(hours=2)
    merged_into(make_hazard(client), case)
    assert running(case) == []
    clock.advance(hours=3)
    unmerge(case, clock)
    (after,) = running(case)
    assert case.read()["state"] == state
    assert [(one["started_at"], one["due_at"]) for one in before] == [(after["started_at"], after["due_at"])]
    assert after["reason"][-1] == "拆分并案后恢复办理:期限仍自收到上报之时起算,并案期间不扣除,不重新计算"
    (task,) = [
        task for task in case.office.leader.get("/queue?limit=100").get_json()["items"] if task["subject_id"] == str(case.id)
    ]
    assert (task["state"], task["due_at"]) == (state, after["due_at"])


def test_a_date_that_passed_while_it_was_merged_is_missed(client: FlaskClient, clock: Clock) -> None:
    case = make_hazard(client, "REGISTERED")
    merged_into(make_hazard(client), case)
    clock.advance(hours=30)
    case.act(case.office.clerk, "unmerge", reason=REASON)
    (after,) = running(case)
    assert datetime.fromisoformat(after["due_at"]) < clock() < datetime.fromisoformat(after["due_at"]) + timedelta(hours=7)


def test_both_sides_are_told_and_each_finds_it_in_his_own_report(client: FlaskClient) -> None:
    master, case = make_hazard(client, "VERIFYING"), make_hazard(client)
    merged_into(master, case)
    case.act(case.office.clerk, "unmerge", reason=REASON)
    (own,) = notices(case.reporter, "hazard.unmerged")
    (others,) = notices(master.reporter, "hazard.unmerged")
    assert (own["subject_id"], others["subject_id"]) == (str(case.id), str(master.id))
    assert f"编号{case.number}" in own["body"]
    assert case.number not in others["body"]
    for body in (own["body"], others["body"]):
        assert REASON not in body
    officer = notices(master.office.officers[0], "hazard.unmerged")[0]
    assert officer["body"].startswith(f"编号{case.number}已从编号{master.number}(核查中)拆分,恢复单独办理,原期限")
    assert officer["body"].endswith(f"不变。理由:{REASON}")


def test_after_the_split_each_reporter_hears_of_his_own_case_alone(client: FlaskClient) -> None:
    master, case, joined = (make_hazard(client) for _ in range(3))
    merged_into(case, joined)
    merged_into(master, case)
    case.act(case.office.clerk, "unmerge", reason=REASON)
    to_its_end(master)
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    assert "hazard.closed" not in told(case.reporter, case) + told(joined.reporter, joined)
    assert "hazard.registered" in told(joined.reporter, joined)
    assert told(master.reporter, master).count("hazard.registered") == 1
    own = case.read(case.reporter)
    assert own["followed"] is None
    assert [line["name"] for line in own["timeline"]] == [
        "hazard.submitted", "hazard.merged", "hazard.unmerged", "hazard.registered",
    ]  # fmt: skip
    assert "reason" not in own["timeline"][2]["data"]
    assert joined.read(joined.reporter)["followed"]["number"] == case.number


def test_it_is_split_off_from_a_case_that_was_closed_meanwhile_and_the_office_reads_how_that_stood(client: FlaskClient) -> None:
    master, case = make_hazard(client), make_hazard(client)
    merged_into(master, case)
    to_its_end(master)
    assert case.act(case.office.leader, "unmerge", reason=REASON).state == "SUBMITTED"
    (event,) = [line for line in case.read()["timeline"] if line["name"] == "hazard.unmerged"]
    assert (event["data"]["master_state"], event["data"]["reason"]) == ("已办结", REASON)
    assert case.read()["data"]["master_id"] is None
    to_its_end(case)


def test_it_is_merged_and_split_any_number_of_times(client: FlaskClient) -> None:
    first, second, case = make_hazard(client), make_hazard(client), make_hazard(client, "REGISTERED")
    due = case.read()["due_at"]
    for master in (first, second, first):
        merged_into(master, case)
        case.act(case.office.clerk, "unmerge", reason=REASON)
        assert (case.read()["state"], case.read()["due_at"]) == ("REGISTERED", due)
    assert len(running(case)) == 1
    assert len([line for line in running(case)[0]["reason"] if line.startswith("拆分并案")]) == 1
    merged_into(case, first)


def test_photos_stay_with_the_report_that_they_were_sent_with(client: FlaskClient, parts: Parts) -> None:
    reporter, photo_id = citizen(client), str(new_id())
    assert reporter.put_bytes(f"/media/{photo_id}/content", a_photo()).status_code == 201
    case = make_hazard(client, reporter=reporter, photos=[photo_id])
    work_off(parts)
    master = make_hazard(client)
    merged_into(master, case)
    case.act(case.office.clerk, "unmerge", reason=REASON)
    assert case.read(case.office.clerk)["data"]["photo_ids"] == [photo_id]
    assert case.office.clerk.get(f"/media/{photo_id}").get_json()["entity_id"] == str(case.id)
    assert master.read(case.office.clerk)["data"]["photo_ids"] == []


def test_a_reason_is_needed_and_only_who_may_merge_may_split(client: FlaskClient) -> None:
    master, case = make_hazard(client, "VERIFYING"), make_hazard(client)
    merged_into(master, case)
    answer = case.office.clerk.post(f"{case.path}/actions/unmerge", {})
    assert (answer.status_code, [error["field"] for error in answer.get_json()["errors"]]) == (422, ["reason"])
    for who in (staff(client, Role.FIRE_OFFICER), case.reporter):
        assert who.post(f"{case.path}/actions/unmerge", {"reason": REASON}).status_code in (403, 404)
    case.act(case.office.clerk, "unmerge", reason=REASON)
    again = case.office.clerk.post(f"{case.path}/actions/unmerge", {"reason": REASON})
    assert again.status_code == 409
    assert master.cosigned("verify_false", **FOUND).state == "VERIFIED_FALSE"
