"""/inspections: 消防监督检查 of units; the checklists that they go by, and how often a unit may be checked in a year."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from api.actions import done
from api.cases import add_case_routes
from api.context import actor, session
from api.paging import page
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json, new_id
from sync.mutations import Origin
from wire import NewId
from workflow.acting import is_of_the_unit
from workflow.inspections.checklists import checklists, facts, publish, set_cap
from workflow.inspections.commands import MUTATIONS
from workflow.inspections.models import Inspection
from workflow.inspections.planning import caps
from workflow.inspections.publishing import public_facts, published
from workflow.inspections.records import (
    CapsSchema,
    ChecklistSchema,
    ChecklistsSchema,
    InspectionPageSchema,
    InspectionSchema,
    NewChecklistSchema,
    PublishedPageSchema,
    PublishedQuerySchema,
    SetCapSchema,
)
from workflow.inspections.rules import LIFE
from workflow.inspections.schemas import PlanSchema
from workflow.inspections.synced import INSPECTION, offered, officer_line, unit_line
from workflow.schemas import DoneSchema

routes = Routes("inspections", "/inspections", "Fire inspections of units (消防监督检查), by two certified officers")


class CreateInspectionSchema(PlanSchema):
    """An inspection over HTTP: its id may be made by the client, so that repeating the request sends nobody twice."""

    id = NewId()


@routes.route("/checklists", methods=["GET"])
@routes.response(200, ChecklistsSchema)
def list_checklists() -> Json:
    """List every edition of every checklist, with its source."""
    return {"items": checklists(session())}


@routes.route("/checklists/<string:code>/editions/<string:edition>", methods=["PUT"])
@routes.arguments(NewChecklistSchema)
@routes.response(201, ChecklistSchema)
def publish_checklist(data: dict[str, Any], code: str, edition: str) -> Json:
    """Publish an edition. It is never changed: what was inspected by it stays readable."""
    return facts(publish(session(), actor(), code, edition, data))


@routes.route("/published", methods=["GET"])
@routes.arguments(PublishedQuerySchema, location="query")
@routes.response(200, PublishedPageSchema)
def list_published(query: dict[str, Any]) -> Json:
    """List the published results of inspections, the latest first: unit, day, kind and result. For everybody."""
    keys = [Inspection.published_at, Inspection.id]
    rows, cursor = page(session(), published(query), keys, [datetime.fromisoformat, UUID], query, descending=True)
    return {"items": [public_facts(row) for row in rows], "next_cursor": cursor}


@routes.route("/caps", methods=["GET"])
@routes.response(200, CapsSchema)
def list_caps() -> Json:
    """List the most spot checks of a year, by category of unit (国办发〔2024〕54号)."""
    return {"items": caps(session())}


@routes.route("/caps/<string:category>", methods=["PUT"])
@routes.arguments(SetCapSchema)
@routes.response(200, CapsSchema)
def edit_cap(data: dict[str, Any], category: str) -> Json:
    """Set or lift the most of a year for a category, with its source."""
    set_cap(session(), actor(), category, data)
    return {"items": caps(session())}


@routes.route("", methods=["POST"])
@routes.arguments(CreateInspectionSchema)
@routes.response(201, DoneSchema, location="/inspections/{id}")
def plan(data: dict[str, Any]) -> Json:
    """Send two officers to a unit: the assignment is the approval. The same command as the mutation `inspection.plan`."""
    inspection_id = data.pop("id") or new_id()
    return done(_PLAN.run(session(), actor(), inspection_id, data, Origin()))


def _sight(inspection: Inspection, reader: Actor) -> Json:
    return unit_line(inspection) if is_of_the_unit(inspection, inspection.unit_id, reader) else officer_line(inspection)


def _listed(inspection: Inspection, _: Actor) -> Json:
    return {name: getattr(inspection, name) for name in ("number", "kind", "unit_name", "planned_on")}


_PLAN = next(mutation for mutation in MUTATIONS if mutation.creates)
_SHAPES = (InspectionPageSchema, InspectionSchema)
add_case_routes(routes, INSPECTION, LIFE.labels, MUTATIONS, _sight, offered, "inspection", _SHAPES, _listed)
add_papers_of_case(routes, "inspection")
