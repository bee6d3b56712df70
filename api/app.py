"""The list of all parts, and the one place where a request's transaction opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint
from werkzeug.middleware.proxy_fix import ProxyFix

import api.problems
from accounts.authors import actor_at
from api import (
    accounts,
    analytics,
    assistance,
    deadlines,
    demo,
    handovers,
    hazards,
    health,
    inspections,
    intakes,
    laws,
    majors,
    me,
    measures,
    media,
    messages,
    metrics,
    notifications,
    open311,
    papers,
    partners,
    patrols,
    permits,
    places,
    queue,
    rectifications,
    rescue,
    rewards,
    sessions,
    sync,
    training,
    transfers,
    unit_imports,
    unit_powers,
    units,
    unsealings,
    uploads,
    web,
    webhooks,
)
from api.admission import Admission
from api.auth import authenticate, require_token
from api.context import Parts
from api.idempotency import Ledger, requested_key, takes_key
from api.logs import configure
from api.openapi import SPEC, FireApi
from api.routes import answer_of, read_body
from database.crypto import KeyRing, Sealed
from database.known_keys import remember_keys, require_own_keys
from database.session import Database, Observer, utc_now
from media.access import MediaRules
from media.storage import DirectoryStorage
from notifications.observing import Notifications
from notifications.synced import INBOX_ITEM, MUTATIONS as INBOX_MUTATIONS
from places.boundaries import boundaries
from places.synced import SYNCED as PLACES
from places.unit_edits import MUTATIONS as UNIT_MUTATIONS
from problems import NotFound
from settings import Settings
from sync.catalog import Catalog
from sync.engine import Engine
from sync.feed import Feed
from sync.mutations import Mutations
from sync.resolving import declare_resolutions
from sync.synced import ISSUE
from timetable import REACTIONS
from training_content.synced import SYNCED as TRAINING_CONTENT
from worker import wake
from workflow import reactions
from workflow.assistance.commands import MUTATIONS as ASSISTANCE_MUTATIONS
from workflow.assistance.synced import ASSISTANCE
from workflow.case_photos import MEDIA_RULES, PHOTO_SENDERS
from workflow.handovers.commands import MUTATIONS as HANDOVER_MUTATIONS
from workflow.handovers.synced import HANDOVER
from workflow.hazards.commands import MUTATIONS as HAZARD_MUTATIONS
from workflow.hazards.reporters import own_reports
from workflow.hazards.rewards.synced import REWARD_CLAIM
from workflow.hazards.synced import HAZARD
from workflow.inspections.commands import MUTATIONS as INSPECTION_MUTATIONS
from workflow.inspections.synced import INSPECTION
from workflow.majors.commands import MUTATIONS as MAJOR_MUTATIONS
from workflow.majors.synced import MAJOR
from workflow.measures.commands import MUTATIONS as MEASURE_MUTATIONS
from workflow.measures.synced import MEASURE
from workflow.papers.commands import MUTATIONS as NUMBER_MUTATIONS
from workflow.papers.synced import NUMBER_BLOCK
from workflow.patrols.commands import MUTATIONS as PATROL_MUTATIONS
from workflow.patrols.synced import PATROL
from workflow.permits.commands import MUTATIONS as PERMIT_MUTATIONS
from workflow.permits.synced import PERMIT
from workflow.queue.commands import MUTATIONS as TASK_MUTATIONS
from workflow.queue.synced import TASK
from workflow.rectification.commands import MUTATIONS as RECTIFICATION_MUTATIONS
from workflow.rectification.synced import RECTIFICATION
from workflow.rescue.commands import MUTATIONS as PACK_MUTATIONS
from workflow.rescue.synced import SYNCED as PACK
from workflow.transfers.commands import MUTATIONS as TRANSFER_MUTATIONS
from workflow.transfers.synced import TRANSFER

# What devices may hold.
SYNCED = [
    HAZARD,
    REWARD_CLAIM,
    HANDOVER,
    RECTIFICATION,
    PERMIT,
    ASSISTANCE,
    INSPECTION,
    PATROL,
    MEASURE,
    MAJOR,
    TRANSFER,
    TASK,
    NUMBER_BLOCK,
    ISSUE,
    INBOX_ITEM,
    *PLACES,
    *PACK,
    *TRAINING_CONTENT,
]

# What people and devices may do.
MUTATIONS = [
    *HAZARD_MUTATIONS,
    *HANDOVER_MUTATIONS,
    *RECTIFICATION_MUTATIONS,
    *PERMIT_MUTATIONS,
    *ASSISTANCE_MUTATIONS,
    *INSPECTION_MUTATIONS,
    *PATROL_MUTATIONS,
    *MEASURE_MUTATIONS,
    *MAJOR_MUTATIONS,
    *TRANSFER_MUTATIONS,
    *TASK_MUTATIONS,
    *NUMBER_MUTATIONS,
    *INBOX_MUTATIONS,
    *UNIT_MUTATIONS,
    *PACK_MUTATIONS,
]

# What is answered over HTTP.
ROUTES = [
    sessions.routes,
    me.routes,
    demo.routes,
    accounts.routes,
    places.routes,
    units.routes,
    unit_imports.routes,
    unit_powers.routes,
    hazards.routes,
    messages.routes,
    rewards.routes,
    rewards.policy_routes,
    unsealings.routes,
    intakes.routes,
    queue.routes,
    deadlines.routes,
    analytics.routes,
    handovers.routes,
    rectifications.routes,
    papers.routes,
    papers.number_routes,
    permits.routes,
    inspections.routes,
    patrols.routes,
    measures.routes,
    majors.routes,
    transfers.routes,
    permits.licence_routes,
    assistance.routes,
    assistance.expert_routes,
    rescue.water_routes,
    rescue.sheet_routes,
    sync.routes,
    uploads.routes,
    media.routes,
    laws.routes,
    training.routes,
    notifications.inbox,
    notifications.preferences,
    notifications.dead_letters,
    partners.routes,
    webhooks.routes,
    open311.routes,
]


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

    def full_dispatch_request(self) -> Response:
        """Counted from here to the answer."""
        admission: Admission = self.extensions["admission"]
        with admission.under_way():
            return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in its transaction. Views marked `owns_transactions` open their own."""
        parts: Parts = self.extensions["fire"]
        view = self.view_functions.get(request.endpoint or "")
        if request.routing_exception is not None:
            return super().dispatch_request()
        if any(isinstance(value, str) and "\0" in value for value in (request.view_args or {}).values()):
            raise NotFound  # PostgreSQL holds no text with a NUL, so nothing is called so
        if getattr(view, "owns_transactions", False):
            require_token()  # before the body is looked at: who shows none learns nothing of what is wrong with it
            return super().dispatch_request()
        with parts.database.transaction() as session:
            g.session = session
            g.actor = authenticate(session)
            key = requested_key() if takes_key(request.method, request.endpoint or "", view) else None
            if key is None or g.actor is None:
                return super().dispatch_request()
            ledger = Ledger(session, g.actor, key, read_body(getattr(view, "most_bytes", parts.settings.max_body_bytes)))
            replayed = ledger.replay()
            if replayed is not None:
                return answer_of(view).complete(replayed, replayed.get_json(silent=True))
            response = self.make_response(super().dispatch_request())
            ledger.keep(response)
            return response


