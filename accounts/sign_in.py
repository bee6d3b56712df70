"""The four ways in: a code by SMS, password and second factor, a guest, the identity provider.

An attempt is counted before it is looked at, and a refusal rolls its transaction back; so these own theirs, like push.
Nothing slow (Argon2, the provider's answer) happens inside one.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import people, throttle
from accounts.models import Person, SmsCode, StaffCredential
from accounts.passwords import DEMO_TOTP, matching_step, password_matches
from accounts.problems import ProviderRefused, WrongCode, WrongCredentials
from accounts.providers import Claims, IdentityProvider, require_own_state
from accounts.sessions import Tokens, open_session
from accounts.sms import SmsSender
from accounts.throttle import Limit
from database.base import Json
from database.crypto import KeyRing
from database.session import Database, now
from problems import Invalid, field_error
from settings import Settings

log = structlog.get_logger()

DEMO_SMS_CODE = "000000"
SMS_CODE_ATTEMPTS = 5
STAFF_AUTH_LEVEL = 2  # the office knows name and number


# (session, tokens) -> what the door answers, made in the transaction that opened the session
Answer = Callable[[Session, Tokens], Json]


@dataclass(frozen=True)
class Front:
    """What signing in needs of the application, and whence this request comes."""

    database: Database
    ring: KeyRing
    settings: Settings
    sms: SmsSender
    providers: Mapping[str, IdentityProvider]
    network: str | None = None  # for counting; None: not known, and nothing is counted by it

    def take_of_network(self, session: Session, limit: Limit) -> None:
        """Raises TooManyRequests."""
        if self.network is not None:
            throttle.take(session, self.ring, limit, self.network)

    def forgive_network(self, session: Session) -> None:
        """The attempt that was counted as a failure was none."""
        if self.network is not None:
            throttle.give_back(session, self.ring, throttle.FAILURES_OF_NETWORK, self.network)


def send_sms_code(front: Front, phone: str) -> Json:
    """Send a code; the answer is the same whether the number is known or not. Raises TooManyRequests, Unavailable."""
    settings = front.settings
    code = DEMO_SMS_CODE if settings.demo else f"{secrets.randbelow(1_000_000):06d}"
    phone_index = people.phone_index(front.ring, phone)
    limits = throttle.DEMO_SMS_OF_NUMBER if settings.demo else throttle.SMS_OF_NUMBER
    with front.database.transaction() as session:
        front.take_of_network(session, throttle.SMS_OF_NETWORK)
        for limit in limits:
            throttle.take(session, front.ring, limit, phone)
        values = {
            "code_hash": _code_hash(front.ring, phone, code),
            "expires_at": now(session) + settings.sms_code_lifetime,
            "attempts": 0,
        }
        session.execute(
            insert(SmsCode)
            .values(phone_index=phone_index, **values)
            .on_conflict_do_update(index_elements=[SmsCode.phone_index], set_=values)
        )
    lifetime = int(settings.sms_code_lifetime.total_seconds())
    front.sms.send_code(phone, code, lifetime // 60)
    again = limits[0]
    return {"expires_in": lifetime, "retry_after_seconds": int(again.window.total_seconds()) if again.uses == 1 else 0}


def sign_in(front: Front, data: Mapping[str, Any], answer: Answer) -> Json:
    """Open a session in the way that `data` names. Raises Unauthenticated problems, TooManyRequests, Wiped."""
    if data["guest"]:
        return _as_guest(front, data["install"], answer)
    if data["phone"] is not None:
        return _by_phone(front, data["phone"], data["code"], data["install"], answer)
    if data["username"] is not None:
        return _by_password(front, data, answer)
    return _by_provider(front, data, answer)


def _as_guest(front: Front, install: UUID, answer: Answer) -> Json:
    with front.database.transaction() as session:
        front.take_of_network(session, throttle.GUESTS_OF_NETWORK)
    with front.database.transaction() as session:
        guest = people.new_guest(session)
        return answer(session, open_session(session, front.ring, front.settings, guest, install, auth_level=0))


def _by_phone(front: Front, phone: str, code: str, install: UUID, answer: Answer) -> Json:
    is_demos = front.settings.demo and code == DEMO_SMS_CODE
    if not is_demos:
        _require_code(front, phone, code)
    with front.database.transaction() as session:
        if not is_demos:
            front.forgive_network(session)  # before the code's row, in the order in which an attempt takes them
        spent = session.scalars(
            delete(SmsCode).where(SmsCode.phone_index == people.phone_index(front.ring, phone)).returning(SmsCode.code_hash)
        ).one_or_none()
        if not is_demos and spent != _code_hash(front.ring, phone, code):  # another sign-in was faster, or a newer code was sent
            raise WrongCode
        person = people.citizen_by_phone(session, front.ring, phone, auth_level=1)
        return answer(session, open_session(session, front.ring, front.settings, person, install, auth_level=1))


def _require_code(front: Front, phone: str, code: str) -> None:
    """An attempt is counted before it is looked at, so that guesses in parallel count too."""
    phone_index = people.phone_index(front.ring, phone)
    with front.database.transaction() as session:
        front.take_of_network(session, throttle.FAILURES_OF_NETWORK)
        code_hash = session.scalar(
            update(SmsCode)
            .where(SmsCode.phone_index == phone_index, SmsCode.expires_at > now(session), SmsCode.attempts < SMS_CODE_ATTEMPTS)
            .values(attempts=SmsCode.attempts + 1)
            .returning(SmsCode.code_hash)
        )
    if code_hash is None or not hmac.compare_digest(code_hash, _code_hash(front.ring, phone, code)):
        raise WrongCode


def _code_hash(ring: KeyRing, phone: str, code: str) -> bytes:
    """Six digits are too few for a plain hash, so this one is keyed."""
    return ring.blind_index("sms-code", f"{phone}:{code}")


def _by_password(front: Front, data: Mapping[str, Any], answer: Answer) -> Json:
    username: str = data["username"].lower()
    with front.database.transaction() as session:
        front.take_of_network(session, throttle.FAILURES_OF_NETWORK)
        throttle.begin_guess(session, front.ring, throttle.PASSWORD, username)
        credential = session.execute(
            select(StaffCredential.person_id, StaffCredential.password_hash)
            .join(Person, Person.id == StaffCredential.person_id)
            .where(StaffCredential.username == username, Person.removed_at.is_(None))
        ).one_or_none()
    known = password_matches(credential.password_hash if credential else None, data["password"])
    if known and credential is not None:
        with front.database.transaction() as session:
            person = session.get_one(Person, credential.person_id, with_for_update=True)
            held = session.get_one(StaffCredential, person.id, with_for_update=True)
            # An administrator may have been faster: what was shown is the password no more.
            is_his = person.removed_at is None and held.password_hash == credential.password_hash
            if is_his and _second_factor(session, front.settings, held, data["totp"]):
                front.forgive_network(session)
                throttle.forget_failures(session, front.ring, throttle.PASSWORD, username)
                tokens = open_session(
                    session, front.ring, front.settings, person, data["install"],
                    auth_level=STAFF_AUTH_LEVEL, must_change=held.must_change,
                )  # fmt: skip
                return answer(session, tokens)
    log.warning("sign-in refused", person_id=str(credential.person_id) if credential else None)
    raise WrongCredentials


def _second_factor(session: Session, settings: Settings, credential: StaffCredential, code: str) -> bool:
    """True if the code is right and was not used before; the credential's row is locked."""
    if settings.demo and code == DEMO_TOTP:
        return True
    step = matching_step(credential.totp_secret, code, now(session), credential.totp_step)
    if step is None:
        return False
    credential.totp_step = step
    return True


def _by_provider(front: Front, data: Mapping[str, Any], answer: Answer) -> Json:
    provider = front.providers.get(data["provider"])
    if provider is None:
        raise Invalid(field_error("provider", "unknown_provider", "没有这个登录渠道"))
    require_own_state(front.ring, data["state"], provider.name, data["install"], front.database.clock())
    claims = provider.identify(data["code"])
    if claims.id_number is not None and not claims.has_valid_numbers(front.database.clock().date()):
        raise ProviderRefused(reason="bad_identity_number")
    with front.database.transaction() as session:
        person = people.citizen_by_claims(session, front.ring, provider.name, claims)
        tokens = open_session(
            session, front.ring, front.settings, person, data["install"],
            auth_level=claims.auth_level, legal_uscc=_legal_uscc(claims),
        )  # fmt: skip
        return answer(session, tokens)


def _legal_uscc(claims: Claims) -> str | None:
    """The enterprise whose legal person this is; an agent (经办人) who signed in for it is not that."""
    return claims.uscc if claims.user_type == "LEGAL" and not claims.is_agent else None
