"""What every test may ask for: a real PostgreSQL and broker of its own worker, and settings that point at them."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

import accounts.passwords
from operations.valkey import Valkey
from settings import Settings
from tests.clock import Clock
from tests.servers import ClusterOfThisRun, DatabaseUrls, RunningCluster, settings_for

if TYPE_CHECKING:  # the tests of `operations` need none of the product
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from api.context import Parts
    from tests.application import Application

MEMORY, ROOM_BYTES = Path("/dev/shm"), 8 * 2**30  # noqa: S108 - what is made there has a directory of its own
gc.set_threshold(100_000, 50, 50)  # what tests load is large and stays: to look through it often takes a quarter of their time
CLUSTER = pytest.StashKey[ClusterOfThisRun]()


def work_in_memory() -> None:
    """Databases and products of tests live in memory where there is room: one is copied there 15 times as fast as on a disk.

    Whoever sets TMPDIR wants another place.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # what was found before


def pytest_configure(config: pytest.Config) -> None:
    """Forget any PostgreSQL that the machine has of its own: libpq would fill gaps in our addresses from these."""
    work_in_memory()
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    config.stash[CLUSTER] = ClusterOfThisRun()
    accounts.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # tests sign in thousands of times


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Before pytest-xdist starts a worker: tell it where the cluster is."""
    cluster = node.config.stash[CLUSTER].start()
    node.workerinput["cluster"] = [str(cluster.directory), str(cluster.socket_dir)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the cluster ends it; a worker started none."""
    config.stash[CLUSTER].stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests counted: `record_property("figures", text)`, from any worker."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    texts = [str(value) for report in reports for name, value in getattr(report, "user_properties", ()) if name == "figures"]
    if texts:
        terminalreporter.section("figures")
        for text in dict.fromkeys(texts):
            terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> RunningCluster:
    """The cluster of this run, without a database of our own yet."""
    told: list[str] | None = getattr(request.config, "workerinput", {}).get("cluster")
    if told is not None:
        return RunningCluster(Path(told[0]), Path(told[1]))
    return request.config.stash[CLUSTER].start()


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    """Each worker has one database, under the same name from the first test to the last."""
    return f"fire_{worker_id}"


@pytest.fixture(scope="session")
def postgres_url(cluster: RunningCluster, database_name: str) -> DatabaseUrls:
    """This worker's database, migrated and seeded; what one test leaves there, the next one finds."""
    cluster.recreate(database_name)
    return cluster.urls(database_name)


@pytest.fixture
def fresh_database(cluster: RunningCluster, database_name: str, postgres_url: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """The same address, made anew for this test, and again for those after it: only what the seed wrote is there."""
    cluster.recreate(database_name)
    yield postgres_url
    cluster.recreate(database_name)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """This worker's own broker. A test may kill it, if it starts it again."""
    with Valkey(tmp_path_factory.mktemp("valkey") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def settings(cluster: RunningCluster, postgres_url: DatabaseUrls, valkey: Valkey, worker_id: str) -> Settings:
    """Settings of this worker's servers, in demo mode."""
    return settings_for(postgres_url, valkey.url, cluster.directory / worker_id)


# ---- The application: real, in this process, on this worker's database. ----
# Tests share that database and make people and cases of their own in it (tests/people.py, tests/makers.py), which costs
# nothing. A test that changes what all share, or counts all rows, asks for `fresh_database` too (0.15 s).


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[Application]:
    """The one application of this worker; for the fixtures below."""
    from tests.application import Application

    made = Application(settings)
    yield made
    made.dispose()


@pytest.fixture
def parts(application: Application, request: pytest.FixtureRequest) -> Parts:
    """Catalog, database, keys, storage: what `api.app.assemble` makes, on the clock of the test."""
    if "fresh_database" in request.fixturenames:  # before anything is read from the old one
        request.getfixturevalue("fresh_database")
    return application.parts


@pytest.fixture
def clock(application: Application) -> Iterator[Clock]:
    """What the application takes for the time: `clock.now`, `clock.advance(hours=25)`. It starts anew in each test."""
    application.clock.restart()
    yield application.clock
    application.clock.restart()


@pytest.fixture
def app(application: Application, parts: Parts) -> Iterator[Flask]:
    """The WSGI application, as `wsgi.py` makes it. Whatever it answers in the test has to fit its own document."""
    answers = application.answers
    answers.misfits.clear()
    yield application.app
    assert answers.misfits == []


@pytest.fixture
def client(app: Flask, clock: Clock) -> FlaskClient:
    """Flask's test client. `tests/people.py` signs people in through it."""
    return app.test_client()


@pytest.fixture
def session(parts: Parts, clock: Clock) -> Iterator[Session]:
    """A transaction for commands and queries, rolled back afterwards: nobody else sees what it did.

    `parts.database.settle(session)` runs what follows from it (reactions, inbox, feed lines), as each commit would. What
    must be committed goes through `with parts.database.transaction() as session:`.
    """
    opened = parts.database.open()
    try:
        yield opened
    finally:
        opened.rollback()
        opened.close()
