"""Open items counted by the cells of a fixed grid, for a map. What a cell counts is what the list has between its edges."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from problems import Invalid, field_error
from workflow.queue.models import Task
from workflow.queue.queries import PLAN_ANEW, tasks

WIDEST = 128.0  # degrees, at zoom 0. Each zoom halves it: some 90 pixels on any screen, and edges that binary numbers hit exactly
ZOOMS = (4, 16)
MOST_CELLS = 2_000


def cells(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Json:
    """The cells that the box touches, whole, from the south-west on. Raises Invalid for a box of too many cells."""
    size = WIDEST / 2 ** asked["zoom"]
    edges = {
        **{name: floor(asked[name] / size) * size for name in ("west", "south")},
        **{name: ceil(asked[name] / size) * size for name in ("east", "north")},
    }
    if (edges["east"] - edges["west"]) * (edges["north"] - edges["south"]) > MOST_CELLS * size * size:
        raise Invalid(field_error("zoom", "too_many_cells", f"这一范围超过{MOST_CELLS}格,请缩小范围或者用更大的格子"))
    session.execute(PLAN_ANEW)
    column, row = (func.floor(degrees / size).label(name) for name, degrees in (("x", Task.lon), ("y", Task.lat)))
    late = func.count().filter(Task.due_at < now(session)).label("late")
    counted = tasks(session, actor, {**asked, **edges}).with_only_columns(
        column, row, Task.subject_type.label("kind"), func.count().label("n"), late
    )
    found: dict[tuple[float, float], Json] = {}
    for line in session.execute(counted.group_by(column, row, Task.subject_type).order_by(row, column, Task.subject_type)):
        cell = {"west": line.x * size, "south": line.y * size, "count": 0, "overdue": 0, "kinds": []}
        cell = found.setdefault((line.x, line.y), cell)
        cell["count"] += line.n
        cell["overdue"] += line.late
        cell["kinds"].append({"subject_type": line.kind, "count": line.n})
    nowhere = tasks(session, actor, {**asked, "west": None}).where(Task.lon.is_(None)).with_only_columns(Task.id)
    return {
        "size": size,
        "items": list(found.values()),
        "total": sum(cell["count"] for cell in found.values()),
        "overdue": sum(cell["overdue"] for cell in found.values()),
        "unplaced": session.scalar(select(func.count()).select_from(nowhere.subquery())),
    }
