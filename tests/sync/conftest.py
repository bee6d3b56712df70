"""A database with the toy's table in it, and the engine over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine

import database.seal  # noqa: F401 - registers its table
import sync.models
from database.base import Base
from database.crypto import KeyRing, Sealed
from operations.databases import create_database, drop_database
from settings import Settings
from tests.clock import Clock
from tests.servers import RunningCluster, settings_for
from tests.sync import toy
from tests.sync.world import World

_ENGINE_TABLES = ("event", "issue", "receipt", "sync_device", "sync_queue", "sync_hold", "sync_mutation", "sync_scope",
                  "sync_feed", "sync_meta", "sync_snapshot", "sync_chunk",
                  "sync_dirty", "rescue")  # fmt: skip
assert sync.models.Issue.__tablename__ in _ENGINE_TABLES


_WORLD_OPTIONS = ("feed_type", "before_heads", "before_commit")


@pytest.fixture(scope="session")
def toy_settings(cluster: RunningCluster, worker_id: str) -> Iterator[Settings]:
    """A database of the engine's own tables and the toy's, for this worker."""
    name = f"fire_sync_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    urls = cluster.urls(name)
    owner = create_engine(urls.owner)
    Base.metadata.create_all(owner, [Base.metadata.tables[table] for table in _ENGINE_TABLES])
    toy.ToyBase.metadata.create_all(owner)
    owner.dispose()
    settings = settings_for(urls, "redis://127.0.0.1:1/0", cluster.directory / worker_id)
    yield replace(settings, database_url=urls.owner, lock_timeout_ms=3000)
    drop_database(cluster.socket_dir, name)


@pytest.fixture(scope="session")
def ring(toy_settings: Settings) -> KeyRing:
    """The keys of this run."""
    loaded = KeyRing.load(toy_settings.key_file)
    Sealed.ring = loaded
    return loaded


@pytest.fixture
def make_world(toy_settings: Settings, ring: KeyRing) -> Iterator[Callable[..., World]]:
    """Make servers over one empty database: `make_world(feed_type=…, push_chunk_mutations=2)`."""
    made: list[World] = []
    clock = Clock()

    def make(**options: Any) -> World:
        engine_options = {name: options.pop(name) for name in list(options) if name in _WORLD_OPTIONS}
        world = World(replace(toy_settings, **options), ring, clock, **engine_options)
        if not made:
            world.empty()
        made.append(world)
        return world

    yield make
    toy.SHAKES.clear()
    for world in made:
        world.database.dispose()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A server on which nothing happened yet."""
    return make_world()
