"""Changing how a member of staff signs in: by himself, or by the system administrator when a phone or a password is lost.

Argon2 takes its time before any row is locked.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts import throttle
from accounts.actor import Actor, Role
from accounts.administrators import require_power_over, staff_administered
from accounts.models import LoginSession, Person, StaffCredential
from accounts.passwords import hash_password, password_matches, require_strong
from accounts.problems import WrongCredentials
from accounts.sessions import close_sessions_of
from database.crypto import KeyRing
from database.journal import record
from database.session import Database
from problems import Invalid, NotFound, RoleNotAllowed, field_error


def change_password(database: Database, ring: KeyRing, actor: Actor, data: dict[str, Any]) -> None:
    """One's own; his other sessions end, and this one may do everything again. Event: person.password_changed.

    A guess is counted before it is looked at, so this owns its transactions, like signing in. Raises NotFound for who has
    none, TooManyRequests, WrongCredentials, Invalid.
    """
    guesser = str(actor.id)
    with database.transaction() as session:
        credential = session.get(StaffCredential, actor.id)
        if credential is None:
            raise NotFound
        throttle.begin_guess(session, ring, throttle.OWN_PASSWORD, guesser)
        before, username = credential.password_hash, credential.username
    if not password_matches(before, data["current_password"]):
        raise WrongCredentials
    with database.transaction() as session:
        throttle.forget_failures(session, ring, throttle.OWN_PASSWORD, guesser)
    require_strong(data["password"], username)
    if data["password"] == data["current_password"]:
        raise Invalid(field_error("password", "password_unchanged", "新密码不能与原密码相同"))
    after = hash_password(data["password"])
    with database.transaction() as session:
        person = session.get_one(Person, actor.id, with_for_update=True)
        credential = session.get_one(StaffCredential, actor.id, with_for_update=True)
        if credential.password_hash != before:  # an administrator was faster: what was shown is the password no more
            raise WrongCredentials
        credential.password_hash, credential.must_change = after, False
        close_sessions_of(session, actor.id, but=actor.session_id)
        session.execute(update(LoginSession).where(LoginSession.id == actor.session_id).values(must_change=False))
        record(session, "person.password_changed", person, actor)


def reset_credential(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any]) -> Person:
    """A new password and second factor for somebody else; all his sessions end. Event: person.credential_reset, which tells him.

    The administrator knows this password: whoever signs in with it has to choose another before anything else.
    For a system administrator of all divisions in which the person has rights; for another administrator's account, of the
    level above. Raises RoleNotAllowed, NotFound, OwnAccount, AlreadySo, Invalid.
    """
    if not actor.has(Role.SYS_ADMIN):
        raise RoleNotAllowed(action="reset_credential")
    password_hash = hash_password(data["password"])
    person = staff_administered(session, actor, person_id, "reset_credential", Role.SYS_ADMIN)
    require_power_over(session, actor, person, "reset_credential", Role.SYS_ADMIN)
    credential = session.get_one(StaffCredential, person_id, with_for_update=True)
    require_strong(data["password"], credential.username)
    credential.password_hash, credential.must_change = password_hash, True
    credential.totp_secret, credential.totp_step = data["totp_secret"], 0
    close_sessions_of(session, person_id)
    record(session, "person.credential_reset", person, actor, concerns={"officers": [person_id]})
    return person
