"""One address may not try for ever, whomever it names; and a crowd behind one address is not a machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts import throttle
from accounts.demo import DEMO_PASSWORD
from accounts.models import Throttle
from accounts.throttle import Limit
from api.app import create_app
from api.context import Parts
from tests.accounts.makers import new_phone
from tests.clock import Clock
from tests.people import BASE

HOUR = timedelta(hours=1)
FEW = 3
_addresses = count(1)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of this test's own, of which only three of everything are taken."""
    for name in ("SMS_OF_NETWORK", "GUESTS_OF_NETWORK", "FAILURES_OF_NETWORK"):
        limit: Limit = getattr(throttle, name)
        monkeypatch.setattr(throttle, name, dataclasses.replace(limit, uses=FEW))
    return f"198.51.100.{next(_addresses)}"


def post(client: FlaskClient, address: str, path: str, **body: Any) -> Any:
    return client.post(f"{BASE}/auth/{path}", json=body, environ_overrides={"REMOTE_ADDR": address})


def code(client: FlaskClient, address: str) -> Any:
    return post(client, address, "sms-codes", phone=new_phone())


def visit(client: FlaskClient, address: str) -> Any:
    return post(client, address, "sessions", guest=True, install=str(uuid4()))


def guess(client: FlaskClient, address: str) -> Any:
    name = f"nobody.{uuid4().hex[:8]}"
    return post(client, address, "sessions", username=name, password="wrong password", totp="000000", install=str(uuid4()))


def guess_code(client: FlaskClient, address: str) -> Any:
    return post(client, address, "sessions", phone=new_phone(), code="111111", install=str(uuid4()))


@pytest.mark.parametrize(("attempt", "status"), [(code, 202), (visit, 201), (guess, 401), (guess_code, 401)])
def test_an_address_is_stopped_whomever_it_names_and_others_are_not(
    client: FlaskClient, clock: Clock, address: str, attempt: Callable[[FlaskClient, str], Any], status: int
) -> None:
    assert [attempt(client, address).status_code for _ in range(FEW + 1)] == [status] * FEW + [429]
    refused = attempt(client, address)
    assert (refused.status_code, int(refused.headers["Retry-After"])) == (429, 3600)
    assert attempt(client, "203.0.113.9").status_code == status
    clock.advance(hours=1)
    assert attempt(client, address).status_code == status


def test_whoever_signs_in_rightly_uses_nothing_up_for_his_colleagues(client: FlaskClient, address: str) -> None:
    right = {"username": "officer.150102", "password": DEMO_PASSWORD, "totp": "000000"}
    for _ in range(FEW + 2):
        answer = post(client, address, "sessions", install=str(uuid4()), **right)
        assert answer.status_code == 201, answer.text
    assert guess(client, address).status_code == 401


@pytest.mark.parametrize(
    ("own", "same", "other"),
    [
        ("2001:db8:7:1::5", "2001:db8:7:1:ffff::9", "2001:db8:7:2::5"),
        ("::ffff:198.51.100.201", "198.51.100.201", "198.51.100.202"),
    ],
)
def test_an_address_is_what_one_customer_has(client: FlaskClient, address: str, own: str, same: str, other: str) -> None:
    assert [visit(client, each).status_code for each in (own, same, own, same)] == [201, 201, 201, 429]
    assert visit(client, other).status_code == 201


def test_an_unnamed_proxy_on_this_machine_is_not_taken_for_one_caller(client: FlaskClient, address: str) -> None:
    assert {visit(client, "127.0.0.1").status_code for _ in range(FEW + 2)} == {201}


def test_only_the_proxies_that_we_know_of_say_whence_a_request_comes(client: FlaskClient, parts: Parts, address: str) -> None:
    behind = create_app(dataclasses.replace(parts.settings, proxy_hops=1), parts).test_client()

    def visit_from(asked: FlaskClient, forwarded: str) -> int:
        options: Any = {"environ_overrides": {"REMOTE_ADDR": address}, "headers": {"X-Forwarded-For": forwarded}}
        answer = asked.post(f"{BASE}/auth/sessions", json={"guest": True, "install": str(uuid4())}, **options)
        return int(answer.status_code)

    assert [visit_from(behind, f"203.0.113.{100 + n}") for n in range(FEW + 1)] == [201] * (FEW + 1)
    assert [visit_from(client, f"203.0.113.{100 + n}") for n in range(FEW + 1)] == [201] * FEW + [429], "a header is no proof"
    lied = [visit_from(behind, f"10.0.0.{n}, 203.0.113.50") for n in range(FEW + 1)]
    assert lied == [201] * FEW + [429], "what the caller himself wrote counts for nothing"


def test_no_table_holds_an_address(client: FlaskClient, parts: Parts, address: str) -> None:
    visit(client, address)
    with parts.database.transaction() as session:
        keys = session.scalars(select(Throttle.key)).all()
    assert all(address.encode() not in bytes(key) and len(key) == 32 for key in keys)
