"""Counting attempts in PostgreSQL: it works without the broker, and survives a restart.

`take` limits how often something may be asked for. `begin_guess` makes each further guess wait longer, until a right one is
forgotten by `forget_failures`. Subjects (phones, usernames, networks) are kept as keyed hashes; every limit has its name here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Throttle
from database.crypto import KeyRing
from database.session import now
from problems import TooManyRequests


@dataclass(frozen=True)
class Limit:
    """At most `uses` by one subject within `window`."""

    name: str
    uses: int
    window: timedelta


SMS_OF_NUMBER = (Limit("sms-minute", 1, timedelta(minutes=1)), Limit("sms-day", 10, timedelta(days=1)))
# The demo prints its codes and is tried again and again by few people.
DEMO_SMS_OF_NUMBER = (Limit("sms-demo", 10, timedelta(minutes=1)),)
DEMO_CODE = Limit("demo-code", 1, timedelta(minutes=10))  # of the demo's identity provider: it opens once

# Of one network. Thousands of phones of a mobile carrier, or a town hall on the morning of an inspection, share one address:
# these stop a machine and no crowd. Of sign-ins the wrong ones count.
SMS_OF_NETWORK = Limit("sms-network", 600, timedelta(hours=1))
GUESTS_OF_NETWORK = Limit("guests-network", 1200, timedelta(hours=1))
LOOKS_OF_NETWORK = Limit("looks-network", 1200, timedelta(hours=1))  # around a place, before a report
FAILURES_OF_NETWORK = Limit("failures-network", 300, timedelta(hours=1))

# What is guessed at: each further guess waits longer.
PASSWORD = "password"  # noqa: S105 - a name; subject: the username
OWN_PASSWORD = "own-password"  # noqa: S105 - subject: the person who changes it

FREE_FAILURES = 4  # a person mistypes; a machine goes on
FIRST_LOCKOUT = timedelta(seconds=30)
LONGEST_LOCKOUT = timedelta(hours=1)
FAILURES_FORGOTTEN_AFTER = timedelta(days=1)


def lockout_of(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing for four, 30 s for the fifth, doubling up to an hour."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return min(FIRST_LOCKOUT * (1 << doublings), LONGEST_LOCKOUT)


def take(session: Session, ring: KeyRing, limit: Limit, subject: str) -> None:
    """Count one use. Raises TooManyRequests when all uses of the running window are taken."""
    moment = now(session)
    over = Throttle.since <= moment - limit.window
    statement = insert(Throttle).values(key=_key(ring, limit.name, subject), count=1, since=moment)
    count, since = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"count": case((over, 1), else_=Throttle.count + 1), "since": case((over, moment), else_=Throttle.since)},
        ).returning(Throttle.count, Throttle.since)
    ).one()
    if count > limit.uses:
        raise TooManyRequests(retry_after_seconds=_seconds(since + limit.window - moment))


def give_back(session: Session, ring: KeyRing, limit: Limit, subject: str) -> None:
    """What was counted before it was looked at was no abuse."""
    key = _key(ring, limit.name, subject)
    session.execute(update(Throttle).where(Throttle.key == key, Throttle.count > 0).values(count=Throttle.count - 1))


def begin_guess(session: Session, ring: KeyRing, purpose: str, subject: str) -> None:
    """Count a guess before it is looked at, so that guesses in parallel count too; a right one is forgotten afterwards.

    Its transaction must be committed, so it is not the one that refuses. Raises TooManyRequests while earlier guesses still
    have to be waited out.
    """
    moment = now(session)
    key = _key(ring, purpose, subject)
    # Writes what is there already: whoever guesses at the same time waits for this row until we have counted.
    count, since, blocked_until = session.execute(
        insert(Throttle)
        .values(key=key, count=0, since=moment)
        .on_conflict_do_update(index_elements=[Throttle.key], set_={"count": Throttle.count})
        .returning(Throttle.count, Throttle.since, Throttle.blocked_until)
    ).one()
    if blocked_until is not None and blocked_until > moment:
        raise TooManyRequests(retry_after_seconds=_seconds(blocked_until - moment))
    counted = 1 if since <= moment - FAILURES_FORGOTTEN_AFTER else count + 1
    session.execute(
        update(Throttle)
        .where(Throttle.key == key)
        .values(count=counted, since=moment, blocked_until=moment + lockout_of(counted))
    )


def forget_failures(session: Session, ring: KeyRing, purpose: str, subject: str) -> None:
    """After a success."""
    session.execute(delete(Throttle).where(Throttle.key == _key(ring, purpose, subject)))


def sweep(session: Session) -> None:
    """Remove what no longer limits anybody."""
    moment = now(session)
    session.execute(
        delete(Throttle).where(
            Throttle.since <= moment - 2 * FAILURES_FORGOTTEN_AFTER,
            or_(Throttle.blocked_until.is_(None), Throttle.blocked_until <= moment),
        )
    )


def _key(ring: KeyRing, purpose: str, subject: str) -> bytes:
    return ring.blind_index(f"throttle:{purpose}", subject)


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
