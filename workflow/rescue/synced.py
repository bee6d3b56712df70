"""Who may see the firefighters' pack, and what their devices hold of it: all of their banner's, and nobody else's do."""

from __future__ import annotations

from accounts.actor import PACK_ROLES, Actor
from database.base import Json
from problems import RoleNotAllowed
from sync.catalog import Scope, Synced
from workflow.rescue.models import RescueSheet, WaterSource
from workflow.rescue.schemas import SHEET_FIELDS, WATER_FIELDS


def water_line(source: WaterSource) -> Json:
    """The whole of it."""
    return {name: getattr(source, name) for name in ("region_code", *WATER_FIELDS, "lon", "lat", "state", "reports")}


def sheet_line(sheet: RescueSheet) -> Json:
    """The whole of it; its id is the unit's."""
    facts = ("region_code", "name", "address", "category", "place_type", "lon", "lat", "edition", "survey", "history")
    return {name: getattr(sheet, name) for name in (*facts, *SHEET_FIELDS)}


WATER_SOURCE = Synced(
    "water_source",
    WaterSource,
    [Scope("region", "pack", WaterSource.region_code, water_line, roles=PACK_ROLES)],
    on_devices=lambda source: source.retired_at is None,
    moves=True,
)
RESCUE_SHEET = Synced(
    "rescue_sheet",
    RescueSheet,
    [Scope("region", "pack", RescueSheet.region_code, sheet_line, roles=PACK_ROLES)],
    on_devices=lambda sheet: sheet.is_held,
    moves=True,
)
SYNCED = (WATER_SOURCE, RESCUE_SHEET)


def require_keeper(actor: Actor, region_code: str, action: str) -> None:
    """Whoever carries the pack of a division keeps it. Raises RoleNotAllowed."""
    if not actor.may_in(region_code, *PACK_ROLES):
        raise RoleNotAllowed(action=action)
