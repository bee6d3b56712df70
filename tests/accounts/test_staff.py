"""The three administrators: what each may do, and what none may."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.actor import Role
from accounts.authors import actor_at
from accounts.models import RoleGrant
from accounts.offices import office_id
from api.context import Parts
from database.base import new_id
from database.journal import Event
from database.session import now
from tests.accounts.makers import account, brigade, citizen, hire, opened, staff
from tests.clock import Clock


def grant(client: Any, person: Any, **body: Any) -> Any:
    return staff(client, Role.SEC_ADMIN, "150000").post(f"/accounts/staff/{person}/grants", body)


def events_of(parts: Parts, person: Any) -> list[str]:
    with parts.database.transaction() as session:
        found = session.scalars(select(Event).where(Event.entity_id == person).order_by(Event.id)).all()
        for earlier, later in itertools.pairwise(found):
            assert later.previous_hash == earlier.hash
        return [event.name for event in found]


def test_an_account_is_made_by_one_and_given_rights_by_another(client: Any, parts: Parts) -> None:
    body = account()
    made = staff(client, Role.SYS_ADMIN).post("/accounts/staff", body)
    assert (made.status_code, made.json["grants"]) == (201, [])
    person = made.json["id"]
    assert staff(client, Role.SYS_ADMIN).post(f"/accounts/staff/{person}/grants", {"role": "FIRE_OFFICER"}).status_code == 403
    granted = staff(client, Role.SEC_ADMIN).post(f"/accounts/staff/{person}/grants", {"role": "FIRE_OFFICER"})
    assert granted.json["name"] == "消防监督员"
    assert staff(client, Role.SEC_ADMIN).post("/accounts/staff", account()).status_code == 403
    assert opened(client, username=body["username"]).user["roles"][0]["role"] == "FIRE_OFFICER"
    assert events_of(parts, person) == ["person.staff_created", "person.role_granted", "person.signed_in"]


def test_the_auditor_only_reads(client: Any) -> None:
    auditor, officer = staff(client, Role.AUDITOR), hire(client, Role.FIRE_OFFICER)
    assert auditor.get("/accounts/staff").status_code == 200
    assert auditor.get(f"/accounts/staff/{officer.id}").json["grants"][0]["role"] == "FIRE_OFFICER"
    refused = [
        auditor.post("/accounts/staff", account()),
        auditor.post(f"/accounts/staff/{officer.id}/grants", {"role": "ANALYST"}),
        auditor.post(f"/accounts/staff/{officer.id}/transfer", {"org_id": str(brigade("150203"))}),
        auditor.post(f"/accounts/staff/{officer.id}/removal"),
    ]
    assert {answer.status_code for answer in refused} == {403}


@pytest.mark.parametrize("who", [Role.UNIT_LEADER, Role.FIRE_OFFICER, Role.ANALYST])
def test_others_learn_nothing_of_accounts(client: Any, who: Role) -> None:
    caller, officer = staff(client, who), hire(client, Role.FIRE_OFFICER)
    assert caller.get("/accounts/staff").status_code == 403
    known, unknown = caller.get(f"/accounts/staff/{officer.id}"), caller.get(f"/accounts/staff/{uuid4()}")
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)


def test_nobody_administers_beyond_his_divisions(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    sysadmin, secadmin = staff(client, Role.SYS_ADMIN, "150203"), staff(client, Role.SEC_ADMIN, "150203")
    for caller, method, path, body in (
        (secadmin, "GET", "", None),
        (secadmin, "POST", "/grants", {"role": "ANALYST"}),
        (sysadmin, "POST", "/transfer", {"org_id": str(brigade("150203"))}),
        (sysadmin, "POST", "/removal", {}),
    ):
        known = caller.call(method, f"/accounts/staff/{officer.id}{path}", json=body)
        unknown = caller.call(method, f"/accounts/staff/{uuid4()}{path}", json=body)
        assert (known.status_code, known.json) == (404, unknown.json)
    made = sysadmin.post("/accounts/staff", account(org_id=str(brigade("150102"))))
    assert made.json["errors"][0]["code"] == "not_your_region"
    listed = sysadmin.get("/accounts/staff?limit=100").json["items"]
    assert {person["region_code"] for person in listed} == {"150203"}


def test_nobody_grants_to_himself(client: Any) -> None:
    secadmin = staff(client, Role.SEC_ADMIN)
    refused = secadmin.post(f"/accounts/staff/{secadmin.id}/grants", {"role": "UNIT_LEADER"})
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/own_account")
    own = secadmin.get(f"/accounts/staff/{secadmin.id}").json["grants"][0]["id"]
    assert secadmin.delete(f"/accounts/staff/{secadmin.id}/grants/{own}").status_code == 403
    sysadmin = staff(client, Role.SYS_ADMIN)
    assert sysadmin.post(f"/accounts/staff/{sysadmin.id}/removal").json["type"] == "/problems/own_account"


def test_the_three_administrators_are_three_people(client: Any, parts: Parts) -> None:
    person = hire(client, Role.SYS_ADMIN).id
    assert grant(client, person, role="SEC_ADMIN").json["type"] == "/problems/administrators_separated"
    assert grant(client, person, role="AUDITOR").json["type"] == "/problems/administrators_separated"
    assert grant(client, person, role="SYS_ADMIN").json["type"] == "/problems/already_so"
    with parts.database.transaction() as session, pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            RoleGrant(
                id=new_id(), person_id=person, role="AUDITOR", org_id=brigade(), region_code="150102",
                valid_from=now(session), granted_by=person, granted_at=now(session),
            )
        )  # fmt: skip


def test_the_same_right_is_granted_once(client: Any) -> None:
    person = hire(client, Role.FIRE_OFFICER).id
    assert grant(client, person, role="FIRE_OFFICER").json["type"] == "/problems/already_so"


def test_a_right_that_ran_out_is_gone_and_can_be_given_anew(client: Any, clock: Clock) -> None:
    person = hire(client)
    until = (clock.now + timedelta(hours=1)).isoformat()
    assert grant(client, person.id, role="ANALYST", valid_until=until).status_code == 201
    assert [role["role"] for role in person.get("/me").json["roles"]] == ["ANALYST"]
    clock.advance(hours=1)
    assert person.get("/me").json["roles"] == []
    assert grant(client, person.id, role="ANALYST").status_code == 201


def test_a_right_never_begins_before_it_is_given(client: Any, parts: Parts, clock: Clock) -> None:
    person, yesterday = hire(client), clock.now - timedelta(days=1)
    given = grant(client, person.id, role="FIRE_OFFICER", valid_from=yesterday.isoformat())
    assert (given.status_code, given.json["valid_from"]) == (201, clock.now.isoformat().replace("+00:00", "Z"))
    with parts.database.transaction() as session:
        then = actor_at(session, person.id, yesterday)
        assert then is not None
        assert then.grants == ()


def test_a_right_can_begin_later(client: Any, clock: Clock) -> None:
    person = hire(client)
    tomorrow = (clock.now + timedelta(days=1)).isoformat()
    assert grant(client, person.id, role="ANALYST", valid_from=tomorrow).status_code == 201
    assert person.get("/me").json["roles"] == []
    clock.advance(days=1)
    assert len(person.get("/me").json["roles"]) == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"role": "CITIZEN"}, "role", "invalid"),
        ({"role": "SYSTEM"}, "role", "invalid"),
        ({"role": "RECEIVER_CLERK"}, "role", "role_not_held_there"),
        ({"role": "FIRE_OFFICER", "org_id": str(office_id("ZJ150102"))}, "role", "role_not_held_there"),
        ({"role": "FIRE_OFFICER", "org_id": str(uuid4())}, "org_id", "unknown_organisation"),
        ({"role": "FIRE_OFFICER", "region_code": "150203"}, "region_code", "outside_organisation"),
        ({"role": "FIRE_OFFICER", "region_code": "150199"}, "region_code", "outside_organisation"),
        ({"role": "FIRE_OFFICER", "region_code": "110000"}, "region_code", "invalid"),
        ({"role": "FIRE_OFFICER", "valid_until": "2020-01-01T00:00:00Z"}, "valid_until", "ends_too_early"),
    ],
)
def test_a_wrong_grant_names_the_field(client: Any, body: dict[str, Any], field: str, code: str) -> None:
    answer = grant(client, hire(client).id, **body)
    assert answer.status_code == 422
    assert {(error["field"], error["code"]) for error in answer.json["errors"]} >= {(field, code)}


def test_a_league_sends_somebody_to_stand_in_at_a_small_brigade(client: Any) -> None:
    person = hire(client, region_code="150100")
    granted = grant(client, person.id, role="PERMIT_APPROVER", org_id=str(brigade("150102")))
    assert granted.json["region_code"] == "150102"
    assert person.get("/me").json["orgs"][0]["id"] == str(brigade("150102"))


def test_usernames_and_ids_are_somebodys_once(client: Any) -> None:
    sysadmin, body = staff(client, Role.SYS_ADMIN), account(id=str(new_id()))
    assert sysadmin.post("/accounts/staff", body).json["id"] == body["id"]
    assert sysadmin.post("/accounts/staff", account(id=body["id"])).json["type"] == "/problems/person_exists"
    taken = sysadmin.post("/accounts/staff", account(username=body["username"].upper()))
    assert taken.json["type"] == "/problems/username_taken"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "1abc"}, "username"),
        ({"totp_secret": "short"}, "totp_secret"),
        ({"totp_secret": "1" * 32}, "totp_secret"),
        ({"password": "short"}, "password"),
        ({"password": "alllowercaseletters"}, "password"),
        ({"name": "张\u0007三"}, "name"),
        ({"name": " "}, "name"),
        ({"phone": "138"}, "phone"),
        ({"org_id": str(uuid4())}, "org_id"),
        ({"role": "SYS_ADMIN"}, "role"),
        ({"id": str(uuid4())}, "id"),
    ],
)
def test_a_wrong_account_names_the_field(client: Any, change: dict[str, Any], field: str) -> None:
    answer = staff(client, Role.SYS_ADMIN).post("/accounts/staff", account(**change))
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_a_lost_second_factor_is_replaced_by_the_system_administrator(client: Any) -> None:
    officer = hire(client, Role.FIRE_OFFICER)
    body = {"password": "Another-119-fire", "totp_secret": "A" * 32}
    path = f"/accounts/staff/{officer.id}/credential"
    assert staff(client, Role.SEC_ADMIN).put(path, body).status_code == 403
    assert staff(client, Role.SYS_ADMIN, "150203").put(path, body).status_code == 404
    username = staff(client, Role.SYS_ADMIN).put(path, body).json["username"]
    assert opened(client, username=username, password="Another-119-fire").id == officer.id


def test_staff_are_listed_page_by_page_and_filtered(client: Any) -> None:
    auditor = staff(client, Role.AUDITOR, "150000")
    seen: list[str] = []
    query = "/accounts/staff?region_code=150200&limit=10"
    page = auditor.get(query).json
    while True:
        seen += [person["id"] for person in page["items"]]
        if page["next_cursor"] is None:
            break
        page = auditor.get(f"{query}&cursor={page['next_cursor']}").json
    assert len(seen) == len(set(seen)) > 20
    leaders = auditor.get("/accounts/staff?role=UNIT_LEADER&region_code=150203&is_removed=false").json["items"]
    assert "leader.150203" in {person["username"] for person in leaders}
    named = auditor.get(f"/accounts/staff?q={leaders[0]['name'][1:]}&limit=100").json["items"]
    assert leaders[0]["id"] in {person["id"] for person in named}
    assert all(leaders[0]["name"][1:] in person["name"] for person in named)
    assert auditor.get("/accounts/staff?cursor=zzz").status_code == 422


def test_citizens_are_no_staff(client: Any) -> None:
    person: Any = citizen(client)
    assert staff(client, Role.SYS_ADMIN, "150000").post(f"/accounts/staff/{person.id}/removal").status_code == 404


def test_offices_are_listed_by_division_and_kind(client: Any) -> None:
    caller = citizen(client)
    brigades = caller.get("/accounts/organisations?kind=BATTALION&limit=100").json
    rest = caller.get(f"/accounts/organisations?kind=BATTALION&limit=100&cursor={brigades['next_cursor']}").json
    assert len(brigades["items"]) + len(rest["items"]) == 103
    assert rest["next_cursor"] is None
    assert len(caller.get("/accounts/organisations?kind=DETACHMENT&limit=100").json["items"]) == 12
    here = caller.get("/accounts/organisations?region_code=150102&limit=100").json["items"]
    assert {"呼和浩特市新城区住房和城乡建设局", "呼和浩特市新城区消防安全委员会办公室"} <= {office["name"] for office in here}
    assert caller.get("/accounts/organisations?q=锡林浩特市公安").json["items"][0]["code"] == "GA152502"
