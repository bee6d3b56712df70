"""Stopping transactions at named points, so that an interleaving is what the test says and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.session import Database

PATIENCE_SECONDS = 20


class Stops:
    """`stops.at("numbered")` in the program waits if `stops.hold("writer", "numbered")` was asked for that thread."""

    def __init__(self) -> None:
        self._reached: dict[tuple[str, str], threading.Event] = {}
        self._go_on: dict[tuple[str, str], threading.Event] = {}

    def hold(self, who: str, where: str) -> None:
        """This thread is to stop there."""
        self._reached[who, where] = threading.Event()
        self._go_on[who, where] = threading.Event()

    def at(self, where: str) -> None:
        """A named point of the program."""
        key = (threading.current_thread().name, where)
        if key in self._reached:
            self._reached[key].set()
            assert self._go_on[key].wait(PATIENCE_SECONDS), f"{key} was never released"

    def observer(self, where: str) -> Callable[[Session], None]:
        """The point as an observer of the database."""

        def stop(_: Session) -> None:
            self.at(where)

        return stop

    def wait_for(self, who: str, where: str) -> None:
        """Until that thread stands there."""
        assert self._reached[who, where].wait(PATIENCE_SECONDS), f"{who} never came to {where}"

    def release(self, who: str, where: str) -> None:
        """Let it go on."""
        self._go_on[who, where].set()


class Runner(threading.Thread):
    """A thread whose failure is the test's."""

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self.error = error

    def done(self) -> Any:
        """Wait for the end; its result."""
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive(), f"{self.name} hangs"
        if self.error is not None:
            raise self.error
        return self.result


def wait_until_blocked(database: Database, count: int = 1) -> None:
    """Until that many connections of this database wait for a lock."""
    statement = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    for _ in range(200_000):
        with database.engine.connect() as connection:
            if connection.execute(statement).scalar_one() >= count:
                return
    raise AssertionError("nobody waits")
