"""The five figures and the rows behind each: one set of conditions, so that a total is the number of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from accounts.actor import Actor
from analytics.rules import FIGURES, NO_CATEGORY, READERS
from database.base import Json
from database.session import now
from places.models import Division
from problems import RoleNotAllowed
from workflow.clocks import BEIJING
from workflow.hazards.models import Hazard, HazardCategory
from workflow.hazards.rules import VERIFY_CLOCKS
from workflow.models import Clock
from workflow.rectification.models import Rectification

_TRUE_FINDINGS = ("verify_true", "fix_on_site")
_MONTH = func.to_char(func.timezone(str(BEIJING), Hazard.submitted_at), "YYYY-MM")
_KEYS: dict[str, Any] = {
    "month": _MONTH,
    "league": func.concat(func.left(Hazard.region_code, 4), "00"),
    "region": Hazard.region_code,
    "category": func.coalesce(Hazard.category, NO_CATEGORY),
}


def conditions(moment: datetime) -> dict[str, ColumnElement[bool]]:
    """What makes a report count in each figure.

    on_time, overdue: by the clock of its verification, as it was last set; one that is neither still runs, or was never due.
    substantiated: two officers found it true. rectified: put right on the spot, or by the recheck of its order.
    """
    clock = and_(
        Clock.entity_type == "hazard",
        Clock.entity_id == Hazard.id,
        Clock.rule_id.in_(VERIFY_CLOCKS),
        Clock.cancelled_at.is_(None),
    )
    late = or_(Clock.breached_at.is_not(None), and_(Clock.met_at.is_(None), Clock.due_at < moment))
    found = Hazard.finding["action"].astext
    order = exists().where(Rectification.hazard_id == Hazard.id, Rectification.state == "RECTIFIED")
    return {
        "received": true(),
        "on_time": exists().where(clock, Clock.met_at.is_not(None), Clock.breached_at.is_(None)),
        "overdue": exists().where(clock, late),
        "substantiated": func.coalesce(found.in_(_TRUE_FINDINGS), false()),
        "rectified": or_(func.coalesce(found == "fix_on_site", false()), order),
    }


def table(session: Session, actor: Actor, query: Mapping[str, Any]) -> Json:
    """The figures of each group, and of all. Raises RoleNotAllowed."""
    counted = [func.count().filter(condition).label(name) for name, condition in conditions(now(session)).items()]
    key = _KEYS[query["by"]].label("key")
    grouped = _asked(actor, query, select(key, *counted)).group_by(key).order_by(key)
    rows = session.execute(grouped).mappings().all()
    words = _words(session, query["by"], [row["key"] for row in rows])
    total = {name: sum(row[name] for row in rows) for name in FIGURES}
    return {"by": query["by"], "items": [{**row, "label": words.get(row["key"], row["key"])} for row in rows], "total": total}


def rows_of(session: Session, actor: Actor, query: Mapping[str, Any]) -> Select[Any]:
    """The reports behind one figure. Raises RoleNotAllowed."""
    return _asked(actor, query, select(Hazard)).where(conditions(now(session))[query["figure"]])


def facts(session: Session, hazards: list[Hazard]) -> list[Json]:
    """What a row tells: where a report stands and how it ended; nothing of the reporter, nor of the place."""
    flags = [condition.label(name) for name, condition in conditions(now(session)).items()]
    statement = select(Hazard.id, *flags).where(Hazard.id.in_([hazard.id for hazard in hazards]))
    found = {row["id"]: row for row in session.execute(statement).mappings()}
    regions = _words(session, "region", [hazard.region_code for hazard in hazards])
    categories = _words(session, "category", [hazard.category or NO_CATEGORY for hazard in hazards])
    return [
        {
            "id": hazard.id,
            "number": hazard.number,
            "state": hazard.state,
            "region_code": hazard.region_code,
            "region_name": regions.get(hazard.region_code, hazard.region_code),
            "category": hazard.category,
            "category_label": categories.get(hazard.category or NO_CATEGORY, hazard.category),
            "submitted_at": hazard.submitted_at,
            "closed_at": hazard.closed_at,
            **{name: found[hazard.id][name] for name in FIGURES if name != "received"},
        }
        for hazard in hazards
    ]


def _asked(actor: Actor, query: Mapping[str, Any], statement: Select[Any]) -> Select[Any]:
    """Within the caller's jurisdiction, the months, the division and the category that are asked for."""
    prefixes = sorted({grant.region_prefix for grant in actor.grants if grant.role in READERS})
    if not prefixes:
        raise RoleNotAllowed(action="read_figures")
    statement = statement.where(
        or_(*(Hazard.region_code.startswith(prefix, autoescape=True) for prefix in prefixes)),
        Hazard.submitted_at >= _first(query["since"]),
        Hazard.submitted_at < _first(_next(query["until"])),
    )
    if query["region_code"]:
        statement = statement.where(Hazard.region_code.startswith(_prefix(query["region_code"]), autoescape=True))
    if query["category"] == NO_CATEGORY:
        statement = statement.where(Hazard.category.is_(None))
    elif query["category"]:
        statement = statement.where(Hazard.category == query["category"])
    return statement


def _first(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=BEIJING)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _prefix(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _words(session: Session, by: str, keys: list[str]) -> dict[str, str]:
    """What a person reads for a key."""
    if by == "month":
        return {key: f"{key[:4]}年{int(key[5:])}月" for key in keys}
    if by == "category":
        known = select(HazardCategory.code, HazardCategory.label).where(HazardCategory.code.in_(keys))
        return {**dict(session.execute(known).all()), NO_CATEGORY: "尚未分类"}
    return dict(session.execute(select(Division.code, Division.name).where(Division.code.in_(keys))).all())