def assemble(settings: Settings, clock: Callable[[], datetime] = utc_now, after_commit: Sequence[Observer] = ()) -> Parts:
    """Everything that a process needs, web or worker: keys, catalog, database with its observers, storage.

    Raises BrokenKeyFile, its kind ForeignKeyFile, and DBAPIError when the database is not there or not prepared.
    """
    configure()
    ring = KeyRing.load(settings.key_file)
    catalog = Catalog(SYNCED)
    feed = Feed(catalog)
    notices = Notifications(REACTIONS, subjects={"hazard": own_reports}, strict=settings.demo)
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        clock=clock,
        # In this order: what siblings do because of it, whom it tells, and what devices get of all that.
        settle=[reactions.react, notices.observe, feed.render],
        before_commit=[feed.publish],
        after_commit=after_commit,
    )
    feed.watch(database.new_session)
    engine = Engine(database, catalog, Mutations(MUTATIONS), ring, settings, actor_at)
    declare_resolutions(engine)
    engine.watch(database.new_session)
    _refuse_foreign_keys(database, ring)
    Sealed.ring = ring
    return Parts(
        settings=settings,
        database=database,
        ring=ring,
        catalog=catalog,
        mutations=engine.mutations,
        sync=engine,
        notifications=notices,
        storage=DirectoryStorage(settings.media_dir),
        media_rules=MediaRules(MEDIA_RULES, PHOTO_SENDERS),
    )


def _refuse_foreign_keys(database: Database, ring: KeyRing) -> None:
    try:
        with database.transaction() as session:
            require_own_keys(session, ring)
            remember_keys(session, ring)
    except BaseException:
        database.dispose()
        raise


def create_app(settings: Settings, parts: Parts | None = None) -> Flask:
    """The WSGI application."""
    boundaries()  # half a second that the first report need not pay
    app = FireApp("fire", static_folder=None)
    app.config.update(
        FIRE=settings,
        API_TITLE="草原消防",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=SPEC,
    )
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=0)  # type: ignore[method-assign]
    app.extensions["fire"] = parts or assemble(settings, after_commit=[wake(settings)])
    app.extensions["admission"] = Admission(settings)
    metrics.watch(app)
    app.register_blueprint(health.routes)
    web.install(app, settings)
    app.register_blueprint(get_swaggerui_blueprint("/api/v1/docs", "/api/v1/openapi.json", {"app_name": "草原消防 API"}))
    smorest = FireApi(app)
    api.problems.install(app)  # after flask-smorest, whose own error handler would answer otherwise
    for routes in ROUTES:
        smorest.register_blueprint(routes)
    return app
