"""/queue: the workflow queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from api.actions import add_actions
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from places.schemas import RegionCode
from wire import Moment, PageSchema, StrictSchema
from workflow.queue import queries
from workflow.queue.assignable import assignable
from workflow.queue.cells import ZOOMS, cells
from workflow.queue.commands import MUTATIONS, bulk
from workflow.queue.models import Task
from workflow.queue.rules import LABELS
from workflow.queue.schemas import (
    BUCKETS,
    SUBJECTS,
    VIEWS,
    AssignablePeopleSchema,
    BucketsSchema,
    BulkResultSchema,
    BulkSchema,
    CellsSchema,
    TaskPageSchema,
    WorkloadSchema,
)
from workflow.queue.workload import workload

EDGES = ("west", "south", "east", "north")

routes = Routes("queue", "/queue", "The workflow queue (待办): what is mine, my team's, or in my jurisdiction")


def _degrees(most: int) -> fields.Float:
    return fields.Float(load_default=None, validate=validate.Range(-most, most))


class NarrowingSchema(StrictSchema):
    """What narrows the queue. Of a box the western and southern edges belong to it, the others to its neighbours."""

    view = fields.String(
        load_default=None,
        validate=validate.OneOf(VIEWS),
        metadata={
            "description": "team if none is named; with a bucket ours, which its count counts: mine and my team's; map: area"
        },
    )
    bucket = fields.String(load_default=None, validate=validate.OneOf(BUCKETS))
    subject_type = fields.String(load_default=None, validate=validate.OneOf(SUBJECTS))
    waiting_for = fields.String(load_default=None, validate=validate.OneOf(list(LABELS)))
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))
    due_before = Moment(load_default=None)
    west = _degrees(180)
    south = _degrees(90)
    east = _degrees(180)
    north = _degrees(90)

    @validates_schema
    def refuse_half_a_box(self, data: dict[str, Any], **_: Any) -> None:
        """All four edges or none, and the right way round."""
        if missing := [name for name in EDGES if data[name] is None]:
            if len(missing) < len(EDGES):
                raise ValidationError({name: ["四条边应同时填写"] for name in missing})
            return
        for low, high in (("west", "east"), ("south", "north")):
            if data[low] >= data[high]:
                raise ValidationError(f"应大于{low}", high)


class QueueFilterSchema(NarrowingSchema, PageSchema):
    """The query of the queue."""


class MapQuerySchema(NarrowingSchema):
    """The query of the map: a box and how close it is looked at."""

    zoom = fields.Integer(
        required=True, validate=validate.Range(*ZOOMS), metadata={"description": "of web maps: a cell is 128 / 2^zoom degrees"}
    )

    @validates_schema
    def ask_for_a_box(self, data: dict[str, Any], **_: Any) -> None:
        """A map shows a part of the world."""
        if all(data[name] is None for name in EDGES):
            raise ValidationError({name: [fields.Field.default_error_messages["required"]] for name in EDGES})


class DivisionSchema(StrictSchema):
    """Of which division."""

    region_code = RegionCode(required=True)


@routes.route("", methods=["GET"])
@routes.arguments(QueueFilterSchema, location="query")
@routes.response(200, TaskPageSchema)
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """List open tasks: mine, my team's, or all in my jurisdiction. Earliest due first, but for what weighs (`ranked_up`)."""
    statement = queries.tasks(session(), actor(), query)
    rows, next_cursor = page(session(), statement, [Task.rank_at, Task.id], [datetime.fromisoformat, UUID], query)
    return {"items": queries.cards(session(), rows, actor()), "next_cursor": next_cursor}


@routes.route("/buckets", methods=["GET"])
@routes.response(200, BucketsSchema)
def buckets() -> dict[str, int]:
    """Count 今天到期, 已超期, 等我签 and 等我派."""
    return queries.bucket_counts(session(), actor())


@routes.route("/map", methods=["GET"])
@routes.arguments(MapQuerySchema, location="query")
@routes.response(200, CellsSchema)
def show_map(query: dict[str, Any]) -> dict[str, Any]:
    """Count what is open by the cells of a map: in the caller's divisions, if no other view is named.

    The same items as the list with the same filters, and never one more.
    """
    return cells(session(), actor(), {**query, "view": query["view"] or (None if query["bucket"] else "area")})


@routes.route("/assignable", methods=["GET"])
@routes.arguments(DivisionSchema, location="query")
@routes.response(200, AssignablePeopleSchema)
def list_assignable(query: dict[str, Any]) -> dict[str, Any]:
    """List whom a case of a division may be assigned to, and how much each has in hand. For its leaders."""
    return {"items": assignable(session(), actor(), query["region_code"])}


@routes.route("/workload", methods=["GET"])
@routes.response(200, WorkloadSchema)
def show_workload() -> dict[str, Any]:
    """Show who has how much in hand, what will be late at the pace so far, and what could go to somebody else. For leaders.

    A proposal is taken with `POST /queue/bulk`.
    """
    return workload(session(), actor())


@routes.route("/bulk", methods=["POST"])
@routes.arguments(BulkSchema)
@routes.response(200, BulkResultSchema)
def take_many(data: dict[str, Any]) -> dict[str, Any]:
    """Take one step for several hazards (assign, hand over, close), with a result for each.

    The same steps as `POST /hazards/{id}/actions/…`, each for itself: what is refused undoes nothing of the others.
    """
    return {"items": bulk(session(), actor(), data)}


add_actions(routes, MUTATIONS, "item")
