"""The media engine alone, behind its HTTP doors, on a real PostgreSQL: people are made up, their tokens are their names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import api.auth
import api.problems
from accounts.actor import Actor
from api.admission import Admission
from api.app import FireApp
from api.media import routes as media_routes
from api.uploads import routes as upload_routes
from database.base import Base, new_id
from database.crypto import KeyRing, Sealed
from database.journal import Event
from database.session import Database
from media.access import MediaRules
from media.intake import Intake
from media.models import Media, Rendition, Upload
from media.pool import RenderPool
from media.rendering import Renderer
from media.spool import Spool
from media.storage import DirectoryStorage
from operations.databases import OWNER_ROLE, address, create_database, drop_database
from operations.keys import ensure_key_file
from problems import Unauthenticated
from settings import Settings
from tests.servers import RunningCluster

PEOPLE = ("owner", "officer", "clerk", "stranger", "guest")


@dataclass
class Clock:
    """Time that passes when a test says so."""

    moment: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **units: float) -> None:
        self.moment += timedelta(**units)


@dataclass
class World:
    """The engine and who is in it. `renders()` does what the worker would."""

    app: Flask
    database: Database
    storage: DirectoryStorage
    spool: Spool
    ring: KeyRing
    settings: Settings
    clock: Clock
    people: dict[str, Actor]
    closed: set[str] = field(default_factory=set)  # whose sessions were revoked

    @property
    def intake(self) -> Intake:
        return Intake(self.database, self.spool, self.storage, self.settings.upload_lifetime, MediaRules())

    def client(self, name: str = "owner") -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {name}"
        return client

    def do(self, work: Callable[[Session], Any]) -> Any:
        with self.database.transaction() as session:
            return work(session)

    def media(self, media_id: UUID) -> Media | None:
        media: Media | None = self.do(lambda session: session.get(Media, media_id))
        return media

    def events(self, media_id: UUID) -> list[Event]:
        found: list[Event] = self.do(
            lambda session: session.scalars(select(Event).where(Event.entity_id == media_id).order_by(Event.id)).all()
        )
        return found

    def renderer(self, pool: RenderPool) -> Renderer:
        return Renderer(self.storage, self.ring, pool, MediaRules())

    def renders(self, media_id: UUID, pool: RenderPool) -> Media:
        media: Media = self.do(lambda session: self.renderer(pool).render_media(session, media_id))
        return media

    def spooled(self) -> list[Path]:
        return [path for path in (self.settings.media_dir / "spool").rglob("*") if path.is_file()]

    def objects(self) -> list[Path]:
        folder = self.settings.media_dir
        return [path for path in folder.rglob("*") if path.is_file() and "spool" not in path.relative_to(folder).parts]


@pytest.fixture(scope="session")
def media_database_url(cluster: RunningCluster, worker_id: str) -> str:
    """A database with the tables of this engine alone."""
    name = f"media_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    url = address(cluster.socket_dir, OWNER_ROLE, name)
    engine = create_engine(url)
    Base.metadata.create_all(engine, tables=[model.__table__ for model in (Media, Upload, Rendition, Event)])  # type: ignore[misc]
    engine.dispose()
    return url


@pytest.fixture
def world(media_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nobody has a photo yet."""
    ensure_key_file(tmp_path / "keys.json")
    ring = KeyRing.load(tmp_path / "keys.json")
    monkeypatch.setattr(Sealed, "ring", ring)
    settings = Settings(media_database_url, media_database_url, "", tmp_path / "media", tmp_path / "keys.json", "http://x", True)
    clock = Clock()
    engine = create_engine(media_database_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE media, media_upload, media_rendition, event"))
    engine.dispose()
    database = Database(media_database_url, clock=clock)
    people = {name: Actor(id=new_id(), name=name, is_guest=name == "guest") for name in PEOPLE}
    storage = DirectoryStorage(settings.media_dir)
    app = FireApp("media")
    app.config.update(
        FIRE=settings,
        API_TITLE="media",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )

    def case_photo(_: Session, actor: Actor, media: Media) -> frozenset[str]:
        """The officer of every case sees all; the clerk the officers' photos only."""
        if actor.id == people["officer"].id:
            return frozenset({"rendition", "original"})
        return frozenset({"rendition"}) if actor.id == people["clerk"].id and media.role != "report" else frozenset()

    app.extensions["fire"] = SimpleNamespace(
        settings=settings, database=database, ring=ring, storage=storage, media_rules=MediaRules({"case": case_photo})
    )
    app.extensions["admission"] = Admission(replace(settings, room_for_media=100))  # what crowds do is another test
    api.problems.install(app)
    smorest = Api(app)
    smorest.register_blueprint(media_routes)
    smorest.register_blueprint(upload_routes)
    world = World(app, database, storage, Spool(settings.media_dir, ring), ring, settings, clock, people)

    def actor_of(_: Session, __: KeyRing, token: str, ___: datetime) -> Actor:
        if token not in people or token in world.closed:
            raise Unauthenticated
        return people[token]

    monkeypatch.setattr(api.auth, "actor_of", actor_of)
    yield world
    database.dispose()


@pytest.fixture(scope="session")
def pool() -> Iterator[RenderPool]:
    """One limited process for all tests that only need pictures."""
    pool = RenderPool(60_000_000)
    yield pool
    pool.close()


@pytest.fixture
def server(world: World) -> Iterator[str]:
    """The application behind a real socket; the address of its API."""
    listening = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/api/v1"
    listening.shutdown()
    thread.join()
    listening.server_close()
