"""/units/imports: lists of units that staff upload (平台上传录入), and what became of every row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.context import actor, session
from api.paging import page
from api.routes import Routes, takes_bytes
from api.sheet_files import BINARY, SHEET_BODY, read_sheet, sheet_answer
from database.base import Json
from places.imports import commands, queries
from places.imports.models import UnitImport, UnitImportRow
from places.imports.schemas import (
    ImportRowPageSchema,
    RowsQuerySchema,
    UnitImportPageSchema,
    UnitImportSchema,
    UploadQuerySchema,
)
from sheets import XLSX
from wire import PageSchema

routes = Routes("unit_imports", "/units/imports", "Lists of units, as CSV or XLSX: taken in row by row, each row told of")

MOST_BYTES = 4 * 1024 * 1024


@routes.route("", methods=["POST"])
@routes.arguments(UploadQuerySchema, location="query")
@routes.doc(requestBody=SHEET_BODY)
@routes.response(202, UnitImportSchema)
@takes_bytes(MOST_BYTES)
def upload(query: dict[str, Any]) -> Json:
    """Upload a list of units as CSV (UTF-8 or GB 18030) or XLSX, at most 5,000 rows.

    For intake clerks, officers and leaders; rows of divisions that are not theirs are refused one by one. The worker takes the
    rows in; a notice tells when it is done. A unit is known by its credit code, or by its name within the banner; what
    is said of one that was merged into another is written into that one, and the row says so.
    """
    body = read_sheet(MOST_BYTES)
    return queries.shown(commands.upload(session(), actor(), body, query))


@routes.route("", methods=["GET"])
@routes.arguments(PageSchema, location="query")
@routes.response(200, UnitImportPageSchema)
def list_imports(query: dict[str, Any]) -> Json:
    """List the caller's own lists, newest first."""
    rows, cursor = page(session(), queries.owns(actor()), [UnitImport.id], [UUID], query, descending=True)
    return {"items": [queries.shown(row) for row in rows], "next_cursor": cursor}


@routes.route("/template", methods=["GET"])
@routes.response(200, BINARY, content_type=XLSX)
def template() -> Response:
    """Download a sheet to fill in, with what may be chosen."""
    return sheet_answer("units-template.xlsx", queries.template())


@routes.route("/<uuid:import_id>", methods=["GET"])
@routes.response(200, UnitImportSchema)
def show_import(import_id: UUID) -> Json:
    """Show how far a list is, and what came of its rows."""
    return queries.shown(queries.own(session(), actor(), import_id))


@routes.route("/<uuid:import_id>/rows", methods=["GET"])
@routes.arguments(RowsQuerySchema, location="query")
@routes.response(200, ImportRowPageSchema)
def rows(query: dict[str, Any], import_id: UUID) -> Json:
    """List the rows of a list, or those that came to one thing."""
    made = queries.own(session(), actor(), import_id)
    found, cursor = page(session(), queries.rows_of(made, query["outcome"]), [UnitImportRow.line], [int], query)
    return {"items": [queries.shown_row(row) for row in found], "next_cursor": cursor}


@routes.route("/<uuid:import_id>/report", methods=["GET"])
@routes.response(200, BINARY, content_type=XLSX)
def report(import_id: UUID) -> Response:
    """Download the list again, each row with what became of it and why."""
    made = queries.own(session(), actor(), import_id)
    return sheet_answer(f"units-{made.created_at:%Y%m%d}.xlsx", queries.report(session(), made))
