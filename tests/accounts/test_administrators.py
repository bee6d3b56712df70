"""三员分立 in what takes power away or gives it: no administrator gets at another one of his own level."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from accounts.actor import Role
from accounts.roles import REMOVAL_REASONS
from api.context import Parts
from database.journal import Event
from tests.accounts.makers import SECRET, brigade, hire, opened, staff
from tests.clock import Clock

REGION = "150000"
CREDENTIAL = {"password": "Another-119-fire", "totp_secret": SECRET}


def reset(caller: Any, person: Any) -> Any:
    return caller.put(f"/accounts/staff/{person.id}/credential", CREDENTIAL)


def remove(caller: Any, person: Any) -> Any:
    return caller.post(f"/accounts/staff/{person.id}/removal", {"reason": "RETIRED"})


def move(caller: Any, person: Any, region_code: str = "150203") -> Any:
    return caller.post(f"/accounts/staff/{person.id}/transfer", {"org_id": str(brigade(region_code))})


def reason(answer: Any) -> Any:
    assert answer.status_code == 403, answer.text
    return answer.json["reason"]


def last_event(parts: Parts, person: Any) -> Event:
    with parts.database.transaction() as session:
        found = session.scalars(select(Event).where(Event.entity_id == person.id).order_by(Event.id.desc())).first()
        assert found is not None
        return found


def test_who_is_given_a_new_password_is_told_and_out_everywhere(client: Any, parts: Parts) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    assert reset(staff(client, Role.SYS_ADMIN), officer).status_code == 200
    assert officer.get("/me").status_code == 401
    event = last_event(parts, officer)
    assert (event.name, event.concerns) == ("person.credential_reset", {"officers": [str(officer.id)]})
    assert opened(client, **officer.way | {"password": CREDENTIAL["password"]}).id == officer.id


def test_a_password_is_reset_only_where_one_administers_every_right(client: Any, clock: Clock) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    until = (clock.now + timedelta(days=1)).isoformat()
    abroad = {"role": "ANALYST", "org_id": str(brigade("150203")), "valid_until": until}
    assert staff(client, Role.SEC_ADMIN, REGION).post(f"/accounts/staff/{officer.id}/grants", abroad).status_code == 201
    for act in (reset, remove, move):
        assert reason(act(staff(client, Role.SYS_ADMIN), officer)) == "rights_elsewhere"
    clock.advance(days=1)
    assert reset(staff(client, Role.SYS_ADMIN), officer).status_code == 200


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDITOR])
def test_an_administrators_password_is_reset_by_the_level_above(client: Any, role: Role) -> None:
    other = hire(client, role)
    assert reason(reset(staff(client, Role.SYS_ADMIN), other)) == "administrator_of_same_level"
    assert staff(client, Role.SEC_ADMIN, REGION).put(f"/accounts/staff/{other.id}/credential", CREDENTIAL).status_code == 403
    assert reset(staff(client, Role.SYS_ADMIN, REGION), other).status_code == 200


def test_at_the_region_another_system_administrator_resets_and_never_oneself(client: Any) -> None:
    first, other = staff(client, Role.SYS_ADMIN, REGION), hire(client, Role.SYS_ADMIN, region_code=REGION)
    assert reset(first, other).status_code == 200
    assert reset(first, first).json["type"] == "/problems/own_account"


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDITOR])
def test_the_security_administrator_removes_the_other_two(client: Any, role: Role) -> None:
    other = hire(client, role)
    assert reason(remove(staff(client, Role.SYS_ADMIN), other)) == "administrator_of_same_level"
    assert remove(staff(client, Role.SEC_ADMIN), other).status_code == 200


def test_a_security_administrator_is_removed_by_the_level_above(client: Any) -> None:
    other = hire(client, Role.SEC_ADMIN)
    for caller in (staff(client, Role.SYS_ADMIN), staff(client, Role.SEC_ADMIN)):
        assert reason(remove(caller, other)) == "administrator_of_same_level"
    assert remove(staff(client, Role.SYS_ADMIN, REGION), other).status_code == 200


def test_at_the_region_one_security_administrator_removes_another(client: Any) -> None:
    other = hire(client, Role.SEC_ADMIN, region_code=REGION)
    assert reason(remove(staff(client, Role.SYS_ADMIN, REGION), other)) == "administrator_of_same_level"
    assert remove(staff(client, Role.SEC_ADMIN, REGION), other).status_code == 200


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDITOR])
def test_an_administrator_is_transferred_by_the_level_above(client: Any, role: Role) -> None:
    other = hire(client, role, region_code="150200")
    above, beside = staff(client, Role.SYS_ADMIN, REGION), hire(client, Role.SYS_ADMIN, region_code="150200")
    assert reason(move(beside, other)) == "administrator_of_same_level"
    assert move(above, other).status_code == 200


def test_the_journal_keeps_a_code_for_a_removal_and_nobodys_words(client: Any, parts: Parts) -> None:
    officer, sysadmin = hire(client, Role.FIRE_OFFICER), staff(client, Role.SYS_ADMIN)
    refused = sysadmin.post(f"/accounts/staff/{officer.id}/removal", {"reason": "与张某不和"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "reason")
    assert remove(sysadmin, officer).status_code == 200
    assert last_event(parts, officer).data == {"reason": "RETIRED"}
    assert "RETIRED" in REMOVAL_REASONS
