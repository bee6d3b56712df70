"""The queue is sorted by the date, and what weighs comes earlier by so many hours, which a card says and a row decides."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from tests.application import work_off
from tests.clock import Clock
from tests.makers import Case, make_hazard
from tests.people import ELSEWHERE, Caller, Json, staff
from tests.workflow.test_deadlines import administrator, edit

__all__ = ["administrator"]


def order(client: FlaskClient, *cases: Case) -> list[str]:
    """The ids of these cases as the leader's queue has them."""
    asked: Json = {"view": "all", "subject_type": cases[0].kind, "region_code": cases[0].office.region_code, "limit": 100}
    wanted = {str(case.id) for case in cases}
    return [item["subject_id"] for item in items(client, asked) if item["subject_id"] in wanted]


def items(client: FlaskClient, asked: Json) -> list[Any]:
    leader = staff(client, Role.UNIT_LEADER, asked["region_code"])
    answer = leader.get("/queue", query_string=asked).get_json()
    found: list[Any] = answer["items"]
    while answer["next_cursor"]:
        answer = leader.get("/queue", query_string={**asked, "cursor": answer["next_cursor"]}).get_json()
        found += answer["items"]
    return found


def card(client: FlaskClient, case: Case) -> Json:
    asked: Json = {"view": "all", "region_code": case.office.region_code, "limit": 100}
    found: Json = next(item for item in items(client, asked) if item["subject_id"] == str(case.id))
    return found


def test_what_threatens_life_comes_before_what_is_due_a_little_earlier_and_the_card_says_why(
    client: FlaskClient, clock: Clock
) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="")
    clock.advance(hours=3)
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL")
    assert order(client, plain, crowded) == [str(crowded.id), str(plain.id)]  # due three hours later, and six hours up
    assert card(client, plain)["ranked_up"] == ["危及人身安全,排前12小时"]
    assert card(client, crowded)["ranked_up"] == ["危及人身安全,排前12小时", "人员密集场所,排前6小时"]


def test_an_urgent_letter_says_so(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE", ELSEWHERE)
    letter = {
        "to_org_id": str(hazard.office.receiver.org_id),
        "reason": "涉及燃气",
        "legal_basis": "消防法第五十二条",
        "urgent": True,
    }
    hazard.act(hazard.office.officers[0], "hand_over", **letter)
    assert "紧急移送,排前12小时" in card(client, hazard.sibling("handover"))["ranked_up"]


def test_how_much_something_weighs_is_a_row_and_the_queue_follows_it(
    client: FlaskClient, parts: Parts, clock: Clock, administrator: Caller
) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="")
    clock.advance(hours=3)
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL")
    refused = edit(administrator, "QW-CROWD", 1, unit="wd")
    assert (refused["status"], refused["errors"][0]["field"]) == (422, "unit")
    assert edit(administrator, "QW-CROWD", 1, n=1)["status"] == 200
    work_off(parts)
    assert order(client, plain, crowded) == [str(plain.id), str(crowded.id)]
    assert card(client, crowded)["ranked_up"][-1] == "人员密集场所,排前1小时"
