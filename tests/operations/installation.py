"""An installation as `make run` makes it, with the application in the test's process, for the tests of backups."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

import operations.migrate
import operations.seed
from api.app import assemble, create_app
from api.context import Parts
from device.client import Device
from media.storage import DirectoryStorage
from operations.backups.cluster import superuser_url
from operations.databases import APP_ROLE, OWNER_ROLE
from operations.postgres import Postgres
from settings import Settings
from tests.application import work_off
from tests.clock import SEEDED_AT, Clock
from tests.makers import report
from tests.media.makers import telling_photo
from tests.people import Caller, guest
from tests.wsgi import WsgiTransport


class Line:
    """Leads to whichever application answers now."""

    def __init__(self) -> None:
        self.app: Any = None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        return WsgiTransport(self.app.wsgi_app).send(method, path, headers, body)


@dataclass
class Installation:
    """`var/` with its server; `serving` is the product while it runs."""

    var: Path
    clock: Clock
    line: Line

    @property
    def data_dir(self) -> Path:
        return self.var / "postgres"

    @property
    def environment(self) -> dict[str, str]:
        return {"VAR_DIR": str(self.var)}

    def settings(self, server: Postgres) -> Settings:
        return Settings(
            database_url=server.url(APP_ROLE), database_owner_url=server.url(OWNER_ROLE), broker_url="redis://127.0.0.1:1/0",
            media_dir=self.var / "media", key_file=self.var / "keys.json", public_url="http://127.0.0.1:8000", demo=True,
        )  # fmt: skip

    @contextmanager
    def serving(self) -> Iterator[Parts]:
        """Server and application, as one process would have them."""
        with Postgres(self.data_dir, log_path=self.var / "log" / "database.log") as server:
            parts = assemble(self.settings(server), self.clock)
            self.line.app = create_app(parts.settings, parts)
            try:
                yield parts
            finally:
                self.line.app = None
                parts.database.dispose()

    def device(self, phone: str = "", **way: str) -> Device:
        """A citizen's phone, signed in; or somebody's who has another way in."""
        device = Device(self.line, None, self.clock)
        device.sign_in(**(way or {"phone": phone, "code": "000000"}))
        device.register()
        return device

    def photographed(self, parts: Parts) -> Caller:
        """Somebody who has sent a photo; it is stored, and shown."""
        client = self.line.app.test_client()
        caller = guest(client)
        media_id = report(client)["id"]
        assert caller.put_bytes(f"/media/{media_id}/content", telling_photo()).status_code == 201
        work_off(parts)
        return caller

    def objects(self) -> int:
        return len(list(DirectoryStorage(self.var / "media").objects()))

    def ask(self, question: str, *arguments: Any) -> Any:
        """One value of the running database, as its superuser."""
        with psycopg.connect(superuser_url(self.data_dir)) as connection:
            row = connection.execute(question, arguments).fetchone()
        return row[0] if row else None


def install(var: Path, key_file: Path, clock: Clock) -> Installation:
    """Migrated and seeded, and stopped."""
    made = Installation(var, clock, Line())
    (var / "log").mkdir(parents=True)
    shutil.copy(key_file, var / "keys.json")  # the ring of sealed columns is one for the process, and so for all its tests
    with Postgres(var / "postgres", log_path=var / "log" / "database.log") as server:
        operations.migrate.main(made.settings(server))
        operations.seed.main(made.settings(server), lambda: SEEDED_AT)
    return made


def snap(device: Device, count: int = 1) -> list[str]:
    """Reports in the outbox of a device; their ids."""
    ids = []
    for _ in range(count):
        body = report(None, description="灭火器过期")  # type: ignore[arg-type]
        hazard_id = body.pop("id")
        device.mutate("hazard.submit", hazard_id, body)
        ids.append(hazard_id)
    return ids
