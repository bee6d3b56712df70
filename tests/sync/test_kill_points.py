"""`kill -9` of the server at six hundred points of its work, one after the other: nothing acknowledged is lost or half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from device.client import Device
from device.exchange import new_id
from device.transport import HttpTransport, NoNetwork
from operations.processes import wait_until
from settings import Settings
from tests.operations.product import free_port
from tests.servers import DatabaseUrls

POINTS = 600
DEVICES = 4
REPORT = {
    "picture": "EXIT",
    "description": "安全出口被堵",
    "place": {"position": {"lon": 111.6856, "lat": 40.8455, "crs": "wgs84", "accuracy_m": 12, "source": "gps"}},
    "photos": [],
    "report_mode": "REAL_NAME",
}


class Server:
    """The process that forks servers, and the one that it forked last."""

    def __init__(self, settings: Settings, port: int) -> None:
        environment = {
            **os.environ, "DATABASE_URL": settings.database_url, "DATABASE_OWNER_URL": settings.database_owner_url,
            "BROKER_URL": settings.broker_url, "MEDIA_DIR": str(settings.media_dir), "KEY_FILE": str(settings.key_file),
            "DEMO": "1",
        }  # fmt: skip
        self.url = f"http://127.0.0.1:{port}"
        self._address = ("127.0.0.1", port)
        command = [sys.executable, "-m", "tests.sync.kill_server", str(port)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._said() == "ready"

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self, killed_at: int) -> int:
        """Its process id, once it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{killed_at}\n")
        self._process.stdin.flush()
        pid = int(self._said())
        assert wait_until(self._answers, 5), "ready again within five seconds, without a manual step"
        return pid

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.ConnectError:
            return False
        except httpx.TransportError:
            return True  # it was killed at this very answer

    def wait_until_it_ended(self) -> None:
        assert self._said() == "ended"

    def stop(self) -> None:
        with self._process:
            self._process.kill()


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    server = Server(settings, free_port())
    try:
        yield server
    finally:
        server.stop()


class Reporter:
    """Somebody who reports again and again, by push and over HTTP, and tries again what was not answered."""

    def __init__(self, url: str, number: int) -> None:
        self.transport = HttpTransport(url, timeout_seconds=10)
        self.device = Device(self.transport)
        self.device.sign_in(phone=f"1390000{number:04d}", code="000000")
        self.device.register()
        self.sent: list[str] = []  # reports of either door
        self._unanswered: tuple[str, str] | None = None  # id and key of a report over HTTP

    def work(self) -> None:
        """Until the server is gone."""
        try:
            while True:
                self.round()
        except NoNetwork:
            return

    def round(self, *, more: bool = True) -> None:
        if more:
            for _ in range(3):
                report_id = new_id()
                self.device.mutate("hazard.submit", report_id, REPORT)
                self.sent.append(report_id)
        for result in self.device.sync():
            assert result["outcome"] == "applied", result
        if self._unanswered is None and more:
            self._unanswered = new_id(), new_id()
            self.sent.append(self._unanswered[0])
        if self._unanswered is not None:
            report_id, key = self._unanswered
            answer = self.device.call("POST", "/hazards", {"id": report_id, **REPORT}, headers={"Idempotency-Key": key})
            assert answer["id"] == report_id
            self._unanswered = None

    def finish(self) -> None:
        """Nothing is left to be sent."""
        self.round(more=False)
        assert self.device.store.count_waiting() == 0


@pytest.mark.deep
def test_killed_at_any_point_the_server_loses_nothing_that_it_acknowledged_and_does_nothing_by_half(
    settings: Settings, fresh_database: DatabaseUrls, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    with serving(settings) as server, ExitStack() as stack:
        pid = server.start(0)
        # Each has a thread of his own from first to last, which his store belongs to.
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(DEVICES)]
        people = [thread.submit(Reporter, server.url, number).result(60) for number, thread in enumerate(threads)]
        os.kill(pid, signal.SIGKILL)
        server.wait_until_it_ended()
        for point in range(1, POINTS + 1):
            server.start(point)
            for ended in [thread.submit(person.work) for thread, person in zip(threads, people, strict=True)]:
                ended.result(60)
            server.wait_until_it_ended()
        server.start(0)
        for thread, person in zip(threads, people, strict=True):
            thread.submit(person.finish).result(60)
    sent = {report_id for person in people for report_id in person.sent}
    rows = stored(settings)
    assert {str(row.id) for row in rows} == sent
    for row in rows:
        facts = (row.events, row.tasks, row.clocks, row.lines, row.notices)
        assert facts == (1, 1, 1, 2, 1), f"{row.id}: {facts}"
    record_property("figures", f"{POINTS} kills, {len(sent)} reports, each once: {time.monotonic() - began:.0f} s")


def stored(settings: Settings) -> list[Any]:
    """Every report of the test with what belongs to it."""
    engine = create_engine(settings.database_owner_url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(_STORED))
    finally:
        engine.dispose()


_STORED = text(
    """
    SELECT h.id,
           (SELECT count(*) FROM event e WHERE e.entity_id = h.id AND e.name = 'hazard.submitted') AS events,
           (SELECT count(*) FROM task t WHERE t.subject_id = h.id) AS tasks,
           (SELECT count(*) FROM clock c WHERE c.entity_id = h.id) AS clocks,
           (SELECT count(*) FROM sync_feed f WHERE f.entity_type = 'hazard' AND f.entity_id = h.id) AS lines,
           (SELECT count(*) FROM inbox_item i WHERE i.subject_id = h.id AND i.person_id = h.reporter_id) AS notices
      FROM hazard h WHERE h.description = '安全出口被堵'
    """
)
