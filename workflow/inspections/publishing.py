"""公开检查结果: what the public reads of an inspection, that it does not and why, and that what was published was wrong.

The unit, the day, the kind and the result; never a person, never a word or a picture of what was found, nor why officers went.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.roles import region_prefix
from database.base import Json
from database.session import now
from places.regions import full_name
from sync.mutations import Origin
from workflow.clocks import local_day
from workflow.inspections.acts import go, take
from workflow.inspections.models import Inspection
from workflow.inspections.rules import GROUNDS, KINDS, PUBLISHED_RESULTS
from workflow.offices import people_of_unit


def publish(session: Session, actor: Actor, inspection_id: UUID, _: dict[str, Any], origin: Origin) -> Inspection:
    """公开检查结果, within 20 working days of the inspection (国发〔2019〕5号). The unit is told. Event: inspection.published."""
    inspection, step = take(session, actor, inspection_id, "publish", origin)
    inspection.published_at = now(session)
    inspection.publication = _decided(session, actor, "PUBLISHED")
    others = {"unit": people_of_unit(session, inspection.unit_id)}
    result, day = PUBLISHED_RESULTS[inspection.state], _checked_on(inspection).isoformat()
    go(session, inspection, step, actor, "inspection.published", origin, others, result=result, checked_on=day)
    return inspection


def keep_private(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """不予公开, on a ground of the law and with the reason. Event: inspection.publication_declined."""
    inspection, step = take(session, actor, inspection_id, "keep_private", origin)
    inspection.publication = _decided(session, actor, "KEPT_PRIVATE", ground=data["ground"], reason=data["reason"])
    ground = GROUNDS[data["ground"]]
    go(session, inspection, step, actor, "inspection.publication_declined", origin, ground=ground, reason=data["reason"])
    return inspection


def withdraw(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """更正,撤回公开: what was published was wrong, with the reason; it may be published anew. The unit is told.

    Event: inspection.publication_withdrawn.
    """
    inspection, step = take(session, actor, inspection_id, "withdraw_publication", origin)
    inspection.published_at = None
    inspection.publication = _decided(session, actor, "WITHDRAWN", reason=data["reason"])
    others = {"unit": people_of_unit(session, inspection.unit_id)}
    go(session, inspection, step, actor, "inspection.publication_withdrawn", origin, others, reason=data["reason"])
    return inspection


def _decided(session: Session, actor: Actor, decision: str, ground: str | None = None, reason: str = "") -> Json:
    said = {"decision": decision, "at": now(session).isoformat(), "by": str(actor.id)}
    return {**said, "ground": ground, "reason": reason}


def published(filters: dict[str, Any]) -> Select[Inspection]:
    """What everybody may read, by division and by part of the unit's name."""
    statement = select(Inspection).where(Inspection.published_at.is_not(None))
    if filters["region_code"]:
        statement = statement.where(Inspection.region_code.startswith(region_prefix(filters["region_code"]), autoescape=True))
    if filters["q"]:
        statement = statement.where(Inspection.unit_name.contains(filters["q"], autoescape=True))
    return statement


def public_facts(inspection: Inspection) -> Json:
    """A line of the public list. It has no id: by one nothing more is to be had."""
    return {
        "unit_name": inspection.unit_name,
        "region_name": full_name(inspection.region_code),
        "kind_label": KINDS[inspection.kind],
        "checked_on": _checked_on(inspection),
        "result": PUBLISHED_RESULTS[inspection.state],
        "published_on": local_day(inspection.published_at) if inspection.published_at else None,
    }


def _checked_on(inspection: Inspection) -> date:
    finding: Json = inspection.finding or {}
    return local_day(datetime.fromisoformat(finding["checked_at"]))
