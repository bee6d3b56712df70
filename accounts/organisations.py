"""Offices come and go: towns, departments, police stations, utilities. The brigades' tree comes from the seed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation, Person, RoleGrant
from accounts.problems import OfficeInUse
from accounts.roles import BANNER_KINDS, OPENED_KINDS, region_prefix
from database.base import new_id
from database.journal import record
from database.session import now
from places.regions import banner, regions
from problems import AlreadySo, Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error

_CODE_PREFIXES = {"DEPARTMENT": "BM", "POLICE_STATION": "PC", "TOWN": "XZ", "UTILITY": "GY"}


def open_organisation(session: Session, actor: Actor, data: dict[str, Any]) -> Organisation:
    """A new office. Event: organisation.opened. For the system administrator of its division.

    Raises RoleNotAllowed, Invalid.
    """
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action="open_organisation")
    region_code = data["region_code"]
    if region_code not in regions() or not actor.may_in(region_code, Role.SYS_ADMIN):
        raise Invalid(field_error("region_code", "not_your_region", "该区划不在您的管理范围"))
    if data["kind"] in BANNER_KINDS and banner(region_code) is None:
        raise Invalid(field_error("region_code", "not_a_banner", "该类单位应设在旗县区"))
    parent = session.get(Organisation, data["parent_id"], with_for_update={"key_share": True})
    if parent is None or not parent.is_active or not region_code.startswith(region_prefix(parent.region_code)):
        raise Invalid(field_error("parent_id", "unknown_organisation", "没有这个上级单位,或者其管辖范围不含该区划"))
    moment, org_id = now(session), data["id"] or new_id()
    org = Organisation(
        id=org_id, revision=1, created_at=moment, updated_at=moment, is_active=True, parent_id=parent.id,
        code=f"{_CODE_PREFIXES[data['kind']]}{region_code}-{org_id.hex[-8:].upper()}",
        **{name: data[name] for name in ("kind", "name", "short_name", "region_code", "phone")},
    )  # fmt: skip
    session.add(org)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(field_error("id", "id_taken", "编号已被使用")) from error
    record(session, "organisation.opened", org, actor, data={"kind": org.kind, "parent_id": str(parent.id)})
    return org


def edit_organisation(
    session: Session, actor: Actor, org_id: UUID, seen_revision: int | None, data: dict[str, Any]
) -> Organisation:
    """Another name or telephone number, also of a brigade. Event: organisation.edited. `seen_revision` None: any.

    Raises RoleNotAllowed, NotFound, StaleRevision.
    """
    org = _administered(session, actor, org_id, seen_revision, "edit_organisation")
    changed = [name for name in ("name", "short_name", "phone") if getattr(org, name) != data[name]]
    for name in changed:
        setattr(org, name, data[name])
    record(session, "organisation.edited", org, actor, data={"fields": changed})
    return org


def close_organisation(session: Session, actor: Actor, org_id: UUID, seen_revision: int | None) -> Organisation:
    """No letter goes there any more; what it has is read and finished by the office above. Event: organisation.closed.

    Raises RoleNotAllowed also for a brigade or committee office, NotFound, StaleRevision, AlreadySo, OfficeInUse.
    """
    org = _administered(session, actor, org_id, seen_revision, "close_organisation")
    if org.kind not in OPENED_KINDS:
        raise RoleNotAllowed(action="close_organisation", reason="one_for_each_division")
    if not org.is_active:
        raise AlreadySo(org_id=str(org.id))
    in_force = RoleGrant.ended_at.is_(None) & or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > now(session))
    holders = select(RoleGrant.person_id).where(RoleGrant.org_id == org.id, in_force)
    works_there = (Person.org_id == org.id) | Person.id.in_(holders)
    people = session.scalar(select(func.count(Person.id)).where(works_there, Person.removed_at.is_(None)))
    below = session.scalar(select(func.count()).where(Organisation.parent_id == org.id, Organisation.is_active))
    if people or below:
        raise OfficeInUse(people=people, offices=below)
    org.is_active = False
    record(session, "organisation.closed", org, actor)
    return org


def _administered(session: Session, actor: Actor, org_id: UUID, seen_revision: int | None, action: str) -> Organisation:
    """The office with its revision raised, compared and set in one statement."""
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    region_code = session.scalar(select(Organisation.region_code).where(Organisation.id == org_id))
    if region_code is None or not actor.may_in(region_code, Role.SYS_ADMIN):
        raise NotFound
    wanted = (
        Organisation.id == org_id
        if seen_revision is None
        else (Organisation.id == org_id) & (Organisation.revision == seen_revision)
    )
    org = session.scalars(
        update(Organisation)
        .where(wanted)
        .values(revision=Organisation.revision + 1, updated_at=now(session))
        .returning(Organisation)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if org is None:
        raise StaleRevision(current=session.scalar(select(Organisation.revision).where(Organisation.id == org_id)))
    return org
