"""What a reporter is told at once, and what of his report must be his own."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from device.client import Device
from device.transport import WsgiTransport
from tests.makers import report
from tests.people import citizen, new_phone


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
    assert citizen(client).post("/hazards", chosen).get_json()["place_message"] == "按您选择的呼和浩特市新城区办理"


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
