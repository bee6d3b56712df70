"""The sealer, on a PostgreSQL with writers that take their time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from accounts.actor import SYSTEM
from database import seal, seal_check
from database.base import Revised
from database.journal import Event, event_digest, record
from database.seal import Broken, EventSeal, HistoryWentBack, merkle_root, seal_digest, seal_finished, verify_chain
from database.seal_check import SealCheck, check_next
from database.session import Database
from operations.processes import wait_until
from tests.notifications.engine import Case, Clock, clear, make_database
from tests.servers import RunningCluster

MODELS = (Event, EventSeal, SealCheck)


@pytest.fixture(scope="session")
def journal_url(cluster: RunningCluster, worker_id: str) -> str:
    return make_database(cluster, f"seal_{worker_id}", MODELS)


@pytest.fixture
def database(journal_url: str) -> Iterator[Database]:
    clear(journal_url, MODELS)
    made = Database(journal_url, pool_size=4, clock=Clock())
    yield made
    made.dispose()


def happens(session: Session, case: Case, times: int = 1) -> None:
    for _ in range(times):
        record(session, "hazard.touched", cast(Revised, case), SYSTEM, data={"地点": "东街", "n": 1.5})
        case.revision += 1


def write(database: Database, times: int = 1) -> Case:
    case = Case()
    with database.transaction() as session:
        happens(session, case, times)
    return case


def seal_once(database: Database) -> EventSeal | None:
    with database.transaction() as session:
        return seal_finished(session)


def sealed(database: Database, events: int) -> list[EventSeal]:
    """Seal until so many events are sealed: another worker's writer may hold back the whole cluster's horizon."""

    def all_sealed() -> bool:
        seal_once(database)
        return sum(each.count for each in seals(database)) >= events

    assert wait_until(all_sealed, 20)
    return seals(database)


def seals(database: Database) -> list[EventSeal]:
    with database.transaction() as session:
        return list(session.scalars(select(EventSeal).order_by(EventSeal.no)))


def verdict(database: Database) -> Broken | None:
    with database.snapshot() as session:
        return verify_chain(session)


@contextmanager
def tampering(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_every_finished_event_is_sealed_once_and_the_chain_holds(database: Database) -> None:
    write(database, 3)
    first = sealed(database, 3)
    write(database, 2)
    chain = sealed(database, 5)
    assert [each.no for each in chain] == list(range(1, len(chain) + 1))
    assert sum(each.count for each in chain) == 5
    assert chain[len(first)].previous_hash == first[-1].hash
    assert seal_once(database) is None
    assert verdict(database) is None


def test_a_slow_writers_event_is_sealed_exactly_once_when_it_has_committed(database: Database) -> None:
    slow = database.open()
    happens(slow, Case())
    slow.flush()  # it has its transaction id now, and has not committed
    write(database)
    assert seal_once(database) is None, "a later transaction waits for the earlier one"
    before = sum(each.count for each in seals(database))
    slow.commit()
    slow.close()
    chain = sealed(database, 2)
    assert (before, sum(each.count for each in chain)) == (0, 2)
    assert verdict(database) is None


def test_a_rolled_back_writer_leaves_no_gap(database: Database) -> None:
    lost = database.open()
    happens(lost, Case())
    lost.flush()
    lost.rollback()
    lost.close()
    write(database)
    assert sum(each.count for each in sealed(database, 1)) == 1
    assert verdict(database) is None


def test_one_sealer_at_a_time(database: Database) -> None:
    write(database)
    first = database.open()
    assert wait_until(lambda: seal_finished(first) is not None, 20)
    assert seal_once(database) is None
    first.commit()
    first.close()
    assert len(seals(database)) == 1


def test_a_long_backlog_is_cut_between_transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "MAX_EVENTS", 4)
    for times in (3, 3, 6, 1):
        write(database, times)
    assert [each.count for each in sealed(database, 13)] == [3, 3, 6, 1]
    assert verdict(database) is None


def test_transaction_ids_that_went_back_are_an_alarm(database: Database) -> None:
    write(database)
    [only] = sealed(database, 1)
    with tampering(database) as session:
        session.execute(update(EventSeal).values(to_xid=only.to_xid + 1_000_000))
    with pytest.raises(HistoryWentBack):
        seal_once(database)


def test_a_changed_event_is_found(database: Database) -> None:
    write(database, 3)
    sealed(database, 3)
    with tampering(database) as session:
        victim = session.scalars(select(Event).order_by(Event.id).offset(1)).first()
        assert victim is not None
        session.execute(update(Event).where(Event.id == victim.id).values(data={"地点": "西街"}))
    assert verdict(database) == Broken("event", victim.id, "digest_differs")


def test_an_event_forged_with_a_new_digest_is_found(database: Database) -> None:
    case = write(database, 2)
    sealed(database, 2)
    with tampering(database) as session:
        last = session.scalars(select(Event).where(Event.entity_id == case.id).order_by(Event.id.desc())).first()
        assert last is not None
        last.data = {"地点": "西街"}
        last.hash = event_digest(last)
    found = verdict(database)
    assert found is not None
    assert (found.what, found.reason) == ("seal", "root_differs")


def test_a_removed_event_is_found(database: Database) -> None:
    write(database, 3)
    sealed(database, 3)
    with tampering(database) as session:
        first, second, _ = session.scalars(select(Event.id).order_by(Event.id))
        session.execute(text("DELETE FROM event WHERE id = :id"), {"id": first})
    assert verdict(database) == Broken("event", second, "previous_missing")


def test_an_event_slipped_in_beside_another_is_found(database: Database) -> None:
    case = write(database, 2)
    with tampering(database) as session:
        _, second = session.scalars(select(Event).order_by(Event.id))
        case.event_hash, case.revision = second.previous_hash, second.revision
        happens(session, case)
    found = verdict(database)
    assert found is not None
    assert (found.what, found.reason) == ("event", "previous_twice")


def test_a_changed_or_removed_seal_is_found(database: Database) -> None:
    for _ in range(3):
        write(database)
        sealed(database, len(seals(database)) + 1)
    with tampering(database) as session:
        session.execute(update(EventSeal).where(EventSeal.no == 2).values(count=7))
    assert verdict(database) == Broken("seal", 2, "seal_hash_differs")
    with tampering(database) as session:
        forged = session.get_one(EventSeal, 2)
        forged.hash = seal_digest(forged)
    assert verdict(database) == Broken("seal", 2, "root_differs")
    with tampering(database) as session:
        session.execute(text("DELETE FROM event_seal WHERE no = 2"))
    assert verdict(database) == Broken("seal", 3, "chain_differs")


# ---- Looked at by the timetable, a part at a time ----


def a_round(database: Database) -> list[tuple[str, str, str]]:
    """What a whole round of the timetable's check raises alarms about."""
    with capture_logs() as logged:
        more = True
        while more:
            with database.transaction() as session:
                more = check_next(session) > 0
    assert all((entry["log_level"], entry["alarm"]) == ("error", True) for entry in logged)
    return [(entry["what"], entry["id"], entry["reason"]) for entry in logged]


