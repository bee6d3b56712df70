"""The caller himself: who he is, where he is signed in, his password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts import queries, sessions
from accounts.credentials import change_password
from accounts.models import LoginSession
from accounts.schemas import ChangePasswordSchema, LoginSessionsSchema, MeSchema
from api.auth import authenticate
from api.context import actor, parts, session
from api.routes import Routes, owns_transactions
from database.base import Json
from problems import Unauthenticated

routes = Routes("me", "/me", "The caller himself")


@routes.route("", methods=["GET"])
@routes.response(200, MeSchema)
def show_me() -> Json:
    """Show the caller: roles, offices, units; numbers masked."""
    return queries.me(session(), actor())


@routes.route("/sessions", methods=["GET"])
@routes.response(200, LoginSessionsSchema)
def list_sessions() -> Json:
    """List where the caller is signed in."""
    return {"items": [_facts(row) for row in queries.sessions_of(session(), actor().id)]}


def _facts(row: LoginSession) -> Json:
    names = ("id", "device_id", "state", "auth_level", "created_at", "last_used_at", "drain_until")
    return {name: getattr(row, name) for name in names} | {"is_current": row.id == actor().session_id}


@routes.route("/sessions/<uuid:session_id>", methods=["DELETE"])
@routes.response(204)
def close_session(session_id: UUID) -> None:
    """Sign out somewhere else. It acts at once."""
    sessions.close_session(session(), actor(), session_id)


@routes.route("/password", methods=["PUT"])
@routes.arguments(ChangePasswordSchema)
@routes.response(204)
@owns_transactions
def set_password(data: dict[str, Any]) -> None:
    """Change one's own password.

    Staff only. The caller's other sessions end; wrong guesses make the next one wait longer (429).
    """
    its = parts()
    with its.database.transaction() as transaction:
        caller = authenticate(transaction)
    if caller is None:
        raise Unauthenticated
    change_password(its.database, its.ring, caller, data)
