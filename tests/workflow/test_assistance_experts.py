"""Promises about those who help: who is proposed and sent, what they do without a network, an imminent danger."""

from __future__ import annotations

from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.accounts.makers import hire
from tests.application import work_off
from tests.assistance import (
    ADVICE,
    ASKED,
    WARNING,
    expert,
    in_hours,
    make_assistance,
    offered,
    phone_of,
    told,
    why_not,
)
from tests.clock import Clock
from tests.people import ELSEWHERE, HOME, citizen, staff
from tests.photos import a_photo


def test_the_expert_helps_without_a_network_and_the_number_comes_with_the_push(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    case = make_assistance(client, "SCHEDULED")
    phone = phone_of(parts, expert(case))
    row = phone.shown("assistance", str(case.id))
    assert "13904150102" not in str(row)
    assert "杨海燕" not in str(row)
    told_at = in_hours(case, 3)
    clock.advance(hours=3.5)
    for action, arguments in (("start", {}), ("warn_of_danger", {**WARNING, "told_at": told_at}), ("advise", ADVICE)):
        phone.mutate(f"assistance.{action}", str(case.id), arguments)
    clock.advance(hours=5)
    assert [result["outcome"] for result in phone.push()] == ["applied"] * 3
    seen = case.read(case.reporter)
    assert (seen["state"], len(seen["data"]["warnings"])) == ("ADVICE_ISSUED", 1)
    assert seen["data"]["advice"]["number"]


def test_what_an_expert_wrote_before_he_knew_that_another_was_sent_still_counts(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    case = make_assistance(client, "SCHEDULED")
    phone, stranger = phone_of(parts, expert(case)), phone_of(parts, case.office.officers[0])
    other = hire(client, Role.EXPERT)
    later = in_hours(case, 5)
    case.act(case.office.leader, "reschedule", expert_id=str(other.id), appointed_at=later, reason="原专家联系不上")
    clock.advance(hours=2)
    for one in (stranger, phone):
        one.mutate("assistance.start", str(case.id))
    assert [one.push()[0]["outcome"] for one in (stranger, phone)] == ["rejected", "applied"]
    assert case.read(other)["state"] == "IN_SERVICE"


def test_a_herder_asks_without_a_network(client: FlaskClient, parts: Parts) -> None:
    herder = citizen(client)
    phone, case_id = phone_of(parts, herder), str(new_id())
    place = {"region_code": HOME, "sumu": "保合少镇", "gacha": "甲兰板村"}
    phone.mutate("assistance.submit", case_id, {"applicant_kind": "RESIDENT", **ASKED, "topic": "PASTORAL", "place": place})
    assert phone.push()[0]["outcome"] == "applied"
    phone.pull()
    assert [row["state"] for row in phone.all_shown("assistance")] == ["SUBMITTED"]
    assert herder.get("/assistance").get_json()["items"][0]["id"] == case_id


def test_a_danger_of_the_list_opens_a_hazard_only_when_the_place_was_told_beforehand(client: FlaskClient) -> None:
    case = make_assistance(client, "IN_SERVICE")
    helper = expert(case)
    assert why_not(case, helper, "warn_of_danger", **WARNING) == [("told_at", "required")]
    after = {**WARNING, "told_at": in_hours(case, 1)}
    assert why_not(case, helper, "warn_of_danger", **after) == [("told_at", "not_beforehand")]
    unlisted = {**WARNING, "danger": "SOMETHING_ELSE", "told_at": in_hours(case, -1)}
    assert why_not(case, helper, "warn_of_danger", **unlisted) == [("danger", "invalid")]
    case.act(helper, "warn_of_danger", **WARNING, told_at=in_hours(case, -0.5))
    assert case.state == "IN_SERVICE"
    [warning] = case.read(helper)["data"]["warnings"]
    hazard = case.office.leader.get(f"/hazards/{warning['hazard_id']}").get_json()
    assert (hazard["state"], hazard["picture"]) == ("SUBMITTED", "EXIT")
    assert case.number in hazard["data"]["description"]
    assert "值班经理" not in str(hazard)
    assert [clock["rule_id"] for clock in hazard["clocks"]] == ["HZ-24H"]
    assert "hazard_id" not in case.read(case.reporter)["data"]["warnings"][0]
    assert "当面告知" in told(case, case.reporter)["assistance.danger_warned"]
    assert why_not(case, helper, "warn_of_danger", **WARNING, told_at=in_hours(case, -0.5)) == "already_warned"


def test_an_expert_who_loses_his_role_leaves_the_request_to_be_arranged_anew(client: FlaskClient, parts: Parts) -> None:
    helper = hire(client, Role.EXPERT)
    case = make_assistance(client, "ACCEPTED")
    case.act(case.office.leader, "schedule", expert_id=str(helper.id), mode="VIDEO", appointed_at=in_hours(case, 2))
    removed = staff(client, Role.SYS_ADMIN).post(f"/accounts/staff/{helper.id}/removal", {"reason": "LEFT"})
    assert removed.status_code < 300, removed.get_data(as_text=True)
    work_off(parts)
    assert case.read()["state"] == "ACCEPTED"
    assert "重新安排" in told(case, case.reporter)["assistance.expert_released"]


def test_experts_are_proposed_by_topic_then_nearness_then_what_they_have_in_hand(client: FlaskClient) -> None:
    case = make_assistance(client, "ACCEPTED", topic="IOT_ACCESS")
    leader, helper = case.office.leader, hire(client, Role.EXPERT)
    found = leader.get(f"{case.path}/experts").get_json()["items"]
    assert not any(one["knows_topic"] for one in found)
    kept = leader.put(f"/experts/{helper.id}", {"topics": ["TRAINING", "IOT_ACCESS"]})
    assert kept.get_json()["topics"] == ["TRAINING", "IOT_ACCESS"]
    best, *others = leader.get(f"{case.path}/experts").get_json()["items"]
    assert best["id"] == str(helper.id)
    assert best["reason"] == "擅长物联网接入;本旗县区;在办0件"
    assert all(one["reason"].startswith("未登记该项专长") for one in others)
    case.act(leader, "schedule", expert_id=str(helper.id), mode="VIDEO", appointed_at=in_hours(case, 2))
    again = make_assistance(client, "ACCEPTED", topic="IOT_ACCESS")
    assert leader.get(f"{again.path}/experts").get_json()["items"][0]["reason"].endswith("在办1件")
    assert case.reporter.get(f"{case.path}/experts").status_code == 403
    elsewhere = {one["region_code"] for one in leader.get(f"{case.path}/experts").get_json()["items"]} - {HOME}
    assert elsewhere == set()


def test_what_experts_are_good_at_is_kept_by_the_leader_of_their_division(client: FlaskClient) -> None:
    helper, topics = staff(client, Role.EXPERT, ELSEWHERE), {"topics": ["TRAINING"]}
    assert staff(client, Role.UNIT_LEADER, HOME).put(f"/experts/{helper.id}", topics).status_code == 404
    assert staff(client, Role.INTAKE_CLERK, ELSEWHERE).put(f"/experts/{helper.id}", topics).status_code == 403
    citizens = [citizen(client).get("/experts"), citizen(client).put(f"/experts/{helper.id}", topics)]
    assert [answer.status_code for answer in citizens] == [403, 403]
    listed = staff(client, Role.INTAKE_CLERK, HOME).get("/experts").get_json()["items"]
    assert {one["region_code"] for one in listed} == {HOME}


def test_only_who_can_help_there_is_arranged_and_only_for_a_time_to_come(client: FlaskClient) -> None:
    case = make_assistance(client, "ACCEPTED")
    leader, good = case.office.leader, {"mode": "VIDEO", "appointed_at": in_hours(case, 2)}
    for nobody in (staff(client, Role.EXPERT, ELSEWHERE), staff(client, Role.FIRE_OFFICER, ELSEWHERE), case.reporter):
        assert why_not(case, leader, "schedule", expert_id=str(nobody.id), **good) == [("expert_id", "not_an_expert")]
    past = {**good, "appointed_at": in_hours(case, -1)}
    assert why_not(case, leader, "schedule", expert_id=str(expert(case).id), **past) == [("appointed_at", "in_the_past")]
    officer = case.office.officers[0]
    case.act(leader, "schedule", expert_id=str(officer.id), **good)
    assert offered(case, officer) == {"reschedule", "miss", "start", "warn_of_danger"}
    move = {"appointed_at": in_hours(case, 9), "reason": "另有出警任务"}
    assert why_not(case, officer, "reschedule", expert_id=str(expert(case).id), **move) == "experts_name_nobody"
    case.act(officer, "reschedule", **move)
    assert "另有出警任务" in told(case, case.reporter)["assistance.appointment_moved"]


def test_pictures_are_seen_by_who_asked_and_who_helps_and_by_nobody_else(client: FlaskClient, parts: Parts) -> None:
    case = make_assistance(client, "IN_SERVICE")
    photo_id, helper = str(new_id()), expert(case)
    assert helper.put_bytes(f"/media/{photo_id}/content", a_photo()).status_code == 201
    case.act(helper, "advise", **{**ADVICE, "photos": [photo_id]})
    work_off(parts)
    seen = [who.get(f"/media/{photo_id}").status_code for who in (case.reporter, case.office.clerk, citizen(client))]
    assert seen == [200, 200, 404]
