"""Sheets of key units (六熟悉): each key unit has one from the day on which it is one; others are given one by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from accounts.roles import region_prefix
from database.journal import record
from database.session import now
from places.models import Unit
from places.standing import require_standing
from places.synced import UNIT
from problems import AlreadySo, Invalid, field_error
from sync.editing import lock
from sync.merge import merge
from sync.mutations import Origin, create
from workflow.rescue.models import RescueSheet
from workflow.rescue.photos import attach_new
from workflow.rescue.schemas import SHEET_FIELDS
from workflow.rescue.synced import RESCUE_SHEET, require_keeper

KEY_CATEGORIES = frozenset({"KEY_UNIT", "HIGH_RISK_UNIT"})
_OF_THE_REGISTER = ("region_code", "name", "address", "category", "place_type", "lon", "lat")


def open_sheet(session: Session, actor: Actor, unit_id: UUID, _: dict[str, Any], origin: Origin) -> RescueSheet:
    """建立灭火救援资料 of a unit that is no key unit. Event: rescue_sheet.opened.

    Raises RoleNotAllowed, AlreadySo; Invalid for a unit that the actor does not see, or that was merged into another.
    """
    wanted = select(Unit).where(Unit.id == unit_id, UNIT.visible_to(actor)).with_for_update(read=True)
    unit = session.scalars(wanted).one_or_none()
    if unit is None:
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    require_keeper(actor, unit.region_code, "open")
    require_standing(session, unit, "unit_id")
    if session.scalar(select(RescueSheet.is_held).where(RescueSheet.id == unit_id)):
        raise AlreadySo(action="open")
    return follow_unit(session, unit, actor, is_opened=True)


def edit(session: Session, actor: Actor, unit_id: UUID, data: dict[str, Any], origin: Origin) -> RescueSheet:
    """修改灭火救援资料, field by field. Event: rescue_sheet.edited, with the names of the fields and nothing of what they say.

    Raises NotFound, RoleNotAllowed, AlreadySo.
    """
    sheet = _take(session, actor, unit_id, "edit", origin)
    pages = list(sheet.plan_photo_ids)
    merged = merge(session, sheet, data["changes"], SHEET_FIELDS, origin)
    if not merged.written:
        if not merged.lost:
            raise AlreadySo(action="edit")
        return sheet
    sheet.is_opened = True
    attach_new(session, actor, sheet, pages, sheet.plan_photo_ids, "changes.plan_photo_ids")
    record(session, "rescue_sheet.edited", sheet, actor, data={"fields": list(merged.written)})
    return sheet


def survey(session: Session, actor: Actor, unit_id: UUID, data: dict[str, Any], origin: Origin) -> RescueSheet:
    """熟悉: what stands here was gone through on the spot. The next edition. Event: rescue_sheet.surveyed."""
    sheet = _take(session, actor, unit_id, "survey", origin)
    moment = min(now(session), data["surveyed_at"] or origin.made_at or now(session)).isoformat()
    if sheet.survey is None or sheet.survey["at"] <= moment:
        sheet.survey = {"at": moment, "by": str(actor.id), "name": actor.name}
    sheet.edition += 1
    sheet.is_opened = True
    record(session, "rescue_sheet.surveyed", sheet, actor, data={"edition": sheet.edition, "surveyed_at": moment})
    return sheet


def follow_unit(session: Session, unit: Unit, actor: Actor = SYSTEM, *, is_opened: bool = False) -> RescueSheet:
    """The sheet of a unit, with what the register says of it now; devices hold it while the unit is there and it is wanted."""
    facts = {name: getattr(unit, name) for name in _OF_THE_REGISTER}
    there = session.scalar(select(RescueSheet.id).where(RescueSheet.id == unit.id)) is not None
    if there:
        sheet = lock(session, RESCUE_SHEET, RescueSheet, unit.id, SYSTEM, Origin())
        for name, value in facts.items():
            setattr(sheet, name, value)
    else:
        moment = now(session)
        blank = {"keyholders": [], "plan_photo_ids": [], "history": [], "edition": 0, "is_opened": False}
        sheet = RescueSheet(
            id=unit.id, revision=1, stamps={}, created_at=moment, updated_at=moment, is_held=False, **facts, **blank
        )  # fmt: skip
    sheet.is_opened = sheet.is_opened or is_opened
    was_held = sheet.is_held
    sheet.is_held = unit.merged_into is None and (sheet.is_opened or unit.category in KEY_CATEGORIES)
    if not there:
        create(session, sheet)
    if sheet.is_held and not was_held:
        record(session, "rescue_sheet.opened", sheet, actor)
    return sheet


def keep_up(session: Session, unit: Unit, *, is_new: bool = False) -> None:
    """Reaction: the register changed. A unit that is neither a key unit nor has a sheet needs none."""
    has_one = select(RescueSheet.id).where(RescueSheet.id == unit.id)  # not asked of a new one: lists bring them by the thousand
    if unit.category in KEY_CATEGORIES or (not is_new and session.scalar(has_one) is not None):
        follow_unit(session, unit)


def take_over(session: Session, unit: Unit) -> None:
    """Reaction: a unit was merged into another. What was found out of the place goes to the one that stays, if that has nothing.

    Event of the latter: rescue_sheet.taken_over.
    """
    sheet = session.get(RescueSheet, unit.id)
    if sheet is None or unit.merged_into is None:
        return
    keep_up(session, unit)
    has_own = session.scalar(select(RescueSheet.is_opened).where(RescueSheet.id == unit.merged_into))
    if sheet.is_opened and not has_own:
        stays = follow_unit(session, session.get_one(Unit, unit.merged_into), is_opened=True)
        for name in ("edition", "survey", *SHEET_FIELDS):
            setattr(stays, name, getattr(sheet, name))
        record(session, "rescue_sheet.taken_over", stays, SYSTEM, data={"from": str(unit.id)})


def listed(actor: Actor, filters: dict[str, Any]) -> Select[RescueSheet]:
    """The sheets that this actor may see, by division and words of name or address."""
    statement = select(RescueSheet).where(RESCUE_SHEET.visible_to(actor), RescueSheet.is_held)
    if filters.get("region_code"):
        statement = statement.where(RescueSheet.region_code.startswith(region_prefix(filters["region_code"]), autoescape=True))
    words = filters.get("q")
    if words:
        found = (column.contains(words, autoescape=True) for column in (RescueSheet.name, RescueSheet.address))
        statement = statement.where(or_(*found))
    return statement


def _take(session: Session, actor: Actor, unit_id: UUID, action: str, origin: Origin) -> RescueSheet:
    sheet = lock(session, RESCUE_SHEET, RescueSheet, unit_id, actor, origin)
    require_keeper(actor, sheet.region_code, action)
    return sheet
