"""A key that is shown, and who that is. Keys are never logged, nor kept: what was given once cannot be read again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role
from accounts.partners.models import ApiKey, Partner
from accounts.partners.rules import PREFIX
from accounts.throttle import Limit, take
from database.crypto import KeyRing, fingerprint
from database.session import now
from problems import RoleNotAllowed, Unauthenticated

_USED = timedelta(hours=1)  # how exactly we remember it


def new_key() -> str:
    """256 random bits, after our prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def live(moment: datetime) -> ColumnElement[bool]:
    """The keys that are good at `moment`."""
    return ApiKey.revoked_at.is_(None) & (ApiKey.expires_at > moment)


def holder(session: Session, ring: KeyRing, shown: str, counting: Callable[[], AbstractContextManager[Session]]) -> Actor:
    """The partner whose key this is, with what it opens.

    The use is counted in a transaction of its own (`counting`): a request that is refused counts too, and those at the same
    time do not wait for each other. Raises Unauthenticated, TooManyRequests.
    """
    moment = now(session)
    found = select(ApiKey, Partner).join(Partner, Partner.id == ApiKey.partner_id)
    row = session.execute(found.where(ApiKey.secret_hash == fingerprint(shown), live(moment))).one_or_none()
    if row is None:
        raise Unauthenticated
    key, partner = row
    with counting() as counted:
        take(counted, ring, Limit("api-key", key.requests_per_minute, timedelta(minutes=1)), str(key.id))
        unused = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < moment - _USED)
        counted.execute(update(ApiKey).where(ApiKey.id == key.id, unused).values(last_used_at=moment))
    return Actor(
        id=partner.id,
        name=partner.name,
        grants=tuple(Grant(Role.DATA_PARTNER, partner.id, code) for code in key.region_codes),
        roles=frozenset({Role.DATA_PARTNER}),
        interfaces=frozenset(key.interfaces),
    )


def require(actor: Actor, action: str, *interfaces: str) -> None:
    """The caller's key opens one of these. Raises RoleNotAllowed."""
    if actor.interfaces.isdisjoint(interfaces):
        raise RoleNotAllowed(action=action, reason="interface_not_opened")
