"""Laws and lessons alone, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

import api.laws
import api.training
from accounts.actor import Actor, Role
from database.base import new_id
from database.journal import Event
from database.session import Database
from sync.models import SyncFeed, SyncScope
from tests.notifications.engine import Caller, Clock, caller_of, clear, make_database, open_database
from tests.servers import RunningCluster, settings_for
from training_content.laws.models import Law
from training_content.lessons.models import Lesson
from training_content.synced import SYNCED

MODELS = (Event, Law, Lesson, SyncScope, SyncFeed)


@pytest.fixture(scope="session")
def library_url(cluster: RunningCluster, worker_id: str) -> str:
    return make_database(cluster, f"training_{worker_id}", MODELS)


@pytest.fixture
def database(library_url: str) -> Iterator[Database]:
    clear(library_url, MODELS)
    made = open_database(library_url, Clock(), SYNCED)
    yield made
    made.dispose()


@pytest.fixture
def call(database: Database, cluster: RunningCluster, worker_id: str) -> Caller:
    settings = settings_for(cluster.urls(f"training_{worker_id}"), "", cluster.directory / worker_id)
    return caller_of(database, settings, api.laws.routes, api.training.routes)


@pytest.fixture
def editor() -> Actor:
    return Actor(id=new_id(), name="编辑", roles=frozenset({Role.CONTENT_EDITOR}))


@pytest.fixture
def reader() -> Actor:
    return Actor(id=new_id(), name="", is_guest=True, roles=frozenset({Role.GUEST}))


def lines(database: Database, topic: str) -> dict[str, str | None]:
    """What devices hold of a topic: the line of each record, None for one that was taken back."""
    with database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT f.entity_id, f.line, f.gone FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
                " WHERE s.key = :key ORDER BY f.position"
            ),
            {"key": f"public:{topic}#all"},
        ).all()
    return {str(row.entity_id): None if row.gone else row.line.decode() for row in rows}
