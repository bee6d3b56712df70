"""What two officers write down of a check: its evidence, why it was late, and the term of the order."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.clock import Clock
from tests.makers import FINDING, FOUND, Case, in_days, make_hazard, order_to
from tests.people import ELSEWHERE, enterprise


def refused(case: Case, action: str, **arguments: Any) -> dict[str, str]:
    """The fields for which the first officer's draft is refused, with their codes."""
    answer = case.office.officers[0].post(f"{case.path}/actions/{action}", arguments)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return {error["field"]: error["code"] for error in answer.get_json()["errors"]}


def test_a_finding_has_a_photo_or_a_position_or_says_why_it_has_neither(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    items = [{"description": "清理通道", "photos": [str(new_id())]}]
    for action, more in (("verify_false", {}), ("fix_on_site", {}), ("verify_true", {"order": order_to(hazard)})):
        assert set(refused(hazard, action, finding=FINDING, **more)) == {"no_evidence_reason"}
    first = hazard.office.officers[0]
    hazard.act(first, "verify_false", finding=FINDING, photos=[str(new_id())])
    hazard.act(first, "verify_true", finding=FINDING, order=order_to(hazard, items=items))
    hazard.act(first, "verify_false", finding=FINDING, position=FOUND["position"])
    hazard.cosigned("verify_false", finding=FINDING, no_evidence_reason="井下无信号且禁止拍照")
    assert hazard.read()["data"]["finding"]["no_evidence_reason"] == "井下无信号且禁止拍照"


def test_who_checks_after_the_date_says_why_and_his_leader_reads_it(client: FlaskClient, clock: Clock) -> None:
    hazard, timely = make_hazard(client, "VERIFYING"), make_hazard(client, "VERIFYING")
    timely.cosigned("verify_false", **FOUND)
    clock.advance(hours=25)
    assert refused(hazard, "verify_false", **FOUND) == {"late_reason": "required"}
    hazard.cosigned("verify_false", **FOUND, late_reason="大雪封路,车辆无法通行")
    said = [line["data"]["reason"] for line in hazard.read()["timeline"] if line["name"] == "hazard.lateness_explained"]
    assert said == ["大雪封路,车辆无法通行"]
    rows = hazard.office.leader.get("/inbox?limit=100").get_json()["items"]
    heard = [row["subject_id"] for row in rows if row["event_name"] == "hazard.lateness_explained"]
    assert (str(hazard.id) in heard, str(timely.id) in heard) == (True, False)
    assert "大雪封路" not in hazard.reporter.get(hazard.path).get_data(as_text=True)


def test_a_second_signature_that_comes_too_late_is_refused_and_the_act_is_drafted_anew(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    first, second = hazard.office.officers
    hazard.act(first, "verify_true", **FOUND, order=order_to(hazard, due_on=in_days(hazard, 1)))
    sha256 = hazard.last["act_sha256"]
    clock.advance(hours=25)
    late = second.post(f"{hazard.path}/actions/cosign", {"act_sha256": sha256})
    assert (late.status_code, late.get_json()["reason"]) == (409, "term_has_passed")
    hazard.act(first, "verify_false", **FOUND, late_reason="大雪封路,车辆无法通行")
    clock.advance(hours=1)
    hazard.cosigned("verify_false", **FOUND, late_reason="大雪封路,车辆无法通行")


@pytest.mark.parametrize(("days", "code"), [(0, "too_early"), (-1, "too_early"), (91, "too_late")])
def test_a_term_ends_after_today_and_within_ninety_days(client: FlaskClient, days: int, code: str) -> None:
    hazard = make_hazard(client, "VERIFYING")
    order = order_to(hazard, due_on=in_days(hazard, days))
    assert refused(hazard, "verify_true", **FOUND, order=order) == {"order.due_on": code}
    hazard.cosigned("verify_true", **FOUND, order=order_to(hazard, due_on=in_days(hazard, 90)))


def test_an_order_is_made_to_a_unit_of_the_banner_or_to_none_that_we_know(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    elsewhere = str(enterprise(client, Role.UNIT_MANAGER, ELSEWHERE).unit_id)
    for unit_id in (str(new_id()), elsewhere):
        order = order_to(hazard, unit_id=unit_id)
        assert refused(hazard, "verify_true", **FOUND, order=order) == {"order.unit_id": "unknown_unit"}
    hazard.cosigned("verify_true", **FOUND, order=order_to(hazard, unit_id=None))


def test_an_order_at_once_names_no_day(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    assert set(refused(hazard, "verify_true", **FOUND, order=order_to(hazard, kind="IMMEDIATE"))) == {"order.due_on"}
    hazard.cosigned("verify_true", **FOUND, order=order_to(hazard, kind="IMMEDIATE", due_on=None))
