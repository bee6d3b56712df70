"""The one step that each item of the queue waits for, where its reader may take it now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from workflow.assistance import synced as requests
from workflow.assistance.models import Assistance
from workflow.handovers import synced as letters
from workflow.handovers.models import Handover
from workflow.hazards import queries as hazards
from workflow.hazards.models import Hazard
from workflow.inspections import synced as inspections
from workflow.inspections.models import Inspection
from workflow.majors import synced as majors
from workflow.majors.models import MajorHazard
from workflow.measures import synced as measures
from workflow.measures.models import Measure
from workflow.permits import synced as permits
from workflow.permits.models import Permit
from workflow.queue.models import Task
from workflow.queue.rules import NEXT_STEPS
from workflow.rectification import synced as orders
from workflow.rectification.models import Rectification
from workflow.state_machine import Transition
from workflow.transfers import synced as transfers
from workflow.transfers.models import Transfer

_MODELS: dict[str, Any] = {
    "hazard": Hazard, "handover": Handover, "rectification": Rectification, "permit": Permit, "assistance": Assistance,
    "inspection": Inspection, "measure": Measure, "major": MajorHazard, "transfer": Transfer,
}  # fmt: skip


def next_steps(session: Session, tasks: Iterable[Task], actor: Actor) -> dict[UUID, Json | None]:
    """By the item's id: the step as a button, or null. One query for each kind of case among the items."""
    by_kind: dict[str, list[Task]] = {}
    for task in tasks:
        by_kind.setdefault(task.subject_type, []).append(task)
    steps: dict[UUID, Json | None] = {}
    for kind, items in by_kind.items():
        model = _MODELS[kind]
        cases = select(model).where(model.id.in_([task.subject_id for task in items]))
        found: dict[UUID, Any] = {case.id: case for case in session.scalars(cases)}
        steps |= {task.id: _next(session, task, found[task.subject_id], actor) for task in items}
    return steps


def _next(session: Session, task: Task, case: Any, actor: Actor) -> Json | None:
    wanted = NEXT_STEPS.get(task.waiting_for, ())
    offers = {step.action: step for step in _offered(session, case, actor, wanted)} if wanted else {}
    return next((offers[action].as_offer() for action in wanted if action in offers), None)


def _offered(session: Session, case: Any, actor: Actor, wanted: tuple[str, ...]) -> list[Transition]:
    match case:
        case Hazard():
            return hazards.offered(session, case, actor, *wanted)
        case Handover():
            return letters.offered(case, actor)
        case Permit():
            return permits.offered(case, actor)
        case Assistance():
            return requests.offered(case, actor, now(session))
        case Inspection():
            return inspections.offered(case, actor)
        case Measure():
            return measures.offered(case, actor)
        case MajorHazard():
            return majors.offered(case, actor)
        case Transfer():
            return transfers.offered(case, actor, now(session))
        case _:
            return orders.offered(case, actor, now(session))
