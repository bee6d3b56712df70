"""Changing how a member of staff signs in: by himself, or by the system administrator when a phone or a password is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Person, StaffCredential
from accounts.passwords import hash_password, password_matches, require_strong
from accounts.problems import OwnAccount, WrongCredentials
from accounts.queries import staff_member
from database.journal import record
from database.session import now
from problems import NotFound, RoleNotAllowed


def change_password(session: Session, actor: Actor, data: dict[str, Any]) -> None:
    """One's own. Event: person.password_changed. Raises NotFound for who has none, WrongCredentials, Invalid."""
    credential = session.get(StaffCredential, actor.id, with_for_update=True)
    if credential is None:
        raise NotFound
    if not password_matches(credential.password_hash, data["current_password"]):
        raise WrongCredentials
    require_strong(data["password"], credential.username)
    credential.password_hash = hash_password(data["password"])
    credential.password_set_at = now(session)
    person = session.get_one(Person, actor.id, with_for_update=True)
    record(session, "person.password_changed", person, actor)


def reset_credential(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any]) -> Person:
    """A new password and second factor for somebody else. Event: person.credential_reset.

    Raises RoleNotAllowed, NotFound, OwnAccount, Invalid.
    """
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action="reset_credential")
    person = staff_member(session, actor, person_id)
    if person.id == actor.id:
        raise OwnAccount(action="reset_credential")
    if not actor.may_in(person.region_code or "", Role.SYS_ADMIN) or person.removed_at is not None:
        raise NotFound
    session.refresh(person, with_for_update=True)
    credential = session.get_one(StaffCredential, person_id, with_for_update=True)
    require_strong(data["password"], credential.username)
    credential.password_hash = hash_password(data["password"])
    credential.totp_secret, credential.totp_step = data["totp_secret"], 0
    credential.password_set_at = now(session)
    record(session, "person.credential_reset", person, actor)
    return person
