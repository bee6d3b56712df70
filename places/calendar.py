"""Working days. `WorkCalendar` is a value: rules receive it and compute; `load_calendar` makes it from the table.

A day is a day in Beijing time (Asia/Shanghai). Worked weekends (调休) count, holidays do not, the first day of a period does not
(行政许可法 82, 行政强制法 69 speak of 工作日). Beyond the table only weekends are known to be free: such dates are
provisional, and are computed again when the notice is loaded (`calendar.loaded`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import remembered
from places.models import CalendarNotice, WorkDay

MAX_DAYS = 400  # no period of the law is longer; a slip must not count through centuries
_ONE_DAY = dt.timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day. `name` is the holiday, also of a weekend that is worked for it; else empty."""

    is_work: bool
    name: str = ""
    provisional: bool = False


_FREE, _WORKED = Day(False, provisional=True), Day(True, provisional=True)


@dataclass(frozen=True, slots=True)
class WorkDayResult:
    """The last day of a period. `lines` say in Chinese what was passed over, and which weekends counted."""

    date: dt.date
    provisional: bool
    lines: tuple[str, ...]


class WorkCalendar:
    """The days of the table; every other day by its weekday. Immutable, and safe to share between threads."""

    def __init__(self, days: Mapping[dt.date, Day]) -> None:
        self._days = dict(days)
        # Reports of one day start the same few clocks.
        self._counted = functools.lru_cache(maxsize=4096)(self._count)

    def day(self, day: dt.date) -> Day:
        """What is known of a day; beyond the table its weekday, marked provisional."""
        known = self._days.get(day)
        if known is not None:
            return known
        return _WORKED if day.weekday() < 5 else _FREE

    def is_work_day(self, day: dt.date) -> bool:
        """True if offices work."""
        return self.day(day).is_work

    def add_work_days(self, start: dt.date, n: int) -> WorkDayResult:
        """The n-th working day after `start`, which is not counted itself. n is 0 to MAX_DAYS; else ValueError."""
        if not 0 <= n <= MAX_DAYS:
            raise ValueError(f"{n} working days")
        return self._counted(start, n)

    def _count(self, start: dt.date, n: int) -> WorkDayResult:
        day, left, provisional = start, n, False
        noted: list[tuple[dt.date, Day]] = []
        while left:
            day += _ONE_DAY
            known = self.day(day)
            provisional = provisional or known.provisional
            left -= known.is_work
            if known.name or not known.is_work:
                noted.append((day, known))
        return WorkDayResult(day, provisional, _lines(start, noted))


def _lines(start: dt.date, noted: list[tuple[dt.date, Day]]) -> tuple[str, ...]:
    """Holidays as runs, worked weekends one by one, ordinary weekends as a number."""
    lines: list[str] = []
    weekends = sum(1 for _, known in noted if not known.name)
    run: list[dt.date] = []
    for index, (day, known) in enumerate(noted):
        if not known.name:
            continue
        if known.is_work:
            lines.append(f"{_said(day, start)}(周{_WEEKDAYS[day.weekday()]}){known.name}调休上班,计入")
            continue
        run.append(day)
        following = noted[index + 1] if index + 1 < len(noted) else None
        if following is None or following[0] != day + _ONE_DAY or following[1] != known:
            span = _said(run[0], start) + (f"至{_said(run[-1], start)}" if len(run) > 1 else "")
            lines.append(f"{span}{known.name}放假,不计入")
            run = []
    if weekends:
        lines.append(f"周末{weekends}天不计入")
    return tuple(lines)


def _said(day: dt.date, start: dt.date) -> str:
    return f"{day.month}月{day.day}日" if day.year == start.year else f"{day.year}年{day.month}月{day.day}日"


Version = tuple[tuple[int, bytes], ...]  # (year, digest of its notice): says everything about the table

# So that a process reads the table once for each state of it; the oldest of a few states is forgotten.
_calendars: dict[Version, WorkCalendar] = {}
_KEPT = 4


def load_calendar(session: Session) -> WorkCalendar:
    """The calendar as this transaction sees it: one small query in each transaction, the table itself once in a process."""
    shelf = remembered(session, "calendar")
    if "value" not in shelf:
        shelf["value"] = _calendar_of(session)
    calendar: WorkCalendar = shelf["value"]
    return calendar


def forget_calendar(session: Session) -> None:
    """After this transaction changed the table."""
    remembered(session, "calendar").clear()


def _version(session: Session) -> Version:
    notices = session.execute(select(CalendarNotice.year, CalendarNotice.digest).order_by(CalendarNotice.year))
    return tuple((year, bytes(digest)) for year, digest in notices)


def _calendar_of(session: Session) -> WorkCalendar:
    version = _version(session)
    known = _calendars.get(version)
    if known is not None:
        return known
    rows = session.execute(select(WorkDay.day, WorkDay.is_work, WorkDay.name, WorkDay.provisional))
    calendar = WorkCalendar({day: Day(is_work, name, provisional) for day, is_work, name, provisional in rows})
    if _version(session) == version:  # else a notice was committed between the two statements: good for this transaction alone
        while len(_calendars) >= _KEPT:
            _calendars.pop(next(iter(_calendars)), None)
        _calendars[version] = calendar
    return calendar
