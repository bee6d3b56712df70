"""How the timetable goes through cases: one that cannot be done is logged and left, and holds up none of those behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy.orm import Session

from database.session import savepoint

log = structlog.get_logger()

C = TypeVar("C")


def first(session: Session, candidates: Sequence[C], act: Callable[[C], bool]) -> int:
    """The first of these on which something can be done: 1, or 0 if there is none. `act` is False for what somebody holds."""
    for candidate in candidates:
        if _tried(session, [candidate], act):
            return 1
    return 0


def several(session: Session, candidates: Sequence[C], act: Callable[[C], bool], most: int) -> int:
    """The first few of these, in one go; if that fails, each alone. How many were done."""
    done = _tried(session, candidates, act, most)
    if done is not None:
        return done
    return sum(_tried(session, [candidate], act) or 0 for candidate in candidates[:most])


def _tried(session: Session, candidates: Sequence[Any], act: Callable[[Any], bool], most: int = 1) -> int | None:
    """How many were done; None if nothing was, because of a fault."""
    done = 0
    try:
        with savepoint(session):
            for candidate in candidates:
                if done < most and act(candidate):
                    done += 1
    except Exception:  # whatever it is, the others go on
        if len(candidates) == 1:
            log.exception("left undone by the timetable", what=str(candidates[0]))
        return None
    return done
