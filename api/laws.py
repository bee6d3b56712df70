"""The law library: everybody reads what is published, content editors write it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.actions import add_actions
from api.context import actor, session
from api.etags import requested_revision, with_etag
from api.paging import page
from api.routes import Routes
from database.base import Json
from sync.mutations import Origin
from training_content.laws import commands, queries
from training_content.laws.models import Law
from training_content.laws.schemas import CreateLawSchema, EditLawSchema, LawPageSchema, LawQuerySchema, LawSchema

routes = Routes("laws", "/laws", "Laws, rules and standards with their versions")

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag of the revision that the change is based on",
}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "the revision, quoted"}}


@routes.route("", methods=["GET"])
@routes.arguments(LawQuerySchema, location="query")
@routes.response(200, LawPageSchema)
def list_laws(query: dict[str, Any]) -> Json:
    """List or search the law library.

    `q` finds Chinese words of two characters and more in titles, numbers, headings and articles.
    """
    rows, cursor = page(session(), queries.laws(actor(), query), [Law.code], [str], query)
    return {"items": rows, "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(CreateLawSchema)
@routes.response(201, LawSchema, headers=_ETAG)
def draft_law(data: dict[str, Any]) -> Response:
    """Draft a law record. For content editors."""
    law = commands.draft_law(session(), actor(), data.pop("id"), data)
    return _answer(law, 201)


@routes.route("/<uuid:law_id>", methods=["GET"])
@routes.response(200, LawSchema, headers=_ETAG)
def show_law(law_id: UUID) -> Response:
    """Show a law with its articles."""
    return _answer(queries.law(session(), actor(), law_id))


@routes.route("/<uuid:law_id>", methods=["PUT"], parameters=[_IF_MATCH])
@routes.arguments(EditLawSchema)
@routes.response(200, LawSchema, headers=_ETAG)
def edit_law(data: dict[str, Any], law_id: UUID) -> Response:
    """Replace a law record. For content editors."""
    revision = requested_revision(required=True)
    origin = Origin(base_revision=revision, must_match=revision is not None)
    return _answer(commands.edit_law(session(), actor(), law_id, data, origin))


def _answer(law: Law, status: int = 200) -> Response:
    response = jsonify(LawSchema().dump(law))
    response.status_code = status
    return with_etag(response, law.revision)


add_actions(routes, commands.MUTATIONS, "法规")
