"""/water-sources and /rescue-sheets: the firefighters' pack (灭火救援资料), for the brigade that goes there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields

from api.actions import add_actions, done
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from database.base import Json, new_id
from sync.mutations import Mutation, Origin
from wire import NewId, StrictSchema
from workflow.acting import get
from workflow.rescue import sheets, water
from workflow.rescue.commands import SHEET_MUTATIONS, WATER_MUTATIONS
from workflow.rescue.models import RescueSheet, WaterSource
from workflow.rescue.records import (
    RescueSheetPageSchema,
    RescueSheetQuerySchema,
    RescueSheetSchema,
    WaterSourcePageSchema,
    WaterSourceQuerySchema,
    WaterSourceSchema,
)
from workflow.rescue.schemas import AddWaterSourceSchema
from workflow.rescue.synced import RESCUE_SHEET, WATER_SOURCE, sheet_line, water_line
from workflow.schemas import DoneSchema

water_routes = Routes(
    "water_sources", "/water-sources", "Water sources for fire engines (消防水源), and how they were found last"
)
sheet_routes = Routes(
    "rescue_sheets", "/rescue-sheets", "What firefighters must know of a key unit before they go in (灭火救援资料)"
)


class CreateWaterSourceSchema(AddWaterSourceSchema):
    """A water source over HTTP: its id may be made by the client, so that repeating the request adds no second one."""

    id = NewId()


class OpenRescueSheetSchema(StrictSchema):
    """Of which unit; the sheet is found under its id."""

    unit_id = fields.UUID(required=True)


def _source(source: WaterSource) -> Json:
    return {"id": source.id, "revision": source.revision, "retired_at": source.retired_at, "data": water_line(source)}


def _sheet(sheet: RescueSheet) -> Json:
    return {"id": sheet.id, "revision": sheet.revision, "data": sheet_line(sheet)}


def _creating(mutations: list[Mutation]) -> Mutation:
    return next(mutation for mutation in mutations if mutation.creates)


@water_routes.route("", methods=["GET"])
@water_routes.arguments(WaterSourceQuerySchema, location="query")
@water_routes.response(200, WaterSourcePageSchema)
def list_sources(query: dict[str, Any]) -> Json:
    """List the water sources of the caller's divisions, oldest first; for firefighters, officers and leaders."""
    rows, cursor = page(session(), water.listed(actor(), query), [WaterSource.id], [UUID], query)
    return {"items": [_source(row) for row in rows], "next_cursor": cursor}


@water_routes.route("", methods=["POST"])
@water_routes.arguments(CreateWaterSourceSchema)
@water_routes.response(201, DoneSchema, location="/water-sources/{id}")
def add_source(data: dict[str, Any]) -> Json:
    """Add a water source. The same command as the mutation `water_source.add`."""
    source_id = data.pop("id") or new_id()
    return done(_creating(WATER_MUTATIONS).run(session(), actor(), source_id, data, Origin()))


@water_routes.route("/<uuid:source_id>", methods=["GET"])
@water_routes.response(200, WaterSourceSchema, etag=True)
def show_source(source_id: UUID) -> Json:
    """Show a water source, also one that is there no more."""
    return _source(get(session(), WATER_SOURCE, WaterSource, source_id, actor()))


@sheet_routes.route("", methods=["GET"])
@sheet_routes.arguments(RescueSheetQuerySchema, location="query")
@sheet_routes.response(200, RescueSheetPageSchema)
def list_sheets(query: dict[str, Any]) -> Json:
    """List the sheets of the caller's divisions, oldest unit first; for firefighters, officers and leaders."""
    rows, cursor = page(session(), sheets.listed(actor(), query), [RescueSheet.id], [UUID], query)
    return {"items": [_sheet(row) for row in rows], "next_cursor": cursor}


@sheet_routes.route("", methods=["POST"])
@sheet_routes.arguments(OpenRescueSheetSchema)
@sheet_routes.response(201, DoneSchema, location="/rescue-sheets/{id}")
def open_sheet(data: dict[str, Any]) -> Json:
    """Give a unit a sheet that is no key unit; those have one. The same command as the mutation `rescue_sheet.open`."""
    return done(_creating(SHEET_MUTATIONS).run(session(), actor(), data["unit_id"], {}, Origin()))


@sheet_routes.route("/<uuid:unit_id>", methods=["GET"])
@sheet_routes.response(200, RescueSheetSchema, etag=True)
def show_sheet(unit_id: UUID) -> Json:
    """Show the sheet of a unit, under its id, with what there has been at the place."""
    return _sheet(get(session(), RESCUE_SHEET, RescueSheet, unit_id, actor()))


add_actions(water_routes, WATER_MUTATIONS, "water source")
add_actions(sheet_routes, SHEET_MUTATIONS, "rescue sheet")
