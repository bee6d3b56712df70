"""How the timetable goes through cases: one that cannot be done is logged and left, and holds up none of those behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import structlog
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from database.session import now, savepoint

log = structlog.get_logger()

C = TypeVar("C")

BATCH = 50
AGAIN_AFTER = timedelta(seconds=50)  # at the next turn, and not again in this one
_failed: dict[tuple[str, str], datetime] = {}  # what this process could not do, by its line and itself; when it tried last


def in_order(session: Session, candidates: Select[*tuple[Any, ...]], *keys: Any) -> Iterator[tuple[Any, ...]]:
    """All of these by their keys (the last one unique), read a few at a time: nobody asks for those behind what is enough."""
    after: list[Any] | None = None
    while True:
        page = candidates if after is None else candidates.where(tuple_(*keys) > tuple_(*after))
        rows = session.execute(page.add_columns(*keys).order_by(*keys).limit(BATCH)).all()
        yield from (tuple(row)[: -len(keys)] for row in rows)
        if len(rows) < BATCH:
            return
        after = list(rows[-1][-len(keys) :])


def first(session: Session, line: str, candidates: Iterable[C], act: Callable[[C], bool]) -> int:
    """The first of these on which something can be done: 1, or 0 if there is none. `act` is False for what somebody holds."""
    return several(session, line, candidates, act, 1)


def several(session: Session, line: str, candidates: Iterable[C], act: Callable[[C], bool], most: int) -> int:
    """The first few of these on which something can be done, in one go; if that fails, each alone. How many were done."""
    waiting = (candidate for candidate in candidates if not _has_just_failed(session, line, candidate))
    done = 0
    while done < most and (few := list(islice(waiting, most - done))):
        together = _tried(session, line, few, act) if len(few) > 1 else None
        done += sum(_tried(session, line, [one], act) or 0 for one in few) if together is None else together
    return done


def _tried(session: Session, line: str, candidates: list[C], act: Callable[[C], bool]) -> int | None:
    """How many were done; None if nothing was, because of a fault."""
    try:
        with savepoint(session):
            return sum(act(candidate) for candidate in candidates)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
        if len(candidates) == 1:
            _leave(session, line, candidates[0], error)
        return None


def _has_just_failed(session: Session, line: str, candidate: object) -> bool:
    tried_at = _failed.get((line, str(candidate)))
    return tried_at is not None and timedelta(0) <= now(session) - tried_at < AGAIN_AFTER


def _leave(session: Session, line: str, candidate: object, error: Exception) -> None:
    """One line for each turn; where the fault comes from is said once."""
    what, moment = str(candidate), now(session)
    is_new = (line, what) not in _failed
    log.error("left undone by the timetable", line=line, what=what, error=type(error).__name__, exc_info=is_new)
    for known in [known for known, tried_at in _failed.items() if moment - tried_at > timedelta(days=1)]:
        del _failed[known]
    _failed[line, what] = moment
