"""Partners and their keys as administrators see them. The keys themselves are nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import RoleGrant
from accounts.partners.models import ApiKey, Partner
from accounts.partners.rules import READERS
from accounts.queries import live_grant
from database.base import Json
from database.session import now
from problems import NotFound, RoleNotAllowed


def administered(actor: Actor) -> ColumnElement[bool]:
    """The partners that this actor looks after: those of his divisions."""
    prefixes = sorted({grant.region_prefix for grant in actor.grants if grant.role in READERS})
    return or_(false(), *(Partner.region_code.startswith(prefix) for prefix in prefixes))


def partners(actor: Actor) -> Select[Partner]:
    """All of them. Raises RoleNotAllowed."""
    if not actor.has(*READERS):
        raise RoleNotAllowed(action="read_partners")
    return select(Partner).where(administered(actor))


def partner_seen_by(session: Session, actor: Actor, partner_id: UUID) -> Partner:
    """One of them. Raises RoleNotAllowed, NotFound."""
    partner = session.scalars(partners(actor).where(Partner.id == partner_id)).one_or_none()
    if partner is None:
        raise NotFound
    return partner


def shown(session: Session, found: Sequence[Partner]) -> list[Json]:
    """As the API tells them, each with its keys, newest first."""
    keys = select(ApiKey).where(ApiKey.partner_id.in_([partner.id for partner in found])).order_by(ApiKey.id.desc())
    of_partner: dict[UUID, list[Json]] = defaultdict(list)
    for key in session.scalars(keys):
        of_partner[key.partner_id].append(key_facts(session, key))
    names = ("id", "revision", "name", "region_code", "created_at")
    return [{**{name: getattr(each, name) for name in names}, "keys": of_partner[each.id]} for each in found]


def key_facts(session: Session, key: ApiKey) -> Json:
    """A key without the key."""
    names = (
        "id", "revision", "hint", "region_codes", "interfaces", "requests_per_minute", "created_at", "expires_at", "revoked_at",
        "replaced_by_id", "last_used_at",
    )  # fmt: skip
    return {**{name: getattr(key, name) for name in names}, "state": _state(session, key)}


def _state(session: Session, key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "REVOKED"
    return "LIVE" if key.expires_at > now(session) else "EXPIRED"


def administrators_of(session: Session, region_code: str) -> list[UUID]:
    """The system administrators of a division, and of those that it lies in."""
    around = {region_code[:length].ljust(6, "0") for length in (2, 4, 6)}
    holders = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.SYS_ADMIN, RoleGrant.region_code.in_(around), live_grant(now(session))
    )
    return list(session.scalars(holders.distinct().order_by(RoleGrant.person_id)))
