"""`unit.edit`: what a device changes of a unit, field by field. Over HTTP a unit is replaced whole (`places/units.py`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from accounts.actor import Actor
from places import units
from places.models import Unit
from places.schemas import PositionSchema, RegionCode, Uscc
from places.standing import require_standing
from places.synced import UNIT
from places.unit_kinds import CATEGORIES, PLACE_TYPES
from problems import AlreadySo
from sync.editing import lock
from sync.merge import changes_schema, merge
from sync.mutations import Mutation, Origin, observed, office
from wire import Line, StrictSchema

# On conflict the office's entries stay; of what somebody on the spot saw, the later arrival stands.
FIELDS = {
    "name": office(Line(max_length=100)),
    "uscc": office(Uscc(allow_none=True)),
    "region_code": office(RegionCode()),
    "category": office(fields.String(validate=validate.OneOf(CATEGORIES))),
    "address": observed(Line(max_length=200, min_length=0)),
    "place_type": observed(fields.String(allow_none=True, validate=validate.OneOf(PLACE_TYPES))),
    "position": observed(fields.Nested(PositionSchema, allow_none=True)),
}


class EditUnitFieldsSchema(StrictSchema):
    """The changes of one unit."""

    changes = fields.Nested(changes_schema("Unit", FIELDS), required=True)


def edit(session: Session, actor: Actor, unit_id: UUID, data: dict[str, Any], origin: Origin) -> Unit:
    """Merge a device's changes into a unit. Event: unit.edited, with the names of the fields that were written.

    Raises NotFound, RoleNotAllowed, AlreadySo, Invalid for a field that only the brigade changes, OutsideRegion,
    UnitAlreadyRegistered, UnitMerged.
    """
    unit = lock(session, UNIT, Unit, unit_id, actor, origin)
    require_standing(session, unit)
    is_office = units.speaks_for_office(actor, unit)
    units.require_fields(data["changes"], is_office=is_office)  # before anything is merged, lost or not
    merged = merge(session, unit, data["changes"], FIELDS, origin)
    if not merged.written:
        if not merged.lost:
            raise AlreadySo(action="edit")
        return unit
    if {"region_code", "position"} & set(merged.written):
        units.relocate(unit)
    return units.edited(session, actor, unit, merged.written, is_office=is_office)


MUTATIONS = [Mutation("unit.edit", EditUnitFieldsSchema, edit, summary="修改单位资料", fields=FIELDS)]
