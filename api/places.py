"""Divisions, jurisdiction of a position, and the working calendar."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from api.context import actor, parts, session
from api.etags import requested_revision, with_etag
from api.routes import Routes
from database.base import Json
from places import commands, queries
from places.jurisdiction import Point, region_of
from places.schemas import (
    CalendarSchema,
    DivisionSchema,
    JurisdictionSchema,
    LoadNoticeSchema,
    MovedUnitsSchema,
    MoveUnitsSchema,
    OpeningSchema,
    PositionSchema,
    RegionTreeSchema,
)
from problems import NotFound

routes = Routes("places", "/places", "Divisions, the banner of a position, working days")

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag of the revision that the change is based on",
}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "the revision, quoted; of a calendar also the next year's"}}
_YEARS = range(2000, 2101)


@routes.route("/regions", methods=["GET"])
@routes.response(200, RegionTreeSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
def regions() -> tuple[Json, int, dict[str, str]]:
    """List leagues with their banners.

    Public. `is_open` says whether the module is opened in the banner.
    """
    return {"items": queries.leagues_with_banners(session())}, 200, {"Cache-Control": "public, max-age=60"}


@routes.route("/region-of", methods=["POST"])
@routes.arguments(PositionSchema)
@routes.response(200, JurisdictionSchema)
def region_of_point(data: dict[str, Any]) -> Json:
    """Find the banner of a position.

    Public. A position outside the region is an answer here (`certainty` is `outside`), not an error.
    """
    return queries.handled(session(), region_of(Point(**data)))


@routes.route("/regions/<string:code>/opening", methods=["PUT"], parameters=[_IF_MATCH])
@routes.arguments(OpeningSchema)
@routes.response(200, DivisionSchema, headers=_ETAG)
def set_opening(data: dict[str, Any], code: str) -> Response:
    """Open or close the module in a banner.

    For system administrators of a division that contains it. `If-Match` names the revision that the tree of divisions says.
    """
    division = commands.open_region(session(), actor(), code, data, requested_revision(required=True))
    return with_etag(jsonify(DivisionSchema().dump(queries.division_facts(division))), division.revision)


@routes.route("/regions/<string:code>/actions/move_units", methods=["POST"])
@routes.arguments(MoveUnitsSchema)
@routes.response(200, MovedUnitsSchema)
def move_units(data: dict[str, Any], code: str) -> Json:
    """Put all units of a banner into another.

    For the region's system administrators, when divisions are merged. Devices are told in small batches afterwards.
    """
    return commands.move_units(parts().sync, session(), actor(), code, data)


@routes.route("/calendar/<int:year>", methods=["GET"])
@routes.response(200, CalendarSchema, headers=_ETAG)
def calendar(year: int) -> Response:
    """Show the working days of a year.

    A year without a notice answers provisionally, with revision 0. `If-None-Match` with its ETag answers 304.
    """
    _check(year)
    return _calendar(year)


@routes.route("/calendar/<int:year>", methods=["PUT"], parameters=[_IF_MATCH])
@routes.arguments(LoadNoticeSchema)
@routes.response(200, CalendarSchema, headers=_ETAG)
def load_calendar(data: dict[str, Any], year: int) -> Response:
    """Load the holiday notice of a year.

    For the region's system administrators; running clocks are computed again. `If-Match` names the revision that it replaces,
    0 for a year without a notice.
    """
    _check(year)
    commands.load_notice(session(), actor(), year, data, requested_revision(required=True))
    return _calendar(year)


def _calendar(year: int) -> Response:
    answer = jsonify(CalendarSchema().dump(queries.calendar_of_year(session(), year)))
    return with_etag(answer, *queries.calendar_revisions(session(), year))


def _check(year: int) -> None:
    if year not in _YEARS:
        raise NotFound
