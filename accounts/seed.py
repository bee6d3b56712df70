"""First rows of accounts: the offices of the region, and in the demo its invented people. Safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, UNIT_ROLES, Role
from accounts.demo import DEMO_PASSWORD, TOWNS, UNITS, DemoAccount, DemoUnit, accounts, demo_person_id
from accounts.models import Organisation, Person, RoleGrant, StaffCredential, UnitPower
from accounts.offices import Office, office_id, offices
from accounts.passwords import hash_password
from accounts.people import phone_index
from accounts.sign_in import STAFF_AUTH_LEVEL
from database.base import Base
from database.crypto import Sealed
from database.session import now
from places.models import Unit

_DEMO_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - any: the demo takes 000000


def seed_organisations(session: Session) -> None:
    """About 2,100 offices; a row that an administrator changed stays as it is."""
    _offices(session, offices())


def _offices(session: Session, made: Iterable[Office]) -> None:
    rows = [
        {
            "id": office.id,
            "code": office.code,
            "name": office.name,
            "short_name": office.short_name,
            "kind": office.kind,
            "region_code": office.region_code,
            "parent_id": office_id(office.parent_code) if office.parent_code else None,
        }
        | _revised(session)
        for office in made
    ]
    _add(session, Organisation, rows)


def seed_demo(session: Session) -> None:
    """One account of every role in two banners, what the main job needs in two more, and the levels above them."""
    _offices(session, TOWNS)
    everybody = [account for account in accounts() if account.role is not Role.GUEST]
    people = [_person(session, account) for account in everybody]
    _add(session, Person, [row for row in people if row["kind"] == "staff"])
    _add(session, Person, [row for row in people if row["kind"] == "natural"])
    staff = [account for account in everybody if account.office_code is not None]
    known = set(session.scalars(select(StaffCredential.username)))
    new = [account for account in staff if account.key not in known]
    if new:
        password_hash = hash_password(DEMO_PASSWORD)  # one for all: the password is no secret
        _add(
            session,
            StaffCredential,
            [
                {
                    "person_id": account.id,
                    "username": account.key,
                    "password_hash": password_hash,
                    "totp_secret": _DEMO_TOTP_SECRET,
                }
                for account in new
            ],
        )
        _add(session, RoleGrant, [_grant(session, account) for account in new])
    for unit in UNITS:
        if session.get(Unit, unit.id) is None:
            _unit(session, unit)


def _person(session: Session, account: DemoAccount) -> dict[str, Any]:
    if account.office_code is not None:
        return {
            "id": account.id,
            "kind": "staff",
            "staff_name": account.name,
            "org_id": office_id(account.office_code),
            "region_code": account.region_code,
            "auth_level": STAFF_AUTH_LEVEL,
        } | _revised(session)
    phone = account.phone or ""
    return {
        "id": account.id,
        "kind": "natural",
        "name": account.name,
        "phone": phone,
        "phone_index": phone_index(Sealed.keys(), phone),
        "auth_level": 1,
    } | _revised(session)


def _grant(session: Session, account: DemoAccount) -> dict[str, Any]:
    return {
        "id": demo_person_id(f"grant.{account.key}"),
        "person_id": account.id,
        "role": account.role.value,
        "org_id": office_id(account.office_code or ""),
        "region_code": account.region_code,
        "valid_from": now(session),
        "granted_by": SYSTEM.id,
        "granted_at": now(session),
    }


def _unit(session: Session, unit: DemoUnit) -> None:
    """The enterprise with its people. The agent's power ends, like every agent's."""
    moment = now(session)
    people = [account for account in accounts() if account.region_code == unit.region_code and account.role in UNIT_ROLES]
    by_role = {account.role: account for account in people}
    session.add(
        Unit(
            id=unit.id,
            name=unit.name,
            uscc=unit.uscc,
            region_code=unit.region_code,
            place_type=unit.place_type,
            category=unit.category,
            legal_person_id=by_role[Role.UNIT_RESPONSIBLE].id,
            manager_ids=[by_role[Role.UNIT_MANAGER].id],
            **_revised(session),
        )
    )
    session.flush()
    _add(
        session,
        UnitPower,
        [
            {
                "id": demo_person_id(f"power.{account.key}"),
                "unit_id": unit.id,
                "person_id": account.id,
                "role": account.role.value,
                "scope": ["permits", "rectifications", "assistance"] if account.role is Role.AGENT else [],
                "valid_from": moment,
                "valid_until": moment.replace(year=moment.year + 1, day=1) if account.role is Role.AGENT else None,
                "granted_by": by_role[Role.UNIT_RESPONSIBLE].id,
            }
            for account in people
        ],
    )


def _revised(session: Session) -> dict[str, Any]:
    return {"revision": 1, "stamps": {}, "created_at": now(session), "updated_at": now(session)}


def _add(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model).on_conflict_do_nothing(), rows)
