from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Role
from database.journal import recorded
from database.session import Database
from places.calendar import Day, WorkCalendar, load_calendar
from places.commands import load_notice
from places.models import CalendarNotice, WorkDay
from places.seed import seed
from problems import Invalid, RoleNotAllowed
from tests.places.people import citizen, staff

ADMIN = staff(Role.SYS_ADMIN, "150000")


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a worked Saturday
        (date(2026, 2, 13), 10, date(2026, 3, 5)),
        (date(2026, 11, 23), 20, date(2026, 12, 21)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
        (date(2024, 2, 8), 1, date(2024, 2, 9)),  # 除夕 of 2024 was worked
    ],
)
def test_known_periods_end_on_the_known_day(session: Session, start: date, n: int, due: date) -> None:
    result = load_calendar(session).add_work_days(start, n)
    assert (result.date, result.provisional) == (due, False)


def test_random_periods_agree_with_counting_by_hand(session: Session) -> None:
    calendar, chance = load_calendar(session), random.Random(20260930)
    for _ in range(3000):
        start, n = date(2024, 1, 1) + timedelta(days=chance.randrange(1000)), chance.randint(1, 30)
        due = calendar.add_work_days(start, n).date
        if due.year > 2026:
            continue
        worked = chinese_calendar.get_workdays(start + timedelta(days=1), due)
        assert len(worked) == n, start
        assert worked[-1] == due


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_seed_agrees_with_a_second_source_of_holidays(session: Session, year: int) -> None:
    calendar = load_calendar(session)
    for day in holidays.country_holidays("CN", years=year):
        assert not calendar.is_work_day(day), day


def test_the_explanation_names_what_was_passed_over(session: Session) -> None:
    assert load_calendar(session).add_work_days(date(2026, 9, 30), 3).lines == (
        "10月1日至10月7日国庆节放假,不计入",
        "10月10日(周六)国庆节调休上班,计入",
    )
    assert load_calendar(session).add_work_days(date(2026, 11, 23), 20).lines == ("周末8天不计入",)


def test_neighbouring_holidays_and_a_new_year_are_told_apart() -> None:
    days = {
        date(2026, 12, 31): Day(is_work=False, name="甲节"),
        date(2027, 1, 1): Day(is_work=False, name="元旦"),
        date(2027, 1, 2): Day(is_work=True, name="元旦"),
    }
    result = WorkCalendar(days).add_work_days(date(2026, 12, 30), 1)
    assert result.lines == ("12月31日甲节放假,不计入", "2027年1月1日元旦放假,不计入", "2027年1月2日(周六)元旦调休上班,计入")


def test_beyond_the_table_weekends_are_free_and_the_date_is_provisional(session: Session) -> None:
    result = load_calendar(session).add_work_days(date(2026, 12, 10), 20)
    assert (result.date, result.provisional) == (date(2027, 1, 7), True)
    assert not load_calendar(session).add_work_days(date(2026, 12, 10), 15).provisional


@pytest.mark.parametrize("n", [-1, 401])
def test_an_absurd_period_is_an_error(n: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        WorkCalendar({}).add_work_days(date(2026, 1, 1), n)


def notice(*days: tuple[str, bool, str], provisional: bool = False) -> dict[str, Any]:
    entries = [{"day": date.fromisoformat(day), "is_work": is_work, "name": name} for day, is_work, name in days]
    return {"source": "国务院办公厅关于2027年部分节假日安排的通知", "provisional": provisional, "days": entries}


def test_a_loaded_notice_moves_dates_and_is_an_event(session: Session) -> None:
    before = load_calendar(session).add_work_days(date(2026, 12, 28), 5)
    load_notice(session, ADMIN, 2027, notice(("2027-01-01", False, "元旦")))
    after = load_calendar(session).add_work_days(date(2026, 12, 28), 5)
    assert (before.date, before.provisional) == (date(2027, 1, 4), True)
    assert (after.date, after.provisional) == (date(2027, 1, 5), False)
    event = recorded(session)[-1]
    assert (event.name, event.entity_type, event.data) == ("calendar.loaded", "calendar_notice", {"year": 2027})


def test_a_provisional_notice_leaves_dates_provisional(session: Session) -> None:
    load_notice(session, ADMIN, 2027, notice(("2027-01-01", False, "元旦"), provisional=True))
    result = load_calendar(session).add_work_days(date(2026, 12, 30), 2)
    assert (result.date, result.provisional) == (date(2027, 1, 4), True)


def test_a_replaced_notice_leaves_no_trace(session: Session) -> None:
    original = rows(session)
    load_notice(session, ADMIN, 2027, notice(("2026-12-31", False, "元旦"), ("2027-01-01", False, "元旦")))
    assert not load_calendar(session).is_work_day(date(2026, 12, 31))
    replaced = load_notice(session, ADMIN, 2027, notice(("2027-01-01", False, "元旦")))
    assert replaced.revision == 2
    assert load_calendar(session).is_work_day(date(2026, 12, 31))
    assert {day: row for day, row in rows(session).items() if day.year < 2027} == original


def test_the_order_of_loading_does_not_matter(session: Session) -> None:
    this, following = (
        notice(("2027-10-01", False, "国庆节")),
        notice(("2027-12-31", False, "元旦"), ("2028-01-03", False, "元旦")),
    )
    load_notice(session, ADMIN, 2027, this)
    load_notice(session, ADMIN, 2028, following)
    one_way = rows(session)
    load_notice(session, ADMIN, 2027, this)
    assert rows(session) == one_way
    assert not load_calendar(session).is_work_day(date(2027, 12, 31))


def rows(session: Session) -> dict[date, tuple[bool, str]]:
    return {row.day: (row.is_work, row.name) for row in session.scalars(select(WorkDay))}


@pytest.mark.parametrize("day", ["2026-11-30", "2028-01-01"])
def test_a_day_of_another_year_is_refused_by_field(session: Session, day: str) -> None:
    with pytest.raises(Invalid) as refused:
        load_notice(session, ADMIN, 2027, notice(("2027-01-01", False, "元旦"), (day, False, "元旦")))
    assert refused.value.data["errors"][0]["field"] == "days.1.day"


def test_a_double_day_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        load_notice(session, ADMIN, 2027, notice(("2027-01-01", False, "元旦"), ("2027-01-01", True, "元旦")))


def test_only_system_administrators_load_notices(session: Session) -> None:
    for nobody in (citizen(), staff(Role.UNIT_LEADER, "150000")):
        with pytest.raises(RoleNotAllowed):
            load_notice(session, nobody, 2027, notice(("2027-01-01", False, "元旦")))


def test_the_table_is_read_once_in_a_process_and_anew_after_a_change(places_database: Database) -> None:
    with places_database.transaction() as first, places_database.transaction() as second:
        known = load_calendar(first)
        assert load_calendar(second) is known
        load_notice(first, ADMIN, 2027, notice(("2027-01-01", False, "元旦")))
        assert load_calendar(first) is not known
        assert load_calendar(second) is known
        first.rollback()


def test_seeding_again_keeps_what_an_administrator_entered(session: Session) -> None:
    load_notice(session, ADMIN, 2026, notice(("2026-10-01", False, "国庆节")))
    before = rows(session)
    seed(session)
    assert rows(session) == before
    assert session.scalars(select(CalendarNotice.year).order_by(CalendarNotice.year)).all() == [2024, 2025, 2026]
