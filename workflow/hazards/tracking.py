"""Following a report by its code. Guesses at the short form are counted in the database and slowed down."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from database.crypto import fingerprint
from database.session import now
from problems import NotFound, TooManyRequests
from workflow.hazards.models import Hazard, TrackAttempt
from workflow.hazards.queries import by_short_code, by_tracking_code
from workflow.hazards.reporting import short_code_hash
from workflow.hazards.schemas import normalised

_FULL = re.compile(r"^[0-9A-HJKMNP-TV-Z]{26}$")
_SHORT = re.compile(r"^(YH[0-9]{20,24})([0-9A-HJKMNP-TV-Z]{8})$")  # the serial outgrows its six digits one day
_FREE_GUESSES = 5
_KEPT_FOR = timedelta(days=2)  # the longest wait is one
_BATCH = 1000


def admit(session: Session, code: str) -> None:
    """Count a guess at a short code before it is looked up. Raises TooManyRequests, NotFound for what is no code at all.

    It commits on its own: a refused guess counts too.
    """
    code = normalised(code)
    match = _SHORT.match(code)
    if match is None:
        if _FULL.match(code) is None:
            raise NotFound
        return
    number = match.group(1)
    moment = now(session)
    attempt = session.scalars(select(TrackAttempt).where(TrackAttempt.key == number).with_for_update()).one_or_none()
    if attempt is not None:
        wait = _wait_seconds(attempt, moment)
        if wait > 0:
            raise TooManyRequests(retry_after_seconds=wait)
    session.execute(
        insert(TrackAttempt)
        .values(key=number, failures=1, window_started_at=moment)
        .on_conflict_do_update(index_elements=["key"], set_={"failures": TrackAttempt.failures + 1, "window_started_at": moment})
    )


def _wait_seconds(attempt: TrackAttempt, moment: datetime) -> int:
    if attempt.failures < _FREE_GUESSES:
        return 0
    return math.ceil((attempt.window_started_at + track_window(attempt.failures) - moment).total_seconds())


def find(session: Session, code: str) -> Hazard:
    """The report of a code, full or short; a right short code clears the count. Raises NotFound."""
    code = normalised(code)
    match = _SHORT.match(code)
    if match is None:
        hazard = by_tracking_code(session, fingerprint(code))
    else:
        number, short_code = match.groups()
        hazard = by_short_code(session, number, short_code_hash(number, short_code))
        attempt = session.get(TrackAttempt, number)
        if hazard is not None and attempt is not None:
            session.delete(attempt)
    if hazard is None:
        raise NotFound
    return hazard


def forget_guesses(session: Session) -> int:
    """Guesses whose wait is over by far, a batch: how many. For the timetable."""
    old = select(TrackAttempt.key).where(TrackAttempt.window_started_at < now(session) - _KEPT_FOR).limit(_BATCH)
    return len(session.scalars(delete(TrackAttempt).where(TrackAttempt.key.in_(old)).returning(TrackAttempt.key)).all())


def track_window(failures: int) -> timedelta:
    """How long a case number is closed to guesses after this many wrong short codes: doubling from one minute."""
    return timedelta(minutes=min(2 ** max(failures - 5, 0), 24 * 60))
