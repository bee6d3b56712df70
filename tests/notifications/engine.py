"""One engine on a database of its own: what the assembled application has, without the cases it is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import Flask, g, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import api.problems
from accounts.actor import Actor
from api.app import OrjsonProvider
from database.base import Base, Json, Revised, new_id
from database.journal import Event, record
from database.session import Database, Observer
from operations.databases import create_database, drop_database
from settings import Settings
from sync.catalog import Catalog, Synced
from sync.feed import Feed
from tests.servers import RunningCluster

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten o'clock on a Monday in Beijing


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


class Case:
    """What an event is about. The engine never looks at it, so it needs no table."""

    __tablename__ = "hazard"

    def __init__(self) -> None:
        self.id = new_id()
        self.revision = 1
        self.event_hash: bytes | None = None


def happens(session: Session, name: str, concerns: dict[str, list[UUID]], data: Json | None = None) -> Event:
    """Something happened that concerns these people."""
    case = cast(Revised, Case())
    return record(session, name, case, Actor(id=new_id(), name="someone"), concerns=concerns, data=data)


def make_database(cluster: RunningCluster, name: str, models: Iterable[type[Base]]) -> str:
    """An empty database with the tables of these models; its address as the owner's role."""
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    url = cluster.urls(name).owner
    engine = create_engine(url)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[model.__tablename__] for model in models])
    engine.dispose()
    return url


def clear(url: str, models: Iterable[type[Base]]) -> None:
    """Nothing has happened yet."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(model.__tablename__ for model in models)}"))
    engine.dispose()


def open_database(url: str, clock: Clock, synced: Sequence[Synced], *observers: Observer) -> Database:
    """As `api.app.assemble` does: observers, then the feed."""
    feed = Feed(Catalog(synced))
    made = Database(url, pool_size=4, clock=clock, settle=[*observers, feed.render], before_commit=[feed.publish])
    feed.watch(made.new_session)
    return made


class Door(Flask):
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


class Caller:
    """A client that speaks for somebody."""

    def __init__(self, door: Door, client: FlaskClient) -> None:
        self._door, self._client = door, client

    def __call__(self, who: Actor, method: str, path: str, **options: Any) -> Any:
        self._door.caller = who
        return self._client.open(f"/api/v1{path}", method=method, **options)


def caller_of(database: Database, settings: Settings, *routes: Any) -> Caller:
    """A door with these routes."""
    door = Door("door")
    door.database = database
    door.config.update(
        FIRE=settings,
        API_TITLE="door",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
    )
    api.problems.install(door)
    smorest = Api(door)
    for each in routes:
        smorest.register_blueprint(each)
    return Caller(door, door.test_client())
