"""Promises about cases, at the HTTP door."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from tests.clock import START, Clock
from tests.makers import FOUND, HAZARD_WAYS, LETTER_WAYS, ORDER_WAYS, make_hazard, make_letter, make_order, report
from tests.people import ELSEWHERE, HOME, citizen, guest, staff
from workflow.handovers.rules import LIFE as LETTER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.queue.models import Task
from workflow.rectification.rules import LIFE as ORDER


def due(case_json: dict[str, object]) -> datetime:
    """The due date of a case as it was read."""
    return datetime.fromisoformat(str(case_json["due_at"]))


@pytest.mark.parametrize(
    ("make", "life", "state"),
    [
        *[(make_hazard, HAZARD, state) for state in HAZARD_WAYS],
        *[(make_letter, LETTER, state) for state in LETTER_WAYS],
        *[(make_order, ORDER, state) for state in ORDER_WAYS],
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "name", ""),
)
def test_an_open_case_has_a_due_date_and_one_task_and_an_ended_one_has_neither(
    client: FlaskClient, parts: Parts, make: object, life: object, state: str
) -> None:
    case = make(client, state)  # type: ignore[operator]
    read = case.read()
    is_open = state not in life.final  # type: ignore[attr-defined]
    assert (read["due_at"] is not None) == is_open, [(clock["rule_id"], clock["due_at"]) for clock in read["clocks"]]
    with parts.database.transaction() as session:
        tasks = session.scalars(select(Task).where(Task.subject_id == case.id)).all()
        assert [task.is_open for task in tasks] == [is_open] or (not is_open and tasks == [])
        if is_open:
            running = [clock for clock in read["clocks"] if not clock["met_at"] and not clock["cancelled_at"]]
            assert tasks[0].due_at == min(due(clock) for clock in running)
            assert due(read) >= tasks[0].due_at  # what has to be served has a date of its own besides


def test_the_24_hours_of_a_blocked_exit_run_from_the_report_and_not_from_its_registration(
    client: FlaskClient, clock: Clock
) -> None:
    hazard = make_hazard(client)
    clock.advance(hours=5)
    hazard.act(hazard.office.clerk, "register", category="EVAC_BLOCKED")
    read = hazard.read()
    assert due(read) == START + timedelta(hours=24)
    running = [shown for shown in read["clocks"] if shown["met_at"] is None and shown["cancelled_at"] is None]
    assert [shown["rule_id"] for shown in running] == ["HZ-24H"]
    assert any("第十八条第一款第一项" in line for line in running[0]["reason"])


def test_unclear_means_24_hours_until_triage_and_a_slower_clock_needs_the_leader(client: FlaskClient) -> None:
    hazard = make_hazard(client, picture="UNCLEAR")
    assert due(hazard.last) == START + timedelta(hours=24)
    hazard.act(hazard.office.clerk, "register", category="EVAC_BLOCKED")
    slower = {"category": "FACILITY_DEFECTIVE", "reason": "现场为器材过期,不妨碍疏散"}
    refused = hazard.office.clerk.post(f"{hazard.path}/actions/reclassify", slower)
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "slower_clock_needs_leader")
    hazard.act(hazard.office.leader, "reclassify", **slower)
    assert due(hazard.read()) > START + timedelta(hours=24)


def test_registering_under_another_picture_with_a_slower_clock_needs_the_leader(client: FlaskClient) -> None:
    hazard = make_hazard(client, picture="EXIT")
    refused = hazard.office.clerk.post(f"{hazard.path}/actions/register", {"category": "ELECTRICAL"})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "slower_clock_needs_leader")
    hazard.act(hazard.office.clerk, "register", category="WINDOW_OBSTACLE")


def test_a_report_from_a_phone_call_counts_from_when_the_agency_received_it(client: FlaskClient) -> None:
    received = START - timedelta(hours=3)
    clerk = staff(client, Role.HOTLINE_CLERK)
    hazard = make_hazard(client, reporter=clerk, agency_received_at=received.isoformat())
    assert due(hazard.last) == received + timedelta(hours=24)
    refused = citizen(client).post("/hazards", report(client, agency_received_at=received.isoformat()))
    assert refused.status_code == 403


def test_one_officer_alone_changes_nothing(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    first, second = hazard.office.officers
    hazard.act(first, "verify_false", **FOUND)
    assert hazard.state == "VERIFYING"
    digest = hazard.last["act_sha256"]
    again = first.post(f"{hazard.path}/actions/cosign", {"act_sha256": digest})
    assert (again.status_code, again.get_json()["reason"]) == (409, "not_the_second_officer")
    other = second.post(f"{hazard.path}/actions/cosign", {"act_sha256": "0" * 64})
    assert (other.status_code, other.get_json()["reason"]) == (409, "another_act_waits")
    hazard.act(second, "cosign", act_sha256=digest)
    assert hazard.state == "VERIFIED_FALSE"


def test_a_true_finding_closes_only_after_its_recheck_or_with_a_case_number(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    hazard.act(hazard.office.clerk, "tell_reporter")
    refused = hazard.office.leader.post(f"{hazard.path}/actions/close", {})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "not_ready_to_close")
    hazard.act(hazard.office.leader, "file_case", case_no="新消立〔2026〕第8号")
    hazard.act(hazard.office.leader, "close")
    assert hazard.state == "CLOSED"


def test_a_dispute_is_possible_once_and_for_fifteen_days_also_after_closing(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "CLOSED")
    clock.advance(days=14)
    hazard.act(hazard.reporter, "dispute", reason="通道仍被堵塞")
    hazard.act(hazard.office.committee, "uphold", reason="复核与原核查一致")
    again = hazard.reporter.post(f"{hazard.path}/actions/dispute", {"reason": "还是不同意"})
    assert again.status_code == 409
    late = make_hazard(client, "CLOSED")
    clock.advance(days=16)
    assert late.reporter.post(f"{late.path}/actions/dispute", {"reason": "迟到的异议"}).status_code == 409


def test_two_persons_force_a_case_to_its_end(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED")
    leader = hazard.office.leader
    hazard.act(leader, "request_force_close", reason="重复录入,无实际内容")
    assert leader.post(f"{hazard.path}/actions/force_close", {}).status_code == 403
    hazard.act(hazard.office.committee, "force_close")
    assert hazard.state == "CLOSED"


def test_the_sender_holds_the_hazard_until_the_receiver_accepts(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    hazard.act(hazard.office.clerk, "tell_reporter")
    sender = hazard.read()["held_by"]
    body = {"to_org_id": str(hazard.office.receiver.org_id), "reason": "消防验收属住建部门职责", "legal_basis": "消防法第十三条"}
    hazard.act(hazard.office.leader, "hand_over", **body)
    letter = hazard.sibling("handover")
    for step in LETTER_WAYS["RECEIVED"]:
        step(letter)
        assert (hazard.read()["held_by"], hazard.state) == (sender, "VERIFIED_TRUE")
    letter.act(letter.office.receiver, "accept")
    assert hazard.read()["held_by"] != sender
    assert hazard.state == "HANDED_OVER"
    assert due(hazard.last) == due(letter.read())


def test_handing_over_before_the_check_needs_lack_of_competence(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED")
    body = {"to_org_id": str(hazard.office.receiver.org_id), "reason": "属住建部门职责", "legal_basis": "消防法第十三条"}
    refused = hazard.office.leader.post(f"{hazard.path}/actions/hand_over", body)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "lack_of_competence")
    hazard.act(hazard.office.leader, "hand_over", **body, lack_of_competence=True)
    twice = hazard.office.leader.post(f"{hazard.path}/actions/hand_over", {**body, "lack_of_competence": True})
    assert (twice.status_code, twice.get_json()["reason"]) == (409, "letter_under_way")


def test_after_two_returns_the_committee_decides_and_nobody_returns_it_again(client: FlaskClient) -> None:
    letter = make_letter(client, "RETURNED")
    office = letter.office
    letter.act(office.leader, "resend", to_org_id=str(office.other_receiver.org_id))
    letter.act(office.other_receiver, "sign_for")
    back = {"reason": "不属于本单位职责", "legal_basis": "三定规定", "suggested_org_id": str(office.receiver.org_id)}
    letter.act(office.other_receiver, "return", **back)
    assert letter.read()["state"] == "ARBITRATION"
    letter.act(office.committee, "decide", to_org_id=str(office.receiver.org_id))
    letter.act(office.receiver, "sign_for")
    again = {**back, "suggested_org_id": str(office.other_receiver.org_id)}
    refused = office.receiver.post(f"{letter.path}/actions/return", again)
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "decided_by_committee")


def test_letters_of_an_office_are_numbered_without_gap_and_a_refused_signature_takes_no_number(client: FlaskClient) -> None:
    numbers = []
    for _ in range(3):
        letter = make_letter(client)
        assert letter.office.receiver.post(f"{letter.path}/actions/approve", {}).status_code == 404
        letter.act(letter.office.leader, "approve")
        numbers.append(int(letter.read()["data"]["letter_no"].split("第")[1].removesuffix("号")))
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_receiving_office_reads_the_finding_and_never_the_reporters_words(client: FlaskClient) -> None:
    canary = "只有举报人知道的一句话"
    hazard = make_hazard(client, "VERIFIED_TRUE", description=canary)
    body = {"to_org_id": str(hazard.office.receiver.org_id), "reason": "属住建部门职责", "legal_basis": "消防法第十三条"}
    hazard.act(hazard.office.leader, "hand_over", **body)
    letter = hazard.sibling("handover")
    for step in LETTER_WAYS["ACCEPTED"]:
        step(letter)
    seen = hazard.office.receiver.get(hazard.path).get_data(as_text=True)
    assert canary not in seen
    assert canary in hazard.office.clerk.get(hazard.path).get_data(as_text=True)
    assert str(hazard.reporter.id) not in seen + hazard.office.clerk.get(hazard.path).get_data(as_text=True)


def test_an_anonymous_report_needs_a_fresh_guest_and_takes_no_name(client: FlaskClient) -> None:
    signed_in = citizen(client).post("/hazards", report(client, report_mode="ANONYMOUS"))
    assert signed_in.get_json()["errors"][0]["code"] == "needs_fresh_guest"
    named = guest(client).post("/hazards", report(client, report_mode="ANONYMOUS", reporter={"name": "某某"}))
    assert named.get_json()["errors"][0]["code"] == "not_with_anonymous"
    body = report(client, report_mode="ANONYMOUS")
    assert guest(client).post("/hazards", body).status_code == 201
    followed = client.get(f"/api/v1/hazards/track/{body['tracking_code']}")
    assert followed.get_json()["state"] == "SUBMITTED"
    claimed = citizen(client).post("/hazards/claims", {"tracking_code": body["tracking_code"]})
    assert claimed.status_code == 404


def test_a_short_code_is_throttled_and_a_full_one_is_not(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client)
    short = f"/api/v1/hazards/track/{hazard.number}-"
    assert client.get(short + hazard.tracking_code[:8]).status_code == 200
    wrong = "00000000" if hazard.tracking_code[:8] != "00000000" else "11111111"
    answers = [client.get(short + wrong).status_code for _ in range(8)]
    assert answers == [404] * 5 + [429] * 3
    assert client.get(short + hazard.tracking_code[:8]).status_code == 429
    assert client.get(f"/api/v1/hazards/track/{hazard.tracking_code}").status_code == 200
    clock.advance(minutes=5)
    assert client.get(short + hazard.tracking_code[:8]).status_code == 200


def test_a_leader_elsewhere_gets_the_same_answer_as_for_a_case_that_does_not_exist(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED")
    stranger = staff(client, Role.UNIT_LEADER, ELSEWHERE)
    officers = [str(officer.id) for officer in hazard.office.officers]
    real = stranger.post(f"{hazard.path}/actions/assign", {"officer_ids": officers})
    absent = stranger.post("/hazards/01a20000-0000-7000-8000-000000000000/actions/assign", {"officer_ids": officers})
    assert (real.status_code, real.get_json()) == (absent.status_code, absent.get_json()) == (404, absent.get_json())
    assert HOME not in stranger.get("/queue?view=all&limit=100").get_data(as_text=True).replace(ELSEWHERE, "")
