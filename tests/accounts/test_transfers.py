"""Which rights go along to another office, and which have to be given anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.actor import Role
from accounts.offices import office_id
from tests.accounts.makers import brigade, hire, staff
from tests.clock import Clock


def move(client: Any, person: Any, org_id: UUID) -> Any:
    return staff(client, Role.SYS_ADMIN, "150000").post(f"/accounts/staff/{person.id}/transfer", {"org_id": str(org_id)})


def grant(client: Any, person: Any, **body: Any) -> Any:
    answer = staff(client, Role.SEC_ADMIN, "150000").post(f"/accounts/staff/{person.id}/grants", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def held(person: Any) -> set[tuple[str, str]]:
    return {(role["role"], role["region_code"]) for role in person.get("/me").json["roles"]}


def test_a_transfer_takes_the_roles_along_and_acts_at_once(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER, Role.ANALYST)
    moved = move(client, officer, brigade("150203"))
    assert moved.json["org_id"] == str(brigade("150203"))
    assert held(officer) == {("FIRE_OFFICER", "150203"), ("ANALYST", "150203")}
    assert move(client, officer, brigade("150203")).json["type"] == "/problems/already_so"


def test_an_office_of_another_kind_grants_anew(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER, Role.EXPERT)
    assert move(client, officer, office_id("ZJ150102")).json["grants"] == []
    assert held(officer) == set()


def test_a_banners_roles_do_not_widen_to_a_league(client: Any) -> None:
    leader = hire(client, Role.UNIT_LEADER)
    assert move(client, leader, brigade("150100")).json["grants"] == []
    clerk = hire(client, Role.RECEIVER_CLERK, office="ZJ")
    assert move(client, clerk, office_id("ZJ150100")).json["grants"] == []
    assert move(client, hire(client, Role.RECEIVER_CLERK, office="ZJ"), office_id("GA150203")).json["grants"] != []


def test_a_leagues_role_for_one_banner_does_not_become_one_for_the_league(client: Any) -> None:
    person = hire(client, region_code="150100")
    grant(client, person, role="FIRE_OFFICER", region_code="150102")
    assert move(client, person, brigade("150200")).json["grants"] == []


def test_who_held_a_right_that_ran_out_can_be_transferred(client: Any, clock: Clock) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    grant(client, officer, role="ANALYST", valid_until=(clock.now + timedelta(hours=1)).isoformat())
    clock.advance(hours=2)
    moved = move(client, officer, brigade("150203"))
    assert (moved.status_code, [row["role"] for row in moved.json["grants"]]) == (200, ["FIRE_OFFICER"])


def test_a_right_that_begins_later_begins_no_sooner_elsewhere(client: Any, clock: Clock) -> None:
    person, tomorrow = hire(client), (clock.now + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    grant(client, person, role="FIRE_OFFICER", valid_from=tomorrow)
    assert [row["valid_from"] for row in move(client, person, brigade("150203")).json["grants"]] == [tomorrow]
    assert held(person) == set()
    clock.advance(days=1)
    assert held(person) == {("FIRE_OFFICER", "150203")}


def test_of_two_grants_of_a_role_the_permanent_one_goes_along(client: Any, clock: Clock) -> None:
    person = hire(client, region_code="150100")
    until = (clock.now + timedelta(days=1)).isoformat()
    grant(client, person, role="FIRE_OFFICER", region_code="150102", valid_until=until)
    grant(client, person, role="FIRE_OFFICER")
    grant(client, person, role="FIRE_OFFICER", region_code="150103", valid_until=until)
    assert [row["valid_until"] for row in move(client, person, brigade("150200")).json["grants"]] == [None]


def test_an_administrator_loses_his_power_with_a_transfer(client: Any) -> None:
    person = hire(client, Role.SEC_ADMIN)
    assert move(client, person, brigade("150203")).json["grants"] == []
