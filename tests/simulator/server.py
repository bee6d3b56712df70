"""The real application on a database of its own: it restarts, loses power at named points, goes back in time, is replaced."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar
from unittest.mock import patch

from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from api.app import assemble, create_app
from api.context import Parts
from database.base import Json, new_id
from device.transport import Answer
from operations.databases import create_database, drop_database
from settings import Settings
from sync.replay import replay_parked
from tests.clock import Clock
from tests.servers import RunningCluster, settings_for
from tests.simulator import worker
from tests.simulator.network import PowerCut, Request
from tests.simulator.releases import PRESENT, Release
from tests.wsgi import WsgiTransport

_engines: dict[str, Engine] = {}


def _engine(url: str, **options: Any) -> Engine:
    """One for each address: its connections end with each process, and the statements that it compiled remember nothing."""
    if url not in _engines:
        _engines[url] = create_engine(url, **options)
    return _engines[url]


class SimulatedServer:
    """One database, and the processes that serve it: one of each release, which take turns at answering."""

    _app: ClassVar[Flask | None] = None

    def __init__(self, cluster: RunningCluster, name: str, template: str, directory: str, clock: Clock) -> None:
        self.crash: str | None = None
        self._releases: tuple[Release, ...] = (PRESENT,)
        self._answered = 0
        self.clock = clock
        self._cluster, self._name = cluster, name
        urls = cluster.urls(name)
        made = settings_for(urls, "redis://127.0.0.1:1/0", cluster.directory / directory)
        self._settings: Settings = replace(made, proxy_hops=1, **worker.SMALL_SETTINGS)
        self._copy(template, name)
        self._start()

    def answer(self, request: Request) -> Answer:
        """One request, served to the end or to a power cut."""
        self._answered += 1
        app = self._routes(self._settings, self.parts)
        app.extensions["fire"] = self._processes[self._answered % len(self._processes)]
        return WsgiTransport(app.wsgi_app).send(request.method, request.path, request.headers, request.body)

    @classmethod
    @cache
    def document(cls) -> Json:
        """OpenAPI, as any release serves it."""
        assert cls._app is not None
        found: Json = json.loads(WsgiTransport(cls._app.wsgi_app).send("GET", "/api/v1/openapi.json", {}, b"").body)
        return found

    def restart(self) -> None:
        """The processes end and others serve the same database."""
        self.parts.database.dispose()
        self._start()

    def release(self, *releases: Release) -> None:
        """From now on these releases answer; the worker is of the last one."""
        self._releases = releases
        self.restart()

    @property
    def is_replaced(self) -> bool:
        """True once a process of the new release answers."""
        return self.parts.sync.versions.current > PRESENT.versions.current

    def work(self) -> None:
        """What the worker has to do."""
        worker.work(self.parts)

    def stop(self) -> None:
        """End it and drop the database."""
        self.parts.database.dispose()
        for name in (self._name, self._backup):
            drop_database(self._cluster.socket_dir, name)

    # ---- backup and restore ----

    @property
    def _backup(self) -> str:
        return f"{self._name}_backup"

    def back_up(self) -> None:
        """Keep the database as it is now, verified at once: devices may let go of what it holds."""
        self.parts.database.dispose()
        self._copy(self._name, self._backup)
        with self.parts.database.transaction() as session:
            session.execute(text("UPDATE sync_queue SET durable_seq = last_seq"))

    def restore(self) -> None:
        """The database is what it was at the last backup, and its history a new one."""
        self.parts.database.dispose()
        self._copy(self._backup, self._name)
        self._start()
        with self.parts.database.transaction() as session:
            session.execute(text("UPDATE sync_meta SET value = :epoch WHERE name = 'epoch'"), {"epoch": str(new_id())})

    def _copy(self, template: str, name: str) -> None:
        drop_database(self._cluster.socket_dir, name)
        with self._cluster._turn("copy"):
            create_database(self._cluster.socket_dir, name, template=template)

    # ---- looking inside ----

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """What a statement reads."""
        with self.parts.database.snapshot() as session:
            return list(session.execute(text(statement), values))

    # ---- the process ----

    def _start(self) -> None:
        self._processes: list[Parts] = [self._process(release) for release in self._releases]
        self.parts = self._processes[-1]
        self._routes(self._settings, self.parts).config["FIRE"] = self._settings
        replay_parked(self.parts.sync)  # as a worker does when it starts

    def _process(self, release: Release) -> Parts:
        with patch("database.session.create_engine", _engine):
            parts = assemble(self._settings, clock=self.clock)
        database = parts.database
        commit = database.commit

        def observed(session: Session) -> None:
            self._lose_power("before the commit")
            commit(session)
            self._lose_power("after the commit")

        database.commit = observed  # type: ignore[method-assign]
        database._before_commit = (*database._before_commit, lambda _: self._lose_power("heads taken"))
        return release.of(parts)

    @classmethod
    def _routes(cls, settings: Settings, parts: Parts) -> Flask:
        """The WSGI application, made once: it remembers nothing, and describing its operations takes longer than a seed."""
        if cls._app is None:
            cls._app = create_app(settings, parts)
        return cls._app

    def _lose_power(self, point: str) -> None:
        if self.crash == point:
            self.crash = None
            raise PowerCut(point)
