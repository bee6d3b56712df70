"""A server that was set back: what it lost comes again from the phones, and what it no longer has is offered to a person."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.context import Parts
from database.base import new_id
from device.client import Device
from device.outbox import KEPT_FOR
from device.store import Store
from tests.device.test_push import snap

MakeDevice = Callable[..., Device]
_phones = itertools.count(1)


@pytest.fixture
def citizen(make_device: MakeDevice) -> Device:
    return make_device(phone=f"1340000{next(_phones):04d}")


def set_back(parts: Parts, device: Device, hazard_ids: list[str]) -> None:
    """The server knows nothing of these reports any more, and has a new epoch."""
    values: dict[str, Any] = {"ids": hazard_ids, "queue": device.queue, "epoch": str(new_id())}
    with parts.database.transaction() as session:
        for statement in (
            "DELETE FROM sync_feed WHERE entity_id = ANY(CAST(:ids AS uuid[]))",
            "DELETE FROM receipt WHERE key IN (SELECT mid FROM sync_mutation WHERE queue_id = :queue)",
            "DELETE FROM sync_mutation WHERE queue_id = :queue",
            "UPDATE sync_queue SET last_seq = 0 WHERE id = :queue",
            "UPDATE sync_meta SET value = :epoch WHERE name = 'epoch'",
        ):
            session.execute(text(statement), values)
        for scope in session.execute(text("SELECT id FROM sync_scope")).scalars().all():
            session.execute(
                text(
                    "UPDATE sync_scope SET live_rows = (SELECT count(*) FROM sync_feed WHERE scope_id = :id AND gone IS NULL),"
                    " digest = mod(mod((SELECT coalesce(sum(hash), 0) FROM sync_feed WHERE scope_id = :id AND gone IS NULL),"
                    " 18446744073709551616) + 18446744073709551616, 18446744073709551616) WHERE id = :id"
                ),
                {"id": scope},
            )


def test_rows_that_a_restored_server_no_longer_has_are_offered_and_never_deleted_silently(citizen: Device, parts: Parts) -> None:
    [hazard_id] = snap(citizen)
    citizen.sync()
    held = citizen.store.rows("hazard", hazard_id)
    store = citizen.store
    assert isinstance(store, Store)
    store._db.execute("DELETE FROM outbox")  # it was safe, as far as anybody knew
    set_back(parts, citizen, [hazard_id])
    citizen.sync()
    assert citizen.store.rows("hazard", hazard_id) == []
    assert citizen.store.limbo() == held
    citizen.store.dismiss(held[0])
    assert citizen.store.limbo() == []


def test_a_phone_without_a_cursor_learns_of_the_restore_from_the_first_line(citizen: Device, parts: Parts) -> None:
    """It never pulled, so nobody refuses its cursor; and it has nothing to push."""
    [hazard_id] = snap(citizen)
    citizen.push()
    epoch = citizen.store.get("epoch")
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_meta SET value = :epoch WHERE name = 'epoch'"), {"epoch": str(new_id())})
    citizen.pull()
    assert citizen.store.get("epoch") != epoch
    assert citizen.shown("hazard", hazard_id)
    assert citizen.store.count_waiting() == 0


def test_a_phone_whose_registration_was_lost_registers_again(citizen: Device, parts: Parts) -> None:
    with parts.database.transaction() as session:
        session.execute(text("DELETE FROM sync_queue WHERE id = :queue"), {"queue": citizen.queue})
    citizen.pull()
    citizen.store.put("epoch", None)
    snap(citizen)
    assert [item["outcome"] for item in citizen.sync()] == ["applied"]


# ---- how long receipted lines are kept ----


def test_receipted_lines_are_kept_until_a_backup_holds_them(citizen: Device, parts: Parts) -> None:
    snap(citizen, 3)
    citizen.sync()
    assert len(citizen.store.lines_from(1, 10)) == 3
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_queue SET durable_seq = 2 WHERE id = :queue"), {"queue": citizen.queue})
    [hazard_id] = snap(citizen)
    citizen.sync()
    assert [sealed.seq for sealed in citizen.store.lines_from(1, 10)] == [3, 4]
    assert citizen.shown("hazard", hazard_id)
    snap(citizen)
    assert [item["seq"] for item in citizen.push()] == [5], "the count goes on, whatever was forgotten"


def test_a_device_that_only_pulls_hears_too_what_a_verified_backup_holds(citizen: Device, parts: Parts) -> None:
    snap(citizen, 3)
    citizen.sync()
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_queue SET durable_seq = 2 WHERE id = :queue"), {"queue": citizen.queue})
    citizen.pull()
    assert [sealed.seq for sealed in citizen.store.lines_from(1, 10)] == [3]


def test_without_a_verified_backup_they_are_kept_for_thirty_days_of_the_servers_clock(citizen: Device) -> None:
    snap(citizen, 2)
    citizen.sync()
    moment = datetime.fromisoformat(str(citizen.store.get("server_time")))
    for later, kept in ((KEPT_FOR - timedelta(minutes=1), 2), (KEPT_FOR + timedelta(minutes=1), 0)):
        citizen.store.put("server_time", (moment + later).isoformat())
        citizen.store.forget_safe(0)
        assert len(citizen.store.lines_from(1, 10)) == kept


def test_what_waits_is_never_forgotten(citizen: Device) -> None:
    snap(citizen, 2)
    assert citizen.store.forget_safe(100) == 0
    assert citizen.store.count_waiting() == 2
