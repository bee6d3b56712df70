"""The unit of work: one transaction for each request, push chunk or task. Nothing else commits or rolls back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

Observer = Callable[[Session], None]
_CACHE = "cache"


def utc_now() -> datetime:
    """The server's clock. Tests and the simulator hand another one to `Database`."""
    return datetime.now(UTC)


class Database:
    """The engine, and its observers.

    `settle` runs at the end of each savepoint and before the commit (reactions, inbox and outbox, rendering of feed
    lines), so that what follows from a mutation succeeds or fails with it; `before_commit` numbers the lines, last of all.
    Engines are made after a fork: give each process its own Database.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        statement_timeout_ms: int = 15_000,
        lock_timeout_ms: int = 5_000,
        clock: Callable[[], datetime] = utc_now,
        settle: Sequence[Observer] = (),
        before_commit: Sequence[Observer] = (),
        after_commit: Sequence[Observer] = (),
    ) -> None:
        self.clock = clock
        self._settle = tuple(settle)
        self._before_commit = tuple(before_commit)
        self._after_commit = tuple(after_commit)
        options = (
            f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={lock_timeout_ms} -c timezone=UTC"
            " -c synchronous_commit=on"  # what is acknowledged is on the disk, whatever the server's own setting
        )
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,  # an error that is logged must not quote what people wrote
            connect_args={"options": options, "application_name": "fire", "connect_timeout": 5},
        )
        self.new_session: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction. The connection is taken at the first statement; observers run before the commit."""
        session = self.open()
        try:
            yield session
            self.commit(session)
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        self.committed(session)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One read-only REPEATABLE READ snapshot, closed at the end: what a pull reads is one moment."""
        session = self.open()
        try:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            yield session
            session.commit()  # of nothing: a ROLLBACK would make the driver forget every statement that it has prepared
        finally:
            session.close()

    @contextlib.contextmanager
    def savepoint(self, session: Session) -> Iterator[None]:
        """A part of a transaction that may fail alone, with all that follows from it: a faulty feed line fails here."""
        marks = {key: _copied(value) for key, value in session.info.items()}
        try:
            with session.begin_nested():
                yield
                self.settle(session)
        except BaseException:
            marks.pop(_CACHE, None)  # may hold objects that were rolled back
            session.info.clear()
            session.info.update(marks)
            raise

    def open(self) -> Session:
        """A session whose transaction has one moment, `now(session)`."""
        session = self.new_session()
        session.info |= {"now": self.clock(), "database": self}
        return session

    def settle(self, session: Session) -> None:
        """What follows from the changes so far, in order: reactions of siblings, inbox and outbox, rendered feed lines."""
        for observer in self._settle:
            session.flush()
            observer(session)

    def commit(self, session: Session) -> None:
        """Observers, then COMMIT. The last observer numbers the feed lines and holds heads only until here."""
        self.settle(session)
        for observer in self._before_commit:
            observer(session)
        session.commit()

    def committed(self, session: Session) -> None:
        """What may be done only after a commit (wake the worker); it must not fail and must not wait."""
        for observer in self._after_commit:
            observer(session)

    @contextlib.contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """True for one process at a time; the others are told False and need not wait."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            is_ours: bool = connection.execute(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}).scalar_one()
            try:
                yield is_ours
            finally:
                if is_ours:
                    connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})

    def is_reachable(self) -> bool:
        """True if one statement succeeds now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - any failure means "not ready", whatever its class
            return False
        return True

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, (list, dict, set)) else value


def now(session: Session) -> datetime:
    """The moment of this transaction: the same for every row that it writes."""
    moment: datetime = session.info["now"]
    return moment


def settle(session: Session) -> None:
    """Let follow now what follows from the changes so far, where an answer is to tell of it."""
    database: Database = session.info["database"]
    database.settle(session)


def savepoint(session: Session) -> contextlib.AbstractContextManager[None]:
    """A part of this transaction that may fail alone, with all that follows from it (`Database.savepoint`)."""
    database: Database = session.info["database"]
    return database.savepoint(session)


def remembered(session: Session, name: str) -> dict[Any, Any]:
    """A dictionary that lives as long as this transaction, for reference rows that are read again and again.

    Emptied when a savepoint is rolled back.
    """
    shelf: dict[Any, Any] = session.info.setdefault(_CACHE, {}).setdefault(name, {})
    return shelf
