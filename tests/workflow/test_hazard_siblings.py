"""No letter and no order outlives its hazard, and none acts on a hazard that is no longer its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.makers import FOUND, LETTER_WAYS, ORDER_WAYS, Case, make_hazard, order_to

NOT_OURS = {"reason": "属住建部门职责", "legal_basis": "消防法第十三条", "lack_of_competence": True}


def with_letter(hazard: Case, state: str) -> Case:
    """The letter about this hazard, brought into this state."""
    hazard.act(hazard.office.leader, "hand_over", to_org_id=str(hazard.office.receiver.org_id), **NOT_OURS)
    letter = hazard.sibling("handover")
    for step in LETTER_WAYS[state]:
        step(letter)
    return letter


def test_an_order_whose_hazard_is_closed_by_its_case_number_ends_with_that_number(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    order = hazard.sibling("rectification")
    for step in ORDER_WAYS["RECHECK_PENDING"]:
        step(order)
    order.act(order.office.officers[0], "recheck_pass", finding="复查合格")
    drafted = order.last["act_sha256"]
    hazard.act(hazard.office.clerk, "tell_reporter").act(hazard.office.leader, "file_case", case_no="新消立〔2026〕第9号")
    hazard.act(hazard.office.leader, "close")
    assert order.read()["state"] == "CASE_FILED"
    late = order.office.officers[1].post(f"{order.path}/actions/cosign", {"act_sha256": drafted})
    assert late.get_json()["type"] == "/problems/illegal_transition"
    closed = hazard.read()
    assert (closed["state"], closed["due_at"]) == ("CLOSED", None)


def test_an_order_whose_hazard_is_ended_by_two_persons_ends_too(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    order = hazard.sibling("rectification")
    hazard.act(hazard.office.leader, "request_force_close", reason="现场已整体拆除")
    hazard.act(hazard.office.committee, "force_close")
    ended = order.read()
    assert (ended["state"], ended["due_at"], ended["actions"]) == ("CANCELLED", None, [])


END_BEFORE_THE_CHECK: dict[str, Callable[[Case], object]] = {
    "NOT_ACCEPTED": lambda hazard: hazard.act(hazard.office.clerk, "reject", reason_code="NOT_FIRE_MATTER"),
    "MERGED": lambda hazard: hazard.act(
        hazard.office.clerk, "merge", master_id=str(make_hazard(hazard.office.client).id)
    ),
    "CLOSED": lambda hazard: hazard.act(hazard.office.leader, "request_force_close", reason="重复录入").act(
        hazard.office.committee, "force_close"
    ),
}  # fmt: skip


@pytest.mark.parametrize("end", END_BEFORE_THE_CHECK)
@pytest.mark.parametrize("state", ["DRAFT", "SENT", "RECEIVED", "RETURNED", "ARBITRATION"])
def test_a_letter_whose_hazard_ends_is_withdrawn_and_its_receiver_is_told(client: FlaskClient, state: str, end: str) -> None:
    hazard = make_hazard(client, "REGISTERED")
    letter = with_letter(hazard, state)
    END_BEFORE_THE_CHECK[end](hazard)
    assert hazard.state == end
    if state != "DRAFT":
        assert letter.office.receiver.post(f"{letter.path}/actions/accept").get_json()["type"] == "/problems/illegal_transition"
        told = [
            (row["event_name"], row["subject_id"]) for row in letter.office.receiver.get("/inbox?limit=100").get_json()["items"]
        ]
        assert ("handover.withdrawn", str(letter.id)) in told
    assert letter.read(letter.office.leader)["state"] == "WITHDRAWN"
    assert hazard.read()["data"]["handover_id"] is None


@pytest.mark.parametrize("action", ["verify_false", "fix_on_site"])
def test_a_letter_is_withdrawn_when_the_check_finds_nothing_left_to_do(client: FlaskClient, action: str) -> None:
    hazard = make_hazard(client, "VERIFYING")
    letter = with_letter(hazard, "RECEIVED")
    hazard.cosigned(action, **FOUND)
    assert letter.read()["state"] == "WITHDRAWN"


def test_a_letter_is_withdrawn_when_the_recheck_passes_before_anybody_accepts_it(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    letter, order = with_letter(hazard, "RECEIVED"), hazard.sibling("rectification")
    for step in ORDER_WAYS["RECTIFIED"]:
        step(order)
    assert (hazard.read()["state"], letter.read()["state"]) == ("RECTIFIED", "WITHDRAWN")


def test_a_hazard_that_is_checked_again_can_be_handed_over_again(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    with_letter(hazard, "DRAFT")
    hazard.cosigned("verify_false", **FOUND).act(hazard.office.clerk, "tell_reporter")
    hazard.act(hazard.reporter, "dispute", reason="通道仍被堵塞").act(hazard.office.committee, "reopen", reason="重新核查")
    assert with_letter(hazard, "SENT").state == "SENT"


def test_nobody_ends_a_case_that_the_receiver_has_accepted(client: FlaskClient) -> None:
    hazard = make_hazard(client, "HANDED_OVER")
    hazard.act(hazard.office.leader, "request_force_close", reason="现场已整体拆除")
    assert "force_close" not in [step["action"] for step in hazard.read(hazard.office.committee)["actions"]]
    refused = hazard.office.committee.post(f"{hazard.path}/actions/force_close")
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "receiver_holds_the_case")


def test_the_order_of_an_earlier_check_does_nothing_to_a_later_finding(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    first = hazard.sibling("rectification")
    hazard.act(hazard.office.clerk, "tell_reporter").act(hazard.office.leader, "file_case", case_no="新消立〔2026〕第10号")
    hazard.act(hazard.office.leader, "close")
    hazard.act(hazard.reporter, "dispute", reason="隐患仍未消除").act(hazard.office.committee, "reopen", reason="重新核查")
    hazard.act(hazard.office.leader, "assign", officer_ids=[str(officer.id) for officer in hazard.office.officers])
    hazard.act(hazard.office.officers[0], "start").cosigned("verify_true", **FOUND, order=order_to(hazard))
    assert first.office.officers[0].post(f"{first.path}/actions/apply_recheck").status_code == 409
    assert hazard.read()["state"] == "VERIFIED_TRUE"
    assert hazard.sibling("rectification").id != first.id
