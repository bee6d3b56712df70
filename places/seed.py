"""The first rows: 116 divisions, and the working days that are known. Safe to repeat; it changes nothing that is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from importlib.metadata import version
from typing import Any

import chinese_calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.session import now
from places.commands import load_notice
from places.models import CalendarNotice, Division, division_id
from places.regions import regions

DEMO_OPEN = ("150102", "150103", "150121", "150203", "150702", "152502")
CALENDAR_YEARS = range(2024, 2027)
_SEED_TURN = 0x706C61636573  # "places"


def seed(session: Session, open_codes: Collection[str] = ()) -> None:
    """Write what is missing. Banners of `open_codes` start opened; one that an administrator closed later stays closed."""
    session.execute(select(func.pg_advisory_xact_lock(_SEED_TURN)))  # two processes may start at once
    _seed_divisions(session, open_codes)
    known = set(session.scalars(select(CalendarNotice.year)))
    for year in CALENDAR_YEARS:
        if year not in known:
            load_notice(session, SYSTEM, year, _notice_of(year))


def _seed_divisions(session: Session, open_codes: Collection[str]) -> None:
    known, moment = set(session.scalars(select(Division.code))), now(session)
    for code, region in regions().items():
        if code in known:
            continue
        is_open = code in open_codes
        session.add(
            Division(
                id=division_id(code),
                revision=1,
                stamps={},
                created_at=moment,
                updated_at=moment,
                code=code,
                name=region.name,
                parent_code=region.parent_code,
                level=region.level,
                kind=region.kind,
                is_open=is_open,
                opened_at=moment if is_open else None,
            )
        )
    session.flush()


def _notice_of(year: int) -> dict[str, Any]:
    """A year of chinesecalendar, which keeps the notices of the 国务院办公厅 from 2004 on, in the form of our own notices."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    days = []
    for offset in range(366):
        day = dt.date(year, 1, 1) + dt.timedelta(days=offset)
        if day.year != year:
            break
        _, holiday = chinese_calendar.get_holiday_detail(day)
        if holiday is not None:
            days.append({"day": day, "is_work": chinese_calendar.is_workday(day), "name": names[holiday]})
    source = f"国务院办公厅放假安排,录自 chinesecalendar {version('chinesecalendar')}"
    return {"source": source, "provisional": False, "days": days}
