"""/queue: the workflow queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from api.actions import add_actions
from api.context import actor, parts, session
from api.paging import page
from api.routes import Routes
from wire import Moment, PageSchema
from workflow.queue import queries
from workflow.queue.commands import MUTATIONS, bulk_assign
from workflow.queue.models import Task
from workflow.queue.rules import LABELS
from workflow.queue.schemas import (
    BUCKETS,
    SUBJECTS,
    VIEWS,
    BucketsSchema,
    BulkAssignSchema,
    BulkResultSchema,
    TaskPageSchema,
)

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


@routes.route("", methods=["GET"])
@routes.arguments(QueueFilterSchema, location="query")
@routes.response(200, TaskPageSchema)
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """List open tasks, earliest due first: mine, my team's, or all in my jurisdiction."""
    statement = queries.tasks(session(), actor(), query)
    rows, next_cursor = page(session(), statement, [Task.due_at, Task.id], [datetime.fromisoformat, UUID], query)
    return {"items": [queries.card(task, actor()) for task in rows], "next_cursor": next_cursor}


@routes.route("/buckets", methods=["GET"])
@routes.response(200, BucketsSchema)
def buckets() -> dict[str, int]:
    """Count 今天到期, 已超期, 等我签 and 等我派."""
    return queries.bucket_counts(session(), actor())


@routes.route("/bulk-assign", methods=["POST"])
@routes.arguments(BulkAssignSchema)
@routes.response(200, BulkResultSchema)
def assign_many(data: dict[str, Any]) -> dict[str, Any]:
    """Assign several hazards to one pair of officers, with a result for each."""
    return {"items": bulk_assign(session(), actor(), data, parts().database.savepoint)}


add_actions(routes, MUTATIONS, "item")
