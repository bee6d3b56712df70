"""/unsealings: who reported a case, opened by two persons for a legal reason, for half an hour."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from api.context import actor, session
from api.paging import page
from api.routes import Routes
from database.base import Json
from workflow.hazards.unsealing import commands, queries
from workflow.hazards.unsealing.models import Unsealing
from workflow.hazards.unsealing.schemas import (
    ReporterIdentitySchema,
    RequestUnsealingSchema,
    UnsealingFilterSchema,
    UnsealingPageSchema,
    UnsealingSchema,
)
from workflow.schemas import NoteSchema, ReasonSchema

routes = Routes("unsealings", "/unsealings", "Unsealing (启封) who reported a case, by two persons, each look on record")


@routes.after_request
def keep_nowhere(response: Response) -> Response:
    """No cache keeps who reported."""
    if request.endpoint == "unsealings.view":
        response.headers["Cache-Control"] = "no-store"
    return response


@routes.route("", methods=["POST"])
@routes.arguments(RequestUnsealingSchema)
@routes.response(201, UnsealingSchema, etag=True, location="/unsealings/{id}")
def ask(data: dict[str, Any]) -> Json:
    """Ask for who reported a case, for the written demand of a body that may make one. For legal reviewers."""
    return _one(commands.request(session(), actor(), data))


@routes.route("", methods=["GET"])
@routes.arguments(UnsealingFilterSchema, location="query")
@routes.response(200, UnsealingPageSchema)
def list_unsealings(query: dict[str, Any]) -> Json:
    """List the requests of the caller's divisions, newest first. For who asks, who decides, and the audit administrators."""
    rows, cursor = page(session(), queries.requests(actor(), query), [Unsealing.id], [UUID], query, descending=True)
    return {"items": queries.shown(session(), rows, actor()), "next_cursor": cursor}


@routes.route("/<uuid:unsealing_id>", methods=["GET"])
@routes.response(200, UnsealingSchema, etag=True)
def show(unsealing_id: UUID) -> Json:
    """Read one request."""
    return _one(queries.request_seen_by(session(), actor(), unsealing_id))


@routes.route("/<uuid:unsealing_id>/actions/approve", methods=["POST"])
@routes.arguments(NoteSchema)
@routes.response(200, UnsealingSchema, etag=True)
def approve(data: dict[str, Any], unsealing_id: UUID) -> Json:
    """Approve a request (批准启封): a leader who did not ask. The reporter is told, unless the request names a law against it."""
    return _one(commands.decide(session(), actor(), unsealing_id, "approve", data["note"]))


@routes.route("/<uuid:unsealing_id>/actions/refuse", methods=["POST"])
@routes.arguments(ReasonSchema)
@routes.response(200, UnsealingSchema, etag=True)
def refuse(data: dict[str, Any], unsealing_id: UUID) -> Json:
    """Refuse a request (不予启封), with the reason."""
    return _one(commands.decide(session(), actor(), unsealing_id, "refuse", data["reason"]))


@routes.route("/<uuid:unsealing_id>/actions/withdraw", methods=["POST"])
@routes.arguments(NoteSchema)
@routes.response(200, UnsealingSchema, etag=True)
def withdraw(data: dict[str, Any], unsealing_id: UUID) -> Json:
    """Withdraw one's own request (撤回申请)."""
    return _one(commands.decide(session(), actor(), unsealing_id, "withdraw", data["note"]))


@routes.route("/<uuid:unsealing_id>/identity", methods=["GET"])
@routes.response(200, ReporterIdentitySchema)
def view(unsealing_id: UUID) -> Json:
    """Read who reported: only who asked, for 30 minutes from the approval; each time is on record."""
    return commands.view(session(), actor(), unsealing_id)


def _one(row: Unsealing) -> Json:
    return queries.shown(session(), [row], actor())[0]
