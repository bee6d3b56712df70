"""A database with the seed of places, and an application of the two resources of this package alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import api.places
import api.problems
import api.units
from accounts.actor import Actor
from api.app import OrjsonProvider
from database.base import Base
from database.journal import Event
from database.session import Database
from operations.databases import create_database, drop_database
from places.models import CalendarNotice, Division, Unit, WorkDay
from places.seed import DEMO_OPEN, seed
from places.synced import SYNCED
from sync.catalog import Catalog
from sync.feed import Feed
from sync.models import SyncFeed, SyncScope
from tests.servers import RunningCluster, settings_for

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday in Beijing
TABLES = [model.__tablename__ for model in (Event, SyncScope, SyncFeed, Division, CalendarNotice, WorkDay, Unit)]


@pytest.fixture(scope="session")
def places_database(cluster: RunningCluster, worker_id: str) -> Iterator[Database]:
    """Seeded once; what a test commits the next one finds, so each uses banners and units of its own."""
    name = f"places_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    url = cluster.urls(name).owner
    engine = create_engine(url)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[table] for table in TABLES])
    engine.dispose()
    feed = Feed(Catalog(SYNCED))
    made = Database(url, pool_size=2, clock=lambda: NOON, settle=[feed.render], before_commit=[feed.publish])
    feed.watch(made.new_session)
    with made.transaction() as session:
        seed(session, DEMO_OPEN)
    yield made
    made.dispose()


@pytest.fixture
def session(places_database: Database) -> Iterator[Session]:
    """A transaction that is rolled back."""
    opened = places_database.open()
    try:
        yield opened
    finally:
        opened.rollback()
        opened.close()


class PlacesApp(Flask):
    """The door as `api/app.py` has it, but for sign-in: the caller is who the test says."""

    json_provider_class = OrjsonProvider
    database: Database
    caller: Actor | None = None

    def dispatch_request(self) -> ResponseReturnValue:
        if request.routing_exception is not None:
            return super().dispatch_request()
        with self.database.transaction() as opened:
            g.session, g.actor = opened, self.caller
            return super().dispatch_request()


@pytest.fixture
def app(places_database: Database, cluster: RunningCluster, worker_id: str) -> PlacesApp:
    made = PlacesApp("places")
    made.database = places_database
    made.config.update(
        FIRE=settings_for(cluster.urls(f"places_{worker_id}"), "", cluster.directory / worker_id),
        API_TITLE="places",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
    )
    made.extensions["fire"] = SimpleNamespace(settings=made.config["FIRE"])
    api.problems.install(made)
    smorest = Api(made)
    smorest.register_blueprint(api.places.routes)
    smorest.register_blueprint(api.units.routes)
    return made


class Caller:
    """A client that speaks for somebody."""

    def __init__(self, app: PlacesApp, client: FlaskClient) -> None:
        self._app, self._client = app, client

    def __call__(self, who: Actor | None, method: str, path: str, **options: Any) -> Any:
        self._app.caller = who
        return self._client.open(f"/api/v1{path}", method=method, **options)


@pytest.fixture
def call(app: PlacesApp) -> Caller:
    return Caller(app, app.test_client())
