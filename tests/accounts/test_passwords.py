"""Passwords and second factors: how they are kept, changed and guessed at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.passwords import hash_password, matching_step, password_matches, require_strong
from problems import Invalid
from tests.accounts.makers import SECRET, account, new_phone, opened, staff
from tests.clock import Clock
from tests.people import BASE


def post(client: Any, **body: Any) -> Any:
    return client.post(f"{BASE}/auth/sessions", json={"install": str(uuid4()), **body})


@pytest.fixture
def username(client: Any) -> str:
    """A member of staff of this test's own."""
    body = account()
    made = staff(client, Role.SYS_ADMIN, "150000").post("/accounts/staff", body)
    assert made.status_code == 201, made.text
    return str(body["username"])


def test_one_changes_his_own_password(client: Any, username: str) -> None:
    caller = opened(client, username=username)
    wrong = caller.put("/me/password", {"current_password": "no", "password": "Another-119-fire"})
    assert wrong.json["type"] == "/problems/wrong_credentials"
    weak = caller.put("/me/password", {"current_password": DEMO_PASSWORD, "password": "aaaaaaaaaaaa"})
    assert weak.json["errors"][0]["code"] == "weak_password"
    assert caller.put("/me/password", {"current_password": DEMO_PASSWORD, "password": "Another-119-fire"}).status_code == 204
    assert post(client, username=username, password="Another-119-fire", totp="000000").status_code == 201
    assert post(client, username=username, password=DEMO_PASSWORD, totp="000000").status_code == 401


def test_a_new_password_ends_the_other_sessions(client: Any, username: str) -> None:
    here, elsewhere = (opened(client, username=username) for _ in range(2))
    body = {"current_password": DEMO_PASSWORD, "password": "Another-119-fire"}
    assert here.put("/me/password", body).status_code == 204
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 401


@pytest.mark.parametrize("length", range(31, 66))
def test_a_second_factor_that_no_app_can_read_is_refused_by_name(client: Any, length: int) -> None:
    body = account(totp_secret="A" * length)
    answer = staff(client, Role.SYS_ADMIN, "150000").post("/accounts/staff", body)
    if 32 <= length <= 64 and length % 8 not in (1, 3, 6):
        assert answer.status_code == 201
        assert matching_step(body["totp_secret"], "000000", datetime(2026, 1, 1, tzinfo=UTC), 0) is None
    else:
        assert (answer.status_code, {error["field"] for error in answer.json["errors"]}) == (422, {"totp_secret"})


def test_guesses_of_the_present_password_are_counted(client: Any, username: str) -> None:
    caller = opened(client, username=username)
    body = {"current_password": "no", "password": "Another-119-fire"}
    assert [caller.put("/me/password", body).status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_citizen_has_no_password(client: Any) -> None:
    caller = post(client, phone=new_phone(), code="000000").json
    headers = {"Authorization": f"Bearer {caller['access_token']}"}
    body = {"current_password": "x", "password": "Another-119-fire"}
    assert client.put(f"{BASE}/me/password", json=body, headers=headers).status_code == 404


def test_a_password_is_kept_as_argon2id() -> None:
    hashed = hash_password("Demo-119-fire")
    assert hashed.startswith("$argon2id$")
    assert password_matches(hashed, "Demo-119-fire")
    assert not password_matches(hashed, "demo-119-fire")
    assert not password_matches(None, "Demo-119-fire")
    assert not password_matches("damaged", "Demo-119-fire")


@pytest.mark.parametrize("password", ["short1A-", "alllowercaseletters", "lowercase1234567", "User.One-119-fire"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        require_strong(password, "user.one")


def test_a_second_factor_may_be_half_a_minute_early_or_late(clock: Clock) -> None:
    totp, moment = pyotp.TOTP(SECRET), clock.now
    for seconds, accepted in ((-90, False), (-30, True), (0, True), (30, True), (90, False)):
        step = matching_step(SECRET, totp.at(moment + timedelta(seconds=seconds)), moment, 0)
        assert (step is not None) is accepted
