"""Editions of checklists (patrols go by them too) and the bounds of a year: rows, which administrators edit with their source."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, Actor, Role
from accounts.models import Organisation
from database.base import Json
from database.journal import record
from database.session import now
from places.unit_kinds import CATEGORIES
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from workflow.inspections.models import InspectionCap
from workflow.models import Checklist


def checklists(session: Session) -> list[Json]:
    """Every edition, by code and day."""
    rows = session.scalars(select(Checklist).order_by(Checklist.code, Checklist.effective_from, Checklist.edition))
    return [facts(row) for row in rows]


def facts(row: Checklist) -> Json:
    """An edition as everybody sees it."""
    return {name: getattr(row, name) for name in ("code", "edition", "title", "effective_from", "basis", "rhythm", "items")}


def publish(session: Session, actor: Actor, code: str, edition: str, data: dict[str, Any]) -> Checklist:
    """Add an edition. Inspections that are planned keep the one they were planned with. Event: organisation.checklist_published.

    Raises RoleNotAllowed, Invalid (`taken`: an edition is never changed; `double`: a code of an item stands twice).
    """
    corps = _corps(session, actor, "publish")
    taken = Invalid(field_error("edition", "taken", "这个版本已经发布;需要修改的,请发布新的版本"))
    if session.get(Checklist, (code, edition)) is not None:
        raise taken
    codes = [item["code"] for item in data["items"]]
    if len(set(codes)) != len(codes):
        raise Invalid(field_error("items", "double", "检查项的代码不能重复"))
    row = Checklist(code=code, edition=edition, **data)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # two at once
        raise taken from error
    said = {"code": code, "edition": edition, "effective_from": row.effective_from.isoformat(), "basis": row.basis}
    record(session, "organisation.checklist_published", corps, actor, data=said)
    return row


def set_cap(session: Session, actor: Actor, category: str, data: dict[str, Any]) -> None:
    """Set or lift the most spot checks of a year for a category of units. Event: organisation.cap_set.

    Raises RoleNotAllowed, NotFound.
    """
    corps = _corps(session, actor, "set_cap")
    if category not in CATEGORIES:
        raise NotFound
    before = session.scalar(select(InspectionCap.most).where(InspectionCap.category == category))
    if data["most"] is None:
        session.execute(delete(InspectionCap).where(InspectionCap.category == category))
    else:
        statement = insert(InspectionCap).values(category=category, **data)
        session.execute(statement.on_conflict_do_update(index_elements=["category"], set_=data))
    said = {"category": category, "most": [before, data["most"]], "basis": data["basis"]}
    record(session, "organisation.cap_set", corps, actor, data=said)


def _corps(session: Session, actor: Actor, action: str) -> Organisation:
    """The organisation of the region's administrators, locked: in its journal stands who changed what."""
    if not actor.may_in(REGION_CODE, Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    theirs = select(Organisation).where(Organisation.id.in_(actor.org_ids(Role.SYS_ADMIN)))
    corps = session.scalars(theirs.order_by(Organisation.region_code).limit(1).with_for_update()).one()
    corps.revision, corps.updated_at = corps.revision + 1, now(session)
    return corps
