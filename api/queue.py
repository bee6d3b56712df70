"""/queue: the workflow queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from api.actions import add_actions
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from places.schemas import RegionCode
from wire import Moment, PageSchema, StrictSchema
from workflow.queue import queries
from workflow.queue.assignable import assignable
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
    TaskPageSchema,
    WorkloadSchema,
)
from workflow.queue.workload import workload

routes = Routes("queue", "/queue", "The workflow queue (待办): what is mine, my team's, or in my jurisdiction")


class QueueFilterSchema(PageSchema):
    """The query of the queue."""

    view = fields.String(
        load_default=None,
        validate=validate.OneOf(VIEWS),
        metadata={"description": "team if none is named; with a bucket ours, which its count counts: mine and my team's"},
    )
    bucket = fields.String(load_default=None, validate=validate.OneOf(BUCKETS))
    subject_type = fields.String(load_default=None, validate=validate.OneOf(SUBJECTS))
    waiting_for = fields.String(load_default=None, validate=validate.OneOf(list(LABELS)))
    region_code = fields.String(load_default=None, validate=validate.Regexp(r"^\d{6}$", error="应为6位区划代码"))
    due_before = Moment(load_default=None)


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
