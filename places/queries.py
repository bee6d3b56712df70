"""What is read of divisions and the calendar."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.base import Json
from places.calendar import load_calendar
from places.jurisdiction import Jurisdiction, handling_region
from places.models import CalendarNotice, Division
from places.regions import full_name

NOT_ANNOUNCED = "放假安排尚未公布,暂按周末休息计算"


def leagues_with_banners(session: Session) -> list[Json]:
    """The leagues and cities in the order of their codes, each with its banners as `children`."""
    divisions = list(session.scalars(select(Division).where(Division.level > 1).order_by(Division.code)))
    return [
        {
            **division_facts(league),
            "children": [division_facts(banner) for banner in divisions if banner.parent_code == league.code],
        }
        for league in divisions
        if league.level == 2
    ]


def division_facts(division: Division) -> Json:
    """What everybody may know of a division."""
    names = ("code", "revision", "name", "parent_code", "level", "kind", "is_open", "opened_at")
    return {name: getattr(division, name) for name in names}


def handled(session: Session, found: Jurisdiction) -> Json:
    """A jurisdiction with names, and who handles what happens there."""
    answer: Json = {
        "region_code": found.region_code,
        "region_name": None,
        "near_border_codes": list(found.near_border_codes),
        "certainty": found.certainty,
        "message": found.message,
        "lon": found.lon,
        "lat": found.lat,
        "handling_code": None,
        "is_open": None,
        "handling_message": "",
    }
    if found.region_code is not None:
        handling = handling_region(session, found.region_code)
        answer["region_name"] = full_name(found.region_code)
        answer["handling_code"], answer["is_open"] = handling.code, handling.is_open
        answer["handling_message"] = handling.message
    return answer


def calendar_of_year(session: Session, year: int) -> Json:
    """The year's notice and how many days it leaves to work; of a year without notice, the provisional answer."""
    notice = session.scalars(select(CalendarNotice).where(CalendarNotice.year == year)).one_or_none()
    calendar = load_calendar(session)
    first, following = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    days = (first + dt.timedelta(days=offset) for offset in range((following - first).days))
    return {
        "year": year,
        "revision": notice.revision if notice else 0,
        "source": notice.source if notice else NOT_ANNOUNCED,
        "provisional": notice.provisional if notice else True,
        "work_days": sum(calendar.is_work_day(day) for day in days),
        "days": [{**entry, "day": dt.date.fromisoformat(entry["day"])} for entry in notice.days] if notice else [],
    }
