"""The ways in, as the demo and as production know them."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from flask import Flask

import accounts.sign_in
from accounts import retention, throttle
from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.problems import WrongCode, WrongCredentials
from accounts.sign_in import Front, send_sms_code, sign_in
from accounts.sms import ConsoleSms, NoSms, sender_for
from api.context import Parts
from problems import TooManyRequests, Unavailable
from settings import Settings
from tests.accounts.makers import SECRET, account, new_phone, staff
from tests.clock import Clock
from tests.people import BASE


class Outbox:
    """A gateway that keeps what it was given."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def send_code(self, phone: str, code: str, minutes: int) -> None:
        self.codes[phone] = code


@pytest.fixture
def sms() -> Outbox:
    return Outbox()


@pytest.fixture
def production(parts: Parts, sms: Outbox, clock: Clock) -> Front:
    """Signing in as it is without the demo's codes."""
    settings = dataclasses.replace(parts.settings, demo=False)
    return Front(database=parts.database, ring=parts.ring, settings=settings, sms=sms, providers={})


def way(**given: Any) -> dict[str, Any]:
    """What the schema makes of a request."""
    empty = dict.fromkeys(("phone", "code", "username", "password", "totp", "provider", "state"))
    return {**empty, "guest": False, "install": uuid4(), **given}


def who(_: Any, tokens: Any) -> dict[str, Any]:
    return {"session_id": tokens.session_id}


def open_with(front: Front, **given: Any) -> dict[str, Any]:
    return sign_in(front, way(**given), who)


def post(client: Any, **body: Any) -> Any:
    return client.post(f"{BASE}/auth/sessions", json={"install": str(uuid4()), **body})


def test_the_code_that_was_sent_opens_one_session(production: Front, sms: Outbox) -> None:
    phone = new_phone()
    send_sms_code(production, phone)
    assert open_with(production, phone=phone, code=sms.codes[phone])["session_id"]
    with pytest.raises(WrongCode):
        open_with(production, phone=phone, code=sms.codes[phone])


def test_the_demos_code_opens_nothing_in_production(production: Front, sms: Outbox) -> None:
    phone = new_phone()
    send_sms_code(production, phone)
    if sms.codes[phone] != "000000":
        with pytest.raises(WrongCode):
            open_with(production, phone=phone, code="000000")


def test_a_code_is_valid_for_five_minutes(production: Front, sms: Outbox, clock: Clock) -> None:
    phone = new_phone()
    send_sms_code(production, phone)
    clock.advance(minutes=5)
    with pytest.raises(WrongCode):
        open_with(production, phone=phone, code=sms.codes[phone])


