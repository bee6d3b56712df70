"""Deadlines as the law counts them."""

from __future__ import annotations

import random
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


def by_hand(rule: Rule, started_at: datetime) -> tuple[datetime, bool]:
    """The same by walking from day to day: when, and whether a year without a notice was touched."""
    if rule.unit == "h":
        return started_at + timedelta(seconds=3600 * rule.n), False
    day, left, provisional = (started_at + timedelta(hours=8)).date(), rule.n, False
    while left:
        day += timedelta(days=1)
        if rule.unit == "wd" and day.year > 2026:
            provisional = True
            left -= day.isoweekday() <= 5
        elif rule.unit == "d" or chinese_calendar.is_workday(day):
            left -= 1
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return midnight - timedelta(hours=8, seconds=1), provisional


def test_ten_thousand_random_clocks_end_where_counting_by_hand_ends() -> None:
    calendar, chance = seeded_calendar(), random.Random(20261126)
    first, last = datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
    for _ in range(10_000):
        started_at = first + chance.random() * (last - first)
        if chance.random() < 0.2:  # about midnight in Beijing
            started_at = started_at.replace(hour=15, minute=59, second=59) + timedelta(seconds=chance.randrange(3))
        rule = Rule("X", "x", chance.randint(1, 40), chance.choice(("h", "d", "wd", "wd", "wd")), "statutory", "")
        computed = due(rule, started_at, calendar)
        assert (computed.at, computed.provisional) == by_hand(rule, started_at), (rule, started_at)


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
