"""Promises about the permit before opening: both routes, what each side is told, which dates hold, what the public sees."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.journal import Event
from tests.clock import Clock
from tests.makers import Case, in_days
from tests.people import ELSEWHERE, Caller, enterprise, staff
from tests.permits import (
    FORM,
    FOUND,
    WAYS,
    accept,
    approver,
    assign,
    clerk,
    correct,
    draft,
    grant,
    make_permit,
    materials,
    responsible,
    sign,
)
from tests.servers import DatabaseUrls
from workflow.permits import timers
from workflow.permits.rules import ORDINARY


def why_not(case: Case, who: Caller, action: str, **arguments: Any) -> Any:
    """The reason of a refusal by a condition, or the fields that are wrong."""
    answer = who.post(f"{case.path}/actions/{action}", arguments)
    assert answer.status_code in (403, 409, 422), answer.get_data(as_text=True)
    problem = answer.get_json()
    if answer.status_code == 422:
        return [error["field"] for error in problem["errors"]]
    return problem.get("reason") or problem["type"].rsplit("/", 1)[1]


def told(case: Case, who: Caller) -> dict[str, str]:
    """What somebody was told of this application: event -> text."""
    rows = who.get("/inbox?limit=100").get_json()["items"]
    return {row["event_name"]: row["body"] for row in rows if row["subject_id"] == str(case.id)}


def tick(parts: Parts) -> None:
    """The timetable comes by until nothing is due."""
    more = 1
    while more:
        with parts.database.transaction() as session:
            more = timers.run_due(session)


def offered(case: Case, who: Caller) -> set[str]:
    """The steps that somebody may take now."""
    return {step["action"] for step in case.read(who)["actions"]}


def clock_of(case: Case, rule_id: str) -> Any:
    """The last clock of this rule."""
    return [clock for clock in case.read()["clocks"] if clock["rule_id"] == rule_id][-1]


@pytest.mark.parametrize("state", sorted(WAYS))
def test_every_state_is_reached_over_http(client: FlaskClient, state: str) -> None:
    case = make_permit(client, state)
    assert case.read(case.reporter)["state"] == state


def test_a_draft_is_seen_by_its_own_people_alone(client: FlaskClient) -> None:
    case = draft(client)
    for stranger in (clerk(case), approver(case), case.office.leader, enterprise(client, Role.UNIT_MANAGER, ELSEWHERE)):
        assert stranger.get(case.path).status_code == 404
    sign(case)
    case.act(case.reporter, "submit")
    assert clerk(case).get(case.path).status_code == 200
    assert case.office.officers[0].get(case.path).status_code == 404  # an officer sees what he is sent to
    assert staff(client, Role.INTAKE_CLERK).get(case.path).status_code == 404


def test_what_the_office_would_send_back_is_told_before_it_is_handed_in(client: FlaskClient) -> None:
    case = draft(client, contact_phone=None, exits=1, floors=[9], shared_building={"name": "主楼", "area_m2": 500, "floors": 6})
    found = {defect["field"] for defect in case.read(case.reporter)["defects"]}
    assert found == {"form.contact_phone", "form.exits", "form.floors", "form.area_m2"}
    sign(case)
    assert set(why_not(case, case.reporter, "submit")) == found
    assert case.read(case.reporter)["state"] == "DRAFT"


def test_without_acceptance_of_the_building_nobody_applies(client: FlaskClient) -> None:
    case = draft(client, route=ORDINARY, acceptance={"kind": "NONE"})
    assert why_not(case, case.reporter, "submit") == ["form.acceptance"]


def test_a_commitment_is_signed_by_the_legal_person_and_falls_with_the_next_change(client: FlaskClient) -> None:
    case = draft(client)
    assert why_not(case, case.reporter, "submit") == "commitment_not_signed"
    assert why_not(case, case.reporter, "sign_commitment", sha256="0" * 64) == "role_not_allowed"
    sign(case)
    signed = case.read(case.reporter)["data"]["commitment"]
    assert signed["auth_level"] == 3
    body = {"route": "COMMITMENT", "form": {**FORM, "exits": 4}, "materials": materials()}
    case.act(case.reporter, "fill_in", **body)
    assert case.read(case.reporter)["data"]["commitment"] is None


def test_two_people_at_one_draft_do_not_overwrite_each_other_unseen(client: FlaskClient) -> None:
    case = draft(client)
    body = {"route": "COMMITMENT", "form": FORM, "materials": materials()}
    case.act(case.reporter, "fill_in", **body)
    answer = case.reporter.call("POST", f"{case.path}/actions/fill_in", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 412


def test_by_commitment_it_is_granted_in_a_day_and_verified_in_twenty(client: FlaskClient, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_permit(client, "ACCEPTED")
    assert clock_of(case, "PM-A-1WD")["due_at"] == "2026-11-24T15:59:59Z"
    grant(case)
    assert case.state == "VERIFY_PENDING"
    assert clock_of(case, "PM-A-20WD")["due_at"] == "2026-12-21T15:59:59Z"
    [opinion] = [paper for paper in case.read(case.reporter)["data"]["documents"] if paper["paper"] == "permit_opinion"]
    assert "消安检〔2026〕" in opinion["number"]
    assert opinion["number"] in told(case, case.reporter)["permit.granted"]
    assert "2026年12月21日" in told(case, case.reporter)["permit.granted"]
    assign(case)
    case.cosigned("verify_pass", **FOUND)
    assert case.state == "ACTIVE"


def test_on_the_ordinary_route_it_is_inspected_in_ten_days_and_decided_in_three(client: FlaskClient, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_permit(client, "ACCEPTED", route=ORDINARY)
    assert clock_of(case, "PM-B-10WD")["due_at"] == "2026-12-07T15:59:59Z"
    assert why_not(case, approver(case), "grant") == "not_inspected"
    assign(case)
    case.cosigned("inspect_pass", **FOUND)
    assert case.state == "INSPECTED"
    assert clock_of(case, "PM-B-3WD")["due_at"] == "2026-11-26T15:59:59Z"
    grant(case)
    assert case.state == "ACTIVE"


def test_what_does_not_conform_is_refused_with_reasons_and_remedies(client: FlaskClient) -> None:
    case = make_permit(client, "INSPECTED")
    assert why_not(case, approver(case), "grant") == "does_not_conform"
    case.act(approver(case), "refuse", code="NOT_CONFORMING", reason="安全出口数量不足")
    text = told(case, case.reporter)["permit.refused"]
    assert "安全出口数量不足" in text
    assert "六十日内依法申请行政复议" in text


def test_a_place_of_which_an_item_does_not_conform_is_not_said_to_conform(client: FlaskClient) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    assign(case)
    found = {**FOUND, "checklist": [1, 1, 1, 1, 0, 1, 1]}
    assert why_not(case, case.office.officers[0], "verify_pass", **found) == ["checklist"]
    orders = [{"description": "清理疏散通道"}]
    case.cosigned("verify_fail", **found, orders=orders, due_on=in_days(case, 14))
    assert case.read()["data"]["finding"]["checklist"] == found["checklist"]


def test_whoever_accepts_does_not_decide_though_he_holds_both_roles(fresh_database: DatabaseUrls, client: FlaskClient) -> None:
    case = make_permit(client, "SUBMITTED")
    both = clerk(case)
    granted = staff(client, Role.SEC_ADMIN).post(f"/accounts/staff/{both.id}/grants", {"role": "PERMIT_APPROVER"})
    assert granted.status_code == 201, granted.get_data(as_text=True)
    case.act(both, "accept")
    assert (
        why_not(case, both, "grant")
        == why_not(case, both, "refuse", code="NOT_CONFORMING", reason="不符合")
        == ("acceptor_does_not_decide")
    )
    assert "grant" not in offered(case, both)
    assert both.id not in told_ids(case, "permit.accepted", "approvers")
    grant(case)
    assert case.state == "VERIFY_PENDING"


def told_ids(case: Case, event: str, part: str) -> list[UUID]:
    """Whom an event concerns."""
    parts: Parts = case.office.client.application.extensions["fire"]
    with parts.database.snapshot() as session:
        found = session.scalars(select(Event).where(Event.entity_id == case.id, Event.name == event)).one()
        return [UUID(person) for person in found.concerns.get(part, [])]


def test_who_works_there_and_may_not_apply_makes_no_draft(client: FlaskClient) -> None:
    employee = enterprise(client, Role.UNIT_STAFF)
    body = {"unit_id": str(employee.unit_id), "route": ORDINARY, "form": FORM, "materials": materials()}
    answer = employee.post("/permits", body)
    assert [error["field"] for error in answer.get_json()["errors"]] == ["unit_id"]


def test_five_working_days_of_silence_accept_the_papers_when_they_came(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_permit(client, "SUBMITTED", route=ORDINARY)
    clock.now = datetime.fromisoformat("2026-11-30T15:59:00Z")
    tick(parts)
    assert case.read()["state"] == "SUBMITTED"
    clock.now = datetime.fromisoformat("2026-11-30T16:00:30Z")
    tick(parts)
    data = case.read(case.reporter)["data"]
    assert (case.state, data["is_deemed_accepted"], data["accepted_at"]) == ("ACCEPTED", True, data["received_at"])
    assert clock_of(case, "PM-B-10WD")["due_at"] == "2026-12-07T15:59:59Z"  # ten days from when they came, not from now
    assert "即为受理" in told(case, case.reporter)["permit.deemed_accepted"]


def test_corrections_are_told_once_and_whole(client: FlaskClient) -> None:
    case = make_permit(client, "SUBMITTED")
    correct(case)
    assert "请按实际使用面积填写" in told(case, case.reporter)["permit.correction_required"]
    case.act(case.reporter, "supplement", form={**FORM, "area_m2": 800}, materials=materials())
    [asked] = case.read(clerk(case))["data"]["corrections"]
    assert (asked["is_new"], asked["changed"]) == (False, True)
    another = [{"field": "form.exits", "message": "请核对安全出口数量"}]
    assert why_not(case, clerk(case), "require_correction", items=another) == ["items.0.field"]
    correct(case)  # what was asked for before and is still wrong may be asked for again
    assert case.state == "CORRECTION_REQUIRED"


def test_who_does_not_correct_is_not_waited_for_for_ever(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    case = make_permit(client, "CORRECTION_REQUIRED")
    clock.advance(days=31)
    tick(parts)
    assert case.read(case.reporter)["state"] == "ABANDONED"


def test_what_a_hearing_takes_does_not_count(client: FlaskClient, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_permit(client, "ACCEPTED", route=ORDINARY)
    case.act(approver(case), "pause", kind="EXPERT", reason="需要专家评审", until_on="2026-12-01")
    assert case.read()["due_at"] is None
    assert why_not(case, approver(case), "refuse", code="NOT_CONFORMING", reason="不符合") == "term_is_paused"
    clock.now = datetime.fromisoformat("2026-12-01T02:00:00Z")
    case.act(approver(case), "resume")
    limit = clock_of(case, "PM-B-10WD")
    assert limit["due_at"] == "2026-12-15T15:59:59Z"  # six working days later
    assert "扣除2026-11-23 10:00至2026-12-01 10:00(鉴定、专家评审),计6个工作日" in limit["reason"]


def test_a_term_that_stands_still_has_no_date_and_ends_with_the_application(client: FlaskClient, parts: Parts) -> None:
    case = make_permit(client, "ACCEPTED", route=ORDINARY)
    case.act(approver(case), "pause", kind="HEARING", reason="利害关系人申请听证", until_on="2026-12-07")
    assert clock_of(case, "PM-B-10WD")["paused_at"] is not None
    case.act(case.reporter, "withdraw")
    ended = clock_of(case, "PM-B-10WD")
    assert ended["met_at"] is not None
    assert case.read()["data"]["paused"] is None


def test_the_recheck_counts_from_the_end_of_the_term_though_the_notice_was_never_handed_over(
    client: FlaskClient, clock: Clock, parts: Parts
) -> None:
    clock.now = datetime.fromisoformat("2026-11-23T02:00:00Z")
    case = make_permit(client, "VERIFY_FAILED", serve_online=False)  # its three days to serve run out long before
    clock.now = datetime.fromisoformat("2026-12-08T02:00:00Z")
    tick(parts)
    assert case.read()["state"] == "RECHECK"
    assert clock_of(case, "PM-RE")["due_at"] == "2026-12-10T15:59:59Z"  # three days after the 7th
    assert "2026年12月10日" in told(case, case.office.officers[0])["permit.expired"]


def test_officers_who_are_replaced_hear_that_they_need_not_go(client: FlaskClient) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    assign(case)
    first, second = case.office.officers
    others = [str(second.id), str(staff(client, Role.FIRE_OFFICER, nth=2).id)]
    case.act(case.office.leader, "assign", officer_ids=others)
    rows = first.get("/inbox?limit=100").get_json()["items"]
    assert [row for row in rows if row["subject_id"] == str(case.id) and "不再由您承办" in row["body"]]


def test_an_agent_whose_power_has_ended_hears_nothing_more(fresh_database: DatabaseUrls, client: FlaskClient) -> None:
    agent = enterprise(client, Role.AGENT)
    body = {"unit_id": str(agent.unit_id), "route": ORDINARY, "form": FORM, "materials": materials()}
    made = agent.post("/permits", body).get_json()
    case = draft(client, route=ORDINARY)
    case.id, case.reporter = UUID(made["id"]), agent
    case.act(agent, "submit")
    boss = responsible(client)
    [power] = [one for one in boss.get(f"/units/{agent.unit_id}/agents").get_json()["items"] if one["role"] == "AGENT"]
    assert boss.call("DELETE", f"/units/{agent.unit_id}/agents/{power['id']}").status_code == 204
    accept(case)
    assert agent.id not in told_ids(case, "permit.accepted", "applicant")
    assert agent.id in told_ids(case, "permit.submitted", "applicant")


def test_a_failed_verification_is_put_right_or_the_permit_goes_after_its_holder_was_heard(
    fresh_database: DatabaseUrls, client: FlaskClient, clock: Clock, parts: Parts
) -> None:
    case = make_permit(client, "VERIFY_FAILED")
    clock.advance(days=15)
    tick(parts)
    assert case.read()["state"] == "RECHECK"
    case.cosigned("recheck_fail", **FOUND)
    case.act(approver(case), "tell_revocation", code="DECEIT", reason="消防设施为临时借用")
    assert why_not(case, approver(case), "revoke", reason="未作申辩") == "may_still_be_heard"
    clock.advance(days=10)
    tick(parts)
    assert "answer_revocation" not in offered(case, case.reporter)
    token = case.read(case.reporter)["licence_token"]
    verify = f"/api/v1/licences/verify/{token}"
    assert client.get(verify).get_json()["status"] == "VALID"
    case.act(approver(case), "revoke", reason="以欺骗手段取得许可")
    licence = client.get(verify).get_json()
    assert (licence["status"], licence["status_label"]) == ("REVOKED", "已撤销")
    again = draft(client, route=ORDINARY)
    assert why_not(again, again.reporter, "submit") == "banned"


def test_an_answer_can_keep_the_permit(client: FlaskClient) -> None:
    case = make_permit(client, "REVOCATION_TOLD")
    case.act(case.reporter, "answer_revocation", statement="问题已经改正", wants_hearing=False)
    case.act(approver(case), "uphold", reason="复核属实,已经改正")
    assert case.state == "ACTIVE"


def test_the_window_finds_its_papers_in_the_queue_and_the_leader_finds_whom_to_send(client: FlaskClient) -> None:
    case = make_permit(client, "SUBMITTED")

    def waits_for(who: Caller, bucket: str) -> list[str]:
        items = who.get(f"/queue?bucket={bucket}&limit=100").get_json()["items"]
        return [item["waiting_for"] for item in items if item["subject_id"] == str(case.id)]

    assert waits_for(clerk(case), "to_assign") == ["permit_accept"]
    assert waits_for(staff(client, Role.INTAKE_CLERK), "to_assign") == []
    accept(case)
    assert waits_for(approver(case), "to_sign") == ["permit_handle"]
    seen = clerk(case).get("/queue?view=all&limit=100").get_json()["items"]
    assert {item["subject_type"] for item in seen} == {"permit"}  # of hazards the window sees nothing


def test_the_officers_who_are_sent_have_it_on_their_phones_and_lose_it_with_the_task(client: FlaskClient) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    assign(case)
    first, second = case.office.officers
    assert first.get(case.path).status_code == second.get(case.path).status_code == 200
    assert "verify_pass" in offered(case, first)
    others = [str(second.id), str(staff(client, Role.FIRE_OFFICER, nth=2).id)]
    case.act(case.office.leader, "assign", officer_ids=others)
    assert first.get(case.path).status_code == 404


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        (("NONE", "OPENING", "ACCEPTED"), "NOT_NEEDED"),
        (("HOTEL", "UNCHANGED", "ACCEPTED"), "NOT_NEEDED"),
        (("HOTEL", "OPENING", "NONE"), "ACCEPTANCE_FIRST"),
        (("ENT_DANCE", "REBUILT", "FILED"), "NEEDED"),
    ],
)
def test_three_questions_say_whether_it_is_needed(client: FlaskClient, answers: tuple[str, ...], result: str) -> None:
    query = dict(zip(("venue_kind", "occasion", "acceptance"), answers, strict=True))
    assert client.get("/api/v1/permits/need", query_string=query).get_json()["result"] == result
    assert client.get("/api/v1/permits/need", query_string={**query, "occasion": "X"}).status_code == 422