@pytest.fixture
def chain(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[EventSeal]:
    """Four seals, looked at one at a time."""
    monkeypatch.setattr(seal_check, "_SEALS_AT_ONCE", 1)
    for _ in range(4):
        write(database)
        sealed(database, len(seals(database)) + 1)
    assert a_round(database) == []
    return seals(database)


def test_the_timetable_finds_what_was_changed_and_goes_on_behind_it(database: Database, chain: list[EventSeal]) -> None:
    with tampering(database) as session:
        victim = session.scalars(select(Event).order_by(Event.id)).first()
        assert victim is not None
        session.execute(update(Event).where(Event.id == victim.id).values(data={"地点": "西街"}))
        session.execute(update(EventSeal).where(EventSeal.no == 3).values(count=7))
    found = [("event", str(victim.id), "digest_differs"), ("seal", "3", "seal_hash_differs")]
    assert a_round(database) == found
    assert a_round(database) == found, "each round says so again"


@pytest.mark.parametrize(
    ("removed", "found"),
    [
        ("DELETE FROM event_seal WHERE no = 2", ("seal", "3", "chain_differs")),
        ("DELETE FROM event_seal WHERE no = 4", ("seal", "4", "seal_missing")),
        ("DELETE FROM event WHERE id = (SELECT max(id::text)::uuid FROM event)", ("seal", "4", "root_differs")),
    ],
)
def test_the_timetable_finds_what_was_removed(
    database: Database, chain: list[EventSeal], removed: str, found: tuple[str, str, str]
) -> None:
    with tampering(database) as session:
        session.execute(text(removed))
    assert a_round(database) == [found]


def test_the_tree_is_that_of_rfc_9162() -> None:
    leaves = [bytes([index]) * 32 for index in range(7)]
    assert merkle_root(leaves[:1]) != merkle_root(leaves[:2]) != merkle_root(leaves[:3])
    assert merkle_root([b""]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    with pytest.raises(ValueError, match="nothing"):
        merkle_root([])
