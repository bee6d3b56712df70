"""The demo's people: somebody for every role, and everybody gets in."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from accounts.actor import Role
from accounts.models import Organisation, Person, RoleGrant, StaffCredential, UnitPower
from accounts.roles import ROLE_NAMES
from accounts.seed import seed_demo, seed_organisations
from api.context import Parts
from tests.people import BASE

IN_CONTEXT = {Role.DATA_PARTNER, Role.REPORTER, Role.SYSTEM}


def test_every_role_has_an_account_in_two_banners(client: Any) -> None:
    listed = client.get(f"{BASE}/demo/accounts").json["accounts"]
    for region_code in ("150102", "150203"):
        assert {row["role"] for row in listed if row["region_code"] == region_code} == {*Role} - IN_CONTEXT
    officers = Counter(row["region_code"] for row in listed if row["role"] == "FIRE_OFFICER")
    assert officers == {"150102": 3, "150203": 3, "152502": 3, "150702": 3}
    for role in ("SYS_ADMIN", "SEC_ADMIN", "AUDITOR"):
        assert len([row for row in listed if row["role"] == role and row["region_code"] == "150000"]) == 2


def test_every_account_of_the_demo_gets_in_with_its_role(client: Any) -> None:
    listed = client.get(f"{BASE}/demo/accounts").json["accounts"]
    seen = set()
    for row in listed:
        if (row["role"], row["region_code"]) in seen or row["region_code"] != "150203":
            continue
        seen.add((row["role"], row["region_code"]))
        opened = client.post(f"{BASE}/auth/sessions", json={**row["sign_in"], "install": str(uuid4())})
        assert opened.status_code == 201, row
        user = opened.json["user"]
        held = {entry["role"] for entry in user["roles"] + user["units"]}
        assert held == ({row["role"]} if row["role"] not in ("GUEST", "CITIZEN") else set())
        assert row["role"] == "GUEST" or user["name"] == row["name"]


def test_every_role_has_a_name() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert len(set(ROLE_NAMES.values())) == len(ROLE_NAMES)


def test_seeding_again_changes_nothing(parts: Parts) -> None:
    def counted() -> list[int]:
        with parts.database.transaction() as session:
            models = (Organisation, Person, RoleGrant, StaffCredential, UnitPower)
            return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]

    before = counted()
    with parts.database.transaction() as session:
        office = session.scalars(select(Organisation).where(Organisation.code == "ZJ152921")).one()
        office.name = "改了名的单位"
    with parts.database.transaction() as session:
        seed_organisations(session)
        seed_demo(session)
    assert counted() == before
    with parts.database.transaction() as session:
        assert session.scalar(select(Organisation.name).where(Organisation.code == "ZJ152921")) == "改了名的单位"


def test_each_division_has_one_brigade_and_one_committee_office(parts: Parts) -> None:
    with parts.database.transaction() as session:
        for kinds in (("CORPS", "DETACHMENT", "BATTALION"), ("COMMITTEE_OFFICE",)):
            rows = session.execute(
                select(Organisation.region_code, func.count())
                .where(Organisation.kind.in_(kinds))
                .group_by(Organisation.region_code)
            ).all()
            assert len(rows) == 116
            assert {count for _, count in rows} == {1}
