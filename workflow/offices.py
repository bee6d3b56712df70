"""Which office a case belongs to, and who leads it now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Grant, Role
from accounts.duty import deputies_in, on_duty
from accounts.models import Organisation, Person, RoleGrant
from accounts.roles import BRIGADE_KINDS
from database.base import Json
from database.session import now, remembered
from places.models import Unit
from problems import Invalid, field_error

_UUID_LENGTH, _UUID_HYPHENS = 36, 4


def brigade_of(session: Session, region_code: str) -> Organisation:
    """The fire brigade of a division: 大队 of a banner, 支队 of a league, 总队 of the region."""
    known: dict[str, Organisation] = remembered(session, "brigades")
    if region_code not in known:
        known[region_code] = session.scalars(
            select(Organisation).where(
                Organisation.region_code == region_code, Organisation.kind.in_(BRIGADE_KINDS), Organisation.is_active
            )
        ).one()
    return known[region_code]


def committee_of(session: Session, region_code: str) -> Organisation:
    """The fire-safety committee office (消安委办) of the same government."""
    return session.scalars(
        select(Organisation).where(
            Organisation.region_code == region_code, Organisation.kind == "COMMITTEE_OFFICE", Organisation.is_active
        )
    ).one()


def organisation(session: Session, org_id: UUID, field: str = "org_id") -> Organisation:
    """An office by id. Raises Invalid naming the field if there is none."""
    org = session.get(Organisation, org_id)
    if org is None or not org.is_active:
        raise Invalid(field_error(field, "unknown_organisation", "没有这个单位"))
    return org


def duty_leaders(session: Session, org_id: UUID, at: datetime | None = None) -> list[UUID]:
    """Who leads this office at the moment: the duty roster's leader, or his deputy. At most one; empty if none is set."""
    known: dict[tuple[UUID, datetime | None], list[UUID]] = remembered(session, "duty")
    if (org_id, at) not in known:
        leader = on_duty(session, org_id, at or now(session))
        known[org_id, at] = [leader] if leader else []
    return known[org_id, at]


def staff_names(session: Session, ids: list[UUID]) -> dict[str, str]:
    """The official names of staff (never of reporters), by id as text."""
    known: dict[UUID, str | None] = remembered(session, "staff_names")
    unknown = set(ids) - known.keys()
    if unknown:
        found = dict(session.execute(select(Person.id, Person.staff_name).where(Person.id.in_(unknown))).all())
        known |= {person_id: found.get(person_id) for person_id in unknown}
    return {str(person_id): name for person_id in dict.fromkeys(ids) if (name := known[person_id])}


def people_named(session: Session, record: Json) -> list[Json]:
    """The staff whose ids stand anywhere in what somebody sees of a record, with their names."""
    ids = list(dict.fromkeys(_ids_in(record)))
    return [{"id": person, "name": name} for person, name in sorted(staff_names(session, ids).items())] if ids else []


def _ids_in(value: object) -> Iterator[UUID]:
    match value:
        case UUID():
            yield value
        case str() if len(value) == _UUID_LENGTH and value.count("-") == _UUID_HYPHENS:
            with suppress(ValueError):
                yield UUID(value)
        case dict():
            for member in value.values():
                yield from _ids_in(member)
        case list():
            for member in value:
                yield from _ids_in(member)


def people_with_role(session: Session, ids: list[UUID], role: Role, region_code: str) -> set[UUID]:
    """Those of these people who hold the role for a division that contains `region_code` now."""
    return {
        grant.person_id
        for grant in session.scalars(_live_grants(session).where(RoleGrant.person_id.in_(ids), RoleGrant.role == role))
        if region_code.startswith(Grant(role, grant.org_id, grant.region_code).region_prefix)
    }


def people_of_unit(session: Session, unit_id: UUID | None) -> list[UUID]:
    """A unit's legal person and managers; nobody where there is no unit."""
    unit = session.get(Unit, unit_id) if unit_id else None
    if unit is None:
        return []
    return [*unit.manager_ids, *([unit.legal_person_id] if unit.legal_person_id else [])]


def works_in(session: Session, person_id: UUID, org_id: UUID) -> bool:
    """True if somebody holds any role in an office now."""
    held = _live_grants(session).where(RoleGrant.person_id == person_id, RoleGrant.org_id == org_id)
    return session.scalars(held.limit(1)).first() is not None


def people_of_office(session: Session, org_id: UUID, *roles: Role) -> list[UUID]:
    """Who holds one of these roles in an office now, at most 20, and who stands in for them (AB 角)."""
    grants = session.scalars(
        _live_grants(session).where(RoleGrant.org_id == org_id, RoleGrant.role.in_(roles)).order_by(RoleGrant.id).limit(20)
    )
    people = dict.fromkeys(grant.person_id for grant in grants)
    moment = now(session)
    deputies = [
        deputy.deputy_id
        for deputy in deputies_in(session, org_id, moment)
        if deputy.starts_at <= moment and deputy.person_id in people
    ]
    return list(dict.fromkeys([*people, *deputies]))


def _live_grants(session: Session) -> Select[RoleGrant]:
    moment = now(session)
    return select(RoleGrant).where(
        RoleGrant.ended_at.is_(None),
        RoleGrant.valid_from <= moment,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > moment),
    )
