"""What a session promises: tokens that turn, powers that act at once, nothing that names a guest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from accounts.actor import Role
from accounts.models import LoginSession, Person
from accounts.tokens import access_token, actor_in, session_of_access_token
from api.context import Parts
from database.journal import Event
from problems import Unauthenticated
from tests.accounts.makers import citizen, guest, hire, opened, staff
from tests.clock import Clock
from tests.people import BASE


def refresh(client: Any, token: str, install: UUID) -> Any:
    return client.post(f"{BASE}/auth/sessions/refresh", json={"refresh_token": token, "install": str(install)})


def test_an_access_token_lives_ten_minutes(client: Any, clock: Clock) -> None:
    caller = citizen(client)
    headers = dict(caller.headers)
    assert client.get(f"{BASE}/me", headers=headers).status_code == 200
    clock.advance(minutes=10)
    assert client.get(f"{BASE}/me", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 75, "Bearer", "\x7f", "A" * 5000])
def test_a_token_that_is_not_ours_is_refused(parts: Parts, clock: Clock, token: str) -> None:
    with pytest.raises(Unauthenticated):
        session_of_access_token(parts.ring, token, clock.now)


def test_a_token_whose_session_was_exchanged_is_refused(parts: Parts, clock: Clock) -> None:
    token = access_token(parts.ring, uuid4(), clock.now, timedelta(minutes=10))
    other = access_token(parts.ring, uuid4(), clock.now, timedelta(minutes=10))
    with pytest.raises(Unauthenticated):
        session_of_access_token(parts.ring, other[:20] + token[20:], clock.now)


def test_a_refresh_token_turns_with_each_use(client: Any) -> None:
    caller = citizen(client)
    first = caller.refresh_token
    second = refresh(client, first, caller.install).json["refresh_token"]
    third = refresh(client, second, caller.install).json["refresh_token"]
    assert len({first, second, third}) == 3
    assert refresh(client, first, caller.install).status_code == 401


def test_a_lost_answer_strands_nobody(client: Any) -> None:
    caller = citizen(client)
    refresh(client, caller.refresh_token, caller.install)  # the answer never arrives
    again = refresh(client, caller.refresh_token, caller.install)
    assert again.status_code == 200
    onwards = refresh(client, again.json["refresh_token"], caller.install)
    assert onwards.status_code == 200
    assert refresh(client, caller.refresh_token, caller.install).status_code == 401


def test_two_tabs_may_refresh_at_once_and_the_first_to_go_on_wins(client: Any) -> None:
    caller = citizen(client)
    first, second = (refresh(client, caller.refresh_token, caller.install).json["refresh_token"] for _ in range(2))
    assert refresh(client, second, caller.install).status_code == 200
    assert refresh(client, first, caller.install).status_code == 401
    assert refresh(client, caller.refresh_token, caller.install).status_code == 401
    assert refresh(client, second, caller.install).status_code == 200
    assert caller.get("/me").status_code == 200, "a late tab closes nothing"


def test_a_token_of_long_ago_closes_the_session_for_whoever_has_it(client: Any, parts: Parts) -> None:
    caller = citizen(client)
    tokens = [caller.refresh_token]
    for _ in range(2):
        tokens.append(refresh(client, tokens[-1], caller.install).json["refresh_token"])
    assert refresh(client, tokens[-1], caller.install).status_code == 200
    assert refresh(client, tokens[0], uuid4()).status_code == 401
    assert caller.get("/me").status_code == 200, "on another device it is worth nothing, and closes nothing"
    assert refresh(client, tokens[0], caller.install).status_code == 401
    assert caller.get("/me").status_code == 401
    assert refresh(client, tokens[-1], caller.install).status_code == 401
    with parts.database.transaction() as session:
        last = session.scalars(select(Event).where(Event.entity_id == caller.id).order_by(Event.id.desc())).first()
        assert last is not None
        assert (last.name, last.data["reason"]) == ("person.signed_out", "token_copied")


def test_a_forged_refresh_token_closes_nothing(client: Any) -> None:
    caller = citizen(client)
    damaged = caller.refresh_token[:-1] + ("A" if caller.refresh_token[-1] != "A" else "E")
    assert refresh(client, damaged, caller.install).status_code == 401
    assert refresh(client, caller.refresh_token, caller.install).status_code == 200


def test_a_refresh_token_is_worth_nothing_on_another_device(client: Any) -> None:
    caller = citizen(client)
    assert refresh(client, caller.refresh_token, uuid4()).status_code == 401
    assert refresh(client, caller.refresh_token, caller.install).status_code == 200


def test_an_expired_access_token_beside_it_does_not_hinder_a_refresh(client: Any, clock: Clock) -> None:
    caller = citizen(client)
    headers = dict(caller.headers)
    clock.advance(minutes=11)
    body = {"refresh_token": caller.refresh_token, "install": str(caller.install)}
    assert client.post(f"{BASE}/auth/sessions/refresh", json=body, headers=headers).status_code == 200


def test_tokens_never_enter_a_receipt(client: Any, parts: Parts) -> None:
    caller = citizen(client)
    headers = {**caller.headers, "Idempotency-Key": str(uuid4())}
    body = {"refresh_token": caller.refresh_token, "install": str(caller.install)}
    assert client.post(f"{BASE}/auth/sessions/refresh", json=body, headers=headers).status_code == 200
    with parts.database.transaction() as session:
        kept = session.scalar(text("SELECT count(*) FROM receipt WHERE owner_id = :id"), {"id": caller.id})
    assert kept == 0


def test_a_refresh_token_ends_thirty_days_after_its_last_use(client: Any, clock: Clock) -> None:
    caller = citizen(client)
    clock.advance(days=29)
    renewed = refresh(client, caller.refresh_token, caller.install)
    assert renewed.status_code == 200
    clock.advance(days=30)
    assert refresh(client, renewed.json["refresh_token"], caller.install).status_code == 401


def test_signing_out_acts_at_once(client: Any) -> None:
    caller = citizen(client)
    assert caller.delete("/auth/sessions/current").status_code == 204
    assert caller.get("/me").status_code == 401
    assert refresh(client, caller.refresh_token, caller.install).status_code == 401


def test_signing_in_again_on_a_device_replaces_the_earlier_session(client: Any) -> None:
    first = citizen(client)
    phone_session = opened(client, phone=phone_of(client, first), install=first.install)
    assert first.get("/me").status_code == 401
    assert [row["is_current"] for row in phone_session.get("/me/sessions").json["items"]] == [True]


def phone_of(client: Any, caller: Any) -> str:
    parts: Parts = client.application.extensions["fire"]
    with parts.database.transaction() as session:
        return session.get_one(Person, caller.id).phone or ""


def test_one_ends_his_own_other_session_and_nobody_elses(client: Any) -> None:
    at_home = citizen(client)
    abroad = opened(client, phone=phone_of(client, at_home))
    stranger = citizen(client)
    listed = at_home.get("/me/sessions").json["items"]
    other = next(row["id"] for row in listed if not row["is_current"])
    refused = stranger.delete(f"/me/sessions/{other}")
    unknown = stranger.delete(f"/me/sessions/{uuid4()}")
    assert (refused.status_code, refused.json) == (unknown.status_code, unknown.json) == (404, unknown.json)
    assert at_home.delete(f"/me/sessions/{other}").status_code == 204
    assert abroad.get("/me").status_code == 401
    assert at_home.get("/me").status_code == 200


def test_a_right_that_is_revoked_is_gone_at_once_and_the_session_drains(client: Any, clock: Clock) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    secadmin = staff(client, Role.SEC_ADMIN)
    grant = secadmin.get(f"/accounts/staff/{officer.id}").json["grants"][0]["id"]
    assert secadmin.delete(f"/accounts/staff/{officer.id}/grants/{grant}").status_code == 200
    assert officer.get("/me").status_code == 401
    renewed = refresh(client, officer.refresh_token, officer.install)
    assert renewed.status_code == 200
    assert renewed.json["user"]["session_state"] == "drain"
    assert renewed.json["user"]["roles"] == []
    clock.advance(days=29)
    last = refresh(client, renewed.json["refresh_token"], officer.install)
    assert last.status_code == 200
    clock.advance(days=1)
    assert refresh(client, last.json["refresh_token"], officer.install).status_code == 401


def test_who_may_only_hand_in_may_also_sign_out(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    assert staff(client, Role.SYS_ADMIN).post(f"/accounts/staff/{officer.id}/removal").status_code == 200
    assert officer.get("/me").status_code == 401
    assert officer.delete("/auth/sessions/current").status_code == 204
    assert refresh(client, officer.refresh_token, officer.install).status_code == 401


def test_a_removed_person_cannot_sign_in_again(client: Any, parts: Parts, clock: Clock) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    username = staff(client, Role.SYS_ADMIN).get(f"/accounts/staff/{officer.id}").json["username"]
    removed = staff(client, Role.SYS_ADMIN).post(f"/accounts/staff/{officer.id}/removal", {"reason": "MOVED_AWAY"})
    assert removed.json["removed_at"] is not None
    assert removed.json["grants"] == []
    body = {"username": username, "password": "Demo-119-fire", "totp": "000000", "install": str(uuid4())}
    assert client.post(f"{BASE}/auth/sessions", json=body).json["type"] == "/problems/wrong_credentials"
    with parts.database.transaction() as session:
        actor = actor_in(session, UUID(officer.user["session_id"]), clock.now)
    assert actor.draining
    assert actor.grants == ()


def test_a_lost_device_is_told_to_wipe_itself(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    lost = staff(client, Role.UNIT_LEADER).post(f"/accounts/devices/{officer.install}/loss")
    assert (lost.status_code, lost.json["status"]) == (200, "wiped")
    assert officer.get("/me").json["type"] == "/problems/wipe"
    assert refresh(client, officer.refresh_token, officer.install).json["type"] == "/problems/wipe"
    body = {"guest": True, "install": str(officer.install)}
    assert client.post(f"{BASE}/auth/sessions", json=body).status_code == 403
    again = staff(client, Role.UNIT_LEADER).post(f"/accounts/devices/{officer.install}/loss")
    assert again.json["type"] == "/problems/already_so"


def test_only_those_responsible_report_a_device_lost(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    elsewhere = staff(client, Role.SEC_ADMIN, "150203").post(f"/accounts/devices/{officer.install}/loss")
    unknown = staff(client, Role.SEC_ADMIN, "150203").post(f"/accounts/devices/{uuid4()}/loss")
    assert (elsewhere.status_code, elsewhere.json) == (404, unknown.json)
    assert staff(client, Role.AUDITOR).post(f"/accounts/devices/{officer.install}/loss").status_code == 403
    assert officer.get("/me").status_code == 200


def test_no_table_joins_a_guest_to_whoever_signs_in_on_the_same_phone(client: Any, parts: Parts) -> None:
    install = uuid4()
    somebody = opened(client, guest=True, install=install)
    named = opened(client, phone="13866660001", install=install)
    with parts.database.transaction() as session:
        rows = {row.person_id: row for row in session.scalars(
            select(LoginSession).where(LoginSession.person_id.in_([somebody.id, named.id]))
        )}  # fmt: skip
        events = session.scalars(select(Event).where(Event.entity_id == somebody.id)).all()
    assert rows[somebody.id].device_id is None
    assert rows[named.id].device_id == install
    assert rows[somebody.id].install_seal != rows[named.id].install_seal
    assert events == []


def test_each_guest_session_is_somebody_new(client: Any) -> None:
    install = uuid4()
    first, second = opened(client, guest=True, install=install), opened(client, guest=True, install=install)
    assert first.id != second.id
    assert guest(client).user["kind"] == "guest"
    assert first.get("/me").json["auth_level"] == 0


def test_numbers_are_masked_even_for_oneself(client: Any) -> None:
    caller = opened(client, phone="13812341234")
    assert caller.get("/me").json["phone"] == "138****1234"


def test_names_and_numbers_are_not_in_the_table(client: Any, parts: Parts) -> None:
    caller = opened(client, phone="13812345678")
    with parts.database.transaction() as session:
        row = session.execute(
            text("SELECT phone, phone_index, row_to_json(person)::text AS whole FROM person WHERE id = :id"), {"id": caller.id}
        ).one()
    assert b"13812345678" not in bytes(row.phone)
    assert "13812345678" not in row.whole


def test_every_caller_sees_his_roles_offices_and_units(client: Any) -> None:
    leader = staff(client, Role.UNIT_LEADER).get("/me").json
    assert leader["kind"] == "staff"
    assert [(role["role"], role["name"], role["region_name"]) for role in leader["roles"]] == [
        ("UNIT_LEADER", "消防救援机构负责人", "新城区")
    ]
    assert leader["orgs"][0]["name"] == "呼和浩特市新城区消防救援大队"
    agent = opened(client, phone="13904150102").get("/me").json
    assert [(unit["role"], unit["scope"]) for unit in agent["units"]] == [("AGENT", ["permits", "rectifications", "assistance"])]
