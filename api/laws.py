"""The law library: everybody reads what is published, content editors write it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.actions import add_actions
from api.context import actor, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from sync.mutations import Origin
from training_content.laws import commands, queries
from training_content.laws.models import Law
from training_content.laws.schemas import CreateLawSchema, EditLawSchema, LawPageSchema, LawQuerySchema, LawSchema

routes = Routes("laws", "/laws", "Laws, rules and standards with their versions")


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
@routes.response(201, LawSchema, etag=True, location="/laws/{id}")
def draft_law(data: dict[str, Any]) -> Law:
    """Draft a law record. For content editors."""
    return commands.draft_law(session(), actor(), data.pop("id"), data)


@routes.route("/<uuid:law_id>", methods=["GET"])
@routes.response(200, LawSchema, etag=True)
def show_law(law_id: UUID) -> Law:
    """Show a law with its articles."""
    return queries.law(session(), actor(), law_id)


@routes.route("/<uuid:law_id>", methods=["PUT"])
@routes.arguments(EditLawSchema)
@routes.response(200, LawSchema, etag=True)
@if_match()
def edit_law(data: dict[str, Any], law_id: UUID, seen_revision: int | None) -> Law:
    """Replace a law record. For content editors."""
    origin = Origin(base_revision=seen_revision, must_match=seen_revision is not None)
    return commands.edit_law(session(), actor(), law_id, data, origin)


add_actions(routes, commands.MUTATIONS, "law")
