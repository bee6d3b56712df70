"""即知即改: a place is told what to put right before anybody checks, never by whom; the check goes on as if it had not been."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from accounts.demo import demo_credit_code
from api.context import Parts
from database.base import new_id
from tests.makers import FOUND, Case, all_fixed, in_days, make_hazard, make_order, order_to, prompt_to
from tests.people import ELSEWHERE, HOME, enterprise, through_provider
from tests.workflow.test_letters_ways import running, told

CANARY = "楼上王某某看见货物堵门"


def prompted(client: FlaskClient, state: str = "ASSIGNED") -> tuple[Case, Case]:
    """A report, and what the place was told."""
    hazard = make_hazard(client, state, description=CANARY)
    hazard.act(hazard.office.leader, "prompt_unit", **prompt_to(hazard))
    return hazard, hazard.sibling("prompt")


def test_the_place_reads_what_to_put_right_and_nothing_leads_to_the_report(client: FlaskClient, parts: Parts) -> None:
    hazard, prompt = prompted(client)
    manager = prompt.office.manager
    assert "请即知即改" in told(parts, manager, prompt)
    answer = manager.get(prompt.path)
    read = answer.get_json()
    assert [item["description"] for item in read["data"]["items"]] == ["清理疏散通道内堆放的货物"]
    assert [step["action"] for step in read["actions"]] == ["report_fix"]
    text = answer.get_data(as_text=True)
    assert not any(secret in text for secret in (CANARY, hazard.number, str(hazard.id), hazard.tracking_code))
    assert manager.get(hazard.path).status_code == 404


def test_the_check_and_its_clock_go_on_and_a_true_finding_still_makes_an_order(client: FlaskClient, parts: Parts) -> None:
    hazard, prompt = prompted(client)
    before = running(hazard)
    prompt.act(prompt.office.manager, "report_fix", items=all_fixed(prompt))
    assert prompt.state == "PROMPT_ANSWERED"
    assert hazard.read()["state"] == "ASSIGNED"
    assert running(hazard) == before
    for officer in hazard.office.officers:
        assert "单位已回传改正情况" in told(parts, officer, prompt)
    hazard.act(hazard.office.officers[0], "start")
    hazard.cosigned("verify_true", **FOUND, order=order_to(hazard))
    order = hazard.sibling("rectification")
    assert (order.state, prompt.read()["state"]) == ("ORDERED", "PROMPT_ENDED")
    assert order.id != prompt.id
    refused = prompt.office.manager.post(f"{prompt.path}/actions/report_fix", {"items": all_fixed(prompt)})
    assert refused.get_json()["type"] == "/problems/illegal_transition"


@pytest.mark.parametrize("ending", ["verify_false", "fix_on_site", "force_close"])
def test_what_the_place_was_told_ends_with_the_report(client: FlaskClient, ending: str) -> None:
    hazard, prompt = prompted(client, "VERIFYING")
    if ending == "force_close":
        hazard.act(hazard.office.leader, "request_force_close", reason="现场已整体拆除")
        hazard.act(hazard.office.committee, "force_close")
    else:
        hazard.cosigned(ending, **FOUND)
    assert prompt.read()["state"] == "PROMPT_ENDED"


def test_the_answer_is_told_to_the_leader_and_once_there_are_officers_to_them_too(client: FlaskClient, parts: Parts) -> None:
    hazard, prompt = prompted(client, "REGISTERED")
    prompt.act(prompt.office.manager, "report_fix", items=all_fixed(prompt))
    assert "单位已回传改正情况" in told(parts, hazard.office.leader, prompt)
    hazard.act(hazard.office.leader, "assign", officer_ids=[str(officer.id) for officer in hazard.office.officers])
    prompt.act(prompt.office.manager, "report_fix", items=all_fixed(prompt))
    assert all("单位已回传改正情况" in told(parts, officer, prompt) for officer in hazard.office.officers)


@pytest.mark.parametrize("state", ["PROMPTED", "PROMPT_ANSWERED"])
def test_what_the_wrong_place_was_told_is_withdrawn_and_the_right_one_is_told(
    client: FlaskClient, parts: Parts, state: str
) -> None:
    hazard, prompt = prompted(client)
    if state == "PROMPT_ANSWERED":
        prompt.act(prompt.office.manager, "report_fix", items=all_fixed(prompt))
    prompt.act(hazard.office.leader, "withdraw_prompt", reason="选错了单位")
    assert (prompt.state, running(prompt)) == ("PROMPT_WITHDRAWN", [])
    assert "告知已撤回" in told(parts, prompt.office.manager, prompt)
    assert hazard.read()["data"]["prompt_id"] is None
    hazard.act(hazard.office.leader, "prompt_unit", **prompt_to(hazard))
    assert hazard.sibling("prompt").state == "PROMPTED"


def test_a_report_that_was_merged_by_mistake_may_have_its_place_told_again(client: FlaskClient) -> None:
    hazard, prompt = prompted(client, "REGISTERED")
    hazard.act(hazard.office.clerk, "merge", master_id=str(make_hazard(client, "REGISTERED").id))
    hazard.act(hazard.office.clerk, "unmerge", reason="不是同一处")
    assert prompt.read()["state"] == "PROMPT_ENDED"
    hazard.act(hazard.office.leader, "prompt_unit", **prompt_to(hazard))
    assert hazard.sibling("prompt").id != prompt.id


def test_a_place_is_told_once_and_only_one_of_the_banner_where_somebody_reads_it(client: FlaskClient) -> None:
    hazard, _ = prompted(client)
    path = f"{hazard.path}/actions/prompt_unit"
    again = hazard.office.leader.post(path, prompt_to(hazard))
    assert (again.status_code, again.get_json()["reason"]) == (409, "already_prompted")

    other = make_hazard(client, "REGISTERED")
    path = f"{other.path}/actions/prompt_unit"
    code = demo_credit_code(HOME, f"MA{new_id().hex[-6:].upper()}")
    place = {"name": "无账号的商店", "region_code": HOME, "category": "GENERAL_UNIT", "place_type": "HOTEL", "uscc": code}
    lonely = through_provider(client, "responsible.150102", uscc=code).post("/units", place).get_json()
    for field, fields in {
        "unit_id": {"unit_id": str(enterprise(client, Role.UNIT_MANAGER, ELSEWHERE).unit_id)},
        "unit_id ": {"unit_id": lonely["id"]},
        "due_on": {"due_on": in_days(other, -1)},
        "items": {"items": []},
    }.items():
        answer = other.office.leader.post(path, prompt_to(other, **fields))
        assert answer.status_code == 422, (field, answer.get_data(as_text=True))
        assert [error["field"] for error in answer.get_json()["errors"]] == [field.strip()]
    assert other.read()["data"]["prompt_id"] is None


def test_no_photo_no_item_put_right(client: FlaskClient) -> None:
    prompt = make_order(client, "PROMPTED")
    items = [{**item, "photos": []} for item in all_fixed(prompt)]
    answer = prompt.office.manager.post(f"{prompt.path}/actions/report_fix", {"items": items})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "items.0.photos"
