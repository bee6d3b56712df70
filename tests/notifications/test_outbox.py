"""Outbox rows are done once, whoever works on them, and never lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from accounts.actor import Actor
from database.base import new_id
from database.journal import Event
from database.session import Database
from notifications.delivery import engine_tasks, work_outbox
from notifications.models import InboxItem, OutboxRow
from notifications.observing import Notifications
from notifications.rules import MAX_ATTEMPTS, wait_after
from tests.notifications.engine import Caller, Clock, happens

Session = Any


def stored(database: Database, count: int) -> None:
    with database.transaction() as session:
        for _ in range(count):
            happens(session, "media.stored", {})


def rows(database: Database) -> list[OutboxRow]:
    with database.transaction() as session:
        return list(session.scalars(select(OutboxRow)))


def test_a_row_is_deleted_by_the_transaction_that_did_the_work(database: Database) -> None:
    stored(database, 3)
    done: list[UUID] = []
    worked = work_outbox(database, {"render_media": lambda _, event: done.append(event.entity_id)})
    assert (worked.done, worked.failed, worked.more) == (3, 0, False)
    assert len(set(done)) == 3
    assert not rows(database)


def test_workers_at_the_same_time_share_the_rows(database: Database) -> None:
    stored(database, 40)
    done: list[UUID] = []
    start = threading.Barrier(3)

    def task(session: Session, event: Event) -> None:
        done.append(event.id)

    def work() -> None:
        start.wait()
        work_outbox(database, {"render_media": task})

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == len(set(done)) == 40
    assert not rows(database)


def test_a_row_that_another_worker_holds_is_passed_over(database: Database) -> None:
    stored(database, 1)
    with database.transaction() as session:
        session.scalars(select(OutboxRow).with_for_update()).one()
        assert work_outbox(database, {}).done == 0
    assert len(rows(database)) == 1


def test_a_failed_task_leaves_nothing_and_waits_longer_each_time(database: Database, clock: Clock) -> None:
    stored(database, 1)
    reader = new_id()

    def task(session: Session, event: Event) -> None:
        happens(session, "hazard.diverted_119", {"reporter": [reader]}, {"number": "1"})
        session.flush()
        raise RuntimeError("the store is away")

    waits = []
    for attempts in (1, 2, 3):
        assert work_outbox(database, {"render_media": task}).failed == 1
        [row] = rows(database)
        assert row.attempts == attempts
        assert row.last_error == "RuntimeError: the store is away"
        waits.append(row.not_before - clock.now)
        assert work_outbox(database, {"render_media": task}).failed == 0
        clock.now = row.not_before
    assert timedelta(seconds=1) <= waits[0] <= timedelta(seconds=3)
    assert waits[2] >= timedelta(seconds=4)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(InboxItem)) == 0


def test_one_row_that_cannot_be_done_does_not_stop_the_others(database: Database) -> None:
    stored(database, 5)
    seen: list[UUID] = []

    def task(session: Session, event: Event) -> None:
        seen.append(event.id)
        if len(seen) == 1:
            raise RuntimeError("this photo")

    worked = work_outbox(database, {"render_media": task})
    assert (worked.done, worked.failed) == (4, 1)


def test_a_task_that_fails_in_its_commit_waits_too(database: Database) -> None:
    stored(database, 2)
    failing: list[UUID] = []

    def task(session: Session, event: Event) -> None:
        if not failing:
            failing.append(event.id)
            twice = new_id()
            for _ in range(2):  # the database finds out at the flush before the commit
                session.add(OutboxRow(id=twice, event_id=event.id, task="x", not_before=event.at))

    worked = work_outbox(database, {"render_media": task})
    assert (worked.done, worked.failed) == (1, 1)
    [row] = rows(database)
    assert row.event_id == failing[0]


def test_a_row_that_never_succeeds_is_kept_for_an_administrator_who_replays_it(
    database: Database, clock: Clock, call: Caller, administrator: Actor
) -> None:
    stored(database, 1)

    def broken(session: Session, event: Event) -> None:
        raise RuntimeError("never")

    for _ in range(MAX_ATTEMPTS):
        assert work_outbox(database, {"render_media": broken}).failed == 1
        clock.advance(hours=1)
    assert work_outbox(database, {"render_media": broken}).failed == 0
    [row] = rows(database)
    assert row.died_at is not None
    [letter] = call(administrator, "GET", "/dead-letters").json["items"]
    assert (letter["kind"], letter["name"], letter["count"]) == ("task", "render_media", 1)
    assert letter["last_error"] == "RuntimeError: never"
    other = {"kind": "task", "name": "fill_inbox"}
    assert call(administrator, "POST", "/dead-letters/actions/replay", json=other).json == {"replayed": 0}
    this = {"kind": "task", "name": "render_media"}
    assert call(administrator, "POST", "/dead-letters/actions/replay", json=this).json == {"replayed": 1}
    assert call(administrator, "GET", "/dead-letters").json == {"items": []}
    assert work_outbox(database, {"render_media": lambda *_: None}).done == 1
    assert not rows(database)


def test_a_large_audience_is_told_once_each_over_several_transactions(database: Database, notifications: Notifications) -> None:
    leaders = [new_id() for _ in range(120)]
    data = {"number": "YH1", "category": "通道出口", "place": "东街", "due": "2026-11-24"}
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"leaders": leaders}, data)
    worked = work_outbox(database, engine_tasks(notifications))
    assert worked.done == 4  # three batches, and the plan of the deliveries
    with database.transaction() as session:
        told = session.scalars(select(InboxItem.person_id)).all()
    assert sorted(told) == sorted(leaders)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (50, 1800)])
def test_waiting_doubles_up_to_half_an_hour(attempts: int, seconds: float) -> None:
    assert wait_after(attempts, 0.5) == timedelta(seconds=seconds)
    assert wait_after(attempts, 0) == timedelta(seconds=seconds) / 2
