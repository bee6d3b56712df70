"""One photo in several closures: nobody is refused, the office sees it, its leader judges."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.application import work_off
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard, make_order, order_to, prompt_to
from tests.people import ELSEWHERE, Caller, citizen, demo_accounts, staff
from tests.photos import jpeg, picture, saved_again, sent
from tests.wsgi import WsgiTransport

pytestmark = pytest.mark.usefixtures("fresh_database")


def checked(client: FlaskClient, photo: bytes, region_code: str = "150102", **fields: Any) -> Case:
    """A case that two officers found true, with this photo as evidence."""
    case = make_hazard(client, "VERIFYING", region_code, **fields)
    photo_id = sent(case.office.officers[0], photo)
    return case.cosigned("verify_true", **FOUND, photos=[photo_id], order=order_to(case))


def fixed(order: Case, photo: bytes) -> str:
    """The unit shows its fixing with this photo."""
    photo_id = sent(order.office.manager, photo)
    items = [{"id": item["id"], "fixed": True, "photos": [photo_id]} for item in order.read()["data"]["items"]]
    order.act(order.office.manager, "report_fix", items=items)
    return photo_id


def reuses(case: Case, who: Caller | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (who or case.office.leader).get(case.path).get_json()["reuses"]
    return found


def cards(case: Case, who: Caller) -> list[int]:
    items = who.get("/queue?view=all&limit=100").get_json()["items"]
    return [item["reused_photos"] for item in items if item["title"].get("hazard_id") == str(case.id)]


@pytest.mark.parametrize("again", [jpeg, saved_again])
def test_evidence_of_another_case_is_flagged_with_its_number_and_nothing_is_refused(
    client: FlaskClient, parts: Parts, again: Any
) -> None:
    first = checked(client, jpeg(picture(1)))
    work_off(parts)
    second, third = checked(client, again(picture(1))), checked(client, jpeg(picture(2)))
    work_off(parts)
    (flag,) = reuses(second)
    assert (flag["other_number"], flag["is_same_file"], flag["is_to_judge"]) == (first.number, again is jpeg, True)
    assert (flag["role"], flag["other_role"], flag["is_same_case"]) == ("verification", "verification", False)
    assert [(one["other_number"], one["is_to_judge"]) for one in reuses(first)] == [(second.number, False)]
    assert reuses(third) == []
    notices = second.office.leader.get("/inbox?limit=100").get_json()["items"]
    assert [n["subject_id"] for n in notices if n["event_name"] == "hazard.reuse_flagged"] == [str(second.id)]


def test_a_fixing_shown_with_the_photo_of_the_finding_or_of_another_order_is_flagged(client: FlaskClient, parts: Parts) -> None:
    case = checked(client, jpeg(picture(1)))
    order, other = case.sibling("rectification"), make_order(client)
    fixed(order, saved_again(picture(1)))
    fixed(other, jpeg(picture(3)))
    work_off(parts)
    (flag,) = reuses(order)
    assert (flag["is_same_case"], flag["role"], flag["other_role"]) == (True, "rectification", "verification")
    assert reuses(order) == reuses(case)
    rechecked = make_order(client, "RECHECK_PENDING")
    photo_id = sent(rechecked.office.officers[0], jpeg(picture(3)))
    rechecked.cosigned("recheck_pass", finding="已改正", photos=[photo_id])
    work_off(parts)
    (flag,) = reuses(rechecked)
    assert (flag["role"], flag["other_role"], flag["other_hazard_id"]) == ("recheck", "rectification", str(other.hazard_id))


def test_what_a_unit_showed_when_it_was_told_and_shows_again_for_the_order_is_flagged(client: FlaskClient, parts: Parts) -> None:
    case = make_hazard(client, "VERIFYING")
    case.act(case.office.leader, "prompt_unit", **prompt_to(case))
    fixed(case.sibling("prompt"), jpeg(picture(1)))
    case.cosigned("verify_true", **FOUND, order=order_to(case))
    fixed(case.sibling("rectification"), saved_again(picture(1)))
    work_off(parts)
    (flag,) = reuses(case)
    assert (flag["is_same_case"], flag["role"], flag["other_role"]) == (True, "rectification", "rectification")


def test_what_the_reporter_sent_is_no_evidence_of_the_check(client: FlaskClient, parts: Parts) -> None:
    reporter = citizen(client)
    reported = sent(reporter, jpeg(picture(1)))
    case = checked(client, saved_again(picture(1)), reporter=reporter, photos=[reported])
    elsewhere = make_hazard(client, reporter=reporter, photos=[sent(reporter, jpeg(picture(1)))])
    work_off(parts)
    (flag,) = reuses(case)
    assert (flag["role"], flag["other_role"], flag["is_same_case"]) == ("verification", "report", True)
    assert reuses(elsewhere) == []


def test_photos_that_come_in_any_order_are_flagged_once(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    cases = [make_hazard(client, "VERIFYING") for _ in range(2)]
    ids = [str(new_id()) for _ in cases]
    for case, photo_id in zip(cases, ids, strict=True):
        case.cosigned("verify_true", **FOUND, photos=[photo_id], order=order_to(case))
    for case, photo_id in zip(reversed(cases), reversed(ids), strict=True):  # the bytes follow later
        officer = case.office.officers[0]
        clock.advance(minutes=1)
        assert officer.put_bytes(f"/media/{photo_id}/content", jpeg(picture(1))).status_code == 201
    for _ in range(2):
        work_off(parts)
    assert [len(reuses(case)) for case in cases] == [1, 1]
    assert [one["is_to_judge"] for case in cases for one in reuses(case)] == [True, False]


def test_of_a_case_elsewhere_the_office_learns_only_that_there_is_one(client: FlaskClient, parts: Parts) -> None:
    there = checked(client, jpeg(picture(1)), ELSEWHERE)
    work_off(parts)
    here = checked(client, jpeg(picture(1)))
    work_off(parts)
    (flag,) = reuses(here)
    assert (flag["other_number"], flag["other_hazard_id"], flag["other_media_id"]) == (None, None, None)
    region = staff(client, Role.UNIT_LEADER, "150000")
    assert [one["other_number"] for one in reuses(here, region)] == [there.number]
    here.act(here.office.leader, "judge_reuse", reuse_ids=[flag["id"]], verdict="MISUSED", reason="与另一案件照片一致")
    (seen,) = reuses(there)
    assert (seen["verdict"], seen["words"], seen["judged_by"]) == ("MISUSED", "", "")


def test_neither_the_reporter_nor_the_unit_nor_a_receiver_is_shown_a_flag(client: FlaskClient, parts: Parts) -> None:
    checked(client, jpeg(picture(1)))
    case = checked(client, jpeg(picture(1)))
    work_off(parts)
    order = case.sibling("rectification")
    assert reuses(case, case.reporter) == []
    assert reuses(order, order.office.manager) == []
    assert "reuse" not in str(case.read(case.reporter)["timeline"])
    assert len(reuses(case, case.office.officers[0])) == 1


def through_http(case: Case, flag: dict[str, Any]) -> None:
    case.act(case.office.leader, "judge_reuse", reuse_ids=[flag["id"]], verdict="EXPLAINED", reason="同一现场两件举报,照片属实")


def through_push(case: Case, flag: dict[str, Any]) -> None:
    client = case.office.client
    device = Device(WsgiTransport(client.application.wsgi_app), clock=client.application.extensions["fire"].database.clock)
    device.sign_in(**demo_accounts(Role.UNIT_LEADER, case.office.region_code)[0].way_in())
    device.register()
    said = {"reuse_ids": [flag["id"]], "verdict": "EXPLAINED", "reason": "同一现场两件举报,照片属实"}
    device.mutate("hazard.judge_reuse", str(case.id), said)
    [result] = device.push()
    assert result["outcome"] == "applied", result


@pytest.mark.parametrize("judge", [through_http, through_push])
def test_the_leader_finds_it_on_his_card_and_judges_it_with_a_word(client: FlaskClient, parts: Parts, judge: Any) -> None:
    checked(client, jpeg(picture(1)))
    case = checked(client, jpeg(picture(1)))
    work_off(parts)
    leader, clerk = case.office.leader, case.office.clerk
    assert set(cards(case, leader)) == {1}
    assert set(cards(case, clerk)) == {0}
    assert "judge_reuse" in [step["action"] for step in case.read(leader)["actions"]]
    assert "judge_reuse" not in [step["action"] for step in case.read(clerk)["actions"]]
    (flag,) = reuses(case)
    assert (
        clerk.post(
            f"{case.path}/actions/judge_reuse", {"reuse_ids": [flag["id"]], "verdict": "EXPLAINED", "reason": "属实"}
        ).status_code
        == 403
    )
    judge(case, flag)
    (judged,) = reuses(case)
    assert (judged["verdict"], judged["words"], judged["is_to_judge"]) == ("EXPLAINED", "同一现场两件举报,照片属实", False)
    assert judged["judged_by"] == leader.user["name"]
    assert set(cards(case, leader)) == {0}
    assert "judge_reuse" not in [step["action"] for step in case.read(leader)["actions"]]


def test_a_flag_of_another_case_is_not_judged_here(client: FlaskClient, parts: Parts) -> None:
    for seed in (1, 1, 2, 2):
        last = checked(client, jpeg(picture(seed)))
        work_off(parts)
        if seed == 1:
            other = last
    refused = last.office.leader.post(
        f"{last.path}/actions/judge_reuse", {"reuse_ids": [reuses(other)[0]["id"]], "verdict": "MISUSED", "reason": "另案照片"}
    )
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "reuse_ids.0")
