"""What devices hold of places: the divisions for everybody, a unit for its own people and for the banner's brigade."""

from __future__ import annotations

from database.base import Json
from places.models import Division, Unit
from sync.catalog import Scope, Synced


def division_line(division: Division) -> Json:
    """Reference data: enough to choose a banner off-line, and to know whether it is open."""
    return {
        "code": division.code,
        "name": division.name,
        "parent_code": division.parent_code,
        "level": division.level,
        "kind": division.kind,
        "is_open": division.is_open,
    }


def manager_line(unit: Unit) -> Json:
    """What a unit's own people hold of it."""
    return {
        "name": unit.name,
        "uscc": unit.uscc,
        "region_code": unit.region_code,
        "address": unit.address,
        "category": unit.category,
        "place_type": unit.place_type,
        "lon": unit.lon,
        "lat": unit.lat,
    }


def officer_line(unit: Unit) -> Json:
    """The same, and who answers for it, by id."""
    return {
        **manager_line(unit),
        "legal_person_id": unit.legal_person_id,
        "manager_ids": unit.manager_ids,
    }


DIVISION = Synced("division", Division, [Scope("public", "all", None, division_line, topic="places")])

UNIT = Synced(
    "unit",
    Unit,
    [
        Scope("unit", "manager", Unit.id, manager_line),
        Scope("unit", "agent", Unit.id, manager_line, matter=""),
        Scope("region", "officer", Unit.region_code, officer_line),
    ],
    on_devices=lambda unit: unit.merged_into is None,
    moves=True,
)

SYNCED = (DIVISION, UNIT)
