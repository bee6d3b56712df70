"""Signing in and out: codes by SMS, sessions and their refresh, the identity provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, redirect
from sqlalchemy.orm import Session

from accounts import queries, sessions, sign_in
from accounts.demo import IDENTITIES
from accounts.demo_provider import PROVIDER, DemoProvider, providers_for
from accounts.providers import new_state
from accounts.schemas import (
    DemoAuthorizeSchema,
    DemoIdentitiesSchema,
    OpenedSchema,
    OpenSessionSchema,
    ProvidersQuerySchema,
    ProvidersSchema,
    RefreshSchema,
    SmsCodeRequestSchema,
    SmsCodeSentSchema,
)
from accounts.sessions import Tokens
from accounts.sign_in import Front
from accounts.sms import sender_for
from accounts.tokens import actor_in
from api.context import actor, parts, session
from api.networks import caller_network
from api.routes import Routes, owns_transactions
from database.base import Json
from database.session import now
from problems import Invalid, NotFound, Unauthenticated, field_error

routes = Routes("auth", "/auth", "Signing in and out")
# A refused attempt must be counted and tokens must not enter a receipt: these views own their transactions.


def front() -> Front:
    """What signing in needs. Another gateway or provider is put in under `fire.sms` and `fire.providers`."""
    its, other = parts(), current_app.extensions
    return Front(
        database=its.database,
        ring=its.ring,
        settings=its.settings,
        sms=other.get("fire.sms") or sender_for(its.settings),
        providers=other.get("fire.providers") or providers_for(its.settings, its.database, its.ring, IDENTITIES),
        network=caller_network(),
    )


def _opened(session: Session, tokens: Tokens) -> Json:
    caller = actor_in(session, tokens.session_id, now(session))
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_in": tokens.expires_in,
        "user": queries.me(session, caller),
    }


@routes.route("/sms-codes", methods=["POST"])
@routes.arguments(SmsCodeRequestSchema)
@routes.response(202, SmsCodeSentSchema)
@owns_transactions
def send_sms_code(data: dict[str, Any]) -> Json:
    """Send a sign-in code to a phone.

    Public. The answer does not say whether the number is known. 429 when asked for too often.
    """
    return sign_in.send_sms_code(front(), data["phone"])


@routes.route("/sessions", methods=["POST"])
@routes.arguments(OpenSessionSchema)
@routes.response(201, OpenedSchema)
@owns_transactions
def open_session(data: dict[str, Any]) -> Json:
    """Sign in.

    Public. One of `{phone, code}`, `{username, password, totp}`, `{guest: true}` and `{provider, code, state}`, each with
    `install`. An anonymous report wants a fresh guest session under a fresh install id. Wrong guesses make the next one
    wait longer (429).
    """
    return sign_in.sign_in(front(), data, _opened)


@routes.route("/sessions/refresh", methods=["POST"])
@routes.arguments(RefreshSchema)
@routes.response(200, OpenedSchema)
@owns_transactions
def refresh_session(data: dict[str, Any]) -> Json:
    """Exchange a refresh token for new tokens.

    Public, also for a draining session. The old token stays valid until its successor is first used; an older one than that
    closes the session.
    """
    its = parts()
    with its.database.transaction() as transaction:
        tokens = sessions.refresh_session(transaction, its.ring, its.settings, data["refresh_token"], data["install"])
        if tokens is not None:
            return _opened(transaction, tokens)
    with its.database.transaction() as transaction:
        sessions.close_copied(transaction, its.ring, data["refresh_token"])
    raise Unauthenticated


@routes.route("/sessions/current", methods=["DELETE"])
@routes.response(204)
def close_session() -> None:
    """Sign out on this device."""
    sessions.close_current(session(), actor())


@routes.route("/providers", methods=["GET"])
@routes.arguments(ProvidersQuerySchema, location="query")
@routes.response(200, ProvidersSchema)
def providers(query: dict[str, Any]) -> Json:
    """List the identity providers.

    Public. With `install`, each has the address to go to; its `state` is good for this install and a quarter of an hour.
    """
    found = front()
    install = query["install"]
    items = []
    for provider in found.providers.values():
        state = new_state(found.ring, provider.name, install, found.database.clock()) if install else None
        url = provider.authorize_url(state) if state else None
        items.append({"provider": provider.name, "name": provider.label, "authorize_url": url, "state": state})
    return {"items": items}


@routes.route("/demo/authorize", methods=["GET"])
@routes.arguments(DemoAuthorizeSchema, location="query")
@routes.response(200, DemoIdentitiesSchema)
@routes.alt_response(302, description="Back to `redirect_uri` with `code` and `state`")
def demo_authorize(query: dict[str, Any]) -> Json | Response:
    """Be somebody of the demo's identity provider.

    Public, demo only (404 otherwise). Without `identity` the answer lists whom one may be, each with a link to follow; with it
    the browser is sent back to the registered `redirect_uri` with a code that opens once.
    """
    provider = front().providers.get(PROVIDER)
    if not isinstance(provider, DemoProvider):
        raise NotFound
    if query["identity"] is None:
        return {"items": provider.identities(query["state"])}
    if query["redirect_uri"] != provider.redirect_url:
        raise Invalid(field_error("redirect_uri", "not_registered", "回调地址未登记"))
    if query["state"] is None:
        raise Invalid(field_error("state", "required", "必填"))
    code = provider.authorize(query["identity"], query["uscc"])
    answer: Response = redirect(f"{provider.redirect_url}?{urlencode({'code': code, 'state': query['state']})}")  # type: ignore[assignment]
    return answer
