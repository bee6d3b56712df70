"""The product in the process of a test worker: assembled once, and again only when its database was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import assemble, create_app
from api.context import Parts
from database.journal import Event
from media.pool import RenderPool
from media.rendering import Renderer
from notifications.delivery import work_outbox
from settings import Settings
from tests.answers import Answers
from tests.clock import Clock
from timetable import tasks_of


@dataclass(frozen=True)
class _Made:
    parts: Parts
    app: Flask
    answers: Answers
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

    @property
    def answers(self) -> Answers:
        """What the application answers, compared with its document."""
        return self._current().answers

    def _current(self) -> _Made:
        """What the parts remember of a database that was dropped since (ids of scopes) would be wrong in the new one."""
        if self._made is not None and _oid(self._made.parts) == self._made.database_oid:
            return self._made
        self.dispose()
        parts = assemble(self.settings, clock=self.clock)
        if self._made is None:
            app = create_app(self.settings, parts)
            self._made = _Made(parts, app, Answers(app), _oid(parts))
        else:  # the routes remember nothing, and describing them takes longer than most tests
            self._made.app.extensions["fire"] = parts
            self._made = replace(self._made, parts=parts, database_oid=_oid(parts))
        return self._made

    def dispose(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.parts.database.dispose()


def _oid(parts: Parts) -> int:
    """What tells this database from an earlier one of the same name."""
    with parts.database.engine.connect() as connection:
        return int(connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one())


@contextmanager
def undone(parts: Parts) -> Iterator[None]:
    """Within, every transaction does all that it would do, numbering of the feed included, and is then rolled back.

    So one case in one state serves any number of questions of the kind "what would happen if".
    """
    database = parts.database

    def pretend(session: Session) -> None:
        database.settle(session)
        for observer in database._before_commit:
            observer(session)
        session.flush()
        session.rollback()

    with patch.object(database, "commit", pretend):
        yield


def work_off(parts: Parts) -> None:
    """Do now what the worker would do after the commits: photos, tasks of the outbox."""
    pool = RenderPool(parts.settings.max_photo_pixels, size=1)
    renderer = Renderer(parts.storage, parts.ring, pool, parts.media_rules)

    def render(session: Session, event: Event) -> None:
        renderer.render_media(session, event.entity_id)

    tasks = {**tasks_of(parts), "render_media": render}
    try:
        while work_outbox(parts.database, tasks, limit=1000, seconds=60).more:  # other tests of this database left some too
            pass
    finally:
        pool.close()
