"""The broker only hurries the worker: how it is poked after a commit, and how a worker that has gone deaf is noticed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from notifications.observing import queued

log = structlog.get_logger()


class Wake:
    """After a commit that left work in the outbox: poke the worker, from a thread, so that no request waits or fails.

    At most one poke each `pause_seconds`; if the broker is away, none for `rest_seconds`: the timetable does the work then.
    """

    def __init__(self, poke: Callable[[], None], *, pause_seconds: float = 0.05, rest_seconds: float = 10.0) -> None:
        self._poke = poke
        self._pause_seconds = pause_seconds
        self._rest_seconds = rest_seconds
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._pid: int | None = None  # whose thread runs: a fork does not take threads along

    def __call__(self, session: Session) -> None:
        """The observer."""
        if queued(session):
            self.ask()

    def ask(self) -> None:
        """Have the worker poked soon. Returns at once, whatever the broker does."""
        self._wanted.set()
        if self._pid != os.getpid():
            with self._starting:
                if self._pid != os.getpid():
                    self._start()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="wake", daemon=True).start()
        except RuntimeError:  # no more threads, or the process is ending: the commit stands, the timetable does the work
            log.warning("the worker cannot be woken from here")
        else:
            self._pid = os.getpid()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._poke()
            except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the sweep follows anyway
                log.warning("broker is away; the timetable does the work", error=type(error).__name__)
                time.sleep(self._rest_seconds)
            time.sleep(self._pause_seconds)


class Watchdog:
    """Notices a worker that stopped consuming after a reset of its broker, as Celery's sometimes does.

    It sends canaries into the worker's own queue. Any task that arrives is a sign of life, and so is work under way. A
    canary that could be sent, did not arrive within `patience_seconds`, and still can be sent again, means a deaf worker.
    """

    def __init__(self, send_canary: Callable[[], None], is_busy: Callable[[], bool], *, patience_seconds: float = 60.0) -> None:
        self._send_canary = send_canary
        self._is_busy = is_busy
        self._patience_seconds = patience_seconds
        self._sent_at: float | None = None

    def heard(self) -> None:
        """A task has arrived."""
        self._sent_at = None

    def is_deaf(self, at_seconds: float) -> bool:
        """Ask now and then, with a steadily growing clock. True: end this process, so that it is started anew."""
        sent_at = self._sent_at
        if self._is_busy():
            self._sent_at = None
            return False
        if sent_at is not None and at_seconds - sent_at < self._patience_seconds:
            return False
        try:
            self._send_canary()
        except Exception as error:  # noqa: BLE001 - the broker is away: nothing can arrive, and nobody is to blame
            log.warning("broker is away", error=type(error).__name__)
            self._sent_at = None
            return False
        if sent_at is not None and self._sent_at is not None:
            return True
        self._sent_at = at_seconds
        return False
