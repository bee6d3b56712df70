"""What every test may ask for: a real PostgreSQL and broker of its own worker, and settings that point at them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.valkey import Valkey
from settings import Settings
from tests.servers import ClusterOfThisRun, DatabaseUrls, RunningCluster, settings_for

CLUSTER = pytest.StashKey[ClusterOfThisRun]()


def pytest_configure(config: pytest.Config) -> None:
    """Forget any PostgreSQL that the machine has of its own: libpq would fill gaps in our addresses from these."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    config.stash[CLUSTER] = ClusterOfThisRun()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Before pytest-xdist starts a worker: tell it where the cluster is."""
    cluster = node.config.stash[CLUSTER].start()
    node.workerinput["cluster"] = [str(cluster.directory), str(cluster.socket_dir)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the cluster ends it; a worker started none."""
    config.stash[CLUSTER].stop()


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
def fresh_database(cluster: RunningCluster, database_name: str, postgres_url: DatabaseUrls) -> DatabaseUrls:
    """The same address, made anew for this test: only what the seed wrote is there."""
    cluster.recreate(database_name)
    return postgres_url


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """This worker's own broker. A test may kill it, if it starts it again."""
    with Valkey(tmp_path_factory.mktemp("valkey") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def settings(cluster: RunningCluster, postgres_url: DatabaseUrls, valkey: Valkey, worker_id: str) -> Settings:
    """Settings of this worker's servers, in demo mode."""
    return settings_for(postgres_url, valkey.url, cluster.directory / worker_id)


# ---- The application: `app`, `client` and `session` belong here. ----
