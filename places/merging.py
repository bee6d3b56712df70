"""重复单位合并: one place that the register has twice becomes one, and two again where that was wrong. No case is rewritten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import UnitPower
from accounts.queries import live_power
from database.base import Json
from database.journal import record
from database.session import now
from places.imports.models import UnitSource
from places.models import Unit
from places.problems import CodedUnitStays, CreditCodesDiffer, UnitKeepsOthers
from places.standing import require_standing
from places.synced import UNIT
from problems import AlreadySo, Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error

MERGERS = (Role.UNIT_LEADER,)


def merge(session: Session, actor: Actor, unit_id: UUID, seen_revision: int | None, data: dict[str, Any]) -> Unit:
    """并入: this entry gives way to another one of the same place and keeps its cases. Events: unit.merged, unit.joined.

    Chains never arise: neither has given way yet, and nothing has been merged into this one. Raises NotFound, RoleNotAllowed,
    StaleRevision (of the other with its id as `into`), AlreadySo, UnitMerged, UnitKeepsOthers, CreditCodesDiffer,
    CodedUnitStays; Invalid for an `into` that is absent, or that the actor may not merge.
    """
    into: UUID = data["into"]
    locked = _lock(session, actor, unit_id, into)
    unit = _own(actor, locked.get(unit_id), "merge")
    stays = locked.get(into)
    if stays is None or not may_merge(actor, stays):
        raise Invalid(field_error("into", "unknown_unit", "没有可以并入的单位"))
    _raise_revision(session, unit, seen_revision)
    if unit.merged_into == stays.id:
        raise AlreadySo(action="merge")
    _check(session, unit, stays)
    if data["into_revision"] != stays.revision:
        raise StaleRevision(current=stays.revision, into=str(stays.id))
    unit.merged_into = stays.id
    session.flush()
    its, others = _told(session, unit, stays)
    record(session, "unit.merged", unit, actor, concerns=its, data=_facts(unit, stays, data))
    record(session, "unit.joined", stays, actor, concerns=others, data=_facts(unit, stays, data))
    return unit


def unmerge(session: Session, actor: Actor, unit_id: UUID, seen_revision: int | None, data: dict[str, Any]) -> Unit:
    """撤销并入: the entry stands for itself again. What began meanwhile remains with the other, of which it is unit.parted.

    Raises NotFound, RoleNotAllowed, StaleRevision, AlreadySo. Event: unit.unmerged.
    """
    into = session.scalar(select(Unit.merged_into).where(Unit.id == unit_id))
    locked = _lock(session, actor, unit_id, into or unit_id)
    unit = _own(actor, locked.get(unit_id), "unmerge")
    _raise_revision(session, unit, seen_revision)
    if unit.merged_into is None:
        raise AlreadySo(action="unmerge")
    stays = locked.get(unit.merged_into)
    if stays is None or not may_merge(actor, stays):
        raise RoleNotAllowed(action="unmerge")
    unit.merged_into = None
    session.flush()
    _recall(session, unit)
    its, others = _told(session, unit, stays)
    record(session, "unit.unmerged", unit, actor, concerns=its, data=_facts(unit, stays, data))
    record(session, "unit.parted", stays, actor, concerns=others, data=_facts(unit, stays, data))
    return unit


def may_merge(actor: Actor, unit: Unit) -> bool:
    """Who leads the brigade of the division; never the unit's own people."""
    return actor.may_in(unit.region_code, *MERGERS)


def _lock(session: Session, actor: Actor, *unit_ids: UUID) -> dict[UUID, Unit]:
    """In one order: two leaders who merge the same two the other way round wait for each other's end, not for each other."""
    wanted = select(Unit).where(Unit.id.in_(unit_ids), UNIT.visible_to(actor)).order_by(Unit.id)
    found = session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))
    return {unit.id: unit for unit in found}


def _own(actor: Actor, unit: Unit | None, action: str) -> Unit:
    if unit is None:
        raise NotFound
    if not may_merge(actor, unit):
        raise RoleNotAllowed(action=action)
    return unit


def _raise_revision(session: Session, unit: Unit, seen_revision: int | None) -> None:
    """Of the locked row."""
    if seen_revision not in (None, unit.revision):
        raise StaleRevision(current=unit.revision)
    unit.revision += 1
    unit.updated_at = now(session)


def _check(session: Session, unit: Unit, stays: Unit) -> None:
    if unit.id == stays.id:
        raise Invalid(field_error("into", "same_unit", "不能并入自身"))
    require_standing(session, unit)
    require_standing(session, stays, "into")
    if session.scalar(select(Unit.id).where(Unit.merged_into == unit.id).limit(1)) is not None:
        raise UnitKeepsOthers
    if unit.region_code != stays.region_code:
        raise Invalid(field_error("into", "other_region", "两处登记不在同一旗县区,请先更正所在旗县区"))
    if unit.uscc is not None and stays.uscc is not None:  # no two units carry the same code
        raise CreditCodesDiffer
    if unit.uscc is not None:
        raise CodedUnitStays


def _recall(session: Session, unit: Unit) -> None:
    """What sources said meanwhile, the other took in: the next list is compared with what they said of this one before."""
    meanwhile = update(UnitSource).where(UnitSource.unit_id == unit.id, UnitSource.said_before.is_not(None))
    session.execute(meanwhile.values(said=UnitSource.said_before, said_before=None))


def _told(session: Session, unit: Unit, stays: Unit) -> tuple[dict[str, list[UUID]], dict[str, list[UUID]]]:
    """Whoever holds a power for one of them now, agents too: what the law counts of a place is counted over both. Once each."""
    its, others = (_holders(session, one) for one in (unit, stays))
    return {"managers": its}, {"managers": [person for person in others if person not in its]}


def _holders(session: Session, unit: Unit) -> list[UUID]:
    return list(session.scalars(select(UnitPower.person_id).where(UnitPower.unit_id == unit.id, live_power(now(session)))))


def _facts(unit: Unit, stays: Unit, data: dict[str, Any]) -> Json:
    names = {"name": unit.name, "into_name": stays.name}
    return {"unit": str(unit.id), "into": str(stays.id), **names, "reason": data["reason"]}
