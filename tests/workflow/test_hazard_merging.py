"""Who reported what somebody else reported too hears what becomes of it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from tests.application import work_off
from tests.makers import FOUND, Case, make_hazard
from tests.people import Caller


def told(who: Caller, about: Case) -> list[str]:
    """The events of this case that somebody was told of."""
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
        assert {"hazard.registered", "hazard.reporter_told", "hazard.closed"} <= set(told(report.reporter, master))


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
        assert told(report.reporter, master).count("hazard.registered") == 1
