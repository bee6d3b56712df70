"""Token to Actor, and the list of endpoints that need none. Everything not listed here requires a signed-in caller."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.partners import keys
from accounts.problems import PasswordChangeRequired
from accounts.tokens import actor_of
from api.context import parts
from database.session import now
from problems import Unauthenticated

# Endpoint names (blueprint.function). A test lists them in the docs and proves that all others answer 401.
PUBLIC = frozenset(
    {
        "health.live",
        "health.ready",
        "health.metrics",
        "web.show",
        "api-docs.openapi_json",
        "swagger_ui.show",
        "auth.send_sms_code",
        "auth.open_session",
        "auth.refresh_session",
        "auth.providers",
        "auth.demo_authorize",
        "assistance.guide",
        "hazards.look_around",
        "hazards.track",
        "inspections.list_published",
        "licences.search",
        "licences.verify",
        "messages.answer",
        "messages.track",
        "open311.discovery",
        "permits.commitment",
        "permits.guide",
        "permits.needed",
        "deadlines.list_deadlines",
        "demo.accounts",
        "places.base_map",
        "places.regions",
        "places.region_of_point",
        "uploads.options",
    }
)

# What a draining session may still do (docs/sync-protocol.md 4): refresh, register, push, uploads, rescue, own issues, and end.
DRAIN = frozenset(
    {
        "auth.close_session",
        "sync.register",
        "sync.push",
        "sync.issues",
        "sync.save_rescue",
        "sync.status",
        "uploads.create",
        "uploads.head",
        "uploads.patch",
        "media.put_content",
    }
)

# What a partner's key opens, and nothing else; `webhooks` are shown to administrators too, by their token.
KEYED = "open311."
KEYED_OR_SIGNED_IN = "webhooks."
KEY_HEADER, KEY_PARAMETER = "X-API-Key", "api_key"


# What a session may do that was opened with a password which an administrator knows.
BEFORE_CHANGE = frozenset({"me.show_me", "me.set_password", "auth.close_session"})


def bearer_token() -> str | None:
    """The token of the Authorization header, or None."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def shown_key() -> str | None:
    """The partner's key of this request, by header or (as GeoReport v2 has it) as a parameter of the address; or None."""
    return request.headers.get(KEY_HEADER, "").strip() or request.args.get(KEY_PARAMETER, "").strip() or None


def require_token() -> None:
    """Raises Unauthenticated where a token is needed and none is shown; whose it is, the view's transaction finds out.

    Of partners' forms the view itself finds out: the key may be in them.
    """
    endpoint = request.endpoint or ""
    if endpoint not in PUBLIC and not endpoint.startswith(KEYED) and bearer_token() is None:
        raise Unauthenticated


def required_partner(session: Session, key: str | None = None) -> Actor:
    """The partner whose key this request shows, or `key` of its form. Raises Unauthenticated, TooManyRequests."""
    shown = shown_key() or key
    if shown is None:
        raise Unauthenticated
    return keys.holder(session, parts().ring, shown, parts().database.transaction)


def required_caller(session: Session) -> Actor:
    """The caller of a view that opens its own transactions. Raises as `authenticate`, and Unauthenticated without a token."""
    caller = authenticate(session)
    if caller is None:
        raise Unauthenticated
    return caller


def authenticate(session: Session) -> Actor | None:
    """The caller, checked against the session row. None on public endpoints without a token.

    Raises Unauthenticated without a token, or for a session that is closed, expired, or draining outside DRAIN;
    PasswordChangeRequired for one that may only change a password.
    """
    endpoint = request.endpoint or ""
    if endpoint not in PUBLIC and (
        endpoint.startswith(KEYED) or (endpoint.startswith(KEYED_OR_SIGNED_IN) and KEY_HEADER in request.headers)
    ):
        return required_partner(session)
    token = bearer_token()
    if token is None:
        if request.endpoint in PUBLIC:
            return None
        raise Unauthenticated
    actor = actor_of(session, parts().ring, token, now(session))
    if actor.draining and request.endpoint not in DRAIN | PUBLIC:
        raise Unauthenticated
    if actor.must_change and request.endpoint not in BEFORE_CHANGE | PUBLIC:
        raise PasswordChangeRequired
    return actor
