"""The product in the process of a test worker: assembled once, and again only when its database was made anew."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import text

from api.app import assemble, create_app
from api.context import Parts
from settings import Settings
from tests.clock import Clock


@dataclass(frozen=True)
class _Made:
    parts: Parts
    app: Flask
    database_oid: int


class Application:
    """The parts and the WSGI application over them, on a clock of the tests."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self._made: _Made | None = None

    @property
    def parts(self) -> Parts:
        """What `assemble` makes. The broker is not woken: outboxes wait until a test works them off."""
        return self._current().parts

    @property
    def app(self) -> Flask:
        """The WSGI application over these parts."""
        return self._current().app

    def _current(self) -> _Made:
        """What the parts remember of a database that was dropped since (ids of scopes) would be wrong in the new one."""
        if self._made is not None and _oid(self._made.parts) == self._made.database_oid:
            return self._made
        self.dispose()
        parts = assemble(self.settings, clock=self.clock)
        self._made = _Made(parts, create_app(self.settings, parts), _oid(parts))
        return self._made

    def dispose(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.parts.database.dispose()


def _oid(parts: Parts) -> int:
    """What tells this database from an earlier one of the same name."""
    with parts.database.engine.connect() as connection:
        return int(connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one())
