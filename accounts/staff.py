"""What the three administrators do: accounts, rights and their end.

SYS_ADMIN makes accounts and transfers people (`accounts/transfers.py`), SEC_ADMIN grants and revokes, AUDITOR reads. Nobody
administers himself, and nobody beyond the divisions that his own grant covers (`accounts/administrators.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.administrators import grants_in_force, require_power_over, staff_administered
from accounts.duty import leave_rosters, leave_rosters_without_right
from accounts.models import Organisation, Person, RoleGrant, StaffCredential
from accounts.passwords import hash_password, require_strong
from accounts.problems import AdministratorsSeparated, PersonExists, UsernameTaken
from accounts.roles import ADMIN_ROLES, ROLE_PLACES, region_prefix
from accounts.sessions import drain_sessions
from database.base import new_id
from database.journal import record
from database.session import now
from places.regions import regions
from problems import AlreadySo, Invalid, NotFound, RoleNotAllowed, field_error


def create_staff(session: Session, actor: Actor, data: dict[str, Any]) -> Person:
    """An account in an office, without any right yet. Event: person.staff_created.

    Password and TOTP secret are made on the administrator's screen and handed over there, so that no answer ever holds
    them; at his first sign-in he has to choose another password. Raises RoleNotAllowed, Invalid, UsernameTaken, PersonExists.
    """
    org = office_administered(session, actor, Role.SYS_ADMIN, data["org_id"], "create_staff")
    username = data["username"].lower()
    require_strong(data["password"], username)
    password_hash = hash_password(data["password"])  # before anything is locked: it takes its time
    moment = now(session)
    person = Person(
        id=data["id"] or new_id(), revision=1, created_at=moment, updated_at=moment, kind="staff", staff_name=data["name"],
        phone=data["phone"], org_id=org.id, region_code=org.region_code,
    )  # fmt: skip
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise PersonExists(id=str(person.id)) from error
    made = session.scalar(
        insert(StaffCredential)
        .values(
            person_id=person.id, username=username, password_hash=password_hash,
            totp_secret=data["totp_secret"], must_change=True,
        )
        .on_conflict_do_nothing(index_elements=[StaffCredential.username])
        .returning(StaffCredential.person_id)
    )  # fmt: skip
    if made is None:
        raise UsernameTaken(username=username)
    record(session, "person.staff_created", person, actor, data={"org_id": str(org.id)})
    return person


def grant_role(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any]) -> RoleGrant:
    """One role in one office for one division. Event: person.role_granted.

    Raises RoleNotAllowed, NotFound, OwnAccount, Invalid, AlreadySo, AdministratorsSeparated.
    """
    person = staff_administered(session, actor, person_id, "grant_role", Role.SEC_ADMIN)
    role = Role(data["role"])
    org = organisation(session, data["org_id"] or person.org_id)
    region_code = data["region_code"] or org.region_code
    _check_place(actor, role, org, region_code)
    moment = now(session)
    valid_from = max(
        data["valid_from"] or moment, moment
    )  # nobody gets a right for yesterday: acts of then would be judged by it
    if data["valid_until"] is not None and data["valid_until"] <= valid_from:
        raise Invalid(field_error("valid_until", "ends_too_early", "结束时间应晚于开始时间和当前时间"))
    end_expired(session, person_id)
    if role in ADMIN_ROLES:
        _require_only_administrator(session, person_id, role)
    grant = add_grant(session, actor, person_id, role, org.id, region_code, valid_from, data["valid_until"])
    if grant is None:
        raise AlreadySo(role=role)
    touch(session, person)
    record(
        session, "person.role_granted", person, actor, concerns={"officers": [person_id]},
        data={"role": role, "org_id": str(org.id), "region_code": region_code},
    )  # fmt: skip
    return grant


def revoke_grant(session: Session, actor: Actor, person_id: UUID, grant_id: UUID, drain_lifetime: timedelta) -> Person:
    """End a right at once. The person's sessions drain; he signs in again for what he still may. Event: person.role_revoked.

    He leaves the rosters and deputyships for which he needed it. Raises RoleNotAllowed, NotFound, OwnAccount, AlreadySo.
    """
    person = staff_administered(session, actor, person_id, "revoke_role", Role.SEC_ADMIN)
    grant = session.scalars(
        select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
    ).one_or_none()
    if grant is None or not actor.may_in(grant.region_code, Role.SEC_ADMIN):
        raise NotFound
    end_grants(session, actor, [grant])
    leave_rosters_without_right(session, person_id)
    drain_sessions(session, person_id, drain_lifetime)
    touch(session, person)
    record(
        session, "person.role_revoked", person, actor, concerns={"officers": [person_id]},
        data={"role": grant.role, "org_id": str(grant.org_id), "region_code": grant.region_code},
    )  # fmt: skip
    return person


def remove_staff(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any], drain_lifetime: timedelta) -> Person:
    """He has left: every right ends, nobody signs in any more, open sessions drain. Event: person.removed.

    For either administrator of accounts or of security, with power over all that he holds. Raises RoleNotAllowed, NotFound,
    OwnAccount, AlreadySo.
    """
    removers = (Role.SYS_ADMIN, Role.SEC_ADMIN)
    person = staff_administered(session, actor, person_id, "remove_staff", *removers)
    require_power_over(session, actor, person, "remove_staff", *removers)
    end_expired(session, person_id)
    end_grants(session, actor, grants_in_force(session, person_id))
    leave_rosters(session, person_id)
    drain_sessions(session, person_id, drain_lifetime)
    person.removed_at = now(session)
    touch(session, person)
    record(session, "person.removed", person, actor, concerns={"officers": [person_id]}, data={"reason": data["reason"]})
    return person


def office_administered(session: Session, actor: Actor, role: Role, org_id: UUID, action: str) -> Organisation:
    """An office of the administrator's divisions. Raises RoleNotAllowed, Invalid."""
    if not actor.has(role):
        raise RoleNotAllowed(action=action)
    org = organisation(session, org_id)
    if not actor.may_in(org.region_code, role):
        raise Invalid(field_error("org_id", "not_your_region", "该单位不在您的管理范围"))
    return org


