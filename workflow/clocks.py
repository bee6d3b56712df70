"""Statutory deadlines: when a clock is due, and why its date is what it is. Values in, values out.

The day on which a period begins is not counted; working days follow the calendar (调休 included) and end with the day in
Beijing time; hours are natural hours and run through weekends (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Protocol

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
_END_OF_DAY = time(23, 59, 59)


class DayCount(Protocol):
    """The answer of the calendar: the last day of the period, and what was passed over on the way."""

    @property
    def date(self) -> date: ...
    @property
    def provisional(self) -> bool: ...
    @property
    def lines(self) -> tuple[str, ...]: ...


class Calendar(Protocol):
    """Working days, from `places/calendar.py`."""

    def add_work_days(self, start: date, n: int) -> DayCount: ...
    def is_work_day(self, day: date) -> bool: ...


@dataclass(frozen=True)
class Rule:
    """One row of the deadline registry. unit: h natural hours, wd working days, d natural days."""

    id: str
    label: str
    n: int
    unit: str
    kind: str  # statutory, statutory_doc, sla
    basis: str


@dataclass(frozen=True)
class Due:
    """A computed deadline. `provisional`: it crosses days for which no holiday notice exists yet."""

    at: datetime
    provisional: bool
    reason: tuple[str, ...]  # lines in Chinese


@dataclass(frozen=True)
class Pause:
    """A time that does not count (行政许可法 45: hearing, test, expert review). Its first day was used, its last was not."""

    began_at: datetime
    ended_at: datetime
    reason: str  # words

    def days(self) -> list[date]:
        """The days that do not count."""
        first, last = local_day(self.began_at), local_day(self.ended_at)
        return [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]


def local_day(moment: datetime) -> date:
    """The Beijing day of a moment."""
    return moment.astimezone(BEIJING).date()


def start_of(day: date) -> datetime:
    """The first moment of a Beijing day, in UTC."""
    return datetime.combine(day, time.min, BEIJING).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last second of a Beijing day, in UTC."""
    return datetime.combine(day, _END_OF_DAY, BEIJING).astimezone(UTC)


def due(rule: Rule, started_at: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """When a clock started at this moment is due. `pauses` have ended; those that began after the end change nothing."""
    law = f"依据:{rule.basis}" if rule.basis else "依据:平台服务时限"
    start = f"起算:{started_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    if rule.unit == "h":
        at = started_at + timedelta(hours=rule.n) + sum((pause.ended_at - pause.began_at for pause in pauses), timedelta())
        left_out = [_left_out(pause, "") for pause in pauses]
        return Due(at, False, (law, start, f"期限{rule.n}小时,按自然小时计算,节假日不顺延", *left_out, _until(at)))
    first = local_day(started_at)
    if rule.unit == "d":
        left_out = [_left_out(pause, f",计{len(pause.days())}日") for pause in pauses]
        at = end_of(first + timedelta(days=rule.n + sum(len(pause.days()) for pause in pauses)))
        return Due(at, False, (law, start, f"期限{rule.n}日,起算当日不计入", *left_out, _until(at)))
    spans = [(pause, sum(map(calendar.is_work_day, pause.days()))) for pause in pauses]
    counted = calendar.add_work_days(first, rule.n + sum(days for _, days in spans))
    at = end_of(counted.date)
    left_out = [_left_out(pause, f",计{days}个工作日") for pause, days in spans]
    lines = [law, start, f"期限{rule.n}个工作日,起算当日不计入", *counted.lines, *left_out]
    if counted.provisional:
        lines.append("含尚未公布放假安排的日期,按周末休息暂算,公布后自动重算")
    return Due(at, counted.provisional, (*lines, _until(at)))


def _left_out(pause: Pause, how_long: str) -> str:
    began, ended = (moment.astimezone(BEIJING) for moment in (pause.began_at, pause.ended_at))
    return f"扣除{began:%Y-%m-%d %H:%M}至{ended:%Y-%m-%d %H:%M}({pause.reason}){how_long}"


def _until(at: datetime) -> str:
    return f"截止:{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def strictest(rules: list[Rule]) -> Rule:
    """The rule that ends first, whatever the calendar: hours before days, days before working days, then the number."""
    order = {"h": 0, "d": 1, "wd": 2}
    return min(rules, key=lambda rule: (order[rule.unit], rule.n))
