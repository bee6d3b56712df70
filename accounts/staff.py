"""What the three administrators do: accounts and transfers, rights and their end.

SYS_ADMIN makes accounts and transfers people, SEC_ADMIN grants and revokes, AUDITOR reads. Nobody administers himself, and
nobody beyond the divisions that his own grant covers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Deputy, DutyShift, Organisation, Person, RoleGrant, StaffCredential
from accounts.passwords import hash_password, require_strong
from accounts.problems import AdministratorsSeparated, OwnAccount, PersonExists, UsernameTaken
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
    them. Raises RoleNotAllowed, Invalid, UsernameTaken, PersonExists.
    """
    org = _office(session, actor, Role.SYS_ADMIN, data["org_id"], "create_staff")
    username = data["username"].lower()
    require_strong(data["password"], username)
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
            person_id=person.id, username=username, password_hash=hash_password(data["password"]),
            totp_secret=data["totp_secret"], password_set_at=moment,
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
    person = _staff(session, actor, person_id, "grant_role", Role.SEC_ADMIN)
    role = Role(data["role"])
    org = _organisation(session, data["org_id"] or person.org_id)
    region_code = data["region_code"] or org.region_code
    _check_place(actor, role, org, region_code)
    moment = now(session)
    valid_from = data["valid_from"] or moment
    if data["valid_until"] is not None and data["valid_until"] <= max(valid_from, moment):
        raise Invalid(field_error("valid_until", "ends_too_early", "结束时间应晚于开始时间和当前时间"))
    _end_expired(session, person_id)
    if role in ADMIN_ROLES:
        _require_only_administrator(session, person_id, role)
    grant = _grant(session, actor, person_id, role, org.id, region_code, valid_from, data["valid_until"])
    if grant is None:
        raise AlreadySo(role=role)
    _touch(session, person)
    record(
        session, "person.role_granted", person, actor, concerns={"officers": [person_id]},
        data={"role": role, "org_id": str(org.id), "region_code": region_code},
    )  # fmt: skip
    return grant


def revoke_grant(session: Session, actor: Actor, person_id: UUID, grant_id: UUID, drain_lifetime: timedelta) -> Person:
    """End a right at once. The person's sessions drain; he signs in again for what he still may. Event: person.role_revoked.

    Raises RoleNotAllowed, NotFound, OwnAccount.
    """
    person = _staff(session, actor, person_id, "revoke_role", Role.SEC_ADMIN)
    grant = session.scalars(
        select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
    ).one_or_none()
    if grant is None or not actor.may_in(grant.region_code, Role.SEC_ADMIN):
        raise NotFound
    _end(session, actor, [grant])
    drain_sessions(session, person_id, drain_lifetime)
    _touch(session, person)
    record(
        session, "person.role_revoked", person, actor, concerns={"officers": [person_id]},
        data={"role": grant.role, "org_id": str(grant.org_id), "region_code": grant.region_code},
    )  # fmt: skip
    return person


def transfer(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any]) -> Person:
    """Move somebody to another office. Event: person.transferred.

    The roles of his old office go with him where they can be held in the new one; all other grants end. His sessions go
    on: what he held at his last pull he may still do for the lease. Administrators lose their power with the
    move. Raises RoleNotAllowed, NotFound, OwnAccount, Invalid, AlreadySo.
    """
    person = _staff(session, actor, person_id, "transfer", Role.SYS_ADMIN)
    org = _office(session, actor, Role.SYS_ADMIN, data["org_id"], "transfer")
    region_code = data["region_code"] or org.region_code
    _require_region(actor, org, region_code, Role.SYS_ADMIN)
    if org.id == person.org_id:
        raise AlreadySo(org_id=str(org.id))
    before = person.org_id
    held = _live_grants(session, person_id)
    _end(session, actor, held)
    kept = sorted(
        {
            role
            for grant in held
            if grant.org_id == before and (role := Role(grant.role)) not in ADMIN_ROLES and org.kind in ROLE_PLACES[role]
        }
    )
    for role in kept:
        until = min((grant.valid_until for grant in held if grant.role == role and grant.valid_until), default=None)
        _grant(session, actor, person_id, role, org.id, region_code, now(session), until)
    _leave_rosters(session, person_id)
    person.org_id, person.region_code = org.id, org.region_code
    _touch(session, person)
    record(
        session, "person.transferred", person, actor, concerns={"officers": [person_id]},
        data={"org_before": str(before), "org_id": str(org.id), "region_code": region_code, "roles": kept},
    )  # fmt: skip
    return person


