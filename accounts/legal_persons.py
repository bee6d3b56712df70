"""Whether the caller is the legal person (法定代表人) of an enterprise: the identity provider's word, of this session."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.models import LoginSession
from accounts.problems import AuthLevelTooLow, LegalPersonRequired

CONFIRMED_AUTH_LEVEL = 3  # docs/sources.md: acts of a legal person, and of those who charge others in its name


def require_confirmed(actor: Actor) -> None:
    """A phone alone, which changes hands, gives nobody power over an enterprise. Raises AuthLevelTooLow."""
    if actor.auth_level < CONFIRMED_AUTH_LEVEL:
        raise AuthLevelTooLow(needed_level=CONFIRMED_AUTH_LEVEL, level=actor.auth_level)


def require_legal_person(session: Session, actor: Actor, uscc: str) -> None:
    """The provider confirmed, when this session was opened, that the caller is the legal person of this very credit code.

    Raises AuthLevelTooLow, LegalPersonRequired.
    """
    require_confirmed(actor)
    if session.scalar(select(LoginSession.legal_uscc).where(LoginSession.id == actor.session_id)) != uscc:
        raise LegalPersonRequired
