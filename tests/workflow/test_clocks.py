"""Deadlines as the law counts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from places.calendar import Day, WorkCalendar
from workflow.clocks import BEIJING, Rule, due, end_of, strictest

HOURS_24 = Rule("HZ-24H", "24小时内实地核查", 24, "h", "statutory", "消防监督检查规定18(1)(一)")
DAYS_3 = Rule("HZ-3WD", "三个工作日内核查", 3, "wd", "statutory", "消防监督检查规定18(1)(二)")


def seeded_calendar() -> WorkCalendar:
    """The notices of 2024 to 2026, straight from the package that keeps them."""
    days = {}
    day = date(2024, 1, 1)
    while day.year < 2027:
        holiday = chinese_calendar.get_holiday_detail(day)[1]
        name = chinese_calendar.Holiday(holiday).chinese if holiday else ""
        days[day] = Day(chinese_calendar.is_workday(day), name)
        day += timedelta(days=1)
    return WorkCalendar(days)


def at(text: str) -> datetime:
    """A Beijing moment."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "days", "last_day"),
    [("2026-09-30", 3, "2026-10-10"), ("2026-02-13", 10, "2026-03-05"), ("2026-11-23", 20, "2026-12-21")],
)
def test_working_days_end_where_the_notices_say(start: str, days: int, last_day: str) -> None:
    rule = Rule("X", "x", days, "wd", "statutory", "")
    assert due(rule, at(f"{start} 10:00"), seeded_calendar()).at == end_of(date.fromisoformat(last_day))


def test_the_24_hour_clock_runs_through_a_holiday() -> None:
    started = at("2026-10-01 09:30")
    assert due(HOURS_24, started, seeded_calendar()).at == started + timedelta(hours=24)


def test_the_day_of_receipt_is_not_counted_even_a_minute_before_midnight_in_beijing() -> None:
    late = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    assert due(DAYS_3, late, seeded_calendar()).at == end_of(date(2026, 11, 26))
    assert due(DAYS_3, late + timedelta(minutes=2), seeded_calendar()).at == end_of(date(2026, 11, 27))


def test_a_date_beyond_the_published_calendar_is_provisional_and_says_so() -> None:
    computed = due(Rule("X", "x", 20, "wd", "statutory", ""), at("2026-12-10 10:00"), seeded_calendar())
    assert computed.provisional
    assert any("尚未公布" in line for line in computed.reason)


def test_a_date_is_explained_line_by_line() -> None:
    computed = due(DAYS_3, at("2026-09-30 10:00"), seeded_calendar())
    text = "\n".join(computed.reason)
    assert "依据:消防监督检查规定18(1)(二)" in text
    assert "起算当日不计入" in text
    assert "国庆" in text
    assert "截止:2026-10-10 23:59" in text


def test_the_strictest_of_several_clocks_ends_first() -> None:
    assert strictest([DAYS_3, HOURS_24]).id == "HZ-24H"
