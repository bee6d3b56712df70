"""A phone drains ten thousand acts and two thousand photos while four others of the same brigade go on with their work."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
import pytest

from accounts.actor import Role
from accounts.demo import accounts
from device.transport import HttpTransport
from operations.backups.cluster import running_socket, superuser_url
from operations.bench.figures import Figure, span
from operations.bench.phones import Phone
from operations.run import ROOT
from tests.operations.product import free_port, running
from tests.people import HOME

MUTATIONS, PHOTOS = 10_000, 2_000
CYCLES_A_SECOND = 2  # of each of the four: one report pushed, and everything pulled that is new
FIRST_IDLE_SECONDS, DRAIN_SECONDS, IDLE_SECONDS, SETTLE_SECONDS = 15.0, 6.0, 2.0, 0.5
LONGEST_SECONDS = 1200.0
MOST_TIMES_SLOWER = 2
PHONE_MB, SERVER_MB = 32, 64  # that a process may grow


@dataclass
class Others:
    """Four phones at a steady pace, each in a thread; what is under way in a named window counts for it."""

    url: str
    ways: list[dict[str, Any]]
    window: str | None = None
    seconds: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)

    def during(self, window: str, seconds: float) -> None:
        """Count for this window, after a moment in which the last one fades away."""
        self.finished.wait(SETTLE_SECONDS)
        self.window = window
        self.finished.wait(seconds)
        self.window = None

    def p95(self, kind: str, window: str) -> float:
        """Seconds."""
        return Figure("", latencies=self.seconds[kind, window]).p95

    def work(self, number: int, ready: threading.Barrier) -> None:
        try:
            phone = Phone(self.url, self.ways[number])
            with closing(cast(HttpTransport, phone.device.transport)), closing(phone._connection):
                for _ in phone.bootstrap(Figure("")):
                    pass
                ready.wait(60)
                due = time.monotonic() + number / CYCLES_A_SECOND / len(self.ways)
                while not self.finished.wait(max(due - time.monotonic(), 0)):
                    due = max(due + 1 / CYCLES_A_SECOND, time.monotonic())
                    self._cycle(phone)
        except Exception as error:  # noqa: BLE001 - whatever ends a thread has to be seen by the test
            self.failures.append(repr(error))

    def _cycle(self, phone: Phone) -> None:
        body, headers = phone.sealed_push(1)
        self._timed("push", lambda figure: phone.push(figure, body, headers, 1))
        more = True
        while more:
            _, end = self._timed("pull", lambda figure: phone.pull(figure, phone.cursor))
            phone.cursor, more = end["cursor"], end["more"]

    def _timed(self, kind: str, ask: Callable[[Figure], Any]) -> Any:
        window, figure = self.window, Figure("")
        answer = ask(figure)
        if window is not None and window == self.window:
            self.seconds[kind, window] += figure.latencies
        return answer


@contextmanager
def at_work(url: str, ways: list[dict[str, Any]]) -> Iterator[Others]:
    """From when all have signed in and taken all there is, until the end."""
    others, ready = Others(url, ways), threading.Barrier(len(ways) + 1)
    threads = [threading.Thread(target=others.work, args=(number, ready)) for number in range(len(ways))]
    for thread in threads:
        thread.start()
    try:
        ready.wait(60)
        yield others
    finally:
        others.finished.set()
        for thread in threads:
            thread.join(60)


@contextmanager
def drainer(url: str, file: Path, way: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The phone that comes back, with everything saved and nothing sent yet."""
    command = [sys.executable, "-m", "tests.sync.drainer", url, str(file), str(MUTATIONS), str(PHOTOS)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as phone:
        try:
            say(phone, json.dumps(way))
            assert phone.stdout is not None
            assert phone.stdout.readline() == "saved\n"
            yield phone
        finally:
            phone.kill()


def say(phone: subprocess.Popen[str], line: str) -> None:
    assert phone.stdin is not None
    phone.stdin.write(f"{line}\n")
    phone.stdin.flush()


def drain(phone: subprocess.Popen[str], others: Others) -> float:
    """Until that phone has nothing left, held still now and then; the seconds in which it was not."""
    began, held = time.monotonic(), 0.0
    while True:
        others.during("drain", DRAIN_SECONDS)
        if phone.poll() is not None:
            return time.monotonic() - began - held
        assert time.monotonic() - began < LONGEST_SECONDS
        phone.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        others.during("idle", IDLE_SECONDS)
        phone.send_signal(signal.SIGCONT)
        held += time.monotonic() - since


def web_peaks_mb(var: Path) -> list[int]:
    """The most that each process that answers ever held in memory."""
    pid = int((var / "run" / "web.pid").read_text(encoding="ascii").split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    status = [Path(f"/proc/{child}/status").read_text(encoding="utf-8") for child in children]
    return [int(text.partition("VmHWM:")[2].split()[0]) // 1024 for text in status]


@dataclass(frozen=True)
class Arrived:
    """What the server has of a person: the subjects of his acts and of their effects, and his photos with their SHA-256."""

    acts: list[str]
    effects: list[str]
    photos: dict[str, str]

    @classmethod
    def of(cls, var: Path, user_id: str) -> Arrived:
        """Read from the tables."""
        with psycopg.connect(superuser_url(cast(Path, running_socket(var / "postgres")))) as connection:

            def rows(statement: LiteralString) -> list[Any]:
                return connection.execute(statement, [user_id]).fetchall()

            return cls(
                acts=[row[0] for row in rows("SELECT entity_id::text FROM sync_mutation JOIN sync_queue q ON q.id = queue_id"
                                             " WHERE q.owner_id = %s AND outcome = 'applied'")],
                effects=[row[0] for row in rows("SELECT entity_id::text FROM event WHERE actor_id = %s"
                                                " AND name = 'hazard.submitted'")],
                photos=dict(rows("SELECT id::text, encode(sha256, 'hex') FROM media WHERE owner_id = %s"
                                 " AND state IN ('stored', 'ready')")),
            )  # fmt: skip


@pytest.mark.deep
def test_a_phone_with_ten_thousand_acts_and_two_thousand_photos_drains_and_four_others_hardly_notice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Idle is measured before, and again and again while that phone is held still: the machine may have other work too."""
    var, file, port = tmp_path / "var", tmp_path / "phone.sqlite", free_port()
    roles = (Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.FIREFIGHTER)
    mine, *theirs = [who.way_in() for role in roles for who in accounts() if (who.role, who.region_code) == (role, HOME)]
    with running(var, port), drainer(f"http://127.0.0.1:{port}", file, mine) as phone:
        with at_work(f"http://127.0.0.1:{port}", theirs[:4]) as others:
            others.during("idle", FIRST_IDLE_SECONDS)
            web_mb = web_peaks_mb(var)
            say(phone, "drain")
            seconds = drain(phone, others)
        grown_mb = [after - before for before, after in zip(web_mb, web_peaks_mb(var), strict=True)]
        told = json.loads(Path(f"{file}.told").read_text(encoding="utf-8"))
        arrived = Arrived.of(var, told["user"])
    slower = {kind: others.p95(kind, "drain") / others.p95(kind, "idle") for kind in ("push", "pull")}
    p95s = [f"{kind} {span(others.p95(kind, 'idle'))} idle, {span(others.p95(kind, 'drain'))}" for kind in slower]
    record_property(
        "figures",
        f"{MUTATIONS} acts and {PHOTOS} photos drained in {seconds:.0f} s; p95 of four others: {'; '.join(p95s)};"
        f" the phone held {told['peak_mb']} MB at most, {told['before_mb']} before; web processes grew by {grown_mb} MB",
    )
    assert (told["outcomes"], told["still_waiting"]) == ({"applied": MUTATIONS}, 0)
    assert sorted(arrived.acts) == sorted(arrived.effects) == sorted(told["hazards"])
    assert arrived.photos == told["photos"]
    assert told["peak_mb"] - told["before_mb"] < PHONE_MB
    assert max(grown_mb) < SERVER_MB
    assert others.failures == []
    assert max(slower.values()) <= MOST_TIMES_SLOWER, slower
