"""What comes first in the queue: the earlier date, and what weighs moves an item up by so many hours. Ties: what came first.

How much something weighs is a row of the registry (QW-*), so the order can be explained and changed without a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from database.session import now
from places.models import Unit
from places.unit_kinds import CROWDED_PLACES, KEY_CATEGORIES, VENUES
from workflow import timekeeping
from workflow.assistance.models import Assistance
from workflow.handovers.models import Handover
from workflow.hazards.categories import clock_rule_for
from workflow.hazards.models import Hazard
from workflow.inspections.models import Inspection
from workflow.majors.models import MajorHazard
from workflow.measures.models import Measure
from workflow.permits.models import Permit
from workflow.queue.models import Task
from workflow.queue.placing import BEHIND, spot_of
from workflow.rectification.models import Rectification
from workflow.transfers.models import Transfer
from workflow.turns import several

LIFE, CROWDED, KEY, URGENT = "QW-LIFE", "QW-CROWD", "QW-KEY", "QW-URGENT"
WEIGHTS = (LIFE, CROWDED, KEY, URGENT)
_WITHIN_HOURS = ("HZ-24H", "HZ-2H")
_SUBJECTS: dict[str, Any] = {
    model.__tablename__: model
    for model in (Hazard, Handover, Rectification, Inspection, Measure, MajorHazard, Permit, Assistance, Transfer)
}  # fmt: skip
BATCH = 50


def weight_of(session: Session, subject: Any) -> tuple[int, list[str]]:
    """By how many hours a case comes earlier, and why, a line for each thing that weighs: 危及人身安全,排前12小时."""
    rules = [rule for code in _codes(session, subject) if (rule := timekeeping.rule(session, code)).n]
    return sum(rule.n for rule in rules), [f"{rule.label},排前{rule.n}小时" for rule in rules]


def _codes(session: Session, subject: Any) -> list[str]:
    """Which rows weigh for this case: danger to life, a crowded place, a unit of high risk, a letter that is urgent."""
    found: set[str] = set()
    match subject:
        case Hazard():
            found |= _of_hazard(session, subject)
        case Handover():
            found |= _of_hazard(session, session.get_one(Hazard, subject.hazard_id)) | ({URGENT} if subject.is_urgent else set())
        case Rectification() if subject.hazard_id is not None:
            found |= _of_hazard(session, session.get_one(Hazard, subject.hazard_id)) | _of_place(session, subject.unit_id)
        case Rectification() | Inspection():
            found |= _of_place(session, subject.unit_id)
        case Measure() | MajorHazard():
            found |= {LIFE} | _of_place(session, subject.unit_id)
    return [code for code in WEIGHTS if code in found]


def _of_hazard(session: Session, hazard: Hazard) -> set[str]:
    threatens_life = clock_rule_for(session, hazard.picture, hazard.category).id in _WITHIN_HOURS
    return ({LIFE} if threatens_life else set()) | ({CROWDED} if _is_crowded(hazard.place_type) else set())


def _of_place(session: Session, unit_id: UUID | None) -> set[str]:
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        return set()
    return ({CROWDED} if _is_crowded(unit.place_type) else set()) | ({KEY} if unit.category in KEY_CATEGORIES else set())


def _is_crowded(place_type: str | None) -> bool:
    return place_type in VENUES or place_type in CROWDED_PLACES


def misplaced(session: Session, after: UUID | None) -> tuple[list[UUID], UUID | None]:
    """Of the next open items those whose weight or place is another now; where to go on, or None at the end. Locks nothing."""
    columns = (Task.id, Task.subject_type, Task.subject_id, Task.hours_up, Task.ranked_up, Task.lon, Task.lat)
    weighed = select(*columns).where(Task.is_open)
    if after is not None:
        weighed = weighed.where(Task.id > after)
    rows = session.execute(weighed.order_by(Task.id).limit(BATCH)).all()
    cases: dict[UUID, Any] = {}
    for kind, model in _SUBJECTS.items():
        of_kind = [row.subject_id for row in rows if row.subject_type == kind]
        if of_kind:
            cases |= {case.id: case for case in session.scalars(select(model).where(model.id.in_(of_kind)))}
    looked_at = list(cases.values())
    for column, model in BEHIND.items():  # read together what each looks at
        behind = {getattr(case, column, None) for case in looked_at}
        looked_at += session.scalars(select(model).where(model.id.in_(behind))).all()
    by_id = {row.id: row for row in rows}
    found: set[UUID] = set()

    def compare(task_id: UUID) -> bool:
        row = by_id[task_id]
        case = cases[row.subject_id]
        if (row.hours_up, row.ranked_up) != weight_of(session, case) or (row.lon, row.lat) != spot_of(session, case):
            found.add(task_id)
        return True

    several(session, "rank_queue", by_id, compare, len(by_id))
    return sorted(found), rows[-1].id if len(rows) == BATCH else None


def put_right(session: Session, ids: Sequence[UUID] | Select[UUID]) -> None:
    """Rank and place these open items anew. What somebody holds is passed by: who waits for nobody stands in nobody's way.

    It comes again when the timetable goes through the queue (`misplaced`), unless whoever holds it sees to it himself.
    """
    items = select(Task).where(Task.id.in_(ids), Task.is_open)
    free = items.order_by(Task.id).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    for task in session.scalars(free).all():
        case = session.get_one(_SUBJECTS[task.subject_type], task.subject_id)
        task.lon, task.lat = spot_of(session, case)  # no device has it, so the revision stays
        hours_up, ranked_up = weight_of(session, case)
        if (task.hours_up, task.ranked_up) != (hours_up, ranked_up):
            task.hours_up, task.ranked_up = hours_up, ranked_up
            task.revision, task.updated_at = task.revision + 1, now(session)


def of_unit(unit_id: UUID) -> Select[UUID]:
    """The items of what is done at a place."""
    return _of(*((kind, kind.unit_id == unit_id) for kind in (Rectification, Inspection, Measure, MajorHazard, Permit)))


def of_hazard(hazard_id: UUID) -> Select[UUID]:
    """The items of the letters and orders that came of a report."""
    return _of(*((kind, kind.hazard_id == hazard_id) for kind in (Handover, Rectification)))


def _of(*found: tuple[Any, ColumnElement[bool]]) -> Select[UUID]:
    ids = {kind.__tablename__: select(kind.id).where(where) for kind, where in found}
    return select(Task.id).where(or_(*(and_(Task.subject_type == kind, Task.subject_id.in_(ids[kind])) for kind in ids)))
