"""Who somebody was at a moment: for what a device did then and the server decides about only now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role, UnitPower
from accounts.roles import DELEGABLE_ROLES, STAND_IN_ROLES

_THEN = text(
    """
    SELECT p.is_guest, p.staff_name, p.auth_level,
           (SELECT json_agg(json_build_array(held.role, held.org_id, held.region_code))
              FROM (SELECT g.role, g.org_id, g.region_code
                      FROM role_grant g
                     WHERE g.person_id = p.id AND g.valid_from <= :at AND (g.valid_until IS NULL OR g.valid_until > :at)
                       AND (g.ended_at IS NULL OR g.ended_at > :at)
                    UNION
                    SELECT g.role, g.org_id, g.region_code
                      FROM deputy y JOIN role_grant g ON g.person_id = y.person_id AND g.org_id = y.org_id
                     WHERE y.deputy_id = p.id AND y.starts_at <= :at AND y.ends_at > :at
                       AND (y.ended_at IS NULL OR y.ended_at > :at)
                       AND g.role = ANY(CAST(:delegable AS text[]))
                       AND g.valid_from <= :at AND (g.valid_until IS NULL OR g.valid_until > :at)
                       AND (g.ended_at IS NULL OR g.ended_at > :at)
                       AND EXISTS (
                           SELECT FROM role_grant own JOIN organisation o ON own.org_id IN (o.id, o.parent_id)
                            WHERE o.id = y.org_id AND own.person_id = y.deputy_id AND own.role = ANY(CAST(:stand_in AS text[]))
                              AND own.valid_from <= :at AND (own.valid_until IS NULL OR own.valid_until > :at)
                              AND (own.ended_at IS NULL OR own.ended_at > :at))
                     ORDER BY 3, 1, 2) held
           ) AS grants,
           (SELECT json_agg(json_build_array(u.unit_id, u.role, u.scope) ORDER BY u.unit_id, u.role)
              FROM unit_power u
             WHERE u.person_id = p.id AND u.valid_from <= :at AND (u.valid_until IS NULL OR u.valid_until > :at)
               AND (u.ended_at IS NULL OR u.ended_at > :at)
           ) AS units
      FROM person p
     WHERE p.id = :person
    """
)
_DELEGABLE, _STAND_IN = sorted(DELEGABLE_ROLES), sorted(STAND_IN_ROLES)


def actor_at(session: Session, person_id: UUID, at: datetime) -> Actor | None:
    """The person with the powers that held at that moment, whatever was ended since; None if there is no such person."""
    row = session.execute(_THEN, {"person": person_id, "at": at, "delegable": _DELEGABLE, "stand_in": _STAND_IN}).one_or_none()
    if row is None:
        return None
    grants = tuple(Grant(Role(role), UUID(org_id), region) for role, org_id, region in row.grants or ())
    units = tuple(UnitPower(UUID(unit_id), Role(role), tuple(scope)) for unit_id, role, scope in row.units or ())
    own = Role.GUEST if row.is_guest else Role.CITIZEN
    return Actor(
        id=person_id,
        name=row.staff_name or "",
        is_guest=row.is_guest,
        auth_level=row.auth_level,
        grants=grants,
        units=units,
        roles=frozenset({own, *(grant.role for grant in grants), *(power.role for power in units)}),
    )
