"""Access and refresh tokens, and the one query that turns a token into an Actor.

An access token is a signed note of ten minutes that names a session; what it may do is read from that session's row on
every request, so a revocation acts at once. Tokens are never logged.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role, UnitPower
from accounts.roles import DELEGABLE_ROLES, STAND_IN_ROLES
from database.crypto import KeyRing
from problems import Unauthenticated
from sync.problems import Wiped

_UUID_BYTES = 16
_EXPIRY_BYTES = 8
_SIGNATURE_BYTES = 32
_GENERATION_BYTES = 8
_NONCE_BYTES = 16


def access_token(ring: KeyRing, session_id: UUID, moment: datetime, lifetime: timedelta) -> str:
    """base64url of session id (16 bytes), expiry (8 bytes, seconds since 1970) and HMAC-SHA-256 (32 bytes)."""
    payload = session_id.bytes + int((moment + lifetime).timestamp()).to_bytes(_EXPIRY_BYTES)
    return _encode(payload + ring.sign("tokens", b"access\0" + payload))


def session_of_access_token(ring: KeyRing, token: str, moment: datetime) -> UUID:
    """The session that an access token names. Raises Unauthenticated if it is not ours or has expired."""
    raw = _decode(token, _UUID_BYTES + _EXPIRY_BYTES + _SIGNATURE_BYTES)
    payload, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if not ring.verify("tokens", b"access\0" + payload, signature):
        raise Unauthenticated
    if int.from_bytes(payload[_UUID_BYTES:]) <= moment.timestamp():
        raise Unauthenticated(expired=True)
    return UUID(bytes=payload[:_UUID_BYTES])


def new_refresh_token(ring: KeyRing, session_id: UUID, generation: int) -> str:
    """base64url of session id (16 bytes), generation (8), nonce (16) and HMAC-SHA-256 (32).

    The generation says how often the session was refreshed before, so that a late twin is told from an old token.
    """
    payload = session_id.bytes + generation.to_bytes(_GENERATION_BYTES) + secrets.token_bytes(_NONCE_BYTES)
    return _encode(payload + ring.sign("tokens", b"refresh\0" + payload))


def opened_refresh_token(ring: KeyRing, token: str) -> tuple[UUID, int]:
    """The session and the generation of a refresh token. Raises Unauthenticated if it is not one of ours."""
    raw = _decode(token, _UUID_BYTES + _GENERATION_BYTES + _NONCE_BYTES + _SIGNATURE_BYTES)
    payload, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if not ring.verify("tokens", b"refresh\0" + payload, signature):
        raise Unauthenticated
    return UUID(bytes=payload[:_UUID_BYTES]), int.from_bytes(payload[_UUID_BYTES : _UUID_BYTES + _GENERATION_BYTES])


def install_seal(ring: KeyRing, session_id: UUID, install: UUID) -> bytes:
    """Binds a session to its install without naming the install: two sessions of one phone have unlike seals."""
    return ring.blind_index("install", f"{session_id}:{install}")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Unauthenticated from error
    if len(raw) != length:
        raise Unauthenticated
    return raw


def _listed(roles: Iterable[Role]) -> str:
    return ", ".join(f"'{role}'" for role in sorted(roles))


# Everything about the caller in one statement, but for what is lent to him: deputies are few, and to plan that part costs
# PostgreSQL more than to run all of it.
_CALLER = text(
    """
    SELECT s.person_id, s.device_id, s.state, s.drain_until, s.auth_level, s.must_change, p.is_guest, p.staff_name,
           d.status AS device_status,
           (SELECT json_agg(json_build_array(g.role, g.org_id, g.region_code) ORDER BY g.region_code, g.role, g.org_id)
              FROM role_grant g
             WHERE g.person_id = s.person_id AND g.ended_at IS NULL
               AND g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)
           ) AS grants,
           (SELECT json_agg(json_build_array(u.unit_id, u.role, u.scope) ORDER BY u.unit_id, u.role)
              FROM unit_power u
             WHERE u.person_id = s.person_id AND u.ended_at IS NULL AND u.valid_from <= :now
               AND (u.valid_until IS NULL OR u.valid_until > :now)
           ) AS units,
           EXISTS (SELECT FROM deputy y
                    WHERE y.deputy_id = s.person_id AND y.ended_at IS NULL AND y.starts_at <= :now AND y.ends_at > :now
           ) AS is_deputy
      FROM login_session s
      JOIN person p ON p.id = s.person_id
      LEFT JOIN sync_device d ON d.id = s.device_id
     WHERE s.id = :session_id
    """
)

# A deputy (AB 角) has, for the time of his deputyship, the delegable roles that the person whom he stands in for holds in
# that organisation, as long as he has a right of his own there or above.
_LENT = text(
    f"""
    SELECT DISTINCT g.role, g.org_id, g.region_code
      FROM deputy y
      JOIN role_grant g ON g.person_id = y.person_id AND g.org_id = y.org_id AND g.ended_at IS NULL
       AND g.role IN ({_listed(DELEGABLE_ROLES)})
       AND g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)
     WHERE y.deputy_id = :person_id AND y.ended_at IS NULL AND y.starts_at <= :now AND y.ends_at > :now
       AND EXISTS (
           SELECT FROM role_grant own JOIN organisation o ON own.org_id IN (o.id, o.parent_id)
            WHERE o.id = y.org_id AND own.person_id = y.deputy_id AND own.ended_at IS NULL
              AND own.role IN ({_listed(STAND_IN_ROLES)})
              AND own.valid_from <= :now AND (own.valid_until IS NULL OR own.valid_until > :now))
     ORDER BY g.region_code, g.role, g.org_id
    """  # noqa: S608 - the roles are constants of ours
)


def actor_of(session: Session, ring: KeyRing, token: str, moment: datetime) -> Actor:
    """The caller with the powers that hold at this moment.

    Raises Unauthenticated for a token that is not ours or expired and for a session that is closed or drained to its end,
    and Wiped for a device that was reported lost.
    """
    session_id = session_of_access_token(ring, token, moment)
    return actor_in(session, session_id, moment)


def actor_in(session: Session, session_id: UUID, moment: datetime) -> Actor:
    """The actor of a session row. Raises as `actor_of`."""
    row = session.execute(_CALLER, {"session_id": session_id, "now": moment}).one_or_none()
    if row is None:
        raise Unauthenticated
    if row.device_status == "wiped":
        raise Wiped
    draining = row.state == "drain"
    if row.state == "closed" or (draining and row.drain_until <= moment):
        raise Unauthenticated
    held = dict.fromkeys(Grant(Role(role), UUID(org_id), region) for role, org_id, region in row.grants or ())
    if row.is_deputy:
        lent = session.execute(_LENT, {"person_id": row.person_id, "now": moment})
        held |= dict.fromkeys(Grant(Role(role), org_id, region) for role, org_id, region in lent)
    grants = tuple(held)
    units = tuple(UnitPower(UUID(unit_id), Role(role), tuple(scope)) for unit_id, role, scope in row.units or ())
    return Actor(
        id=row.person_id,
        name=row.staff_name or "",
        session_id=session_id,
        device_id=row.device_id,
        is_guest=row.is_guest,
        auth_level=row.auth_level,
        draining=draining,
        must_change=row.must_change,
        grants=grants,
        units=units,
        roles=frozenset({_own_role(row), *(grant.role for grant in grants), *(power.role for power in units)}),
    )


def _own_role(row: Any) -> Role:
    """What somebody is by himself: staff too are citizens who may report a hazard."""
    return Role.GUEST if row.is_guest else Role.CITIZEN
