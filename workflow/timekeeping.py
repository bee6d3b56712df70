"""Clocks of a case: start, stop, replace, recompute. The case's `due_at` is its earliest open clock, but for `ASIDE`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from database.base import new_id
from database.session import now, remembered
from places.calendar import load_calendar
from workflow.breaches import breach
from workflow.clocks import Due, Pause, Rule, due
from workflow.models import Clock, ClockRule

# Until then somebody outside the brigade has to act: a unit, a receiving office.
WAITS = frozenset({
    "IN-TERM", "HZ-RECTIFY", "HZ-HANDED", "IN-RECTIFY", "PM-FIX", "PM-TERM", "PM-HEAR", "TA-FOLLOW", "SEAL-30D", "SUSP-BY",
    "CT-REPLY", "CT-REVIEW", "MJ-TERM",
})  # fmt: skip
# Whose end a timer waits for. No leader is warned of it: what the office has to do then has a clock of its own, and of an
# order's term only the order itself keeps the record.
_TERM_REPEATED = "HZ-RECTIFY"
TERMS = frozenset({
    "IN-TERM", _TERM_REPEATED, "PM-FIX", "PM-TERM", "PM-HEAR", "TA-FOLLOW", "SEAL-24H", "SEAL-30D", "SUSP-BY", "MJ-TERM",
})  # fmt: skip

# A duty of the office beside the case's own date, which others wait for: by it the item is sorted in the queue, and no more.
ASIDE = frozenset({"IN-LIM", "HZ-S24", "MJ-NOTICE", "PUB-20WD"})


class Timed(Protocol):
    """A case with clocks."""

    id: Any
    due_at: Any


_COLUMNS = (ClockRule.code, ClockRule.label, ClockRule.n, ClockRule.unit, ClockRule.kind, ClockRule.basis)
_DIGEST = select(func.md5(func.string_agg(func.concat_ws("|", *_COLUMNS), aggregate_order_by(literal(","), ClockRule.code))))
_rules: dict[str, dict[str, Rule]] = {}  # by the digest of the registry: of the newest state that this process has read


def rule(session: Session, rule_id: str) -> Rule:
    """A row of the deadline registry: one small query in each transaction, the table itself once in a process."""
    shelf = remembered(session, "clock_rules")
    if "rules" not in shelf:
        with session.no_autoflush:
            shelf["rules"] = _rules_of(session)
    rules: dict[str, Rule] = shelf["rules"]
    return rules[rule_id]


def _rules_of(session: Session) -> dict[str, Rule]:
    digest = session.scalars(_DIGEST).one() or ""
    known = _rules.get(digest)
    if known is not None:
        return known
    rules = {row.code: Rule(*row) for row in session.execute(select(*_COLUMNS))}
    if session.scalars(_DIGEST).one() == digest:  # else it was edited between: good for this transaction alone
        _rules.clear()
        _rules[digest] = rules
    return rules


def start(session: Session, case: Timed, rule_id: str, started_at: datetime) -> Clock:
    """Start a clock; the same rule still open is cancelled first."""
    computed = due(rule(session, rule_id), started_at, load_calendar(session))
    return _begin(session, case, _row(case, rule_id, started_at, computed))


def start_until(session: Session, case: Timed, rule_id: str, due_at: datetime, reason: str) -> Clock:
    """Start a clock whose end is given: by a letter, an order, or another case that this one waits for."""
    return _begin(session, case, _row(case, rule_id, now(session), Due(due_at, provisional=False, reason=(reason,))))


def forecast(session: Session, rule_id: str, started_at: datetime) -> datetime:
    """When a clock of this rule would be due if it started at this moment."""
    return due(rule(session, rule_id), started_at, load_calendar(session)).at


def _row(case: Timed, rule_id: str, started_at: datetime, end: Due) -> Clock:
    return Clock(
        id=new_id(),
        entity_type=_type_of(case),
        entity_id=case.id,
        rule_id=rule_id,
        started_at=started_at,
        due_at=end.at,
        provisional=end.provisional,
        reason=list(end.reason),
        reminded={},
    )


def _type_of(case: Timed) -> str:
    name: str = type(case).__tablename__  # type: ignore[attr-defined]
    return name


def _begin(session: Session, case: Timed, clock: Clock) -> Clock:
    for other in open_clocks(session, case):
        if other.rule_id == clock.rule_id:
            other.cancelled_at = now(session)
            _note_lateness(session, case, other)
    session.add(clock)
    open_clocks(session, case).append(clock)
    refresh_due(session, case)
    return clock


def stop(session: Session, case: Timed, *rule_ids: str, claimed_at: datetime | None = None) -> None:
    """The duty is done now. `claimed_at` is the device's time of an act that was handed in late: evidence only.

    If the server's moment is past the due date but the device's is not, the clock is met by claim until a leader confirms.
    """
    for clock in open_clocks(session, case):
        if clock.rule_id in rule_ids:
            clock.met_at = now(session)
            if claimed_at is not None and claimed_at <= clock.due_at < clock.met_at:
                clock.met_claimed_at = claimed_at
            _note_lateness(session, case, clock)
    refresh_due(session, case)


def cancel(session: Session, case: Timed, *rule_ids: str) -> None:
    """The duty has fallen away (all open clocks, if none is named)."""
    for clock in open_clocks(session, case):
        if not rule_ids or clock.rule_id in rule_ids:
            clock.cancelled_at = now(session)
            _note_lateness(session, case, clock)
    refresh_due(session, case)


def revive(session: Session, case: Timed, rule_id: str, since: datetime | None, because: str) -> None:
    """The duty that fell away at this moment (`cancel`) never did: its clock goes on from where it began, with these words."""
    running = open_clocks(session, case)
    fallen = select(Clock).where(Clock.entity_type == _type_of(case), Clock.entity_id == case.id, Clock.rule_id == rule_id)
    for clock in session.scalars(fallen.where(Clock.met_at.is_(None), Clock.cancelled_at == since)):
        clock.cancelled_at = None
        clock.reason = [*(line for line in clock.reason if line != because), because]
        running.append(clock)
    refresh_due(session, case)


def pause(session: Session, case: Timed) -> None:
    """From now on nothing of the case's time counts (行政许可法 45). It has no date until `resume`."""
    for clock in open_clocks(session, case):
        clock.paused_at = now(session)
    refresh_due(session, case)


