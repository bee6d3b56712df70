"""The life of a login session: opened, refreshed, drained, closed."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from accounts.models import LoginSession, Person
from accounts.tokens import access_token, install_seal, new_refresh_token, opened_refresh_token
from database.base import new_id
from database.crypto import KeyRing, fingerprint
from database.journal import record
from database.session import now
from problems import NotFound, Unauthenticated
from settings import Settings
from sync.leases import revoke
from sync.models import SyncDevice
from sync.problems import Wiped

log = structlog.get_logger()


@dataclass(frozen=True)
class Tokens:
    """What a client gets. Never logged, never in a receipt."""

    session_id: UUID
    access_token: str
    refresh_token: str
    expires_in: int  # seconds that the access token lives


def open_session(
    session: Session,
    ring: KeyRing,
    settings: Settings,
    person: Person,
    install: UUID,
    *,
    auth_level: int,
    legal_uscc: str | None = None,
    must_change: bool = False,
) -> Tokens:
    """A new session of this person, whose row the caller holds; it replaces his earlier one on the same install.

    A guest's session does not name the install. Raises Wiped if the install was reported lost.
    """
    _refuse_wiped(session, install)
    moment = now(session)
    if not person.is_guest:
        earlier = session.scalars(
            select(LoginSession).where(
                LoginSession.person_id == person.id, LoginSession.device_id == install, LoginSession.state == "active"
            )
        )
        for row in earlier:
            _close(session, row)
    session_id = new_id()
    refresh_token = new_refresh_token(ring, session_id, 0)
    session.add(
        LoginSession(
            id=session_id,
            person_id=person.id,
            device_id=None if person.is_guest else install,
            install_seal=install_seal(ring, session_id, install),
            auth_level=auth_level,
            legal_uscc=legal_uscc,
            must_change=must_change,
            refresh_hash=fingerprint(refresh_token),
            refresh_until=moment + settings.refresh_token_lifetime,
            created_at=moment,
            last_used_at=moment,
        )
    )
    session.flush()
    if not person.is_guest:
        record(session, "person.signed_in", person, person, data={"session_id": str(session_id), "auth_level": auth_level})
    return _tokens(session, ring, settings, session_id, refresh_token)


def refresh_session(session: Session, ring: KeyRing, settings: Settings, refresh_token: str, install: UUID) -> Tokens | None:
    """A new pair of tokens for the install that the session was opened on; None for a token of long ago.

    A token stays valid until the first of its successors is used, so that a lost answer strands nobody and two tabs may ask
    at once; then its other successors and itself are dead. Whoever shows an older one has a copy: `close_copied`, in a
    transaction of its own. Raises Unauthenticated for any token that is not, or no longer, one of this session's, and Wiped.
    """
    session_id, generation = opened_refresh_token(ring, refresh_token)
    row = session.scalars(select(LoginSession).where(LoginSession.id == session_id).with_for_update()).one_or_none()
    if row is None or not hmac.compare_digest(row.install_seal, install_seal(ring, session_id, install)):
        raise Unauthenticated
    moment = now(session)
    if row.device_id is not None:
        _refuse_wiped(session, row.device_id)
    if row.state == "closed" or row.refresh_until <= moment or (row.drain_until is not None and row.drain_until <= moment):
        raise Unauthenticated
    if generation < row.refresh_generation - 1:
        return None
    shown = fingerprint(refresh_token)
    if generation == row.refresh_generation + 1:  # a successor, for the first time: we sign none but of the token used last
        row.refresh_hash, row.refresh_generation = shown, generation
    elif generation != row.refresh_generation or not hmac.compare_digest(shown, row.refresh_hash):
        raise Unauthenticated
    row.refresh_until = moment + settings.refresh_token_lifetime
    row.last_used_at = moment
    return _tokens(session, ring, settings, session_id, new_refresh_token(ring, session_id, row.refresh_generation + 1))


def close_copied(session: Session, ring: KeyRing, refresh_token: str) -> None:
    """Somebody has a copy of this session's tokens: it ends for whoever has them. Event: person.signed_out."""
    session_id, generation = opened_refresh_token(ring, refresh_token)
    person = session.scalars(
        select(Person)
        .where(Person.id == select(LoginSession.person_id).where(LoginSession.id == session_id).scalar_subquery())
        .with_for_update()
    ).one()
    row = session.get_one(LoginSession, session_id, with_for_update=True)
    if row.state == "closed":
        return
    _close(session, row)
    log.warning("an old refresh token was shown: session closed", session_id=str(session_id), generation=generation)
    if not person.is_guest:
        record(
            session, "person.signed_out", person, SYSTEM, concerns={"officers": [person.id] if person.kind == "staff" else []},
            data={"session_id": str(session_id), "reason": "token_copied"},
        )  # fmt: skip


def close_current(session: Session, actor: Actor) -> None:
    """Sign out. Pending work stays on the device and is pushed after the next sign-in."""
    if actor.session_id is not None:
        close_session(session, actor, actor.session_id)


def close_session(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of the caller's own sessions. Raises NotFound for anybody else's."""
    person = session.get(Person, actor.id, with_for_update=True)
    row = session.scalars(
        select(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == actor.id, LoginSession.state != "closed")
        .with_for_update()
    ).one_or_none()
    if row is None or person is None:
        raise NotFound
    _close(session, row)
    if not person.is_guest:
        record(session, "person.signed_out", person, actor, data={"session_id": str(session_id)})


def drain_sessions(session: Session, person_id: UUID, lifetime: timedelta) -> None:
    """A person or a right was removed: what lies on his devices may still be handed in, nothing else."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.state == "active")
        .values(state="drain", drain_until=now(session) + lifetime)
    )
    revoke(session, person_id)


def close_sessions_of(session: Session, person_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of a person, but for the one that he is just using: whoever knew his password is out."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.state != "closed", LoginSession.id.is_distinct_from(but))
        .values(state="closed", drain_until=None, closed_at=now(session))
    )


def close_sessions_on(session: Session, device_id: UUID) -> Sequence[UUID]:
    """End every session on a device; the ids of the people who were signed in there."""
    return session.scalars(
        update(LoginSession)
        .where(LoginSession.device_id == device_id, LoginSession.state != "closed")
        .values(state="closed", drain_until=None, closed_at=now(session))
        .returning(LoginSession.person_id)
    ).all()


def _close(session: Session, row: LoginSession) -> None:
    row.state = "closed"
    row.drain_until = None
    row.closed_at = now(session)


def _refuse_wiped(session: Session, install: UUID) -> None:
    if session.scalar(select(SyncDevice.status).where(SyncDevice.id == install)) == "wiped":
        raise Wiped


def _tokens(session: Session, ring: KeyRing, settings: Settings, session_id: UUID, refresh_token: str) -> Tokens:
    lifetime = settings.access_token_lifetime
    return Tokens(
        session_id=session_id,
        access_token=access_token(ring, session_id, now(session), lifetime),
        refresh_token=refresh_token,
        expires_in=int(lifetime.total_seconds()),
    )
