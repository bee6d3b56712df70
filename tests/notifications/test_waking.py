"""The broker may be away: no request waits for it or fails, and a worker that has gone deaf is noticed."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from notifications.waking import Wake, Watchdog

WORK: Any = SimpleNamespace(info={"outbox_queued": 1})
NO_WORK: Any = SimpleNamespace(info={})


class Broker:
    """Counts pokes; lets one through at a time, and can be away."""

    def __init__(self) -> None:
        self.pokes = 0
        self.is_away = False
        self.poked = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)

    def poke(self) -> None:
        self.pokes += 1
        self.poked.release()
        if self.is_away:
            raise ConnectionError
        self.gate.acquire(timeout=10)


def test_many_commits_make_few_pokes_and_none_waits() -> None:
    broker = Broker()
    wake = Wake(broker.poke, pause_seconds=0, rest_seconds=0)
    wake(WORK)
    assert broker.poked.acquire(timeout=10)
    for _ in range(1000):  # the thread is held in its first poke; nobody waits for it
        wake(WORK)
    broker.gate.release()
    assert broker.poked.acquire(timeout=10)
    broker.gate.release()
    assert broker.pokes == 2


def test_a_commit_without_work_for_the_worker_pokes_nobody() -> None:
    broker = Broker()
    Wake(broker.poke)(NO_WORK)
    assert broker.pokes == 0


def test_a_broker_that_is_away_is_left_alone_for_a_while_and_tried_again() -> None:
    broker = Broker()
    broker.is_away = True
    wake = Wake(broker.poke, pause_seconds=0, rest_seconds=0.2)
    wake(WORK)
    assert broker.poked.acquire(timeout=10)
    wake(WORK)
    assert not broker.poked.acquire(timeout=0.05)
    assert broker.poked.acquire(timeout=10)
    assert broker.pokes == 2


class Worker:
    """What the watchdog sees of a worker and its broker."""

    def __init__(self) -> None:
        self.canaries = 0
        self.is_busy = False
        self.broker_is_away = False
        self.watchdog = Watchdog(self._send, lambda: self.is_busy, patience_seconds=60)

    def _send(self) -> None:
        if self.broker_is_away:
            raise ConnectionError
        self.canaries += 1


def test_a_worker_that_hears_lives() -> None:
    worker = Worker()
    for second in range(0, 600, 20):
        assert not worker.watchdog.is_deaf(second)
        worker.watchdog.heard()
    assert worker.canaries == 30


def test_a_worker_that_hears_nothing_for_a_minute_is_deaf() -> None:
    worker = Worker()
    verdicts = [worker.watchdog.is_deaf(second) for second in range(0, 80, 20)]
    assert verdicts == [False, False, False, True]


def test_nothing_arrives_while_the_broker_is_away_and_nobody_is_blamed() -> None:
    worker = Worker()
    assert not worker.watchdog.is_deaf(0)
    worker.broker_is_away = True
    assert not any(worker.watchdog.is_deaf(second) for second in range(20, 600, 20))
    worker.broker_is_away = False
    assert [worker.watchdog.is_deaf(second) for second in (600, 620, 660)] == [False, False, True]


def test_a_busy_worker_is_not_deaf() -> None:
    worker = Worker()
    worker.is_busy = True
    assert not any(worker.watchdog.is_deaf(second) for second in range(0, 600, 20))
    assert worker.canaries == 0
