"""Sheets of key units (六熟悉): each key unit has one from the day on which it is one; others are given one by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from accounts.roles import region_prefix
from database.journal import Event, record
from database.session import now
from places.models import Unit
from places.standing import require_standing
from places.synced import UNIT
from places.unit_kinds import KEY_CATEGORIES
from problems import AlreadySo, Invalid, field_error
from sync.editing import lock
from sync.merge import merge
from sync.mutations import Origin, create
from workflow.rescue.models import RescueSheet
from workflow.rescue.photos import attach_new
from workflow.rescue.schemas import SHEET_FIELDS
from workflow.rescue.synced import RESCUE_SHEET, require_keeper

_OF_THE_REGISTER = ("region_code", "name", "address", "category", "place_type", "lon", "lat")


def open_sheet(session: Session, actor: Actor, unit_id: UUID, _: dict[str, Any], origin: Origin) -> RescueSheet:
    """建立灭火救援资料 of a unit that is no key unit. Event: rescue_sheet.opened.

    Raises RoleNotAllowed, AlreadySo; Invalid for a unit that the actor does not see, or that was merged into another.
    """
    wanted = select(Unit).where(Unit.id == unit_id, UNIT.visible_to(actor)).with_for_update(key_share=True)
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

    Raises NotFound, RoleNotAllowed, UnitMerged, AlreadySo.
    """
    sheet, unit = _take(session, actor, unit_id, "edit", origin)
    pages = list(sheet.plan_photo_ids)
    merged = merge(session, sheet, data["changes"], SHEET_FIELDS, origin)
    if not merged.written:
        if not merged.lost:
            raise AlreadySo(action="edit")
        return sheet
    _want(session, sheet, unit, actor)
    attach_new(session, actor, sheet, pages, sheet.plan_photo_ids, "changes.plan_photo_ids")
    record(session, "rescue_sheet.edited", sheet, actor, data={"fields": list(merged.written)})
    return sheet


def survey(session: Session, actor: Actor, unit_id: UUID, data: dict[str, Any], origin: Origin) -> RescueSheet:
    """熟悉: what stands here was gone through on the spot. The next edition. Event: rescue_sheet.surveyed.

    Raises NotFound, RoleNotAllowed, UnitMerged.
    """
    sheet, unit = _take(session, actor, unit_id, "survey", origin)
    moment = min(now(session), data["surveyed_at"] or origin.made_at or now(session)).isoformat()
    if sheet.survey is None or sheet.survey["at"] <= moment:
        sheet.survey = {"at": moment, "by": str(actor.id), "name": actor.name}
    sheet.edition += 1
    _want(session, sheet, unit, actor)
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
        create(session, sheet)
    _want(session, sheet, unit, actor, is_opened=is_opened)
    return sheet


def _want(session: Session, sheet: RescueSheet, unit: Unit, actor: Actor, *, is_opened: bool = True) -> None:
    """Devices hold it from now on, or do no more; whoever writes in it wants it."""
    sheet.is_opened = sheet.is_opened or is_opened
    was_held, sheet.is_held = sheet.is_held, _is_held(sheet, unit)
    if sheet.is_held and not was_held:
        record(session, "rescue_sheet.opened", sheet, actor)


def _is_held(sheet: RescueSheet, unit: Unit) -> bool:
    return unit.merged_into is None and (sheet.is_opened or unit.category in KEY_CATEGORIES)


def keep_up(session: Session, unit: Unit, *, is_new: bool = False) -> None:
    """Reaction: the register changed. A unit that is neither a key unit nor has a sheet needs none."""
    sheet = None if is_new else session.get(RescueSheet, unit.id)  # not asked of new ones: lists bring them by the thousand
    if sheet is None:
        is_behind = unit.category in KEY_CATEGORIES
    else:
        is_same = all(getattr(sheet, name) == getattr(unit, name) for name in _OF_THE_REGISTER)
        is_behind = not is_same or sheet.is_held != _is_held(sheet, unit)
    if is_behind:
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


def give_back(session: Session, unit: Unit, other: UUID) -> None:
    """Reaction: two entries are two places after all. What the other had from this one goes, unless somebody wrote in it since.

    Event of the latter: rescue_sheet.emptied.
    """
    keep_up(session, unit)
    written = ("rescue_sheet.taken_over", "rescue_sheet.edited", "rescue_sheet.surveyed")
    its = select(Event).where(Event.entity_type == "rescue_sheet", Event.entity_id == other, Event.name.in_(written))
    last = session.scalars(its.order_by(Event.id.desc()).limit(1)).one_or_none()
    if last is None or last.data.get("from") != str(unit.id):
        return
    sheet = lock(session, RESCUE_SHEET, RescueSheet, other, SYSTEM, Origin())
    for name in SHEET_FIELDS:
        setattr(sheet, name, None if RescueSheet.__table__.c[name].nullable else type(getattr(sheet, name))())
    sheet.edition, sheet.survey, sheet.is_opened = 0, None, False
    _want(session, sheet, session.get_one(Unit, other), SYSTEM, is_opened=False)
    record(session, "rescue_sheet.emptied", sheet, SYSTEM, data={"to": str(unit.id)})


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


def _take(session: Session, actor: Actor, unit_id: UUID, action: str, origin: Origin) -> tuple[RescueSheet, Unit]:
    """The sheet, locked, and its unit. What is brought to an entry that was merged meanwhile is refused, and so not lost."""
    sheet = lock(session, RESCUE_SHEET, RescueSheet, unit_id, actor, origin)
    require_keeper(actor, sheet.region_code, action)
    unit = session.get_one(Unit, unit_id)
    require_standing(session, unit)
    return sheet, unit
