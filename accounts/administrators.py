"""Which administrator has power over whom (三员分立): asked before somebody is transferred, removed, or given a new password.

Whoever holds the password of an administrator is that administrator; so one of the same level is never enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Person, RoleGrant
from accounts.problems import OwnAccount
from accounts.roles import ADMIN_ROLES, region_prefix
from database.session import now
from problems import AlreadySo, NotFound, RoleNotAllowed

_REGION_PREFIX = 2  # digits: 15, above which there is nobody


def staff_administered(session: Session, actor: Actor, person_id: UUID, action: str, *roles: Role) -> Person:
    """A member of staff of the administrator's divisions, locked. The role is asked first: others learn nothing.

    Raises RoleNotAllowed, NotFound, OwnAccount, AlreadySo for somebody who was removed.
    """
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


def grants_in_force(session: Session, person_id: UUID) -> Sequence[RoleGrant]:
    """The grants that hold now or will: neither ended nor run out."""
    statement = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.ended_at.is_(None),
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > now(session)),
    )
    return session.scalars(statement.order_by(RoleGrant.id)).all()


def require_power_over(session: Session, actor: Actor, person: Person, action: str, *roles: Role) -> None:
    """Every right of this person lies in the actor's divisions, and he may deal with the administrator that this person is.

    Of one's own level the security administrator removes the other two; everything else needs an administrator of the level
    above. The region has no level above: there the second holder does it (`_is_second`). Raises RoleNotAllowed.
    """
    for grant in grants_in_force(session, person.id):
        if not actor.may_in(grant.region_code, *roles):
            raise RoleNotAllowed(action=action, reason="rights_elsewhere")
        held = Role(grant.role)
        if held in ADMIN_ROLES and not (
            _is_above(actor, grant.region_code, roles)
            or (Role.SEC_ADMIN in roles and held is not Role.SEC_ADMIN and actor.may_in(grant.region_code, Role.SEC_ADMIN))
            or _is_second(actor, held, grant.region_code, roles)
        ):
            raise RoleNotAllowed(action=action, reason="administrator_of_same_level")


def _is_above(actor: Actor, region_code: str, roles: tuple[Role, ...]) -> bool:
    prefix = region_prefix(region_code)
    return any(
        grant.role in roles and prefix != grant.region_prefix and prefix.startswith(grant.region_prefix) for grant in actor.grants
    )


def _is_second(actor: Actor, held: Role, region_code: str, roles: tuple[Role, ...]) -> bool:
    """At the region: another security administrator removes one; another system administrator gives a new password."""
    if len(region_prefix(region_code)) > _REGION_PREFIX:
        return False
    if Role.SEC_ADMIN in roles:
        return held is Role.SEC_ADMIN and actor.may_in(region_code, Role.SEC_ADMIN)
    return actor.may_in(region_code, Role.SYS_ADMIN)
