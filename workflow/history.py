"""What there has been at a place: permits, reports, visits, orders, sealings, help. Each reader sees what he may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, null, or_, select, union_all

from accounts.actor import Actor
from database.base import Json
from sync.catalog import Synced
from workflow.assistance.models import Assistance
from workflow.assistance.rules import LIFE as ASSISTANCE_LIFE
from workflow.assistance.synced import ASSISTANCE
from workflow.hazards.models import Hazard
from workflow.hazards.rules import LIFE as HAZARD_LIFE
from workflow.hazards.synced import HAZARD
from workflow.inspections.models import Inspection
from workflow.inspections.rules import LIFE as INSPECTION_LIFE
from workflow.inspections.synced import INSPECTION
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE as MAJOR_LIFE
from workflow.majors.synced import MAJOR
from workflow.measures.models import Measure
from workflow.measures.rules import LIFE as MEASURE_LIFE
from workflow.measures.synced import MEASURE
from workflow.patrols.models import Patrol
from workflow.patrols.rules import STATES as PATROL_STATES
from workflow.patrols.synced import PATROL
from workflow.permits.models import Permit
from workflow.permits.rules import LIFE as PERMIT_LIFE
from workflow.permits.synced import PERMIT
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE as RECTIFICATION_LIFE
from workflow.rectification.synced import RECTIFICATION
from workflow.transfers.models import Transfer
from workflow.transfers.rules import LIFE as TRANSFER_LIFE
from workflow.transfers.synced import TRANSFER

_LABELS: dict[str, dict[str, str]] = {
    life.name: life.labels
    for life in (
        HAZARD_LIFE, INSPECTION_LIFE, RECTIFICATION_LIFE, MEASURE_LIFE, MAJOR_LIFE, PERMIT_LIFE, ASSISTANCE_LIFE,
        TRANSFER_LIFE,
    )
} | {"patrol": PATROL_STATES}  # fmt: skip
KINDS = tuple(_LABELS)


def of_unit(actor: Actor, unit_ids: Sequence[UUID]) -> Select[Any]:
    """Rows of kind, id, number, state, at, due_at, closed_at; ids are in the order of the time at which each case began.

    `unit_ids` are the entries of one place. A report belongs to the place that it names, or by the order that came of it. The
    people of the unit are shown none, not even their own.
    """
    parts = [
        _part(TRANSFER, Transfer, Transfer.number, actor).where(Transfer.unit_id.in_(unit_ids)),
        _part(INSPECTION, Inspection, Inspection.number, actor).where(Inspection.unit_id.in_(unit_ids)),
        _part(PATROL, Patrol, Patrol.number, actor).where(Patrol.unit_id.in_(unit_ids)),
        _part(RECTIFICATION, Rectification, Rectification.order_no, actor).where(Rectification.unit_id.in_(unit_ids)),
        _part(MEASURE, Measure, Measure.number, actor).where(Measure.unit_id.in_(unit_ids)),
        _part(MAJOR, MajorHazard, MajorHazard.number, actor).where(MajorHazard.unit_id.in_(unit_ids)),
        _part(PERMIT, Permit, Permit.number, actor).where(Permit.unit_id.in_(unit_ids)),
        _part(ASSISTANCE, Assistance, Assistance.number, actor).where(Assistance.unit_id.in_(unit_ids)),
    ]
    if all(power.unit_id not in unit_ids for power in actor.units):
        ordered = select(Rectification.hazard_id).where(Rectification.unit_id.in_(unit_ids))
        here = or_(Hazard.unit_id.in_(unit_ids), Hazard.id.in_(ordered))
        parts.append(_part(HAZARD, Hazard, Hazard.number, actor).where(here))
    every = union_all(*parts).subquery("history")
    return select(*every.c)


def _part(synced: Synced, model: Any, number: Any, actor: Actor) -> Select[Any]:
    due_at = getattr(model, "due_at", null())
    return select(
        literal(synced.type).label("kind"), model.id.label("id"), number.label("number"), model.state.label("state"),
        model.created_at.label("at"), due_at.label("due_at"), model.closed_at.label("closed_at"),
    ).where(synced.listed_for(actor))  # fmt: skip


def shown(row: Mapping[str, Any]) -> Json:
    """One line of it."""
    return {**row, "state_label": _LABELS[row["kind"]][row["state"]]}
