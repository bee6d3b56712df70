"""蒙速办's unified identity behind an interface: authorization code in, confirmed facts out.

The interface text of the real provider is not public (docs/sources.md), so names of endpoints and claims are configuration.
Staff never sign in here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

import httpx

from accounts.identifiers import is_credit_code, is_identity_number, is_phone
from accounts.problems import ProviderRefused
from database.crypto import KeyRing
from problems import Unavailable

STATE_LIFETIME = timedelta(minutes=15)
RESIDENT_ID = "111"  # GA/T 517: resident identity card
MAX_AUTH_LEVEL = 4
_EXPIRY_BYTES = 8
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Claims:
    """What a provider confirms (docs/sources.md). auth_level: 1 phone, 2 name and number, 3 face, 4 certificate."""

    subject: str
    auth_level: int
    user_type: str = "NATURAL"  # or LEGAL: a person who signed in for an enterprise
    name: str | None = None
    id_number: str | None = None  # resident identity cards only
    phone: str | None = None
    uscc: str | None = None
    is_agent: bool = False  # LEGAL: an agent (经办人), not the legal person himself

    def has_valid_numbers(self, today: date) -> bool:
        """False if the identity number has a wrong check digit or an impossible birthday."""
        return self.id_number is None or is_identity_number(self.id_number, today)


class IdentityProvider(Protocol):
    """One way to sign in through somebody who knows the person. One suite of tests runs on each of them."""

    @property
    def name(self) -> str:
        """What `POST /auth/sessions` calls it."""

    @property
    def label(self) -> str:
        """What a button says."""

    def authorize_url(self, state: str) -> str:
        """Where the browser goes; the provider sends it back with `code` and the same `state`."""

    def identify(self, code: str) -> Claims:
        """Exchange a one-time code for facts. Raises ProviderRefused, or Unavailable if the provider is away."""


def claims_of(userinfo: Mapping[str, Any]) -> Claims:
    """The provider's answer as Claims. Raises ProviderRefused if it lacks who, or how well confirmed, or is malformed."""
    subject, level = userinfo.get("sub"), userinfo.get("auth_level")
    user_type = userinfo.get("user_type", "NATURAL")
    if not isinstance(subject, str) or not subject or user_type not in ("NATURAL", "LEGAL"):
        raise ProviderRefused(reason="incomplete_claims")
    if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= MAX_AUTH_LEVEL:
        raise ProviderRefused(reason="incomplete_claims")
    phone, uscc = _text(userinfo, "mobile"), _text(userinfo, "uscc")
    if (phone is not None and not is_phone(phone)) or (uscc is not None and not is_credit_code(uscc)):
        raise ProviderRefused(reason="malformed_claims")
    return Claims(
        subject=subject,
        auth_level=level,
        user_type=user_type,
        name=_text(userinfo, "name"),
        id_number=_identity_number(userinfo),
        phone=phone,
        uscc=uscc,
        is_agent=userinfo.get("agent") is not None,
    )


def _identity_number(userinfo: Mapping[str, Any]) -> str | None:
    number = _text(userinfo, "id_no") if userinfo.get("id_type", RESIDENT_ID) == RESIDENT_ID else None
    return number and number.upper()


def _text(userinfo: Mapping[str, Any], name: str) -> str | None:
    value = userinfo.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 200 or "\0" in value:
        raise ProviderRefused(reason="malformed_claims")
    return value


def new_state(ring: KeyRing, provider: str, install: UUID, moment: datetime) -> str:
    """Ties an answer to the install that asked: nobody can be signed in with somebody else's code (RFC 6749 10.12)."""
    expiry = int((moment + STATE_LIFETIME).timestamp()).to_bytes(_EXPIRY_BYTES)
    return base64.urlsafe_b64encode(expiry + ring.sign("tokens", _state_message(provider, install, expiry))).decode().rstrip("=")


def require_own_state(ring: KeyRing, state: str, provider: str, install: UUID, moment: datetime) -> None:
    """Raises ProviderRefused unless we gave this state to this install in the last quarter of an hour."""
    try:
        raw = base64.b64decode(state.encode("ascii") + b"=" * (-len(state) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ProviderRefused(reason="state") from error
    expiry, signature = raw[:_EXPIRY_BYTES], raw[_EXPIRY_BYTES:]
    if not ring.verify("tokens", _state_message(provider, install, expiry), signature):
        raise ProviderRefused(reason="state")
    if int.from_bytes(expiry) <= moment.timestamp():
        raise ProviderRefused(reason="state")


def _state_message(provider: str, install: UUID, expiry: bytes) -> bytes:
    return b"state\0" + provider.encode() + b"\0" + install.bytes + expiry


@dataclass(frozen=True)
class OAuthConfig:
    """One OAuth 2.0 provider: where its endpoints are and who we are to it."""

    name: str
    label: str
    authorize_url: str
    token_url: str
    userinfo_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str
    scope: str = "openid profile"


class OAuthProvider:
    """RFC 6749 authorization code, then userinfo, over HTTP."""

    def __init__(self, config: OAuthConfig) -> None:
        self._config = config

    @property
    def name(self) -> str:
        """What `POST /auth/sessions` calls it."""
        return self._config.name

    @property
    def label(self) -> str:
        """What a button says."""
        return self._config.label

    def authorize_url(self, state: str) -> str:
        """The provider's login page."""
        config = self._config
        query = {
            "response_type": "code", "client_id": config.client_id, "redirect_uri": config.redirect_url,
            "scope": config.scope, "state": state,
        }  # fmt: skip
        return f"{config.authorize_url}?{urlencode(query)}"

    def identify(self, code: str) -> Claims:
        """Token request, then userinfo. A network failure or a 5xx is Unavailable, every other refusal ProviderRefused."""
        config = self._config
        request = {"grant_type": "authorization_code", "code": code, "redirect_uri": config.redirect_url}
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, follow_redirects=False) as client:
            token = _ask(client, "POST", config.token_url, data=request, auth=(config.client_id, config.client_secret))
            bearer = token.get("access_token")
            if not isinstance(bearer, str):
                raise ProviderRefused(reason="no_token")
            return claims_of(_ask(client, "GET", config.userinfo_url, headers={"Authorization": f"Bearer {bearer}"}))


def _ask(client: httpx.Client, method: str, url: str, **request: Any) -> dict[str, Any]:
    """One request; the JSON object of a 200."""
    try:
        answer = client.request(method, url, **request)
        if answer.is_server_error:
            raise Unavailable(retry_after_seconds=10)
        document = answer.json() if answer.is_success else None
    except httpx.HTTPError as error:
        raise Unavailable(retry_after_seconds=10) from error
    except (ValueError, RecursionError) as error:
        raise ProviderRefused(reason="not_json") from error
    if not isinstance(document, dict):
        raise ProviderRefused(reason="refused")
    return document
