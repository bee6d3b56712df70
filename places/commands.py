"""What administrators do to the divisions and the calendar."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, Actor, Role
from database.base import Json, new_id
from database.journal import record
from database.session import now, remembered
from places.calendar import forget_calendar
from places.models import CalendarNotice, Division, WorkDay
from places.regions import banner, regions
from places.synced import UNIT
from problems import Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error
from sync.dirty import move_region
from sync.engine import Engine

_CALENDAR_TURN = 0x63616C656E646172  # "calendar"


def open_region(session: Session, actor: Actor, code: str, data: dict[str, Any], seen_revision: int | None = None) -> Division:
    """Open or close the module in one banner (`is_open`). Events: division.opened, division.closed; none if it is so already.

    `seen_revision` None: any. Raises NotFound, RoleNotAllowed, StaleRevision, and Invalid for a league: the module
    is opened banner by banner.
    """
    if code not in regions():
        raise NotFound
    if not actor.may_in(code, Role.SYS_ADMIN):
        raise RoleNotAllowed(action="open_region")
    if banner(code) is None:
        raise Invalid(field_error("code", "not_a_banner", "只能按旗县区逐个开通"))
    wanted: bool = data["is_open"]
    seen = () if seen_revision is None else (Division.revision == seen_revision,)
    division = session.scalars(
        update(Division)
        .where(Division.code == code, Division.is_open.is_not(wanted), *seen)
        .values(revision=Division.revision + 1, updated_at=now(session))
        .returning(Division)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if division is None:
        division = session.scalars(select(Division).where(Division.code == code)).one()
        if seen_revision not in (None, division.revision):
            raise StaleRevision(current=division.revision)
        return division
    division.is_open, division.opened_at = wanted, now(session) if wanted else None
    remembered(session, "open_regions").clear()
    record(session, "division.opened" if wanted else "division.closed", division, actor, data={"code": code})
    return division


def move_units(engine: Engine, session: Session, actor: Actor, code: str, data: dict[str, Any]) -> Json:
    """Put all units of one banner into another, when divisions are merged: how many it were. Event: division.units_moved.

    With them goes whatever else stands where it stands (`Synced.moves`). All at once; devices are told in small batches, while
    others go on working. Raises NotFound, RoleNotAllowed, and Invalid for a banner that is none.
    """
    if banner(code) is None:
        raise NotFound
    if not actor.may_in(REGION_CODE, Role.SYS_ADMIN):
        raise RoleNotAllowed(action="move_units")
    if banner(data["into"]) is None or data["into"] == code:
        raise Invalid(field_error("into", "not_a_banner", "请选择并入的旗县区"))
    division = session.scalars(
        update(Division)
        .where(Division.code == code)
        .values(revision=Division.revision + 1, updated_at=now(session))
        .returning(Division)
        .execution_options(populate_existing=True)
    ).one()
    counts = {
        synced.type: move_region(engine, session, synced.type, code, data["into"])
        for synced in engine.catalog.by_type.values()
        if synced.moves
    }
    moved = counts[UNIT.type]
    record(session, "division.units_moved", division, actor, data={"code": code, "into": data["into"], "units": moved})
    return {"moved": moved}


def load_notice(
    session: Session, actor: Actor, year: int, data: dict[str, Any], seen_revision: int | None = None
) -> CalendarNotice:
    """Enter the holiday notice of a year, or replace it. Event: calendar.loaded, upon which open clocks are computed again.

    One calendar holds for the whole region, so only its own administrators enter it. `seen_revision`: 0 for a year without a
    notice, None for any. Raises RoleNotAllowed, StaleRevision, Invalid.

    `data`: `source` (the notice's title and number), `provisional`, and `days`, the days that differ from Monday to
    Friday: `{"day": date, "is_work": bool, "name": str}`, each once, from 1 December before to 31 December.
    The answer is the same whatever the order in which years are loaded.
    """
    if not actor.has(Role.SYSTEM) and not actor.may_in(REGION_CODE, Role.SYS_ADMIN):
        raise RoleNotAllowed(action="load_notice")
    days = _days(year, data["days"])
    # Two years share a December: whoever loads one waits for the other.
    session.execute(select(func.pg_advisory_xact_lock(_CALENDAR_TURN)))
    notice = _notice(session, year)
    if seen_revision is not None and seen_revision != notice.revision - 1:
        raise StaleRevision(current=notice.revision - 1)
    notice.source, notice.provisional, notice.days = data["source"], data["provisional"], days
    notice.digest = _digest(notice)
    session.flush()
    for touched in (year - 1, year):
        _write_year(session, touched)
    forget_calendar(session)
    record(session, "calendar.loaded", notice, actor, data={"year": year})
    return notice


def _days(year: int, given: list[dict[str, Any]]) -> list[Json]:
    """The days as they are kept, in order. Raises Invalid for a day that is double or not the notice's business."""
    first, last = date(year - 1, 12, 1), date(year, 12, 31)
    seen: set[date] = set()
    for index, entry in enumerate(given):
        if not first <= entry["day"] <= last:
            raise Invalid(field_error(f"days.{index}.day", "out_of_year", f"日期应在{first}至{last}之间"))
        if entry["day"] in seen:
            raise Invalid(field_error(f"days.{index}.day", "double", "日期重复"))
        seen.add(entry["day"])
    ordered = sorted(given, key=lambda entry: entry["day"])
    return [{"day": entry["day"].isoformat(), "is_work": entry["is_work"], "name": entry["name"]} for entry in ordered]


def _notice(session: Session, year: int) -> CalendarNotice:
    """The year's notice, locked and one revision up; a new one at revision 1."""
    moment = now(session)
    blank = {"id": new_id(), "year": year, "source": "", "provisional": False, "days": [], "digest": b"", "stamps": {}}
    return session.scalars(
        upsert(CalendarNotice)
        .values(**blank, revision=1, created_at=moment, updated_at=moment)
        .on_conflict_do_update(index_elements=["year"], set_={"revision": CalendarNotice.revision + 1, "updated_at": moment})
        .returning(CalendarNotice)
        .execution_options(populate_existing=True)
    ).one()


def _digest(notice: CalendarNotice) -> bytes:
    content = [notice.year, notice.source, notice.provisional, notice.days]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def _write_year(session: Session, year: int) -> None:
    """Write the rows of one calendar year anew, from its own notice and from what the next one says about December."""
    notices = {
        notice.year: notice for notice in session.scalars(select(CalendarNotice).where(CalendarNotice.year.in_([year, year + 1])))
    }
    rows = _weekdays(notices[year]) if year in notices else {}
    for notice in sorted(notices.values(), key=lambda notice: notice.year):
        for entry in notice.days:
            day = date.fromisoformat(entry["day"])
            if day.year == year:
                rows[day] = _row(day, entry["is_work"], entry["name"], notice)
    session.execute(delete(WorkDay).where(func.extract("year", WorkDay.day) == year))
    if rows:
        session.execute(insert(WorkDay), list(rows.values()))


def _weekdays(notice: CalendarNotice) -> dict[date, Json]:
    first = date(notice.year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(notice.year + 1, 1, 1) - first).days)]
    return {day: _row(day, day.weekday() < 5, "", notice) for day in days}


def _row(day: date, is_work: bool, name: str, notice: CalendarNotice) -> Json:  # noqa: FBT001 - a column's value
    return {"day": day, "is_work": is_work, "name": name, "source": notice.source, "provisional": notice.provisional}