def remove_staff(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any], drain_lifetime: timedelta) -> Person:
    """He has left: every right ends, nobody signs in any more, open sessions drain. Event: person.removed.

    For either administrator of accounts or of security. Raises RoleNotAllowed, NotFound, OwnAccount, AlreadySo.
    """
    person = _staff(session, actor, person_id, "remove_staff", Role.SYS_ADMIN, Role.SEC_ADMIN)
    _end(session, actor, _live_grants(session, person_id))
    _leave_rosters(session, person_id)
    drain_sessions(session, person_id, drain_lifetime)
    person.removed_at = now(session)
    _touch(session, person)
    record(session, "person.removed", person, actor, concerns={"officers": [person_id]}, data={"reason": data["reason"]})
    return person


def _staff(session: Session, actor: Actor, person_id: UUID, action: str, *roles: Role) -> Person:
    """A member of staff of the administrator's divisions, locked. The role is asked first: others learn nothing."""
    if not actor.has(*roles):
        raise RoleNotAllowed(action=action)
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.kind != "staff" or not actor.may_in(person.region_code or "", *roles):
        raise NotFound
    if person.id == actor.id:
        raise OwnAccount(action=action)
    if person.removed_at is not None:
        raise AlreadySo(removed_at=person.removed_at)
    return person


def _office(session: Session, actor: Actor, role: Role, org_id: UUID, action: str) -> Organisation:
    if not actor.has(role):
        raise RoleNotAllowed(action=action)
    org = _organisation(session, org_id)
    if not actor.may_in(org.region_code, role):
        raise Invalid(field_error("org_id", "not_your_region", "该单位不在您的管理范围"))
    return org


def _organisation(session: Session, org_id: UUID | None) -> Organisation:
    org = session.get(Organisation, org_id) if org_id else None
    if org is None or not org.is_active:
        raise Invalid(field_error("org_id", "unknown_organisation", "没有这个单位"))
    return org


def _check_place(actor: Actor, role: Role, org: Organisation, region_code: str) -> None:
    if org.kind not in ROLE_PLACES[role]:
        raise Invalid(field_error("role", "role_not_held_there", "该类单位不设此角色"))
    if not actor.may_in(org.region_code, Role.SEC_ADMIN):
        raise Invalid(field_error("org_id", "not_your_region", "该单位不在您的管理范围"))
    _require_region(actor, org, region_code, Role.SEC_ADMIN)


def _require_region(actor: Actor, org: Organisation, region_code: str, role: Role) -> None:
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


def _grant(
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


def _live_grants(session: Session, person_id: UUID) -> list[RoleGrant]:
    return list(session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))))


def _end(session: Session, actor: Actor, grants: list[RoleGrant]) -> None:
    for grant in grants:
        grant.ended_at, grant.ended_by = now(session), actor.id
    session.flush()


def _end_expired(session: Session, person_id: UUID) -> None:
    """A right that ran out makes room for a new one."""
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None), RoleGrant.valid_until <= now(session))
        .values(ended_at=RoleGrant.valid_until)
    )


def _leave_rosters(session: Session, person_id: UUID) -> None:
    """He is nobody's deputy any more, nobody is his, and his shifts end now."""
    moment = now(session)
    session.execute(
        update(Deputy)
        .where((Deputy.person_id == person_id) | (Deputy.deputy_id == person_id), Deputy.ended_at.is_(None))
        .values(ended_at=moment)
    )
    session.execute(delete(DutyShift).where(DutyShift.person_id == person_id, DutyShift.starts_at >= moment))
    session.execute(update(DutyShift).where(DutyShift.person_id == person_id, DutyShift.ends_at > moment).values(ends_at=moment))


def _touch(session: Session, person: Person) -> None:
    person.revision += 1
    person.updated_at = now(session)
