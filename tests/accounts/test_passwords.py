"""Passwords and second factors: how they are kept, changed and guessed at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest

import accounts.sign_in
from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.passwords import hash_password, matching_step, password_matches, require_strong
from problems import Invalid
from tests.accounts.makers import INITIAL_PASSWORD, SECRET, account, hire, new_phone, opened, staff
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


def lost_it(client: Any) -> Any:
    """An officer whose password an administrator has replaced, signed in with it."""
    officer = hire(client, Role.FIRE_OFFICER)
    given = {"password": INITIAL_PASSWORD, "totp_secret": SECRET}
    assert staff(client, Role.SYS_ADMIN).put(f"/accounts/staff/{officer.id}/credential", given).status_code == 200
    return opened(client, **officer.way | {"password": INITIAL_PASSWORD})


def is_held_back(answer: Any) -> bool:
    return (answer.status_code, answer.json.get("type")) == (403, "/problems/password_change_required")


def test_with_a_password_that_an_administrator_knows_one_only_changes_it(client: Any) -> None:
    officer = lost_it(client)
    assert officer.user["must_change_password"]
    for path in ("/queue", "/hazards", "/inbox", "/units", "/accounts/organisations", "/sync/issues"):
        assert is_held_back(officer.get(path)), path
    assert is_held_back(officer.put_bytes(f"/media/{uuid4()}/content", b"x"))
    same = {"current_password": INITIAL_PASSWORD, "password": INITIAL_PASSWORD}
    assert officer.put("/me/password", same).json["errors"][0]["code"] == "password_unchanged"
    assert is_held_back(officer.get("/queue"))
    assert officer.put("/me/password", same | {"password": "Another-119-fire"}).status_code == 204
    assert officer.get("/queue").status_code == 200
    assert not officer.get("/me").json["must_change_password"]
    again = opened(client, **officer.way | {"password": "Another-119-fire"})
    assert again.get("/queue").status_code == 200


def test_neither_a_refresh_nor_another_sign_in_spares_the_change(client: Any, clock: Clock) -> None:
    officer = lost_it(client)
    clock.advance(minutes=11)
    assert is_held_back(officer.get("/queue"))
    elsewhere = opened(client, **officer.way)
    assert is_held_back(elsewhere.get("/queue"))
    assert elsewhere.delete("/auth/sessions/current").status_code == 204


def test_the_first_password_of_an_account_is_changed_too(client: Any, username: str) -> None:
    assert is_held_back(opened(client, username=username).get("/queue"))


def test_a_password_that_was_replaced_while_it_was_checked_opens_nothing(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    administrator = staff(client, Role.SYS_ADMIN)
    given = {"password": INITIAL_PASSWORD, "totp_secret": SECRET}

    def slow(*shown: Any) -> bool:
        with ThreadPoolExecutor(1) as elsewhere:
            reset = elsewhere.submit(administrator.put, f"/accounts/staff/{officer.id}/credential", given)
        assert reset.result().status_code == 200
        return password_matches(*shown)

    monkeypatch.setattr(accounts.sign_in, "password_matches", slow)
    assert post(client, **officer.way).status_code == 401


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