def test_five_wrong_guesses_spoil_a_code_even_in_parallel(production: Front, sms: Outbox) -> None:
    phone = new_phone()
    send_sms_code(production, phone)
    wrong = "111111" if sms.codes[phone] != "111111" else "222222"

    def guess() -> None:
        with pytest.raises(WrongCode):
            open_with(production, phone=phone, code=wrong)

    guesses = [threading.Thread(target=guess) for _ in range(5)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    with pytest.raises(WrongCode):
        open_with(production, phone=phone, code=sms.codes[phone])


def test_a_code_opens_one_session_even_if_it_comes_twice_at_once(
    production: Front, sms: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, opened = new_phone(), []
    send_sms_code(production, phone)
    both_know_the_code, first = threading.Barrier(2), accounts.sign_in._require_code

    def together(*given: Any) -> None:
        first(*given)
        both_know_the_code.wait(timeout=10)

    monkeypatch.setattr(accounts.sign_in, "_require_code", together)

    def enter() -> None:
        with contextlib.suppress(WrongCode):
            opened.append(open_with(production, phone=phone, code=sms.codes[phone]))

    entries = [threading.Thread(target=enter) for _ in range(2)]
    for thread in entries:
        thread.start()
    for thread in entries:
        thread.join()
    assert len(opened) == 1


def test_one_number_gets_one_code_a_minute_and_ten_a_day(production: Front, clock: Clock) -> None:
    phone = new_phone()
    for _ in range(10):
        send_sms_code(production, phone)
        with pytest.raises(TooManyRequests) as refused:
            send_sms_code(production, phone)
        assert 0 < refused.value.data["retry_after_seconds"] <= 60
        clock.advance(minutes=1)
    with pytest.raises(TooManyRequests) as refused:
        send_sms_code(production, phone)
    assert refused.value.data["retry_after_seconds"] > 3600
    clock.advance(days=1)
    send_sms_code(production, phone)


def test_too_many_codes_are_refused_over_http_with_the_time_to_wait(client: Any) -> None:
    phone = new_phone()
    answers = [client.post(f"{BASE}/auth/sms-codes", json={"phone": phone}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert answers[0].json == {"expires_in": 300, "retry_after_seconds": 0}
    assert answers[-1].json["retry_after_seconds"] == int(answers[-1].headers["Retry-After"]) > 0


def test_a_code_is_asked_for_alike_by_known_and_unknown_numbers(client: Any) -> None:
    known, unknown = (client.post(f"{BASE}/auth/sms-codes", json={"phone": number}) for number in ("13900150102", new_phone()))
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)


def test_without_a_gateway_a_code_is_refused_and_not_waited_for(parts: Parts) -> None:
    production = dataclasses.replace(parts.settings, demo=False)
    assert isinstance(sender_for(production), NoSms)
    assert isinstance(sender_for(parts.settings), ConsoleSms)
    with pytest.raises(Unavailable):
        sender_for(production).send_code("13800000000", "123456", 5)


def test_two_first_sign_ins_of_one_number_find_one_account(production: Front, parts: Parts) -> None:
    demo = dataclasses.replace(production, settings=parts.settings)
    phone, ids = new_phone(), []

    def enter() -> None:
        ids.append(sign_in(demo, way(phone=phone, code="000000"), lambda session, tokens: {"id": _person(session, tokens)})["id"])

    entries = [threading.Thread(target=enter) for _ in range(4)]
    for thread in entries:
        thread.start()
    for thread in entries:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def _person(session: Any, tokens: Any) -> Any:
    from accounts.models import LoginSession

    return session.get_one(LoginSession, tokens.session_id).person_id


@pytest.fixture
def username(client: Any) -> str:
    """A member of staff of this test's own."""
    body = account()
    made = staff(client, Role.SYS_ADMIN, "150000").post("/accounts/staff", body)
    assert made.status_code == 201, made.text
    return str(body["username"])


def test_staff_need_both_factors(production: Front, username: str, clock: Clock) -> None:
    code = pyotp.TOTP(SECRET).at(clock.now)
    assert open_with(production, username=username.upper(), password=DEMO_PASSWORD, totp=code)["session_id"]
    for wrong in ({"password": DEMO_PASSWORD, "totp": "000000"}, {"password": "wrong", "totp": code}):
        with pytest.raises(WrongCredentials):
            open_with(production, username=username, **wrong)


def test_a_second_factor_opens_one_session(production: Front, username: str, clock: Clock) -> None:
    code = pyotp.TOTP(SECRET).at(clock.now)
    open_with(production, username=username, password=DEMO_PASSWORD, totp=code)
    with pytest.raises(WrongCredentials):
        open_with(production, username=username, password=DEMO_PASSWORD, totp=code)
    clock.advance(seconds=30)
    open_with(production, username=username, password=DEMO_PASSWORD, totp=pyotp.TOTP(SECRET).at(clock.now))


def test_wrong_guesses_make_the_next_one_wait_longer(client: Any, username: str, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        answer = post(client, username=username, password="wrong password", totp="000000")
        if answer.status_code == 429:
            waits.append(answer.json["retry_after_seconds"])
            clock.advance(seconds=waits[-1])
            answer = post(client, username=username, password="wrong password", totp="000000")
        assert answer.json["type"] == "/problems/wrong_credentials"
    assert waits == [30, 60, 120]
    right = post(client, username=username, password=DEMO_PASSWORD, totp="000000")
    assert right.json["retry_after_seconds"] == 240
    clock.advance(seconds=240)
    assert post(client, username=username, password=DEMO_PASSWORD, totp="000000").status_code == 201
    assert post(client, username=username, password="wrong password", totp="000000").status_code == 401


def test_guesses_in_parallel_do_not_pass_the_limit(production: Front, username: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at, release = [], threading.Event()

    def slow(*_: Any) -> bool:
        looked_at.append(1)
        return not release.wait(timeout=10)

    monkeypatch.setattr(accounts.sign_in, "password_matches", slow)
    answers: list[type[Exception]] = []

    def guess() -> None:
        try:
            open_with(production, username=username, password="wrong password", totp="000000")
        except (WrongCredentials, TooManyRequests) as refused:
            answers.append(type(refused))
            if answers.count(TooManyRequests) == 7:
                release.set()

    guesses = [threading.Thread(target=guess) for _ in range(12)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    assert (len(looked_at), answers.count(TooManyRequests)) == (5, 7)


def test_an_unknown_username_is_answered_like_a_known_one(client: Any, username: str) -> None:
    known, unknown = (
        [post(client, username=name, password="wrong password", totp="000000") for _ in range(6)]
        for name in (username, f"nobody.{uuid4().hex[:8]}")
    )
    assert [answer.status_code for answer in known] == [401, 401, 401, 401, 401, 429]
    assert [(answer.status_code, answer.json) for answer in known] == [(answer.status_code, answer.json) for answer in unknown]


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0), (4, 0), (5, 30), (6, 60), (10, 960), (11, 1920), (12, 3600), (10**6, 3600)]
)
def test_a_lockout_doubles_up_to_an_hour(failures: int, wait: int) -> None:
    assert throttle.lockout_of(failures) == timedelta(seconds=wait)


def test_what_limits_nobody_any_more_is_swept(parts: Parts, clock: Clock) -> None:
    limit = throttle.Limit("test", 1, timedelta(days=30))
    with parts.database.transaction() as session:
        throttle.take(session, parts.ring, limit, "old")
    clock.advance(days=3)
    with parts.database.transaction() as session:
        retention.sweep(session)
        throttle.take(session, parts.ring, limit, "old")


def test_staff_are_never_found_by_phone(client: Any) -> None:
    phone = new_phone()
    made = staff(client, Role.SYS_ADMIN, "150000").post("/accounts/staff", account(phone=phone)).json
    citizen = post(client, phone=phone, code="000000").json["user"]
    assert citizen["kind"] == "citizen"
    assert citizen["id"] != made["id"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"body"}),
        ({"guest": True, "phone": "13800000000", "code": "000000"}, {"body"}),
        ({"phone": "13800000000"}, {"code"}),
        ({"phone": "12345678901", "code": "1"}, {"phone"}),
        ({"phone": "１３８００００００００", "code": "1"}, {"phone"}),
        ({"username": "x", "password": "y"}, {"totp"}),
        ({"username": "x", "password": "y", "totp": "12345a"}, {"totp"}),
        ({"username": "x", "password": "y" * 129, "totp": "123456"}, {"password"}),
        ({"provider": "demo", "code": "x"}, {"state"}),
        ({"guest": "yes"}, {"guest"}),
        ({"guest": False}, {"body"}),
        ({"guest": True, "code": "000000"}, {"code"}),
        ({"guest": True, "install": "x"}, {"install"}),
        ({"guest": True, "colour": 1}, {"colour"}),
    ],
)
def test_a_request_that_is_not_one_way_names_the_field(client: Any, body: dict[str, Any], fields: set[str]) -> None:
    answer = post(client, **body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


@pytest.fixture
def outside_the_demo(app: Flask, parts: Parts) -> Iterator[None]:
    """The application as an installation that is no demo."""
    settings: Settings = dataclasses.replace(parts.settings, demo=False)
    app.extensions["fire"] = dataclasses.replace(parts, settings=settings)
    yield
    app.extensions["fire"] = parts


@pytest.mark.usefixtures("outside_the_demo")
def test_outside_the_demo_its_accounts_and_provider_do_not_exist(client: Any) -> None:
    assert client.get(f"{BASE}/demo/accounts").status_code == 404
    assert client.get(f"{BASE}/auth/demo/authorize").status_code == 404
    assert client.get(f"{BASE}/auth/providers").json == {"items": []}
    assert post(client, phone=new_phone(), code="000000").status_code == 401
