"""/intakes: orders of the 12345 hotline, of 96119 and of the window; in by form or sheet, their results out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.auth import required_caller
from api.context import actor, parts, session
from api.paging import page
from api.routes import Routes, owns_transactions
from api.sheet_files import BINARY, SHEET_BODY, read_sheet, sheet_answer
from database.base import Json
from sheets import CSV, XLSX
from wire import StrictSchema
from workflow.hazards.intakes import commands, queries
from workflow.hazards.intakes.models import ExternalOrder
from workflow.hazards.intakes.rules import SOURCES
from workflow.hazards.intakes.schemas import (
    ExternalOrderSchema,
    IntakeOrderSchema,
    MarkedSchema,
    MarkSentSchema,
    OrdersPageSchema,
    OrdersQuerySchema,
    ReturnOrderSchema,
    SheetQuerySchema,
    SheetTakenSchema,
    TakeOrderSchema,
    UnsentSchema,
)

routes = Routes("intakes", "/intakes", "Other intakes (12345, 96119, 窗口): orders in, results (办结回填, 退单) out")


class SourceQuerySchema(StrictSchema):
    """Whose results."""

    source = fields.String(load_default="12345", validate=validate.OneOf(list(SOURCES)))


class ResultsQuerySchema(SourceQuerySchema):
    """And as what."""

    format = fields.String(load_default="xlsx", validate=validate.OneOf(["xlsx", "csv"]))


@routes.route("", methods=["POST"])
@routes.arguments(TakeOrderSchema)
@routes.response(201, ExternalOrderSchema, etag=True, location="/intakes/{id}")
def take_order(data: dict[str, Any]) -> Json:
    """Take an order in: a case whose clock starts when the source received it. For clerks of the intake and of the hotline."""
    return _one(commands.take_in(session(), actor(), data))


@routes.route("", methods=["GET"])
@routes.arguments(OrdersQuerySchema, location="query")
@routes.response(200, OrdersPageSchema)
def list_orders(query: dict[str, Any]) -> Json:
    """List the orders of the caller's divisions, newest first. For clerks, leaders and supervisors."""
    rows, cursor = page(session(), queries.orders(actor(), query), [ExternalOrder.id], [UUID], query, descending=True)
    return {"items": queries.shown(session(), rows), "next_cursor": cursor}


@routes.route("/sheets", methods=["POST"])
@routes.arguments(SheetQuerySchema, location="query")
@routes.doc(requestBody=SHEET_BODY)
@routes.response(200, SheetTakenSchema)
@owns_transactions
def take_sheet(query: dict[str, Any]) -> Json:
    """Take a sheet of orders in (CSV or XLSX, at most 200 rows).

    Each row is told of. A number that was taken before is known, so the same sheet may be sent again; what cannot be taken in
    is held until a clerk puts it right or sends it back.
    """
    body = read_sheet(parts().settings.max_body_bytes)
    with parts().database.transaction() as opened:
        caller = required_caller(opened)
        return {"items": commands.take_sheet(opened, caller, query["source"], body)}


@routes.route("/template", methods=["GET"])
@routes.response(200, BINARY, content_type=XLSX)
def template() -> Response:
    """Download a sheet to fill in, with what may be chosen."""
    return sheet_answer("orders-template.xlsx", queries.template())


@routes.route("/results", methods=["GET"])
@routes.arguments(ResultsQuerySchema, location="query")
@routes.doc(responses={200: {"content": {CSV: {"schema": BINARY}}}})
@routes.response(200, BINARY, content_type=XLSX)
def download_results(query: dict[str, Any]) -> Response:
    """Download the results that a source has not got yet, oldest first, at most 500, as XLSX or CSV."""
    found = queries.unsent(session(), actor(), query["source"])
    if query["format"] == "csv":
        return sheet_answer("results.csv", queries.result_lines(session(), found), CSV)
    return sheet_answer("results.xlsx", queries.result_sheet(session(), found))


@routes.route("/results/unsent", methods=["GET"])
@routes.arguments(SourceQuerySchema, location="query")
@routes.response(200, UnsentSchema)
def list_unsent(query: dict[str, Any]) -> Json:
    """List the orders of that sheet: asked before it is downloaded, all of them are in it, and may be marked as sent."""
    return {"orders": list(queries.unsent(session(), actor(), query["source"]))}


@routes.route("/results/sent", methods=["POST"])
@routes.arguments(MarkSentSchema)
@routes.response(200, MarkedSchema)
def mark_sent(data: dict[str, Any]) -> Json:
    """Note that results were handed to their source, each in the revision that was downloaded."""
    return {"marked": commands.mark_sent(session(), actor(), data)}


@routes.route("/<uuid:order_id>", methods=["GET"])
@routes.response(200, ExternalOrderSchema, etag=True)
def show_order(order_id: UUID) -> Json:
    """Show an order, its case and its result."""
    return _one(queries.order_seen_by(session(), actor(), order_id))


@routes.route("/<uuid:order_id>/actions/complete", methods=["POST"])
@routes.arguments(IntakeOrderSchema(exclude=("number",)))
@routes.response(200, ExternalOrderSchema, etag=True)
def complete_order(data: dict[str, Any], order_id: UUID) -> Json:
    """Put a held order right and take it in. Who reported is kept from what came, unless it is said anew."""
    return _one(commands.complete(session(), actor(), order_id, data))


@routes.route("/<uuid:order_id>/actions/return", methods=["POST"])
@routes.arguments(ReturnOrderSchema)
@routes.response(200, ExternalOrderSchema, etag=True)
def return_order(data: dict[str, Any], order_id: UUID) -> Json:
    """Send a held order back (退单) with the reason: it cannot be ours. For clerks and leaders."""
    return _one(commands.return_order(session(), actor(), order_id, data))


def _one(order: ExternalOrder) -> Json:
    return queries.shown(session(), [order])[0]
