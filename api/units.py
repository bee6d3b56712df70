"""The register of enterprises and places."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from api.context import actor, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from places import doubles, merging, units
from places.models import Unit
from places.regions import regions
from places.schemas import (
    EditUnitSchema,
    MergeUnitSchema,
    RegionCode,
    RegisterUnitSchema,
    UnitDoublesSchema,
    UnitSchema,
    UnmergeUnitSchema,
)
from places.unit_kinds import CATEGORIES
from wire import AnswerSchema, Line, Moment, PageSchema, StrictSchema
from workflow import history

routes = Routes("units", "/units", "Enterprises and places under fire supervision")


class UnitQuerySchema(PageSchema):
    """Filters of the list."""

    region_code = RegionCode(load_default=None, metadata={"description": "a banner, or a league for all its banners"})
    category = fields.String(load_default=None, validate=validate.OneOf(CATEGORIES))
    q = Line(max_length=50, load_default=None, metadata={"description": "part of the name or address, or the credit code"})
    merged_into = fields.UUID(
        load_default=None, metadata={"description": "what was merged into this unit; else only units that stand for themselves"}
    )


class UnitPageSchema(StrictSchema):
    """A page of units."""

    items = fields.List(fields.Nested(UnitSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class HistoryItemSchema(AnswerSchema):
    """One case of a place."""

    kind = fields.String(validate=validate.OneOf(history.KINDS))
    id = fields.UUID()
    number = fields.String()
    state = fields.String()
    state_label = fields.String()
    at = Moment(metadata={"description": "when it began"})
    due_at = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)


class HistoryPageSchema(AnswerSchema):
    """A page of what there has been, the latest first."""

    items = fields.List(fields.Nested(HistoryItemSchema))
    next_cursor = fields.String(allow_none=True)


@routes.route("", methods=["GET"])
@routes.arguments(UnitQuerySchema, location="query")
@routes.response(200, UnitPageSchema)
def list_units(query: dict[str, Any]) -> Json:
    """List the units that the caller may see."""
    statement = units.units_seen_by(actor(), query)
    rows, cursor = page(session(), statement, [Unit.region_code, Unit.id], [_known_code, UUID], query)
    return {"items": rows, "next_cursor": cursor}


def _known_code(code: str) -> str:
    if code not in regions():
        raise ValueError(code)
    return code


@routes.route("", methods=["POST"])
@routes.arguments(RegisterUnitSchema)
@routes.response(201, UnitSchema, etag=True, location="/units/{id}")
def register_unit(data: dict[str, Any]) -> Unit:
    """Register a unit.

    For intake clerks, officers and leaders in their region, and for its legal person, confirmed by the identity provider, who is
    about to claim it.
    """
    return units.register_unit(session(), actor(), data)


@routes.route("/<uuid:unit_id>", methods=["GET"])
@routes.response(200, UnitSchema, etag=True)
def show_unit(unit_id: UUID) -> Unit:
    """Show a unit."""
    return units.unit_seen_by(session(), actor(), unit_id)


@routes.route("/<uuid:unit_id>/history", methods=["GET"])
@routes.arguments(PageSchema, location="query")
@routes.response(200, HistoryPageSchema)
def show_history(query: dict[str, Any], unit_id: UUID) -> Json:
    """Show what there has been at a unit, the latest first: permits, reports, visits, orders, sealings, help.

    Of the one that stays also what began under those that were merged into it. Each reader sees what he may see of it; the people
    of the unit no report of a citizen.
    """
    units.unit_seen_by(session(), actor(), unit_id)
    statement = history.of_unit(actor(), units.with_merged(session(), unit_id))
    rows, cursor = page(session(), statement, [statement.selected_columns["id"]], [UUID], query, descending=True, whole_rows=True)
    return {"items": [history.shown(row) for row in rows], "next_cursor": cursor}


@routes.route("/<uuid:unit_id>", methods=["PUT"])
@routes.arguments(EditUnitSchema)
@routes.response(200, UnitSchema, etag=True)
@if_match()
def edit_unit(data: dict[str, Any], unit_id: UUID, seen_revision: int | None) -> Unit:
    """Edit a unit.

    The body replaces it whole. A unit's own people change address, place type and position; the rest is the brigade's.
    """
    return units.edit_unit(session(), actor(), unit_id, seen_revision, data)


@routes.route("/<uuid:unit_id>/doubles", methods=["GET"])
@routes.response(200, UnitDoublesSchema)
def show_doubles(unit_id: UUID) -> Json:
    """Show which other entries of the division may be the same place, each with its reasons. For whoever may merge."""
    return {"items": doubles.doubles(session(), actor(), unit_id)}


@routes.route("/<uuid:unit_id>/merge", methods=["POST"])
@routes.arguments(MergeUnitSchema)
@routes.response(200, UnitSchema, etag=True)
@if_match()
def merge_unit(data: dict[str, Any], unit_id: UUID, seen_revision: int | None) -> Unit:
    """Merge a unit into another entry of the same place, which stays.

    For leaders of both divisions. The merged one keeps its cases and its people their sight of them; lists, devices and choosers
    show the other one alone, and nothing new is begun under it.
    """
    return merging.merge(session(), actor(), unit_id, seen_revision, data)


@routes.route("/<uuid:unit_id>/unmerge", methods=["POST"])
@routes.arguments(UnmergeUnitSchema)
@routes.response(200, UnitSchema, etag=True)
@if_match()
def unmerge_unit(data: dict[str, Any], unit_id: UUID, seen_revision: int | None) -> Unit:
    """Undo a merge: the unit stands for itself again."""
    return merging.unmerge(session(), actor(), unit_id, seen_revision, data)
