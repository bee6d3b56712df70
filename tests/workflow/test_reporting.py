"""What a reporter is told at once, and what of his report must be his own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.actor import Role
from database.base import new_id
from device.client import Device
from tests.clock import START
from tests.makers import make_hazard, report
from tests.people import citizen, guest, new_phone, staff
from tests.wsgi import WsgiTransport
from workflow.hazards.models import Hazard, HazardReporter
from workflow.hazards.rules import CALL_119


def test_a_report_from_a_banner_that_is_not_opened_goes_to_its_league_and_says_so(client: FlaskClient) -> None:
    place = {"position": {"lon": 110.044, "lat": 40.576}}
    answer = citizen(client).post("/hazards", report(client, place=place))
    assert answer.status_code == 201
    assert "包头市东河区尚未开通本模块,已转由包头市消防救援支队办理" in answer.get_json()["place_message"]


def test_near_a_border_the_banner_that_the_reporter_chose_is_honoured_and_said(client: FlaskClient) -> None:
    position = {"lon": 111.66, "lat": 40.82}
    near = citizen(client).post("/hazards", report(client, place={"position": position})).get_json()
    assert "靠近呼和浩特市新城区" in near["place_message"]
    chosen = report(client, place={"position": position, "region_code": "150102"})
    assert citizen(client).post("/hazards", chosen).get_json()["place_message"].endswith("按您选择的呼和浩特市新城区办理")


def test_a_tracking_code_that_is_in_use_is_refused_by_name(client: FlaskClient) -> None:
    first = report(client)
    assert citizen(client).post("/hazards", first).status_code == 201
    again = citizen(client).post("/hazards", report(client, tracking_code=first["tracking_code"]))
    assert again.status_code == 422
    assert [error["field"] for error in again.get_json()["errors"]] == ["tracking_code"]


def test_a_pushed_report_with_a_tracking_code_in_use_is_refused_alone(app: Flask, client: FlaskClient) -> None:
    taken = report(client)
    assert citizen(client).post("/hazards", taken).status_code == 201
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(phone=new_phone(), code="000000")
    device.register()
    for code in (None, taken["tracking_code"], None):
        sealed = report(client, tracking_code=code)
        device.mutate("hazard.submit", sealed.pop("id"), sealed)
    outcomes = [(result["outcome"], result.get("code")) for result in device.push()]
    assert outcomes == [("applied", None), ("rejected", "invalid_fields"), ("applied", None)]


# ---- A guest is for one use ----


def test_a_guest_who_reported_anonymously_makes_no_other_report(client: FlaskClient) -> None:
    visitor = guest(client)
    assert visitor.post("/hazards", report(client, report_mode="ANONYMOUS")).status_code == 201
    again: list[dict[str, Any]] = [
        {"report_mode": "ANONYMOUS"},
        {"report_mode": "REAL_NAME", "reporter": {"mobile": "13700000004"}},
    ]
    for more in again:
        refused = visitor.post("/hazards", report(client, **more))
        [error] = refused.get_json()["errors"]
        assert (refused.status_code, error["code"]) == (422, "guest_already_used")
        assert "访客" in error["message"]


def test_a_guest_who_left_his_number_never_reports_anonymously(client: FlaskClient) -> None:
    visitor = guest(client)
    named: dict[str, Any] = {"report_mode": "REAL_NAME", "reporter": {"mobile": "13700000005"}}
    assert [visitor.post("/hazards", report(client, **named)).status_code for _ in range(2)] == [201, 201]
    refused = visitor.post("/hazards", report(client, report_mode="ANONYMOUS"))
    assert refused.get_json()["errors"][0]["code"] == "guest_already_used"


def test_of_two_first_reports_at_once_one_decides_what_the_guest_is_for(app: Flask, client: FlaskClient) -> None:
    visitor = guest(client)
    named = report(client, report_mode="REAL_NAME", reporter={"mobile": "13700000006"})
    bodies = [named, report(client, report_mode="ANONYMOUS")]

    def post(body: dict[str, object]) -> int:
        headers = {"Authorization": f"Bearer {visitor.access_token}"}
        return app.test_client().post("/api/v1/hazards", json=body, headers=headers).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(post, bodies)) == [201, 422]


def test_anonymous_reports_of_one_guest_in_one_push_are_one(app: Flask, client: FlaskClient) -> None:
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(guest=True)
    device.register()
    for _ in range(3):
        sealed = report(client, report_mode="ANONYMOUS")
        device.mutate("hazard.submit", sealed.pop("id"), sealed)
    assert [result["outcome"] for result in device.push()] == ["applied", "rejected", "rejected"]


# ---- Reports taken for somebody ----


def test_a_clerk_who_takes_a_call_is_not_its_reporter(client: FlaskClient) -> None:
    clerk = staff(client, Role.HOTLINE_CLERK)
    body = report(client, report_mode="REAL_NAME", reporter={"name": "来电人", "mobile": "13700000007"})
    assert clerk.post("/hazards", body).status_code == 201
    rows = clerk.get("/inbox?limit=100").get_json()["items"]
    assert [row for row in rows if row["subject_id"] == body["id"]] == []
    steps = {step["action"] for step in clerk.get(f"/hazards/{body['id']}").get_json()["actions"]}
    assert "register" in steps
    assert "withdraw" not in steps
    caller = citizen(client)
    assert caller.post("/hazards/claims", {"tracking_code": body["tracking_code"]}).status_code == 200


def test_who_calls_may_stay_unknown(client: FlaskClient) -> None:
    body = report(client, report_mode="ANONYMOUS")
    assert staff(client, Role.HOTLINE_CLERK).post("/hazards", body).status_code == 201
    assert citizen(client).post("/hazards/claims", {"tracking_code": body["tracking_code"]}).status_code == 404


@pytest.mark.parametrize("ago", [timedelta(hours=-1), timedelta(days=31)])
def test_no_agency_received_a_report_in_the_future_or_more_than_a_month_ago(client: FlaskClient, ago: timedelta) -> None:
    body = report(client, agency_received_at=(START - ago).isoformat())
    refused = staff(client, Role.HOTLINE_CLERK).post("/hazards", body)
    assert [error["field"] for error in refused.get_json()["errors"]] == ["agency_received_at"]


# ---- What is sent ----


def test_a_category_that_does_not_lie_behind_the_picture_is_refused(client: FlaskClient) -> None:
    refused = citizen(client).post("/hazards", report(client, picture="EXIT", category="FIREWORKS"))
    assert [(error["field"], error["code"]) for error in refused.get_json()["errors"]] == [("category", "not_behind_picture")]


def test_until_triage_the_strictest_clock_of_the_picture_stands_whatever_code_was_sent(client: FlaskClient) -> None:
    hazard = make_hazard(client, picture="FACILITY", category="FACILITY_DEFECTIVE")
    assert datetime.fromisoformat(hazard.last["due_at"]) == START + timedelta(hours=24)
    hazard.act(hazard.office.clerk, "register", category="FACILITY_DEFECTIVE")
    assert datetime.fromisoformat(hazard.last["due_at"]) > START + timedelta(hours=24)


def test_a_photo_named_twice_is_one_photo(client: FlaskClient) -> None:
    photo = str(new_id())
    hazard = make_hazard(client, photos=[photo, photo])
    read = hazard.read(hazard.reporter)
    assert (read["data"]["photo_ids"], read["media"]["expected"]) == ([photo], 1)


def test_the_id_of_a_report_is_a_uuid_of_version_7(client: FlaskClient) -> None:
    refused = citizen(client).post("/hazards", report(client, id=str(uuid4())))
    assert [(error["field"], error["message"]) for error in refused.get_json()["errors"]] == [("id", "编号应为 UUIDv7")]


# ---- 119 first ----

FIRE: dict[str, Any] = {"people_trapped_or_fire": True}


@pytest.mark.parametrize(
    "more",
    [
        {"place": {"position": {"lon": 116.3975, "lat": 39.9087}}},
        {"place": {"region_code": "150199", "sumu": "某苏木"}},
        {"report_mode": "ANONYMOUS"},
        {"category": "FIREWORKS"},
    ],
    ids=["outside the region", "no such banner", "anonymous and signed in", "category of another picture"],
)
def test_a_fire_is_diverted_whatever_else_is_wrong_with_the_report(client: FlaskClient, more: dict[str, Any]) -> None:
    answer = citizen(client).post("/hazards", report(client, **FIRE, **more))
    made = answer.get_json()
    assert (answer.status_code, made["state"], made["message"], made["place_message"]) == (
        201,
        "EMERGENCY_DIVERTED",
        CALL_119,
        "",
    )


def test_a_guest_who_reported_anonymously_may_report_a_fire_and_nothing_is_kept_of_who_he_is(
    client: FlaskClient, session: Session
) -> None:
    visitor = guest(client)
    assert visitor.post("/hazards", report(client, report_mode="ANONYMOUS")).status_code == 201
    burning = report(client, **FIRE, report_mode="REAL_NAME", reporter={"mobile": "13700000008"})
    assert visitor.post("/hazards", burning).get_json()["state"] == "EMERGENCY_DIVERTED"
    assert session.get_one(Hazard, UUID(burning["id"])).report_mode == "ANONYMOUS"
    assert session.get(HazardReporter, UUID(burning["id"])) is None


def test_a_fire_that_somebody_signed_in_reports_is_not_called_anonymous_and_shows_its_photos(
    client: FlaskClient, session: Session
) -> None:
    who, photo = citizen(client), str(new_id())
    burning = report(client, **FIRE, report_mode="ANONYMOUS", photos=[photo])
    assert who.post("/hazards", burning).get_json()["state"] == "EMERGENCY_DIVERTED"
    hazard = session.get_one(Hazard, UUID(burning["id"]))
    assert (hazard.report_mode, hazard.reporter_id) == ("REAL_NAME_HIDDEN", who.id)
    read = staff(client, Role.DISPATCHER).get(f"/hazards/{burning['id']}").get_json()
    assert (read["data"]["photo_ids"], read["media"]["expected"]) == ([photo], 1)


def test_whatever_refuses_a_report_of_a_fire_says_119(app: Flask, client: FlaskClient) -> None:
    who, body = citizen(client), report(client, **FIRE)
    refusals = [
        who.post("/hazards", {**body, "picture": "X"}),
        client.post("/api/v1/hazards", json=body),
        who.post("/hazards", {**body, "tracking_code": make_hazard(client).tracking_code}),
    ]
    assert [answer.status_code for answer in refusals] == [422, 401, 422]
    assert {answer.get_json()["emergency"] for answer in refusals} == {CALL_119}
    assert "emergency" not in client.post("/api/v1/hazards", json=report(client)).get_json()
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(phone=new_phone(), code="000000")
    device.register()
    sealed = {**body, "tracking_code": make_hazard(client).tracking_code}
    device.mutate("hazard.submit", sealed.pop("id"), sealed)
    [result] = device.push()
    assert (result["outcome"], result["explained"]["emergency"]) == ("rejected", CALL_119)
    device.mutate("hazard.submit", str(new_id()), {**sealed, "picture": "X"})
    [malformed] = device.push()
    assert (malformed["outcome"], malformed["explained"]["fields"]["people_trapped_or_fire"]) == ("parked", CALL_119)


def test_a_pushed_report_has_an_id_of_the_kind_that_http_takes(app: Flask, client: FlaskClient) -> None:
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(phone=new_phone(), code="000000")
    device.register()
    for body in (report(client), report(client, **FIRE)):
        body.pop("id")
        device.mutate("hazard.submit", str(uuid4()), body)
        [result] = device.push()
        assert (result["outcome"], result["explained"]["fields"]) == ("rejected", {"id": "invalid"})
    assert result["explained"]["emergency"] == CALL_119


def test_who_wished_to_hear_nothing_hears_nothing_of_his_report_but_that_it_came(client: FlaskClient) -> None:
    hazard = make_hazard(client, "CLOSED", wish_feedback=False)
    burning = make_hazard(client, wish_feedback=False)
    burning.act(burning.office.clerk, "divert_119")
    for case, events in ((hazard, ["hazard.submitted"]), (burning, ["hazard.diverted_119", "hazard.submitted"])):
        rows = case.reporter.get("/inbox?limit=100").get_json()["items"]
        assert [row["event_name"] for row in rows if row["subject_id"] == str(case.id)] == events
    assert "hazard.reporter_told" in [line["name"] for line in hazard.read()["timeline"]]


def test_reporter_and_dispatchers_hear_of_a_fire(client: FlaskClient) -> None:
    hazard = make_hazard(client, "EMERGENCY_DIVERTED")
    for who in (hazard.reporter, staff(client, Role.DISPATCHER)):
        rows = who.get("/inbox?limit=100").get_json()["items"]
        assert [row["event_name"] for row in rows if row["subject_id"] == str(hazard.id)] == ["hazard.diverted_119"]


# ---- Complaints about staff ----


def test_a_complaint_about_staff_is_answered_at_once_and_read_by_nobody_here(client: FlaskClient) -> None:
    words = "监督员收受好处"
    who = citizen(client)
    body = report(client, description=words, about_staff=True)
    made = who.post("/hazards", body).get_json()
    assert made["state"] == "NOT_ACCEPTED"
    assert "纪检监察机关" in made["message"]
    for role in (Role.INTAKE_CLERK, Role.UNIT_LEADER, Role.DISPATCHER):
        assert staff(client, role).get(f"/hazards/{body['id']}").status_code == 404
    own = who.get(f"/hazards/{body['id']}").get_json()
    assert (own["data"]["rejection_reason"], words in str(own)) == ("STAFF_COMPLAINT", False)
    assert words not in staff(client, Role.UNIT_LEADER, "150000").get(f"/hazards/{body['id']}").get_data(as_text=True)
