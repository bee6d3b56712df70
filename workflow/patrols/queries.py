"""Lists of patrols, and one of them as its readers see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.roles import region_prefix
from database.base import Json
from places.standing import one_place
from workflow.patrols.models import Patrol
from workflow.patrols.rules import KINDS, PUTTING_RIGHT, STATES
from workflow.patrols.synced import PATROL, checks_for, patrol_line


def listed(session: Session, actor: Actor, filters: dict[str, Any]) -> Select[Patrol]:
    """The patrols that this actor may see, by kind, state, division, unit (with what was merged into it), and its name."""
    statement = select(Patrol).where(PATROL.listed_for(actor))
    for name in ("kind", "state"):
        if filters[name]:
            statement = statement.where(getattr(Patrol, name) == filters[name])
    if filters["region_code"]:
        statement = statement.where(Patrol.region_code.startswith(region_prefix(filters["region_code"]), autoescape=True))
    if filters["unit_id"]:
        statement = statement.where(Patrol.unit_id.in_(one_place(filters["unit_id"])))
    if filters["q"]:
        statement = statement.where(Patrol.place_name.contains(filters["q"], autoescape=True))
    return statement


def summary(patrol: Patrol) -> Json:
    """A line of the list."""
    names = (
        "id",
        "revision",
        "number",
        "kind",
        "state",
        "region_code",
        "unit_id",
        "place_name",
        "walked_by",
        "checked_at",
        "due_at",
    )
    results = [answer["result"] for answer in patrol.answers]
    return {
        **{name: getattr(patrol, name) for name in names},
        "kind_label": KINDS[patrol.kind],
        "state_label": STATES[patrol.state],
        "checklist_title": patrol.checklist["title"],
        "bad": results.count("BAD"),
    }


def shown(patrol: Patrol, actor: Actor) -> Json:
    """The whole of it, and whether its reader may say that something is put right."""
    may = patrol.state == PUTTING_RIGHT and checks_for(actor, patrol.own_unit_id)
    return {**summary(patrol), "data": patrol_line(patrol), "may_put_right": may}
