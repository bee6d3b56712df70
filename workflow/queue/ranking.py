"""What comes first in the queue: the earlier date, and what weighs moves an item up by so many hours. Ties: what came first.

How much something weighs is a row of the registry (QW-*), so the order can be explained and changed without a release.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from places.models import Unit
from places.unit_kinds import CROWDED_PLACES, VENUES
from workflow import timekeeping
from workflow.handovers.models import Handover
from workflow.hazards.categories import clock_rule_for
from workflow.hazards.models import Hazard
from workflow.inspections.models import Inspection
from workflow.measures.models import Measure
from workflow.queue.models import Task
from workflow.rectification.models import Rectification

LIFE, CROWDED, URGENT = "QW-LIFE", "QW-CROWD", "QW-URGENT"
WEIGHTS = (LIFE, CROWDED, URGENT)
_WITHIN_HOURS = ("HZ-24H", "HZ-2H")
_BATCH = 1000


def weights_of(session: Session, subject: Any) -> list[str]:
    """Which rows weigh for this case: danger to life, a crowded place, a letter that is urgent."""
    found: set[str] = set()
    match subject:
        case Hazard():
            found |= _of_hazard(session, subject)
        case Handover():
            found |= _of_hazard(session, session.get_one(Hazard, subject.hazard_id)) | ({URGENT} if subject.is_urgent else set())
        case Rectification() if subject.hazard_id is not None:
            found |= _of_hazard(session, session.get_one(Hazard, subject.hazard_id))
        case Rectification() | Inspection():
            found |= _of_place(session, subject.unit_id)
        case Measure():
            found |= {LIFE} | _of_place(session, subject.unit_id)
    return [code for code in WEIGHTS if code in found]


def _of_hazard(session: Session, hazard: Hazard) -> set[str]:
    threatens_life = clock_rule_for(session, hazard.picture, hazard.category).id in _WITHIN_HOURS
    return ({LIFE} if threatens_life else set()) | ({CROWDED} if _is_crowded(hazard.place_type) else set())


def _of_place(session: Session, unit_id: UUID | None) -> set[str]:
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    return {CROWDED} if unit is not None and _is_crowded(unit.place_type) else set()


def _is_crowded(place_type: str | None) -> bool:
    return place_type in VENUES or place_type in CROWDED_PLACES


def rank_of(session: Session, due_at: datetime, weights: Iterable[str]) -> datetime:
    """The moment by which an item is sorted."""
    return due_at - timedelta(hours=sum(timekeeping.rule(session, code).n for code in weights))


def reasons(session: Session, weights: Iterable[str]) -> list[str]:
    """危及人身安全,排前12小时: one line for each thing that weighs."""
    rules = [timekeeping.rule(session, code) for code in weights]
    return [f"{rule.label},排前{rule.n}小时" for rule in rules if rule.n]


def rank_anew(session: Session, after: UUID | None) -> UUID | None:
    """A weight was edited: the next open items that anything weighs for are sorted anew. Where to go on, or None at the end."""
    weighed = select(Task.id).where(Task.is_open, Task.weights != [])
    if after is not None:
        weighed = weighed.where(Task.id > after)
    found = session.scalars(weighed.order_by(Task.id).limit(_BATCH).with_for_update()).all()
    hours = [case((Task.weights.contains([code]), timekeeping.rule(session, code).n), else_=0) for code in WEIGHTS]
    earlier = func.make_interval(0, 0, 0, 0, sum(hours[1:], start=hours[0]))
    session.execute(update(Task).where(Task.id.in_(found)).values(rank_at=Task.due_at - earlier))
    return found[-1] if len(found) == _BATCH else None
