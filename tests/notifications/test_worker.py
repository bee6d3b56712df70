"""The real worker and timetable, with a broker that goes away and comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

import timetable
import worker
from api.app import assemble
from api.context import Parts
from database.base import new_id
from notifications.models import Delivery, InboxItem, OutboxRow
from notifications.observing import MAX_INLINE
from operations.processes import die_with_parent, wait_until
from operations.valkey import Valkey
from settings import Settings
from tests.notifications.engine import Case, happens
from tests.servers import RunningCluster, settings_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_settings(cluster: RunningCluster, valkey: Valkey, worker_id: str) -> Settings:
    """A database that no other test writes to: a running worker would do their outboxes too."""
    name = f"worker_{worker_id}"
    cluster.recreate(name)
    return settings_for(cluster.urls(name), valkey.url, cluster.directory / name)


@pytest.fixture
def parts(own_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(Case, "__tablename__", "anything")  # no sibling reacts to it
    made = assemble(own_settings, after_commit=[worker.wake(own_settings)])
    yield made
    made.database.dispose()


@contextmanager
def celery(settings: Settings, log: Path, *arguments: str) -> Iterator[None]:
    """A Celery process that is started anew when it ends, as the supervisor does."""
    environment = {
        "DATABASE_URL": settings.database_url,
        "BROKER_URL": settings.broker_url,
        "MEDIA_DIR": str(settings.media_dir),
        "KEY_FILE": str(settings.key_file),
        "DEMO": "1",
        "PYTHONWARNINGS": "ignore",
    }
    running: list[subprocess.Popen[bytes]] = []
    stop = threading.Event()

    def keep_running() -> None:
        with log.open("wb") as output:
            while not stop.is_set():
                process = subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "worker:celery", *arguments],
                    cwd=ROOT,
                    env={**os.environ, **environment},
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - see there
                )
                running.append(process)
                process.wait()

    keeper = threading.Thread(target=keep_running)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        with suppress(ProcessLookupError):
            os.killpg(running[-1].pid, signal.SIGKILL)
        keeper.join()


def commit(parts: Parts, readers: int, times: int) -> None:
    for _ in range(times):
        people = [new_id() for _ in range(readers)]
        with parts.database.transaction() as session:
            happens(session, "hazard.diverted_119", {"reporter": people}, {"number": "YH1"})


def left(parts: Parts) -> int:
    with parts.database.transaction() as session:
        rows = session.scalar(select(func.count()).select_from(OutboxRow)) or 0
        messages = session.scalar(select(func.count()).where(Delivery.state != "sent")) or 0
    return rows + messages


def test_with_the_broker_away_nothing_fails_and_the_notices_follow_once_each(
    parts: Parts, own_settings: Settings, valkey: Valkey, tmp_path: Path
) -> None:
    timetable = ("beat", "--pidfile", "", "--schedule", str(tmp_path / "schedule"))
    consumer = ("worker", "--concurrency", "2", "--without-gossip", "--without-mingle")
    with celery(own_settings, tmp_path / "worker.log", *consumer), celery(own_settings, tmp_path / "beat.log", *timetable):
        commit(parts, readers=1, times=5)
        assert wait_until(lambda: left(parts) == 0, 150), (tmp_path / "worker.log").read_text()
        valkey.kill()
        try:
            commit(parts, readers=1, times=5)
            commit(parts, readers=MAX_INLINE + 40, times=1)
        finally:
            valkey.start()
        assert wait_until(lambda: left(parts) == 0, 150), (tmp_path / "worker.log").read_text()
    with parts.database.transaction() as session:
        told = session.execute(select(InboxItem.person_id, InboxItem.event_id)).all()
        sent = session.execute(select(Delivery.person_id, Delivery.event_id, Delivery.channel)).all()
    assert len(told) == len(set(told)) == 70
    assert len(sent) == len(set(sent)) == 140  # statutory: by message and by SMS


def test_while_the_broker_stays_away_the_timetable_does_the_work_itself(
    parts: Parts, own_settings: Settings, valkey: Valkey, tmp_path: Path
) -> None:
    """From its start, and with nobody else there: an outage of hours delays notices by seconds."""
    valkey.kill()
    try:
        with celery(own_settings, tmp_path / "beat.log", "beat", "--pidfile", "", "--schedule", str(tmp_path / "schedule")):
            commit(parts, readers=MAX_INLINE + 40, times=1)
            assert left(parts) > 0
            assert wait_until(lambda: left(parts) == 0, 60), (tmp_path / "beat.log").read_text()
    finally:
        valkey.start()
    with parts.database.transaction() as session:
        told = session.execute(select(InboxItem.person_id, InboxItem.event_id)).all()
    assert len(told) == len(set(told)) == MAX_INLINE + 40


def test_whatever_an_event_asks_of_the_worker_the_worker_can_do(parts: Parts) -> None:
    wanted = {task for tasks in timetable.REACTIONS.values() for task in tasks}
    assert wanted <= timetable.tasks_of(parts).keys()
