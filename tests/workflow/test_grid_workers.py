"""A grid worker who helps with a case is no inspector (国办发〔2024〕54号): nothing of two officers' work is his."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.passwords import DEMO_TOTP
from database.base import new_id
from device.client import Device
from tests.makers import FOUND, Case, make_hazard
from tests.media.makers import telling_photo
from tests.people import HOME, Caller, demo_accounts, staff
from tests.wsgi import WsgiTransport


@pytest.fixture
def grid_worker(client: FlaskClient) -> Caller:
    """Of the same banner."""
    return staff(client, Role.GRID_WORKER)


@pytest.fixture
def helped(client: FlaskClient, grid_worker: Caller) -> Case:
    """A case with a photo, assigned to two officers and a grid worker, and begun."""
    photo = str(new_id())
    case = make_hazard(client, "REGISTERED", photos=[photo])
    case.last = {"photo": photo}
    assert case.reporter.put_bytes(f"/media/{photo}/content", telling_photo()).status_code == 201
    pair = [str(officer.id) for officer in case.office.officers]
    case.act(case.office.leader, "assign", officer_ids=pair, grid_worker_id=str(grid_worker.id))
    case.act(case.office.officers[0], "start")
    case.last = {**case.last, "photo": photo}
    return case


def test_he_is_not_asked_to_sign(helped: Case, grid_worker: Caller) -> None:
    first, second = helped.office.officers
    helped.act(first, "verify_false", **FOUND)

    def asked(who: Caller) -> bool:
        rows = who.get("/inbox?limit=100").get_json()["items"]
        return any((row["event_name"], row["subject_id"]) == ("hazard.act_drafted", str(helped.id)) for row in rows)

    assert asked(second)
    assert not asked(grid_worker)


def test_his_device_key_is_no_second_signature(app: Flask, helped: Case, grid_worker: Caller) -> None:
    device = Device(WsgiTransport(app.wsgi_app))
    [account] = demo_accounts(Role.GRID_WORKER, HOME)
    device.sign_in(username=account.key, password=DEMO_PASSWORD, totp=DEMO_TOTP)
    device.register()
    first, _ = helped.office.officers
    code = helped.act(first, "verify_false", **FOUND).last["act_sha256"]
    signed = {"act_sha256": code, "signer_id": str(grid_worker.id), "signature": device.sign(code)}
    answer = first.post(f"{helped.path}/actions/cosign", signed)
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "not_the_second_officer")


def test_he_opens_no_sealed_original(helped: Case, grid_worker: Caller) -> None:
    photo = helped.last["photo"]
    shown = grid_worker.get(f"/media/{photo}")
    assert shown.status_code == 200
    assert "sha256" not in shown.get_json()
    assert "sha256" in helped.office.officers[0].get(f"/media/{photo}").get_json()


def test_he_stays_when_only_the_officers_change(client: FlaskClient, helped: Case, grid_worker: Caller) -> None:
    third = staff(client, Role.FIRE_OFFICER, HOME, 2)
    pair = [str(helped.office.officers[0].id), str(third.id)]
    helped.act(helped.office.leader, "assign", officer_ids=pair, grid_worker_id=str(grid_worker.id))
    names = [row["event_name"] for row in grid_worker.get("/inbox?limit=100").get_json()["items"]
             if row["subject_id"] == str(helped.id)]  # fmt: skip
    assert "hazard.assigned" not in names  # "released" is told with this event
