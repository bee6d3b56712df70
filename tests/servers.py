"""The PostgreSQL of a test run: one cluster for all workers, one migrated template, a database for each worker."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from operations.databases import APP_ROLE, OWNER_ROLE, address, create_database, drop_database
from operations.keys import ensure_key_file
from operations.postgres import Postgres
from settings import Settings
from tests.clock import SEEDED_AT

TEMPLATE = "fire_template"


@dataclass(frozen=True)
class DatabaseUrls:
    """One database as its two roles see it."""

    owner: str
    app: str


@dataclass(frozen=True)
class RunningCluster:
    """What a worker must know of the cluster that the controlling process runs."""

    directory: Path
    socket_dir: Path

    def urls(self, database: str) -> DatabaseUrls:
        """Addresses of a database of this cluster."""
        return DatabaseUrls(address(self.socket_dir, OWNER_ROLE, database), address(self.socket_dir, APP_ROLE, database))

    def recreate(self, database: str) -> None:
        """Drop the database with the sessions in it, and copy it anew from the migrated and seeded template (0.1 s).

        Engines with `pool_pre_ping` notice and connect again.
        """
        self._ensure_template()
        drop_database(self.socket_dir, database)
        # A template must have no sessions while it is copied, and two copies at once would count as such.
        with self._turn("copy"):
            create_database(self.socket_dir, database, template=TEMPLATE)

    def _ensure_template(self) -> None:
        ready = self.directory / "template.ready"
        if ready.exists():
            return
        with self._turn("template"):
            if ready.exists():  # another worker made it while we waited
                return
            drop_database(self.socket_dir, TEMPLATE)
            create_database(self.socket_dir, TEMPLATE)
            _migrate_and_seed(settings_for(self.urls(TEMPLATE), "redis://127.0.0.1:1/0", self.directory / "template"))
            ready.touch()

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        with (self.directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ClusterOfThisRun:
    """Owned by the process that controls the run; started when first needed, removed at its end."""

    def __init__(self) -> None:
        self._running: tuple[Postgres, RunningCluster] | None = None

    def start(self) -> RunningCluster:
        """Start the cluster, or answer with the one that runs."""
        if self._running is None:
            directory = Path(tempfile.mkdtemp(prefix="fire-tests-"))
            ensure_key_file(directory / "keys.json")
            postgres = Postgres(directory / "postgres", durable=False)
            postgres.start()
            self._running = postgres, RunningCluster(directory, postgres.socket_dir)
        return self._running[1]

    def stop(self) -> None:
        """End the server and remove its data."""
        if self._running is not None:
            postgres, cluster = self._running
            postgres.stop()
            shutil.rmtree(cluster.directory, ignore_errors=True)
            self._running = None


def settings_for(urls: DatabaseUrls, broker_url: str, directory: Path) -> Settings:
    """Settings of a test. All databases of a run share one key file: the seed in the template is sealed with it.

    How much fits into a chunk of a push is counted, not timed: on a busy machine too a test sees what it saw on a quiet one.
    """
    return Settings(
        database_url=urls.app,
        database_owner_url=urls.owner,
        broker_url=broker_url,
        media_dir=directory / "media",
        key_file=directory.parent / "keys.json",
        public_url="http://127.0.0.1:8000",
        demo=True,
        webhook_hosts=frozenset({"partner.example"}),
        push_chunk_seconds=600.0,
    )


def _migrate_and_seed(settings: Settings) -> None:
    # Here, not above: the controlling process and the tests of these files need none of the product.
    import operations.migrate
    import operations.seed

    operations.migrate.main(settings)
    operations.seed.main(settings, clock=lambda: SEEDED_AT)