def organisation(session: Session, org_id: UUID | None) -> Organisation:
    """An office that is not closed. Raises Invalid."""
    org = session.get(Organisation, org_id) if org_id else None
    if org is None or not org.is_active:
        raise Invalid(field_error("org_id", "unknown_organisation", "没有这个单位"))
    return org


def _check_place(actor: Actor, role: Role, org: Organisation, region_code: str) -> None:
    if org.kind not in ROLE_PLACES[role]:
        raise Invalid(field_error("role", "role_not_held_there", "该类单位不设此角色"))
    if not actor.may_in(org.region_code, Role.SEC_ADMIN):
        raise Invalid(field_error("org_id", "not_your_region", "该单位不在您的管理范围"))
    require_region(actor, org, region_code, Role.SEC_ADMIN)


def require_region(actor: Actor, org: Organisation, region_code: str, role: Role) -> None:
    """The division lies in that of the office, and in the administrator's. Raises Invalid."""
    if region_code not in regions() or not region_code.startswith(region_prefix(org.region_code)):
        raise Invalid(field_error("region_code", "outside_organisation", "该区划不在此单位的管辖范围"))
    if not actor.may_in(region_code, role):
        raise Invalid(field_error("region_code", "not_your_region", "该区划不在您的管理范围"))


def _require_only_administrator(session: Session, person_id: UUID, role: Role) -> None:
    """The table refuses a second one too; this tells the same role from another."""
    held = session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person_id, RoleGrant.role.in_(ADMIN_ROLES), RoleGrant.ended_at.is_(None)
        )
    ).first()
    if held is not None:
        raise AlreadySo(role=held) if held == role else AdministratorsSeparated(held=held)


def add_grant(
    session: Session, actor: Actor, person_id: UUID, role: Role, org_id: UUID, region_code: str, valid_from: Any, until: Any
) -> RoleGrant | None:
    """None if the same right is held already."""
    return session.scalars(
        insert(RoleGrant)
        .values(
            id=new_id(), person_id=person_id, role=role, org_id=org_id, region_code=region_code, valid_from=valid_from,
            valid_until=until, granted_by=actor.id, granted_at=now(session),
        )
        .on_conflict_do_nothing()
        .returning(RoleGrant)
    ).one_or_none()  # fmt: skip


def end_grants(session: Session, actor: Actor, grants: Sequence[RoleGrant]) -> None:
    """End them now."""
    for grant in grants:
        grant.ended_at, grant.ended_by = now(session), actor.id
    session.flush()


def end_expired(session: Session, person_id: UUID) -> None:
    """A right that ran out makes room for a new one."""
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None), RoleGrant.valid_until <= now(session))
        .values(ended_at=RoleGrant.valid_until)
    )


def touch(session: Session, person: Person) -> None:
    """One more revision."""
    person.revision += 1
    person.updated_at = now(session)
