"""Promises about letters that nobody signs for, feedback that does not suffice, and disputes about competence."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.context import Parts
from database.journal import Event
from notifications.models import InboxItem
from tests.clock import Clock
from tests.makers import LETTER_WAYS, Case, in_days, make_hazard, make_letter
from tests.people import Caller
from tests.workflow.test_escalation import breaches, worked_off
from workflow.queue import escalation


def told(parts: Parts, who: Caller, case: Case) -> list[str]:
    """The titles of somebody's notices about a case."""
    with parts.database.transaction() as session:
        found = select(InboxItem.title).where(InboxItem.person_id == who.id, InboxItem.subject_id == case.id)
        return list(session.scalars(found))


def offered(case: Case, who: Caller) -> set[str]:
    """The steps that somebody is offered."""
    return {step["action"] for step in case.read(who)["actions"]}


def running(case: Case) -> list[str]:
    """Clocks that still run."""
    return [clock["rule_id"] for clock in case.read()["clocks"] if not clock["met_at"] and not clock["cancelled_at"]]


def supervised(letter: Case) -> Case:
    """督办, ten days from now."""
    return letter.act(letter.office.committee, "supervise", document_no="督〔2026〕1号", due_on=in_days(letter, 10))


def test_senders_and_committee_are_told_of_a_letter_that_nobody_signs_for(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    letter = make_letter(client, "SENT")
    clock.advance(days=2)
    worked_off(parts, escalation.mark_breaches)
    office = letter.office
    for who in (office.leader, office.clerk, office.committee):
        assert "移送件逾期未签收" in told(parts, who, letter)
    [event] = [event for event in breaches(parts, letter) if event.data["rule_id"] == "HO-SIGN"]
    assert event.concerns["committee"]
    assert letter.read()["data"]["is_sign_overdue"]


def test_an_unsigned_letter_goes_to_the_committee_by_itself_after_as_long_again(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    letter = make_letter(client, "SENT")  # Monday; to be signed for on Tuesday
    clock.advance(days=2)
    worked_off(parts, escalation.mark_breaches)
    worked_off(parts, escalation.refer_unsigned)
    assert letter.read()["state"] == "SENT"
    clock.advance(days=1)
    worked_off(parts, escalation.refer_unsigned)
    assert letter.read()["state"] == "ARBITRATION"
    assert running(letter) == ["HO-ARB"]
    letter.act(letter.office.committee, "decide", to_org_id=str(letter.office.other_receiver.org_id))
    assert letter.office.receiver.get(letter.path).status_code == 404


@pytest.mark.parametrize("state", ["DRAFT", "SENT"])
def test_the_sending_leader_takes_a_letter_back_and_goes_on_with_the_case(client: FlaskClient, parts: Parts, state: str) -> None:
    letter = make_letter(client, state)
    assert "withdraw" in offered(letter, letter.office.leader)
    letter.act(letter.office.leader, "withdraw", note="改由本单位办理")
    assert (letter.state, running(letter)) == ("WITHDRAWN", [])
    hazard = letter.office.leader.get(f"/hazards/{letter.hazard_id}").get_json()
    assert (hazard["state"], hazard["data"]["handover_id"]) == ("VERIFIED_TRUE", None)
    if state == "SENT":
        assert "移送件已收回" in told(parts, letter.office.receiver, letter)


def test_the_sending_leader_may_ask_the_committee_while_nobody_signs(client: FlaskClient, parts: Parts) -> None:
    letter = make_letter(client, "SENT")
    letter.act(letter.office.leader, "dispute")
    assert letter.state == "ARBITRATION"
    assert "移送争议协调" in told(parts, letter.office.committee, letter)


@pytest.mark.parametrize(("before", "way"), [("ACCEPTED", "CLOSED"), ("RETURNED", "WITHDRAWN")])
def test_no_clock_of_a_letter_outlives_it(client: FlaskClient, before: str, way: str) -> None:
    letter = make_letter(client, before)
    supervised(letter)
    assert "HO-SUPERVISED" in running(letter)
    for step in LETTER_WAYS[way][len(LETTER_WAYS[before]) :]:
        step(letter)
    assert (letter.state, running(letter), letter.read()["due_at"]) == (way, [], None)


def test_the_second_rejection_tells_the_committee_which_sends_the_letter_back(client: FlaskClient, parts: Parts) -> None:
    letter = make_letter(client, "FEEDBACK")
    office = letter.office
    letter.act(office.leader, "reject", reason="未说明是否停止使用")
    assert "反馈两次不充分" not in told(parts, office.committee, letter)
    letter.act(office.receiver, "finish", result="已停止使用")
    letter.act(office.leader, "reject", reason="没有附照片")
    assert "反馈两次不充分" in told(parts, office.committee, letter)
    letter.act(office.receiver, "finish", result="已附照片")
    assert "reject" not in offered(letter, office.leader)
    refused = office.leader.post(f"{letter.path}/actions/reject", {"reason": "仍不充分"})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "ask_for_supervision")
    supervised(letter)
    assert letter.state == "ACCEPTED"
    assert running(letter) == ["HO-SUPERVISED"]
    assert "finish" in offered(letter, office.receiver)
    assert "移送件督办" in told(parts, office.receiver, letter)
    clocks = office.leader.get(f"/hazards/{letter.hazard_id}").get_json()["clocks"]
    waits = [clock["due_at"] for clock in clocks if clock["rule_id"] == "HZ-HANDED" and not clock["cancelled_at"]]
    assert waits == [letter.read()["due_at"]]


def test_the_committee_may_find_the_sender_itself_competent(client: FlaskClient, parts: Parts) -> None:
    letter = make_letter(client, "ARBITRATION")
    office = letter.office
    assert "leave_with_sender" in offered(letter, office.committee)
    letter.act(office.committee, "leave_with_sender", note="疏散通道由消防救援机构监督检查")
    assert (letter.state, running(letter)) == ("WITHDRAWN", [])
    assert "移送件已收回" in told(parts, office.leader, letter)
    hazard = Case("hazard", letter.hazard_id, office, letter.reporter, letter.hazard_id, letter.tracking_code)
    assert hazard.read()["data"]["handover_id"] is None
    assert "hand_over" in offered(hazard, office.leader)
    with parts.database.transaction() as session:
        event = session.scalars(select(Event).where(Event.entity_id == letter.id, Event.name == "handover.withdrawn")).one()
    assert event.data["action"] == "leave_with_sender"


def test_a_letter_offers_no_step_that_would_be_refused(client: FlaskClient) -> None:
    letter = make_letter(client, "ACCEPTED")
    office = letter.office
    assert "extend" in offered(letter, office.receiver)
    letter.act(office.receiver, "extend", due_on=in_days(letter, 30), reason="需要设计单位配合")
    assert "extend" not in offered(letter, office.receiver)
    decided = make_letter(client, "ARBITRATION")
    decided.act(office.committee, "decide", to_org_id=str(office.receiver.org_id))
    decided.act(office.receiver, "sign_for")
    assert offered(decided, office.receiver) == {"accept"}


def test_only_a_second_return_is_called_one(client: FlaskClient, parts: Parts) -> None:
    letter = make_letter(client, "ARBITRATION")  # disputed after one return
    with parts.database.transaction() as session:
        found = select(InboxItem.body).where(InboxItem.person_id == letter.office.committee.id, InboxItem.subject_id == letter.id)
        assert "两次" not in session.scalars(found).one()


def referred(client: FlaskClient, state: str = "VERIFIED_TRUE", **more: object) -> Case:
    """What goes to another office in one go, without a letter."""
    hazard = make_hazard(client, state)
    hazard.act(hazard.office.leader, "refer", to_org_id=str(hazard.office.receiver.org_id), reason="楼道堆物由社区清理", **more)
    return hazard.sibling("handover")


def test_what_is_referred_goes_at_once_without_a_number_of_its_own_and_is_held_as_a_letter_is(client: FlaskClient) -> None:
    referral = referred(client)
    assert referral.read()["state"] == "SENT"
    data = referral.read(referral.office.receiver)["data"]
    assert (data["kind"], data["letter_no"]) == ("REFERRAL", f"转办{data['letter']['number']}")
    assert data["letter"]["title"].startswith("转办")
    assert any(data["letter_no"] in item["body"] for item in referral.office.receiver.get("/inbox?limit=100").get_json()["items"])
    hazard = referral.office.leader.get(f"/hazards/{referral.hazard_id}").get_json()
    assert hazard["state"] == "VERIFIED_TRUE", "until the receiver accepts, the sender holds it"
    for step in LETTER_WAYS["ACCEPTED"][1:]:
        step(referral)
    assert referral.office.leader.get(f"/hazards/{referral.hazard_id}").get_json()["state"] == "HANDED_OVER"


def test_a_second_referral_of_a_case_is_told_from_the_first_and_nothing_is_referred_before_it_is_checked(
    client: FlaskClient,
) -> None:
    first = referred(client)
    first.act(first.office.leader, "withdraw", note="自行处理")
    hazard = Case("hazard", first.hazard_id, first.office, first.reporter, first.hazard_id, first.tracking_code, first.number)
    body = {"to_org_id": str(first.office.receiver.org_id), "reason": "再次转办社区"}
    hazard.act(first.office.leader, "refer", **body)
    second = hazard.sibling("handover")
    assert second.read()["data"]["letter_no"].endswith("之二")
    for step in LETTER_WAYS["RETURNED"][1:]:
        step(second)
    second.act(first.office.leader, "resend", to_org_id=str(first.office.other_receiver.org_id))
    assert second.read()["data"]["letter_no"].endswith("之三")
    unchecked = make_hazard(client, "REGISTERED")
    refused = unchecked.office.leader.post(f"{unchecked.path}/actions/refer", body)
    assert [error["field"] for error in refused.get_json()["errors"]] == ["lack_of_competence"]
    assert referred(client, "REGISTERED", lack_of_competence=True).read()["state"] == "SENT"
