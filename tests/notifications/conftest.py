"""The notification engine alone, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.actor import Actor, Grant, Role
from api.notifications import dead_letters, inbox, preferences
from database.base import new_id
from database.journal import Event
from database.session import Database
from notifications.models import Delivery, InboxItem, MessageTemplate, NotificationPreference, OutboxRow
from notifications.observing import Notifications
from notifications.synced import INBOX_ITEM
from sync.models import SyncFeed, SyncScope
from tests.notifications.engine import Caller, Clock, caller_of, clear, make_database, open_database
from tests.servers import RunningCluster, settings_for

MODELS = (Event, OutboxRow, InboxItem, MessageTemplate, NotificationPreference, Delivery, SyncScope, SyncFeed)


@pytest.fixture(scope="session")
def engine_url(cluster: RunningCluster, worker_id: str) -> str:
    return make_database(cluster, f"notifications_{worker_id}", MODELS)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notifications() -> Notifications:
    return Notifications({"media.stored": ["render_media"]})


@pytest.fixture
def database(engine_url: str, clock: Clock, notifications: Notifications) -> Iterator[Database]:
    clear(engine_url, MODELS)
    made = open_database(engine_url, clock, [INBOX_ITEM], notifications.observe)
    yield made
    made.dispose()


@pytest.fixture
def call(database: Database, cluster: RunningCluster, worker_id: str) -> Caller:
    settings = settings_for(cluster.urls(f"notifications_{worker_id}"), "", cluster.directory / worker_id)
    return caller_of(database, settings, inbox, preferences, dead_letters)


@pytest.fixture
def person() -> Actor:
    return Actor(id=new_id(), name="", roles=frozenset({Role.CITIZEN}))


@pytest.fixture
def administrator() -> Actor:
    """The region's system administrator."""
    return Actor(id=new_id(), name="", grants=(Grant(Role.SYS_ADMIN, new_id(), "150000"),))


@pytest.fixture
def stranger() -> Actor:
    return Actor(id=new_id(), name="", roles=frozenset({Role.CITIZEN}))
