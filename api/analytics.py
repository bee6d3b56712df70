"""/analytics: the five figures of a leader, the reports behind each, and the ledger."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from analytics import figures, ledger
from analytics.schemas import (
    FiguresQuerySchema,
    RowsQuerySchema,
    RowsSchema,
    TableQuerySchema,
    TableSchema,
    within,
)
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from api.sheet_files import BINARY, sheet_answer
from database.base import Json
from database.session import now
from sheets import XLSX
from workflow.clocks import local_day
from workflow.hazards.models import Hazard
from workflow.hazards.rules import STATES

routes = Routes(
    "analytics", "/analytics", "One-stop data analysis (一站式数据分析): figures that open to their rows, and the ledger"
)


def _asked(query: dict[str, Any]) -> dict[str, Any]:
    return within(query, local_day(now(session())))


@routes.route("/figures", methods=["GET"])
@routes.arguments(TableQuerySchema, location="query")
@routes.response(200, TableSchema)
def table(query: dict[str, Any]) -> Json:
    """Count what was received, and of it what was verified on time or late, found true, put right.

    By month, league, banner or category. For leaders, supervisors, analysts and commanders, of their jurisdiction.
    """
    return figures.table(session(), actor(), _asked(query))


@routes.route("/rows", methods=["GET"])
@routes.arguments(RowsQuerySchema, location="query")
@routes.response(200, RowsSchema)
def rows(query: dict[str, Any]) -> Json:
    """Open a figure to its reports: as many as it counts."""
    found, cursor = page(session(), figures.rows_of(session(), actor(), _asked(query)), [Hazard.id], [UUID], query)
    items = [{**row, "state_label": STATES[row["state"]]} for row in figures.facts(session(), found)]
    return {"items": items, "next_cursor": cursor}


@routes.route("/ledger", methods=["GET"])
@routes.arguments(FiguresQuerySchema, location="query")
@routes.response(200, BINARY, content_type=XLSX)
def download_ledger(query: dict[str, Any]) -> Response:
    """Download the ledger (台账) of a period as XLSX."""
    asked = _asked(query)
    name = f"ledger-{asked['since']:%Y-%m}-{asked['until']:%Y-%m}.xlsx"
    return sheet_answer(name, ledger.sheet(session(), actor(), asked))
