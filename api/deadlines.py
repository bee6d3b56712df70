"""/deadlines: the registry of deadlines (时限)."""

from __future__ import annotations

from typing import Any

from api.context import actor, session
from api.etags import if_match
from api.routes import Routes
from database.base import Json
from workflow import registry
from workflow.schemas import EditRuleSchema, RuleSchema, RulesSchema

routes = Routes("deadlines", "/deadlines", "Deadlines (时限): how long each step may take, and what sets it")


@routes.route("", methods=["GET"])
@routes.response(200, RulesSchema)
def list_deadlines() -> Json:
    """List every deadline with its source.

    Public.
    """
    return {"items": registry.rules(session())}


@routes.route("/<string:code>", methods=["PUT"])
@routes.arguments(EditRuleSchema)
@routes.response(200, RuleSchema, etag=True)
@if_match()
def edit_deadline(data: dict[str, Any], code: str, seen_revision: int | None) -> Json:
    """Change a deadline.

    For the region's system administrators. Running clocks in days are computed again; those in hours keep their end.
    """
    return registry.facts(registry.edit_rule(session(), actor(), code, data, seen_revision))
