"""`kill -9` in the middle of the demo, again and again: nothing that the client read as done is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from device.transport import Answer, HttpTransport
from operations.demo.stories import run
from operations.demo.verify import verify
from operations.processes import started_ticks, wait_until
from tests.operations.product import free_port, running

KILLS = 40
SEED = 20261125
VICTIMS = ("web", "worker", "broker", "database")
PATIENCE_SECONDS = 120.0  # a part that ended often is started again after a longer and longer pause


class Killer:
    """Ends a part at moments that a seed decides: so many answers after the last time, and so many milliseconds more."""

    def __init__(self, var: Path, rng: random.Random, kills: int) -> None:
        self.done: Counter[str] = Counter()
        self._var = var
        self._rng = rng
        self._victims = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
        rng.shuffle(self._victims)
        self._answers_until = self._next()
        self._lock = threading.Lock()
        self._under_way: list[threading.Timer] = []  # a part that was just killed is killed again once it runs again

    def _next(self) -> int:
        return self._rng.randint(10, 110)

    @property
    def is_done(self) -> bool:
        """True if everybody was killed: until then there are more passes, for a kill that waits for its victim to come back."""
        return not self._victims and not any(kill.is_alive() for kill in self._under_way)

    def heard(self) -> None:
        """Another request is about to be sent."""
        with self._lock:
            self._answers_until -= 1
            if self._answers_until > 0 or not self._victims:
                return
            self._answers_until = self._next()
            victim, delay = self._victims.pop(), self._rng.uniform(0, 0.03)
            whole = self._rng.random() < 0.5
        kill = threading.Timer(delay, self._kill, [victim, whole])
        self._under_way.append(kill)
        kill.start()

    def _kill(self, part: str, whole: bool) -> None:  # noqa: FBT001 - see below
        """The part's main process, or one of its children alone; whoever watches over them starts it again."""
        pid = self._pid_of(part)
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
        os.kill(pid if whole or not children else self._rng.choice(children), signal.SIGKILL)
        self.done[part] += 1

    def _pid_of(self, part: str) -> int:
        """Of the running one; a part that is just being started again has none for a moment."""
        path = self._var / "run" / f"{part}.pid"
        assert wait_until(lambda: self._is_running(path), PATIENCE_SECONDS)
        return int(path.read_text(encoding="ascii").split()[0])

    @staticmethod
    def _is_running(path: Path) -> bool:
        pid, ticks = path.read_text(encoding="ascii").split()
        return started_ticks(int(pid)) == ticks


class Endangered:
    """A line to a server that may be killed while it answers."""

    def __init__(self, inner: HttpTransport, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self._killer.heard()
        return self._inner.send(method, path, headers, body)


@pytest.mark.deep
def test_nothing_acknowledged_is_lost_or_doubled_though_any_part_may_be_killed_at_any_moment(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rng = random.Random(SEED)
    began, told, acknowledged = time.monotonic(), 0, 0
    with ExitStack() as opened, running(tmp_path / "var", port):

        def line(url: str) -> HttpTransport:
            return opened.enter_context(closing(HttpTransport(url)))

        killer = Killer(tmp_path / "var", rng, KILLS)
        ledgers = []
        while not killer.is_done:
            ledger = run(
                url, rng.randrange(10**6), lambda url: Endangered(line(url), killer),
                patience_seconds=PATIENCE_SECONDS, wait_seconds=PATIENCE_SECONDS,
            )  # fmt: skip
            assert [outcome.failure for outcome in ledger.failures] == []
            ledgers.append(ledger)
            told += len(ledger.outcomes)
            acknowledged += len(ledger.writes) + len(ledger.pushed) + len(ledger.stored)
        for ledger in ledgers:
            assert verify(url, ledger, line, patience_seconds=PATIENCE_SECONDS) == []
    assert sum(killer.done.values()) == KILLS
    record_property(
        "figures",
        f"kill -9 of {dict(killer.done)} over {len(ledgers)} passes of the demo ({told} stories, {acknowledged} acknowledged"
        f" writes, mutations and photos), seed {SEED}, {time.monotonic() - began:.0f} s: nothing lost, nothing doubled",
    )
