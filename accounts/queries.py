"""What is read of people, roles and organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.identifiers import masked_identity_number, masked_phone
from accounts.models import LoginSession, Organisation, Person, RoleGrant, StaffCredential, UnitPower
from accounts.roles import ADMIN_ROLES, ROLE_NAMES, region_prefix
from database.base import Json
from places.models import Unit
from places.regions import regions
from problems import NotFound, RoleNotAllowed


def live_grant(moment: datetime) -> ColumnElement[bool]:
    """The grants that hold at `moment`."""
    return (
        RoleGrant.ended_at.is_(None)
        & (RoleGrant.valid_from <= moment)
        & or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > moment)
    )


def live_power(moment: datetime) -> ColumnElement[bool]:
    """The powers for units that hold at `moment`."""
    return (
        UnitPower.ended_at.is_(None)
        & (UnitPower.valid_from <= moment)
        & or_(UnitPower.valid_until.is_(None), UnitPower.valid_until > moment)
    )


def me(session: Session, actor: Actor) -> Json:
    """The caller as he may see himself: numbers masked, roles with their names, offices, units, the session."""
    person = session.get_one(Person, actor.id)
    orgs = organisations_by_id(session, {grant.org_id for grant in actor.grants})
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_({power.unit_id for power in actor.units})))}
    return {
        "id": person.id,
        "kind": "guest" if person.is_guest else "staff" if person.kind == "staff" else "citizen",
        "name": person.staff_name or person.name,
        "phone": masked_phone(person.phone),
        "id_number": masked_identity_number(person.id_number),
        "auth_level": actor.auth_level,
        "session_id": actor.session_id,
        "session_state": "drain" if actor.draining else "active",
        "must_change_password": actor.must_change,
        "roles": [
            {
                "role": grant.role,
                "name": ROLE_NAMES[grant.role],
                "org_id": grant.org_id,
                "org_name": orgs[grant.org_id].name,
                "region_code": grant.region_code,
                "region_name": region_name(grant.region_code),
            }
            for grant in actor.grants
        ],
        "orgs": [organisation_facts(org) for org in sorted(orgs.values(), key=lambda org: org.code)],
        "units": [
            {
                "unit_id": power.unit_id,
                "name": units[power.unit_id].name,
                "merged_into": units[power.unit_id].merged_into,
                "role": power.role,
                "role_name": ROLE_NAMES[power.role],
                "scope": list(power.scope),
            }
            for power in actor.units
        ],
    }


def organisations_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Organisations by id, in one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {org.id: org for org in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))}


def organisation_facts(org: Organisation) -> Json:
    """What everybody who is signed in may know of an office."""
    names = ("id", "revision", "code", "name", "short_name", "kind", "region_code", "parent_id", "phone", "is_active")
    return {name: getattr(org, name) for name in names} | {"region_name": region_name(org.region_code)}


def region_name(code: str) -> str:
    """新城区; the code itself if it is not one of ours."""
    found = regions().get(code)
    return found.name if found else code


def organisations(filters: dict[str, Any]) -> Select[Organisation]:
    """Offices by division (the division itself, not what lies in it), kind, parent, and words of the name."""
    statement = select(Organisation).where(Organisation.is_active)
    for name in ("region_code", "kind", "parent_id"):
        if filters.get(name) is not None:
            statement = statement.where(getattr(Organisation, name) == filters[name])
    if filters.get("q"):
        statement = statement.where(Organisation.name.contains(filters["q"], autoescape=True))
    return statement


def organisation(session: Session, org_id: UUID) -> Organisation:
    """One office, also one that was closed: who is signed in may know every office. Raises NotFound."""
    org = session.get(Organisation, org_id)
    if org is None:
        raise NotFound
    return org


def colleagues(session: Session, org_id: UUID, moment: datetime) -> list[Json]:
    """Who works in an office now, by name, with the roles held there."""
    held = (
        select(Person.id, Person.staff_name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(live_grant(moment), RoleGrant.org_id == org_id)
        .order_by(Person.staff_name, Person.id, RoleGrant.role)
    )
    people: dict[UUID, Json] = {}
    for person_id, name, role in session.execute(held):
        people.setdefault(person_id, {"id": person_id, "name": name, "roles": []})["roles"].append(ROLE_NAMES[Role(role)])
    return list(people.values())


def roster_people(session: Session, org_ids: Iterable[UUID | None], named: Iterable[UUID | None], moment: datetime) -> list[Json]:
    """Who works in these offices now, and those `named` besides: with office and roles, which are empty for who has left them."""
    people: dict[UUID, Json] = {}
    for org_id in org_ids:
        if org_id is None:
            continue
        office = session.get_one(Organisation, org_id).short_name
        for person in colleagues(session, org_id, moment):
            people.setdefault(person["id"], person | {"office": office})
    others = {person_id for person_id in named if person_id is not None and person_id not in people}
    elsewhere = staff_names(session, others)
    return [*people.values(), *({"id": key, "name": name, "office": "", "roles": []} for key, name in elsewhere.items())]


def sessions_of(session: Session, person_id: UUID) -> Sequence[LoginSession]:
    """Sessions that are not closed, the last used first; at most 100."""
    statement = select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.state != "closed")
    return session.scalars(statement.order_by(LoginSession.last_used_at.desc(), LoginSession.id).limit(100)).all()


def staff_seen_by(actor: Actor, filters: dict[str, Any]) -> Select[Person]:
    """The staff of the divisions that an administrator is responsible for. Raises RoleNotAllowed for everybody else."""
    if not actor.has(*ADMIN_ROLES):
        raise RoleNotAllowed(action="read_staff")
    prefixes = {grant.region_prefix for grant in actor.grants if grant.role in ADMIN_ROLES}
    statement = select(Person).where(
        Person.kind == "staff", or_(*(Person.region_code.startswith(prefix, autoescape=True) for prefix in sorted(prefixes)))
    )
    if filters.get("region_code"):
        statement = statement.where(Person.region_code.startswith(region_prefix(filters["region_code"]), autoescape=True))
    if filters.get("org_id"):
        statement = statement.where(Person.org_id == filters["org_id"])
    if filters.get("role"):
        holders = select(RoleGrant.person_id).where(RoleGrant.role == filters["role"], RoleGrant.ended_at.is_(None))
        statement = statement.where(Person.id.in_(holders))
    if filters.get("q"):
        statement = statement.where(Person.staff_name.contains(filters["q"], autoescape=True))
    if filters.get("is_removed") is not None:
        removed = Person.removed_at.is_not(None)
        statement = statement.where(removed if filters["is_removed"] else ~removed)
    return statement


def staff_member(session: Session, actor: Actor, person_id: UUID) -> Person:
    """One of them. Raises RoleNotAllowed for who is no administrator, NotFound beyond his divisions."""
    person = session.scalars(staff_seen_by(actor, {}).where(Person.id == person_id)).one_or_none()
    if person is None:
        raise NotFound
    return person


def staff_facts(session: Session, people: Sequence[Person]) -> list[Json]:
    """Staff as administrators see them: with username, office and every grant that was not ended."""
    ids = [person.id for person in people]
    credentials = select(StaffCredential.person_id, StaffCredential.username).where(StaffCredential.person_id.in_(ids))
    usernames: dict[UUID, str] = dict(session.execute(credentials).all())
    grants: dict[UUID, list[RoleGrant]] = {}
    found = select(RoleGrant).where(RoleGrant.person_id.in_(ids), RoleGrant.ended_at.is_(None)).order_by(RoleGrant.id)
    for grant in session.scalars(found):
        grants.setdefault(grant.person_id, []).append(grant)
    held = {grant.org_id for rows in grants.values() for grant in rows}
    orgs = organisations_by_id(session, held | {person.org_id for person in people if person.org_id})
    return [
        {
            "id": person.id,
            "revision": person.revision,
            "name": person.staff_name,
            "username": usernames.get(person.id),
            "phone": masked_phone(person.phone),
            "org_id": person.org_id,
            "org_name": orgs[person.org_id].name if person.org_id else None,
            "region_code": person.region_code,
            "created_at": person.created_at,
            "removed_at": person.removed_at,
            "grants": [grant_facts(grant, orgs[grant.org_id]) for grant in grants.get(person.id, [])],
        }
        for person in people
    ]


def grant_facts(grant: RoleGrant, org: Organisation) -> Json:
    """One grant, with names."""
    names = ("id", "role", "org_id", "region_code", "valid_from", "valid_until", "granted_by", "granted_at")
    return {name: getattr(grant, name) for name in names} | {"name": ROLE_NAMES[Role(grant.role)], "org_name": org.name}


def staff_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names under which members of staff are known to their colleagues; others are missing."""
    found = session.execute(select(Person.id, Person.staff_name).where(Person.id.in_(ids), Person.staff_name.is_not(None)))
    return {person_id: name for person_id, name in found if name is not None}
