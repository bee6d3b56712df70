"""Water sources: who finds one adds it, edits it, says in which state he found it, and takes it out of the register."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.roles import region_prefix
from database.base import Json
from database.journal import record
from database.session import now
from places.units import relocate
from problems import AlreadySo, Invalid, field_error
from sync.editing import lock
from sync.merge import merge
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION
from workflow.acting import guard
from workflow.offices import brigade_of, duty_leaders
from workflow.rescue.models import WaterSource
from workflow.rescue.photos import attach_new
from workflow.rescue.rules import KINDS, OUT_OF_ORDER, with_report
from workflow.rescue.schemas import WATER_FIELDS
from workflow.rescue.synced import WATER_SOURCE, require_keeper


def add(session: Session, actor: Actor, source_id: UUID, data: dict[str, Any], origin: Origin) -> WaterSource:
    """新增水源. Event: water_source.added. Raises RoleNotAllowed; Invalid, OutsideRegion for the place."""
    if source_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    require_keeper(actor, data["region_code"], "add")
    moment = now(session)
    source = WaterSource(
        id=source_id, revision=1, stamps={}, created_at=moment, updated_at=moment, state=data["state"],
        reports=[_told(session, actor, data["state"], "", origin)],
        **{name: data[name] for name in ("region_code", *WATER_FIELDS)},
    )  # fmt: skip
    relocate(source)
    create(session, source)
    attach_new(session, actor, source, [], source.photo_ids, "photo_ids")
    record(session, "water_source.added", source, actor, data={"name": source.name, "kind": source.kind, "state": source.state})
    return source


def edit(session: Session, actor: Actor, source_id: UUID, data: dict[str, Any], origin: Origin) -> WaterSource:
    """修改水源资料, field by field. Event: water_source.edited, with the names of the fields that were written.

    Raises NotFound, RoleNotAllowed, GuardFailed, AlreadySo; Invalid for a season with one end; Invalid, OutsideRegion for the
    position.
    """
    source = _take_standing(session, actor, source_id, "edit", origin)
    photos = list(source.photo_ids)
    merged = merge(session, source, data["changes"], WATER_FIELDS, origin)
    if not merged.written:
        if not merged.lost:
            raise AlreadySo(action="edit")
        return source
    if (source.freezes_from is None) != (source.freezes_to is None):
        raise Invalid(field_error("changes.freezes_to", "required", "请填写封冻期的起止日期"))
    if "position" in merged.written:
        relocate(source)
    attach_new(session, actor, source, photos, source.photo_ids, "changes.photo_ids")
    record(session, "water_source.edited", source, actor, data={"fields": list(merged.written)})
    return source


def report(session: Session, actor: Actor, source_id: UUID, data: dict[str, Any], origin: Origin) -> WaterSource:
    """报告状态: its state is what was seen last, not what arrived last; what was seen before is kept beside it.

    Event: water_source.reported. Where it is out of order from now on, the brigade's leader is told. Raises NotFound,
    RoleNotAllowed, GuardFailed.
    """
    source = _take_standing(session, actor, source_id, "report", origin)
    before = source.state
    told = _told(session, actor, data["state"], data["note"], origin, data["seen_at"])
    source.reports = with_report(source.reports, told)
    source.state = source.reports[0]["state"]
    is_news = source.state == OUT_OF_ORDER != before
    leaders = duty_leaders(session, brigade_of(session, source.region_code).id) if is_news else []
    record(
        session, "water_source.reported", source, actor, concerns={"leaders": leaders},
        data={
            "name": source.name, "kind": KINDS[source.kind], "place": source.place, "found": told["state"], "state": source.state,
            "seen_at": told["seen_at"], "note": told["note"],
        },
    )  # fmt: skip
    return source


def retire(session: Session, actor: Actor, source_id: UUID, data: dict[str, Any], origin: Origin) -> WaterSource:
    """注销水源: it is there no more. It leaves the devices; the record stays, with its reason. Event: water_source.retired."""
    source = _take(session, actor, source_id, "retire", origin)
    if source.retired_at is not None:
        raise AlreadySo(action="retire")
    source.retired_at = now(session)
    record(session, "water_source.retired", source, actor, data={"name": source.name, "reason": data["reason"]})
    return source


def listed(actor: Actor, filters: dict[str, Any]) -> Select[WaterSource]:
    """The water sources in the register that this actor may see, by division, kind, state, and words of name or place."""
    statement = select(WaterSource).where(WATER_SOURCE.visible_to(actor), WaterSource.retired_at.is_(None))
    if filters.get("region_code"):
        statement = statement.where(WaterSource.region_code.startswith(region_prefix(filters["region_code"]), autoescape=True))
    for name in ("kind", "state"):
        if filters.get(name):
            statement = statement.where(getattr(WaterSource, name) == filters[name])
    words = filters.get("q")
    if words:
        found = (column.contains(words, autoescape=True) for column in (WaterSource.name, WaterSource.place))
        statement = statement.where(or_(*found))
    return statement


def _take(session: Session, actor: Actor, source_id: UUID, action: str, origin: Origin) -> WaterSource:
    source = lock(session, WATER_SOURCE, WaterSource, source_id, actor, origin)
    require_keeper(actor, source.region_code, action)
    return source


def _take_standing(session: Session, actor: Actor, source_id: UUID, action: str, origin: Origin) -> WaterSource:
    """One that is in the register still: what somebody brings to another he is told, and it waits as an issue."""
    source = _take(session, actor, source_id, action, origin)
    guard(source.retired_at is None, action, "retired")
    return source


def _told(session: Session, actor: Actor, state: str, note: str, origin: Origin, seen_at: datetime | None = None) -> Json:
    """What somebody saw and when: as he says, or his phone; never later than now."""
    moment = min(now(session), seen_at or origin.made_at or now(session))
    return {"state": state, "seen_at": moment.isoformat(), "by": str(actor.id), "name": actor.name, "note": note}
