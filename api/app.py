"""The list of all parts, and the one place where a request's transaction opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import structlog
from flask import Flask, g, request
from flask.json.provider import JSONProvider
from flask.typing import ResponseReturnValue
from flask_smorest import Api

import api.problems
from api.auth import authenticate
from api.context import Parts
from api.idempotency import Ledger, requested_key
from api.routes import read_body
from database.crypto import KeyRing, Sealed
from database.session import Database, utc_now
from settings import Settings
from sync.catalog import Catalog
from sync.feed import Feed

log = structlog.get_logger()

SYNCED: list[Any] = []
ROUTES: list[Any] = []


class OrjsonProvider(JSONProvider):
    """Dates as RFC 3339 with Z, UUIDs as text."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Python to JSON."""
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """JSON to Python."""
        return orjson.loads(s)


class FireApp(Flask):
    """Each request is one transaction, answered after the commit; a raised Problem rolls it back."""

    json_provider_class = OrjsonProvider

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in its transaction. Views marked `owns_transactions` open their own."""
        parts: Parts = self.extensions["fire"]
        view = self.view_functions.get(request.endpoint or "")
        if request.routing_exception is not None or getattr(view, "owns_transactions", False):
            return super().dispatch_request()
        with parts.database.transaction() as session:
            g.session = session
            g.actor = authenticate(session)
            key = requested_key()
            if key is None or g.actor is None:
                return super().dispatch_request()
            ledger = Ledger(session, g.actor, key, read_body(parts.settings.max_body_bytes))
            replayed = ledger.replay()
            if replayed is not None:
                return replayed
            response = self.make_response(super().dispatch_request())
            ledger.keep(response)
            return response


def assemble(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Parts:
    """Everything that a process needs, web or worker: keys, catalog, database with its observers, storage."""
    ring = KeyRing.load(settings.key_file)
    Sealed.ring = ring
    catalog = Catalog(SYNCED)
    feed = Feed(catalog)
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        clock=clock,
        render=feed.render,
        before_commit=[feed.publish],
    )
    feed.watch(database.new_session)
    return Parts(settings=settings, database=database, ring=ring, catalog=catalog, storage=None)


def create_app(settings: Settings, parts: Parts | None = None) -> Flask:
    """The WSGI application."""
    app = FireApp("fire")
    app.config.update(
        FIRE=settings,
        API_TITLE="草原消防",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=None,
    )
    app.extensions["fire"] = parts or assemble(settings)
    api.problems.install(app)
    smorest = Api(app)
    for routes in ROUTES:
        smorest.register_blueprint(routes)
    return app
