"""What the system administrator does with partners and their keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.partners.keys import new_key
from accounts.partners.models import ApiKey, Partner
from accounts.partners.queries import partner_seen_by
from accounts.partners.rules import HINT_LENGTH, LONGEST_LIFE
from database.base import Json, new_id
from database.crypto import fingerprint
from database.journal import record
from database.session import now
from places.regions import regions
from problems import GuardFailed, Invalid, NotFound, RoleNotAllowed, field_error


def add(session: Session, actor: Actor, data: dict[str, Any]) -> Partner:
    """A partner by its name, without any key yet. Event: partner.added. Raises RoleNotAllowed, Invalid."""
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action="add_partner")
    _require_region(actor, "region_code", data["region_code"])
    moment = now(session)
    values = {
        "id": new_id(), "revision": 1, "stamps": {}, "created_at": moment, "updated_at": moment, "created_by": actor.id,
        "name": data["name"], "region_code": data["region_code"],
    }  # fmt: skip
    made = session.scalars(insert(Partner).values(values).on_conflict_do_nothing(index_elements=["name"]).returning(Partner))
    partner = made.one_or_none()
    if partner is None:
        raise Invalid(field_error("name", "name_taken", "已有同名的合作方"))
    record(session, "partner.added", partner, actor, data={"name": partner.name})
    return partner


def issue(session: Session, actor: Actor, partner_id: UUID, data: dict[str, Any]) -> tuple[ApiKey, str]:
    """A new key, and the key itself, which nobody can read again. Event: api_key.issued.

    Raises NotFound, RoleNotAllowed, Invalid.
    """
    partner = _locked(session, actor, partner_id, "issue_key")
    for index, code in enumerate(data["region_codes"]):
        _require_region(actor, f"region_codes.{index}", code)
    key, secret = _made(session, actor, partner, data, data["expires_at"])
    record(session, "api_key.issued", key, actor, data={**_scopes(key), "partner": partner.name})
    return key, secret


def rotate(session: Session, actor: Actor, partner_id: UUID, key_id: UUID, data: dict[str, Any]) -> tuple[ApiKey, str]:
    """Another key that opens the same; the old one stays good for some days, so that the partner can change over.

    Event: api_key.rotated. Raises NotFound, RoleNotAllowed, Invalid, GuardFailed for a key that is good no longer or has a
    successor.
    """
    partner = _locked(session, actor, partner_id, "rotate_key")
    old = _key(session, partner, key_id)
    moment = now(session)
    if old.revoked_at is not None or old.expires_at <= moment or old.replaced_by_id is not None:
        raise GuardFailed(action="rotate_key", reason="key_has_ended")
    same = {name: getattr(old, name) for name in ("region_codes", "interfaces", "requests_per_minute")}
    key, secret = _made(session, actor, partner, same, data["expires_at"])
    old.replaced_by_id = key.id
    old.expires_at = min(old.expires_at, moment + timedelta(days=data["overlap_days"], seconds=1))
    _changed(session, old)
    record(session, "api_key.rotated", old, actor, data={"partner": partner.name, "hint": old.hint, "next": key.hint})
    return key, secret


def revoke(session: Session, actor: Actor, partner_id: UUID, key_id: UUID) -> ApiKey:
    """From now on the key opens nothing. Event: api_key.revoked. Repeating it changes nothing. Raises as `issue`."""
    partner = _locked(session, actor, partner_id, "revoke_key")
    key = _key(session, partner, key_id)
    if key.revoked_at is None:
        key.revoked_at = now(session)
        _changed(session, key)
        record(session, "api_key.revoked", key, actor, data={"partner": partner.name, "hint": key.hint})
    return key


def _locked(session: Session, actor: Actor, partner_id: UUID, action: str) -> Partner:
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    partner = partner_seen_by(session, actor, partner_id)
    if not actor.may_in(partner.region_code, Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    session.refresh(partner, with_for_update=True)
    return partner


def _key(session: Session, partner: Partner, key_id: UUID) -> ApiKey:
    key = session.scalars(
        select(ApiKey).where(ApiKey.id == key_id, ApiKey.partner_id == partner.id).with_for_update()
    ).one_or_none()
    if key is None:
        raise NotFound
    return key


def _require_region(actor: Actor, field: str, code: str) -> None:
    if code not in regions():
        raise Invalid(field_error(field, "unknown_region", "没有这个行政区划"))
    if not actor.may_in(code, Role.SYS_ADMIN):
        raise Invalid(field_error(field, "not_your_region", "不在您管理的区域内"))


def _made(session: Session, actor: Actor, partner: Partner, opens: dict[str, Any], expires_at: datetime) -> tuple[ApiKey, str]:
    moment = now(session)
    if not moment < expires_at <= moment + LONGEST_LIFE:
        raise Invalid(field_error("expires_at", "out_of_range", f"应在今后{LONGEST_LIFE.days}天以内"))
    secret = new_key()
    key = ApiKey(
        id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, partner_id=partner.id,
        secret_hash=fingerprint(secret), hint=secret[-HINT_LENGTH:], region_codes=sorted(set(opens["region_codes"])),
        interfaces=sorted(set(opens["interfaces"])), requests_per_minute=opens["requests_per_minute"], issued_by=actor.id,
        expires_at=expires_at,
    )  # fmt: skip
    session.add(key)
    session.flush()
    return key, secret


def _scopes(key: ApiKey) -> Json:
    return {"hint": key.hint, "regions": key.region_codes, "interfaces": key.interfaces, "expires": key.expires_at.isoformat()}


def _changed(session: Session, key: ApiKey) -> None:
    key.revision += 1
    key.updated_at = now(session)
    session.flush()
