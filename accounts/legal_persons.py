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


def own_credit_code(session: Session, actor: Actor) -> str:
    """Of the enterprise whose legal person the caller is, as the provider confirmed when this session was opened.

    Raises AuthLevelTooLow, LegalPersonRequired.
    """
    require_confirmed(actor)
    uscc = session.scalar(select(LoginSession.legal_uscc).where(LoginSession.id == actor.session_id))
    if uscc is None:
        raise LegalPersonRequired
    return uscc


def require_legal_person(session: Session, actor: Actor, uscc: str) -> None:
    """Raises AuthLevelTooLow, LegalPersonRequired for whoever is not the legal person of this very credit code."""
    if own_credit_code(session, actor) != uscc:
        raise LegalPersonRequired
