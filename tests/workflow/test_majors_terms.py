"""The term of a major fire hazard: it passes, is longer once, and an application in time keeps its own date."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.clock import Clock
from tests.majors import clock_of, first_field, handed, make_major, pass_term, refusal, reported
from tests.makers import in_days
from tests.measures import pass_terms


def test_a_term_that_passes_is_the_leaders_to_answer_and_is_longer_once(client: FlaskClient, clock: Clock) -> None:
    case = make_major(client, "DETERMINED")
    office = case.office
    case.cosigned("serve", **handed(case))
    case.act(office.leader, "report_to_government", **reported())
    clock.advance(days=30)
    case.read()
    pass_terms(case)
    assert case.state == "REPORTED"  # the last day is the unit's
    clock.advance(days=1)
    pass_terms(case)
    assert case.state == "OVERDUE"
    assert "整改期限届满" in office.leader.get("/inbox").get_data(as_text=True)
    assert "整改期限届满" in office.manager.get("/inbox").get_data(as_text=True)
    assert clock_of(case, "MJ-RECHECK")["due_at"].startswith("2026-12-28T15:59:59")  # from the end of the term
    case.cosigned("recheck_fail", finding="仍未动工")
    assert case.state == "OVERDUE"
    pass_terms(case)
    assert case.read()["due_at"] is None  # nothing is asked twice
    assert (
        first_field(
            office.leader.post(
                f"{case.path}/actions/extend", {"until_on": in_days(case, 0), "reason": "工期", "approved_by": "支队长"}
            )
        )
        == "until_on"
    )
    case.act(office.leader, "extend", until_on=in_days(case, 30), reason="冬季无法施工", approved_by="支队长")
    assert (case.state, clock_of(case, "MJ-TERM")["due_at"][:10]) == ("RECTIFYING", in_days(case, 30))
    answer = office.leader.post(
        f"{case.path}/actions/extend", {"until_on": in_days(case, 60), "reason": "工期", "approved_by": "支队长"}
    )
    assert refusal(answer) == ("guard_failed", "already_extended")


def test_an_extension_names_who_approved_it_and_the_unit_reads_it(client: FlaskClient) -> None:
    case = make_major(client, "SUPERVISED")
    path = f"{case.path}/actions/extend"
    answer = case.office.leader.post(path, {"until_on": in_days(case, 120), "reason": "冬季无法施工"})
    assert first_field(answer) == "approved_by"
    case.act(case.office.leader, "extend", until_on=in_days(case, 120), reason="冬季无法施工", approved_by="新城区人民政府")
    assert case.state == "SUPERVISED"
    case.cosigned("serve", **handed(case))
    seen = case.office.manager.get(case.path).get_json()["data"]
    assert (seen["due_on"], seen["extended"]["approved_by"]) == (in_days(case, 120), "新城区人民政府")


def test_who_applied_before_the_term_passed_keeps_the_date_of_his_recheck(client: FlaskClient) -> None:
    case = make_major(client, "RECHECK_PENDING")
    due = clock_of(case, "MJ-RECHECK")["due_at"]
    pass_term(case)
    assert (case.state, clock_of(case, "MJ-RECHECK")["due_at"]) == ("OVERDUE", due)
    case.cosigned("recheck_pass", finding="已消除")
    assert case.state == "RECHECKED"