def resume(session: Session, case: Timed, reason: str) -> None:
    """The time since `pause` is left out of every clock, and its date says so in these words."""
    for clock in open_clocks(session, case):
        if clock.paused_at is not None:
            ended = {"began_at": clock.paused_at.isoformat(), "ended_at": now(session).isoformat(), "reason": reason}
            clock.paused_at, clock.pauses = None, [*clock.pauses, ended]
            computed = _computed(session, clock)
            clock.due_at, clock.provisional, clock.reason = computed.at, computed.provisional, list(computed.reason)
    refresh_due(session, case)


def _computed(session: Session, clock: Clock) -> Due:
    pauses = [
        Pause(datetime.fromisoformat(span["began_at"]), datetime.fromisoformat(span["ended_at"]), span["reason"])
        for span in clock.pauses
    ]
    return due(rule(session, clock.rule_id), clock.started_at, load_calendar(session), pauses)


def _note_lateness(session: Session, case: Timed, clock: Clock) -> None:
    """A clock that ends after its date was missed, also if the timetable did not come by in between."""
    is_late = clock.due_at < now(session) and clock.met_claimed_at is None and clock.paused_at is None
    if not is_late or clock.breached_at is not None or clock.rule_id == _TERM_REPEATED:
        return
    if clock.rule_id in TERMS:
        clock.breached_at = clock.due_at
    else:
        breach(session, case, clock, rule(session, clock.rule_id).label, is_done=True)


def open_clocks(session: Session, case: Timed) -> list[Clock]:
    """The clocks of a case that still run, oldest due first. Read once for each case and transaction."""
    known: dict[UUID, list[Clock]] = remembered(session, "open_clocks")
    if case.id not in known:
        known[case.id] = _read_open(session, case) if _may_run(case) else []
    known[case.id] = [clock for clock in known[case.id] if clock.met_at is None and clock.cancelled_at is None]
    return known[case.id]


def _may_run(case: Timed) -> bool:
    """False saves a query: of a case without a date none runs, unless it stands still or only its publication is due."""
    return case.due_at is not None or getattr(case, "paused", None) is not None or hasattr(case, "publication")


def _read_open(session: Session, case: Timed) -> list[Clock]:
    of_case = select(Clock).where(Clock.entity_type == _type_of(case), Clock.entity_id == case.id)
    still = of_case.where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None)).order_by(Clock.due_at)
    with session.no_autoflush:  # no clock of this transaction is read before those that it found
        return list(session.scalars(still))


def clocks_of(session: Session, entity_type: str, entity_id: UUID) -> list[Clock]:
    """Every clock that a case ever had, in the order of their start."""
    return list(
        session.scalars(
            select(Clock)
            .where(Clock.entity_type == entity_type, Clock.entity_id == entity_id)
            .order_by(Clock.started_at, Clock.id)
        )
    )


def recompute(session: Session, clock: Clock) -> bool:
    """Compute a clock anew after the calendar or its rule changed; True if the date moved."""
    wanted = rule(session, clock.rule_id)
    if wanted.unit == "h" or len(clock.reason) < 2:  # hours never move; a single line means a date set by hand
        return False
    computed = _computed(session, clock)
    moved = computed.at != clock.due_at
    clock.due_at, clock.provisional, clock.reason = computed.at, computed.provisional, list(computed.reason)
    if clock.breached_at is not None and clock.due_at > now(session):
        clock.breached_at = None
    return moved


def would_move(session: Session, clock: Clock) -> bool:
    """True if computing the clock anew would give another date: asked before the case is taken, of which few are."""
    wanted = rule(session, clock.rule_id)
    if wanted.unit == "h" or len(clock.reason) < 2:
        return False
    return _computed(session, clock).at != clock.due_at


def refresh_due(session: Session, case: Timed) -> None:
    """Bring the case's `due_at` in line with its open clocks."""
    dates = [clock.due_at for clock in open_clocks(session, case) if clock.paused_at is None and clock.rule_id not in ASIDE]
    case.due_at = min(dates) if dates else None


def first_due(session: Session, case: Timed) -> datetime | None:
    """By when somebody of the office has to act: the case's own date, or what the office has to do before."""
    aside = [clock.due_at for clock in open_clocks(session, case) if clock.rule_id in ASIDE]
    return min([date for date in (case.due_at, *aside) if date is not None], default=None)
