"""The demo's own identity provider: it speaks the authorization-code flow and confirms invented people."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import orjson

from accounts import throttle
from accounts.identifiers import is_credit_code
from accounts.problems import ProviderRefused
from accounts.providers import Claims, IdentityProvider, OAuthConfig, OAuthProvider, claims_of
from database.base import Json
from database.crypto import KeyRing
from database.session import Database
from problems import Invalid, TooManyRequests, field_error
from settings import Settings

PROVIDER = "demo"
CLIENT_ID = "caoyuan-xiaofang"
CODE_LIFETIME = timedelta(minutes=5)


class DemoProvider:
    """Issues a one-time code for a chosen identity (`authorize`), and exchanges it for that identity's claims."""

    def __init__(self, database: Database, ring: KeyRing, public_url: str, identities: Mapping[str, Json]) -> None:
        self._database = database
        self._ring = ring
        self._public_url = public_url
        self._identities = identities
        self.redirect_url = f"{public_url}/login/return"  # the only address that a code is sent to

    @property
    def name(self) -> str:
        """What `POST /auth/sessions` calls it."""
        return PROVIDER

    @property
    def label(self) -> str:
        """What a button says."""
        return "统一身份认证(演示)"

    def authorize_url(self, state: str) -> str:
        """The demo's login page."""
        query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": self.redirect_url, "state": state}
        return f"{self._public_url}/api/v1/auth/demo/authorize?{urlencode(query)}"

    def identities(self, state: str | None) -> list[Json]:
        """Whom one may choose to be, each with the address that a browser follows to be it; without `state` there is none."""
        return [
            {
                "identity": key,
                "name": claims["name"],
                "user_type": claims["user_type"],
                "auth_level": claims["auth_level"],
                "url": f"{self.authorize_url(state)}&{urlencode({'identity': key})}" if state else None,
            }
            for key, claims in self._identities.items()
        ]

    def authorize(self, identity: str, uscc: str | None) -> str:
        """A one-time code. `uscc` makes a legal identity the legal person of that enterprise. Raises Invalid."""
        claims = self._identities.get(identity)
        if claims is None:
            raise Invalid(field_error("identity", "unknown_identity", "没有这个演示身份"))
        if uscc is not None and (claims["user_type"] != "LEGAL" or not is_credit_code(uscc)):
            raise Invalid(field_error("uscc", "bad_credit_code", "统一社会信用代码不正确,或者该身份不是法人"))
        note = {
            "identity": identity,
            "uscc": uscc or claims.get("uscc"),
            "until": (self._database.clock() + CODE_LIFETIME).timestamp(),
            "nonce": secrets.token_hex(8),
        }
        payload = orjson.dumps(note)
        return base64.urlsafe_b64encode(payload + self._ring.sign("tokens", b"demo-code\0" + payload)).decode().rstrip("=")

    def identify(self, code: str) -> Claims:
        """The token request and userinfo of this provider. A code opens once. Raises ProviderRefused."""
        note = self._opened(code)
        if note["until"] <= self._database.clock().timestamp():
            raise ProviderRefused(reason="code_expired")
        try:
            with self._database.transaction() as session:
                throttle.take(session, self._ring, throttle.DEMO_CODE, note["nonce"])
        except TooManyRequests as error:
            raise ProviderRefused(reason="code_used") from error
        claims = self._identities[note["identity"]]
        return claims_of({**claims, "uscc": note["uscc"]})

    def _opened(self, code: str) -> Json:
        try:
            raw = base64.b64decode(code.encode("ascii") + b"=" * (-len(code) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise ProviderRefused(reason="code") from error
        payload, signature = raw[:-32], raw[-32:]
        if not self._ring.verify("tokens", b"demo-code\0" + payload, signature):
            raise ProviderRefused(reason="code")
        note: Json = orjson.loads(payload)
        return note


def providers_for(
    settings: Settings, database: Database, ring: KeyRing, identities: Mapping[str, Json]
) -> dict[str, IdentityProvider]:
    """The identity providers of this installation, by name."""
    if not settings.demo:
        return {settings.identity_name: OAuthProvider(_configured(settings))} if settings.identity_name else {}
    return {PROVIDER: DemoProvider(database, ring, settings.public_url, identities)}


def _configured(settings: Settings) -> OAuthConfig:
    return OAuthConfig(
        name=settings.identity_name,
        label=settings.identity_label or settings.identity_name,
        authorize_url=settings.identity_authorize_url,
        token_url=settings.identity_token_url,
        userinfo_url=settings.identity_userinfo_url,
        client_id=settings.identity_client_id,
        client_secret=settings.identity_client_secret,
        redirect_url=f"{settings.public_url}/login/return",
    )
