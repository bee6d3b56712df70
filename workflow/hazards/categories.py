"""Categories of the law behind the eight pictures, and the clock that each starts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import remembered
from problems import Invalid, field_error
from workflow import timekeeping
from workflow.clocks import Rule
from workflow.hazards.models import Hazard, HazardCategory
from workflow.hazards.rules import verify_rule


def categories(session: Session) -> dict[str, HazardCategory]:
    """Every category by code, read once for each transaction."""
    known: dict[str, HazardCategory] = remembered(session, "hazard_categories")
    if not known:
        with session.no_autoflush:
            rows = session.execute(select(*HazardCategory.__table__.columns))
        known.update({row.code: row for row in rows})
    return known


def category(session: Session, code: str) -> HazardCategory:
    """One category. Raises Invalid for a code that the table does not have."""
    found = categories(session).get(code)
    if found is None:
        raise Invalid(field_error("category", "unknown_category", "没有这个隐患类别"))
    return found


def clock_rule_for(session: Session, picture: str, code: str | None) -> Rule:
    """The clock of a report: of its category once known, else the strictest of the codes behind the picture."""
    if code is not None:
        return timekeeping.rule(session, category(session, code).clock_rule_id)
    if picture == "UNCLEAR":
        return timekeeping.rule(session, "HZ-24H")
    rules = [timekeeping.rule(session, row.clock_rule_id) for row in categories(session).values() if row.picture == picture]
    return verify_rule(rules)


def check_clocks(session: Session, hazard: Hazard) -> set[str]:
    """By when somebody has to be there: as the law has it, and where the office means to be there sooner, that too."""
    wanted = {clock_rule_for(session, hazard.picture, hazard.category).id}
    sooner = category(session, hazard.category).service_rule_id if hazard.category is not None else None
    return wanted | {sooner} if sooner is not None else wanted


def start_check_clocks(session: Session, hazard: Hazard, since: datetime) -> None:
    """Start them."""
    for rule_id in sorted(check_clocks(session, hazard)):
        timekeeping.start(session, hazard, rule_id, since)
