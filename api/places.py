"""Divisions, jurisdiction of a position, and the working calendar."""

from __future__ import annotations

from typing import Any

from api.context import actor, parts, session
from api.etags import if_match
from api.routes import Routes
from database.base import Json
from places import commands, queries
from places.jurisdiction import Point, region_of
from places.schemas import (
    CalendarSchema,
    ConfiguredMapSchema,
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

_YEARS = range(2000, 2101)


@routes.route("/regions", methods=["GET"])
@routes.response(200, RegionTreeSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
def regions() -> tuple[Json, int, dict[str, str]]:
    """List leagues with their banners.

    Public. `is_open` says whether the module is opened in the banner.
    """
    return {"items": queries.leagues_with_banners(session())}, 200, {"Cache-Control": "public, max-age=60"}


@routes.route("/base-map", methods=["GET"])
@routes.response(200, ConfiguredMapSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
def base_map() -> tuple[Json, int, dict[str, str]]:
    """Show the base map that may lie under places.

    Public. A map is shown with its attribution and 审图号, or not at all; `base_map` is null where none is configured.
    """
    said = parts().settings
    configured = {
        "tiles_url": said.map_tiles_url,
        "attribution": said.map_attribution,
        "approval_no": said.map_approval_no,
        "crs": said.map_crs,
    }
    return {"base_map": configured if said.map_tiles_url else None}, 200, {"Cache-Control": "public, max-age=60"}


@routes.route("/region-of", methods=["POST"])
@routes.arguments(PositionSchema)
@routes.response(200, JurisdictionSchema)
def region_of_point(data: dict[str, Any]) -> Json:
    """Find the banner of a position.

    Public. A position outside the region is an answer here (`certainty` is `outside`), not an error.
    """
    return queries.handled(session(), region_of(Point(**data)))


@routes.route("/regions/<string:code>/opening", methods=["PUT"])
@routes.arguments(OpeningSchema)
@routes.response(200, DivisionSchema, etag=True)
@if_match()
def set_opening(data: dict[str, Any], code: str, seen_revision: int | None) -> Json:
    """Open or close the module in a banner.

    For system administrators of a division that contains it. `If-Match` names the revision that the tree of divisions says.
    """
    return queries.division_facts(commands.open_region(session(), actor(), code, data, seen_revision))


@routes.route("/regions/<string:code>/actions/move_units", methods=["POST"])
@routes.arguments(MoveUnitsSchema)
@routes.response(200, MovedUnitsSchema)
def move_units(data: dict[str, Any], code: str) -> Json:
    """Put all units of a banner into another.

    For the region's system administrators, when divisions are merged. Devices are told in small batches afterwards.
    """
    return commands.move_units(parts().sync, session(), actor(), code, data)


@routes.route("/calendar/<int:year>", methods=["GET"])
@routes.response(200, CalendarSchema, etag=True)
def calendar(year: int) -> Json:
    """Show the working days of a year.

    A year without a notice answers provisionally, with revision 0.
    """
    _check(year)
    return queries.calendar_of_year(session(), year)


@routes.route("/calendar/<int:year>", methods=["PUT"])
@routes.arguments(LoadNoticeSchema)
@routes.response(200, CalendarSchema, etag=True)
@if_match()
def load_calendar(data: dict[str, Any], year: int, seen_revision: int | None) -> Json:
    """Load the holiday notice of a year.

    For the region's system administrators; running clocks are computed again. `If-Match` names the revision that it replaces,
    0 for a year without a notice.
    """
    _check(year)
    commands.load_notice(session(), actor(), year, data, seen_revision)
    return queries.calendar_of_year(session(), year)


def _check(year: int) -> None:
    if year not in _YEARS:
        raise NotFound
