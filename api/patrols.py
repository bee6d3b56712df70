"""/patrols: 网格巡查 by grid workers and 单位自查 by units. Nothing of it is an act of law."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.actions import add_actions, done
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from database.base import Json, new_id
from sync.mutations import Origin
from wire import NewId
from workflow.acting import get
from workflow.patrol_reports import made_on
from workflow.patrols.commands import MUTATIONS
from workflow.patrols.models import Patrol
from workflow.patrols.queries import listed, shown, summary
from workflow.patrols.records import PatrolPageSchema, PatrolQuerySchema, PatrolSchema
from workflow.patrols.schemas import RecordPatrolSchema
from workflow.patrols.synced import PATROL
from workflow.schemas import DoneSchema

routes = Routes("patrols", "/patrols", "Rounds of grid workers (网格巡查) and self-checks of units (单位自查)")


class CreatePatrolSchema(RecordPatrolSchema):
    """A patrol over HTTP: its id may be made by the client, so that repeating the request records no second one."""

    id = NewId()


@routes.route("", methods=["GET"])
@routes.arguments(PatrolQuerySchema, location="query")
@routes.response(200, PatrolPageSchema)
def list_patrols(query: dict[str, Any]) -> Json:
    """List the patrols and self-checks that the caller may see, the latest first."""
    rows, cursor = page(session(), listed(session(), actor(), query), [Patrol.id], [UUID], query, descending=True)
    return {"items": [summary(row) for row in rows], "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(CreatePatrolSchema)
@routes.response(201, DoneSchema, location="/patrols/{id}")
def record_patrol(data: dict[str, Any]) -> Json:
    """Record a patrol or a self-check. The same command as the mutation `patrol.record`."""
    patrol_id = data.pop("id") or new_id()
    return done(_RECORD.run(session(), actor(), patrol_id, data, Origin()))


@routes.route("/<uuid:patrol_id>", methods=["GET"])
@routes.response(200, PatrolSchema, etag=True)
def show_patrol(patrol_id: UUID) -> Json:
    """Show a patrol, with what became of the reports that were made on it."""
    patrol = get(session(), PATROL, Patrol, patrol_id, actor())
    return {**shown(patrol, actor()), "reports": made_on(session(), patrol.id)}


_RECORD = next(mutation for mutation in MUTATIONS if mutation.creates)
add_actions(routes, MUTATIONS, "patrol")
