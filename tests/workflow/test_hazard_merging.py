"""Who reported what somebody else reported too hears what becomes of it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from tests.application import work_off
from tests.makers import FOUND, Case, make_hazard
from tests.people import Caller


def told(who: Caller, about: Case) -> list[str]:
    """The events that somebody was told of and finds in this case."""
    rows = who.get("/inbox?limit=100").get_json()["items"]
    return [row["event_name"] for row in rows if row["subject_id"] == str(about.id)]


@pytest.fixture
def merged(client: FlaskClient) -> tuple[Case, Case, Case]:
    """A case, a report that joined it, and one that had joined that before."""
    master, middle, first = (make_hazard(client) for _ in range(3))
    first.act(first.office.clerk, "merge", master_id=str(middle.id))
    middle.act(middle.office.clerk, "merge", master_id=str(master.id))
    return master, middle, first


def to_its_end(case: Case) -> None:
    """Registered, checked, found false, told and closed."""
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])
    case.act(case.office.officers[0], "start").cosigned("verify_false", **FOUND)
    assert case.act(case.office.clerk, "tell_reporter").state == "CLOSED"


def test_every_reporter_of_merged_reports_is_told_what_became_of_them(merged: tuple[Case, Case, Case]) -> None:
    master = merged[0]
    to_its_end(master)
    for report in merged:
        assert {"hazard.registered", "hazard.reporter_told", "hazard.closed"} <= set(told(report.reporter, report))


def test_every_notice_leads_a_reporter_to_a_report_that_he_may_open(merged: tuple[Case, Case, Case]) -> None:
    to_its_end(merged[0])
    for report in merged:
        for notice in report.reporter.get("/inbox?limit=100").get_json()["items"]:
            assert report.reporter.get(f"/hazards/{notice['subject_id']}").status_code == 200, notice


def test_a_reporter_reads_in_his_own_report_what_becomes_of_the_case_that_it_joined(merged: tuple[Case, Case, Case]) -> None:
    master, _, first = merged
    assert master.read(master.reporter)["followed"] is None
    to_its_end(master)
    own = first.read(first.reporter)
    followed = own["followed"]
    assert (own["state"], followed["number"], followed["state_label"]) == ("MERGED", master.number, "已办结")
    assert [line["name"] for line in own["timeline"]][-2:] == ["hazard.reporter_told", "hazard.closed"]
    assert {line["actor_name"] for line in own["timeline"]} == {""}


def test_the_office_sees_in_a_case_what_was_merged_into_it_and_nobody_else_does(merged: tuple[Case, Case, Case]) -> None:
    master, middle, first = merged
    assert [one["number"] for one in master.read(master.office.clerk)["joined"]] == [middle.number]
    assert [one["number"] for one in middle.read(master.office.clerk)["joined"]] == [first.number]
    assert master.read(master.reporter)["joined"] == []


def test_only_who_may_dispute_and_rate_is_told_that_he_may(merged: tuple[Case, Case, Case]) -> None:
    master, middle, _ = merged
    to_its_end(master)
    for who, rights in ((master.reporter, True), (middle.reporter, False)):
        rows = who.get("/inbox?limit=100").get_json()["items"]
        words = " ".join(row["body"] for row in rows if row["event_name"] in ("hazard.reporter_told", "hazard.closed"))
        assert ("提出一次异议" in words, "作出评价" in words) == (rights, rights)


def test_a_merged_report_is_followed_by_its_own_code_to_the_end_of_the_case(
    client: FlaskClient, merged: tuple[Case, Case, Case]
) -> None:
    master, _, first = merged
    to_its_end(master)
    found = client.get(f"/api/v1/hazards/track/{first.tracking_code}").get_json()
    assert (found["number"], found["state"], found["state_label"]) == (first.number, "CLOSED", "已办结")
    steps = [line["name"] for line in found["timeline"]]
    assert steps[:2] == ["hazard.submitted", "hazard.merged"]
    assert steps[-2:] == ["hazard.reporter_told", "hazard.closed"]
    assert first.read(first.reporter)["state"] == "MERGED"


def test_more_reporters_than_one_transaction_tells_are_told_by_the_worker(client: FlaskClient, parts: Parts) -> None:
    master = make_hazard(client)
    reports = [make_hazard(client) for _ in range(21)]
    for report in reports:
        report.act(report.office.clerk, "merge", master_id=str(master.id))
    master.act(master.office.clerk, "register", category="EVAC_BLOCKED")
    work_off(parts)
    for report in (master, reports[0], reports[-1]):
        assert told(report.reporter, report).count("hazard.registered") == 1
