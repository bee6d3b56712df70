"""Offices as administrators open, rename and close them; what stands for its division stays."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from accounts.actor import Role
from accounts.demo import FIELD_BANNERS, FULL_BANNERS, TOWNS
from accounts.offices import office_id, offices
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.accounts.makers import account, brigade, citizen, staff

PATH = "/accounts/organisations"


def town(**change: Any) -> dict[str, Any]:
    return {
        "kind": "TOWN", "name": "新城区测试镇人民政府", "short_name": "测试镇", "region_code": "150102",
        "parent_id": str(office_id("ZF150102")), "phone": "0471-1234567",
    } | change  # fmt: skip


def made(client: Any, **change: Any) -> Any:
    answer = staff(client, Role.SYS_ADMIN).post(PATH, town(**change))
    assert answer.status_code == 201, answer.text
    return answer


def edit(caller: Any, org: Any, etag: str, **change: Any) -> Any:
    body = {name: org[name] for name in ("name", "short_name", "phone")} | change
    return caller.put(f"{PATH}/{org['id']}", body, headers={"If-Match": etag})


def close(caller: Any, org: Any, etag: str) -> Any:
    return caller.delete(f"{PATH}/{org['id']}", headers={"If-Match": etag})


def listed(client: Any, kind: str = "TOWN") -> set[str]:
    answer = citizen(client).get(f"{PATH}?region_code=150102&kind={kind}&limit=100").json
    return {office["id"] for office in answer["items"]}


@pytest.mark.parametrize("kind", ["TOWN", "DEPARTMENT", "POLICE_STATION", "UTILITY"])
def test_an_office_is_opened_renamed_and_closed(client: Any, parts: Parts, kind: str) -> None:
    sysadmin, opened = staff(client, Role.SYS_ADMIN), made(client, kind=kind, id=str(new_id()))
    org = opened.json
    assert org["id"] in listed(client, kind)
    renamed = edit(sysadmin, org, opened.headers["ETag"], name="新名称")
    assert (renamed.status_code, renamed.json["name"], renamed.json["phone"]) == (200, "新名称", org["phone"])
    stale = edit(sysadmin, org, opened.headers["ETag"])
    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale_revision")
    closed = close(sysadmin, org, renamed.headers["ETag"])
    assert (closed.status_code, closed.json["is_active"]) == (200, False)
    assert close(sysadmin, org, closed.headers["ETag"]).json["type"] == "/problems/already_so"
    assert org["id"] not in listed(client, kind)
    assert citizen(client).get(f"{PATH}/{org['id']}").json["is_active"] is False
    with parts.database.transaction() as session:
        events = session.scalars(select(Event.name).where(Event.entity_id == org["id"]).order_by(Event.id)).all()
    assert events == ["organisation.opened", "organisation.edited", "organisation.closed"]


@pytest.mark.parametrize("kind", ["BATTALION", "DETACHMENT", "CORPS", "COMMITTEE_OFFICE"])
def test_a_division_gets_no_second_brigade_or_committee(client: Any, kind: str) -> None:
    refused = staff(client, Role.SYS_ADMIN).post(PATH, town(kind=kind))
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "kind")


def test_a_brigade_is_renamed_and_never_closed(client: Any) -> None:
    sysadmin, path = staff(client, Role.SYS_ADMIN, "150000"), f"{PATH}/{brigade('150781')}"
    shown = sysadmin.get(path)
    renamed = edit(sysadmin, shown.json, shown.headers["ETag"], name="满洲里市消防救援局")
    assert renamed.json["name"] == "满洲里市消防救援局"
    assert close(sysadmin, shown.json, renamed.headers["ETag"]).json["reason"] == "one_for_each_division"
    edit(sysadmin, shown.json, renamed.headers["ETag"], name=shown.json["name"])


def test_an_office_where_somebody_works_is_not_closed(client: Any) -> None:
    sysadmin, opened = staff(client, Role.SYS_ADMIN), made(client)
    person = sysadmin.post("/accounts/staff", account(org_id=opened.json["id"])).json
    refused = close(sysadmin, opened.json, opened.headers["ETag"])
    assert (refused.status_code, refused.json["type"], refused.json["people"]) == (409, "/problems/office_in_use", 1)
    sysadmin.post(f"/accounts/staff/{person['id']}/removal", {"reason": "DOUBLE"})
    below = made(client, kind="UTILITY", parent_id=opened.json["id"])
    assert close(sysadmin, opened.json, opened.headers["ETag"]).json["offices"] == 1
    assert close(sysadmin, below.json, below.headers["ETag"]).status_code == 200
    assert close(sysadmin, opened.json, opened.headers["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"region_code": "150203"}, "region_code"),
        ({"region_code": "150100"}, "region_code"),
        ({"region_code": "150199"}, "region_code"),
        ({"parent_id": str(uuid4())}, "parent_id"),
        ({"parent_id": str(office_id("ZF150203"))}, "parent_id"),
        ({"phone": "call me"}, "phone"),
        ({"name": ""}, "name"),
        ({"id": str(uuid4())}, "id"),
        ({"id": str(office_id("ZF150102"))}, "id"),
    ],
)
def test_a_wrong_office_names_the_field(client: Any, change: dict[str, Any], field: str) -> None:
    refused = staff(client, Role.SYS_ADMIN).post(PATH, town(**change))
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)


def test_offices_are_the_system_administrators_of_their_division(client: Any) -> None:
    opened = made(client)
    for role in (Role.SEC_ADMIN, Role.UNIT_LEADER, Role.TOWN_OFFICER):
        assert staff(client, role).post(PATH, town()).status_code == 403
        assert edit(staff(client, role), opened.json, opened.headers["ETag"]).status_code == 403
    elsewhere = staff(client, Role.SYS_ADMIN, "150203")
    assert edit(elsewhere, opened.json, opened.headers["ETag"]).status_code == 404
    assert close(elsewhere, opened.json, opened.headers["ETag"]).status_code == 404


def test_production_starts_without_the_demos_towns() -> None:
    assert [office.code for office in offices() if office.kind == "TOWN"] == []
    assert {town.region_code for town in TOWNS} == {*FULL_BANNERS, *FIELD_BANNERS}


def test_colleagues_know_each_other_by_name_and_role(client: Any) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    items = leader.get(f"/accounts/organisations/{leader.org_id}/people").get_json()["items"]
    assert "消防救援机构负责人" in next(person["roles"] for person in items if person["id"] == str(leader.id))
    elsewhere = staff(client, Role.UNIT_LEADER, FULL_BANNERS[1])
    assert elsewhere.get(f"/accounts/organisations/{leader.org_id}/people").status_code == 404
