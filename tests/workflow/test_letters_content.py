"""Promises about what a receiving office is told before it decides, and who reads a letter when."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from database.base import new_id
from tests.application import work_off
from tests.clock import Clock
from tests.makers import FINDING, Case, make_hazard, make_letter, order_to
from tests.people import Caller, Json, citizen
from tests.photos import a_photo
from tests.workflow.test_escalation import worked_off
from workflow.handovers.models import Handover
from workflow.handovers.synced import HANDOVER
from workflow.queue import escalation

CANARY = "只有举报人知道的一句话"
BASIS = "消防法第十三条"


def handed_over(hazard: Case, **more: object) -> Case:
    """A draft to the first department."""
    body = {"to_org_id": str(hazard.office.receiver.org_id), "reason": "属住建部门职责", "legal_basis": BASIS, **more}
    hazard.act(hazard.office.leader, "hand_over", **body)
    return hazard.sibling("handover")


def papers(letter: Case, reader: Caller) -> list[Json]:
    answer = reader.get(f"{letter.path}/papers")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made: list[Json] = answer.get_json()["items"]
    return made


def test_the_receiver_reads_what_was_found_before_it_signs_and_nothing_of_the_reporter(client: FlaskClient, parts: Parts) -> None:
    theirs, ours = str(new_id()), str(new_id())
    hazard = make_hazard(client, "VERIFYING", description=CANARY, photos=[theirs])
    officer = hazard.office.officers[0]
    hazard.reporter.put_bytes(f"/media/{theirs}/content", a_photo())
    hazard.cosigned("verify_true", finding=FINDING, photos=[ours], order=order_to(hazard))
    assert officer.put_bytes(f"/media/{ours}/content", a_photo()).status_code in (200, 201)
    work_off(parts)
    letter = handed_over(hazard).act(hazard.office.leader, "approve")
    receiver = hazard.office.receiver
    answer = receiver.get(letter.path)
    written = answer.get_json()["data"]["letter"]
    assert answer.get_json()["state"] == "SENT"
    assert written["finding"] == FINDING
    assert written["items"] == [{"description": "清理疏散通道内堆放的货物", "clause": "消防法28"}]
    assert written["measures"].startswith("责令于2026年12月14日前改正")
    assert written["legal_basis"] == BASIS
    assert written["order_no"]
    assert written["unit"]["name"] in written["title"]
    assert written["place"]
    assert written["contact"]
    assert written["signed_by"]
    assert {"sign_due", "return_due", "feedback_due"} <= written.keys()
    assert [photo["id"] for photo in written["photos"]] == [ours]
    assert len(written["photos"][0]["sha256"]) == 64
    assert receiver.get(f"/media/{ours}").status_code == 200
    assert receiver.get(f"/media/{theirs}").status_code == 404
    assert hazard.office.other_receiver.get(f"/media/{ours}").status_code == 404
    (paper,) = papers(letter, receiver)
    for said in (
        FINDING,
        "1. 清理疏散通道内堆放的货物(消防法28)。",
        BASIS,
        written["order_no"],
        written["place"],
        written["contact"],
    ):
        assert said in paper["body"]
    assert f"照片{ours},SHA-256:{written['photos'][0]['sha256']}" in paper["body"]
    for text in (answer.get_data(as_text=True), paper["body"]):
        assert CANARY not in text
        assert str(hazard.reporter.id) not in text
        assert theirs not in text


def test_what_is_written_in_a_letter_stays_as_it_was_signed(client: FlaskClient) -> None:
    letter = make_letter(client, "RETURNED")
    office = letter.office
    before = letter.read()["data"]["letter"]
    letter.act(office.leader, "resend", to_org_id=str(office.other_receiver.org_id))
    after = letter.read()["data"]["letter"]
    addressed = {"letter_no", "to_org", "sent_at", "sign_due", "return_due", "feedback_due", "earlier"}
    assert {name for name in before if before[name] != after[name]} <= addressed
    assert after["earlier"] == [{name: before[name] for name in ("letter_no", "to_org", "sent_at")}]


@pytest.mark.parametrize("basis", [{}, {"legal_basis": " "}])
def test_no_letter_is_drafted_without_a_legal_basis(client: FlaskClient, basis: dict[str, str]) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    body = {"to_org_id": str(hazard.office.receiver.org_id), "reason": "属住建部门职责", **basis}
    refused = hazard.office.leader.post(f"{hazard.path}/actions/hand_over", body)
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, ["legal_basis"])


def test_the_leader_who_signs_a_letter_may_name_another_legal_basis(client: FlaskClient) -> None:
    letter = handed_over(make_hazard(client, "VERIFIED_TRUE"), legal_basis="消防法第二十六条")
    letter.act(letter.office.leader, "approve", legal_basis=BASIS)
    assert letter.read(letter.office.receiver)["data"]["letter"]["legal_basis"] == BASIS


def test_a_letter_for_lack_of_competence_says_that_nobody_has_checked(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REGISTERED", description=CANARY)
    letter = handed_over(hazard, lack_of_competence=True).act(hazard.office.leader, "approve")
    answer = letter.office.receiver.get(letter.path)
    written = answer.get_json()["data"]["letter"]
    assert (written["finding"], written["checked_on"], written["photos"]) == ("", None, [])
    assert written["lack_of_competence"]
    (paper,) = papers(letter, letter.office.receiver)
    assert "核查情况:未作现场核查。" in paper["body"]
    assert "不属于我单位职责" in paper["body"]
    for text in (answer.get_data(as_text=True), paper["body"]):
        assert CANARY not in text


def test_each_sending_is_a_paper_of_its_own_for_those_who_read_the_letter(client: FlaskClient, clock: Clock) -> None:
    letter = make_letter(client, "RETURNED")
    office = letter.office
    (first,) = papers(letter, office.receiver)
    receiver = office.receiver.user["orgs"][0]["name"]
    assert first["body"].splitlines()[:4] == [first["title"], first["number"], "", f"{receiver}:"]
    assert "请于2026年11月24日前签收" in first["body"]
    assert "{" not in first["body"]
    letter.act(office.leader, "resend", to_org_id=str(office.other_receiver.org_id))
    for reader in (office.leader, office.other_receiver):
        before, again = papers(letter, reader)
        assert before == first
        assert again["number"] == letter.read()["data"]["letter_no"] == f"{first['number']}之二"
        assert f"本件曾于2026年11月23日以{first['number']}移送" in again["body"]
        pdf = reader.get(f"/papers/{again['id']}/pdf")
        assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")
    for stranger in (office.receiver, office.manager, citizen(client), letter.reporter):
        assert stranger.get(f"{letter.path}/papers").status_code == 404
        assert stranger.get(f"/papers/{again['id']}/pdf").status_code == 404


def test_the_committee_s_word_is_in_the_letter_that_goes_out_on_it(client: FlaskClient) -> None:
    letter = make_letter(client, "ARBITRATION")
    letter.act(letter.office.committee, "decide", to_org_id=str(letter.office.other_receiver.org_id))
    assert "经协调,明确由你单位承办。" in papers(letter, letter.office.other_receiver)[-1]["body"]


def test_what_is_passed_on_without_a_letter_makes_no_paper(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    hazard.act(hazard.office.leader, "refer", to_org_id=str(hazard.office.receiver.org_id), reason="楼道堆物由社区清理")
    letter = hazard.sibling("handover")
    assert letter.read(hazard.office.receiver)["state"] == "SENT"
    assert papers(letter, hazard.office.receiver) == []


def test_a_draft_is_no_paper_yet(client: FlaskClient) -> None:
    letter = make_letter(client, "DRAFT")
    assert papers(letter, letter.office.leader) == []


def test_who_returned_a_letter_no_longer_reads_it_once_it_went_elsewhere_under_its_own_number(client: FlaskClient) -> None:
    letter = make_letter(client, "RETURNED")
    office = letter.office
    number = letter.read()["data"]["letter_no"]
    assert office.receiver.get(letter.path).status_code == 200  # its own return
    letter.act(office.leader, "resend", to_org_id=str(office.other_receiver.org_id))
    assert letter.read()["data"]["letter_no"] == f"{number}之二"
    assert office.receiver.get(letter.path).status_code == 404
    assert letter.id not in [item["id"] for item in office.receiver.get("/handovers?limit=100").get_json()["items"]]
    assert office.other_receiver.get(letter.path).status_code == 200


def test_a_letter_leaves_the_devices_90_days_after_its_end_and_stays_readable(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    letter, open_letter = make_letter(client, "CLOSED"), make_letter(client, "ACCEPTED")

    def on_devices(case: Case) -> bool:
        with parts.database.transaction() as session:
            return bool(HANDOVER.scopes_of(session.get_one(Handover, case.id)))

    clock.advance(days=89)
    worked_off(parts, escalation.retire_closed)
    assert on_devices(letter)
    clock.advance(days=2)
    worked_off(parts, escalation.retire_closed)
    assert not on_devices(letter)
    assert on_devices(open_letter)
    assert letter.read()["state"] == "CLOSED"
