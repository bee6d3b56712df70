"""Who may see a patrol, and what devices hold of it.

A grid patrol: whoever walked, his town office, and the brigade of the division; not the unit. A self-check: the unit, and the
brigade, which reads it. The brigade and the town office read over HTTP alone: a banner has thousands, and no work waits for them.
"""

from __future__ import annotations

from uuid import UUID

from accounts.actor import Actor, Role
from database.base import Json
from places.jurisdiction import ADDRESS_PARTS
from sync.catalog import Scope, Synced
from workflow.patrols.models import Patrol
from workflow.patrols.rules import CHECKERS

_SHOWN = (
    "number", "kind", "state", "region_code", "unit_id", "place_name", "lon", "lat", "walked_by", "checked_at",
    "device_at", "checklist", "answers", "note", "photo_ids", "due_at",
)  # fmt: skip


def patrol_line(patrol: Patrol) -> Json:
    """The whole of it: nothing in it is for some of its readers alone."""
    address = {name: patrol.address.get(name) for name in ("region_name", *ADDRESS_PARTS)}
    return {**{name: getattr(patrol, name) for name in _SHOWN}, "address": address}


PATROL = Synced(
    "patrol",
    Patrol,
    [
        Scope("user", "own", Patrol.patroller_id, patrol_line),
        Scope("unit", "manager", Patrol.own_unit_id, patrol_line),
        Scope("org", "town", Patrol.town_org_id, roles=frozenset({Role.TOWN_OFFICER})),
        Scope("region", "officer", Patrol.region_code),
    ],
    on_devices=lambda patrol: patrol.off_devices_at is None,
)


def checks_for(actor: Actor, unit_id: UUID | None) -> bool:
    """True of those who answer for what a unit's self-check says."""
    return any(power.unit_id == unit_id and power.role in CHECKERS for power in actor.units)
