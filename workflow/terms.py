"""What every order is held to: the bounds of its term, and to whom it is made; and how it is said."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.base import Json
from database.session import now
from places.models import Unit
from problems import Invalid, field_error
from wire import said_day
from workflow import timekeeping
from workflow.clocks import local_day


def check_term(session: Session, due_on: date, *, after: date, field: str = "due_on") -> None:
    """A term ends after this day, and no later from today than the row IN-MAX says. Raises Invalid naming the field."""
    if due_on <= after:
        raise Invalid(field_error(field, "too_early", f"改正期限应晚于{said_day(after)}"))
    longest = timekeeping.rule(session, "IN-MAX").n
    if due_on > local_day(now(session)) + timedelta(days=longest):
        raise Invalid(field_error(field, "too_late", f"改正期限自今日起不超过{longest}日"))


def said(order: Json) -> str:
    """What an order asks for, as reporters, parties and other offices read it: 立即改正, or 于2026年12月3日前改正."""
    if order["kind"] == "IMMEDIATE":
        return "立即改正"
    due_on = date.fromisoformat(order["due_on"])
    return f"于{said_day(due_on)}前改正"


def is_unit_of(session: Session, unit_id: UUID, region_code: str) -> bool:
    """True if there is such a unit in this banner."""
    found = select(Unit.id).where(Unit.id == unit_id, Unit.region_code == region_code)
    return session.scalars(found).one_or_none() is not None
