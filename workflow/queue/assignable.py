"""Whom a leader may send, with how much each of them has in hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation, Person, RoleGrant
from accounts.queries import live_grant
from database.base import Json
from database.session import now
from problems import RoleNotAllowed
from workflow.acting import roles_of
from workflow.queue.models import Task
from workflow.queue.rules import ASSIGNABLE


def assignable(session: Session, actor: Actor, region_code: str) -> list[Json]:
    """Who may be sent to a case of this division now. For its leaders; raises RoleNotAllowed."""
    if Role.UNIT_LEADER not in roles_of(actor, region_code):
        raise RoleNotAllowed(action="assign")
    around = {region_code, f"{region_code[:4]}00", f"{region_code[:2]}0000"}
    held = (
        select(Person.id, Person.staff_name, RoleGrant.role, RoleGrant.region_code, Organisation)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == RoleGrant.org_id)
        .where(live_grant(now(session)), RoleGrant.role.in_(ASSIGNABLE), RoleGrant.region_code.in_(around))
    )
    rows = session.execute(held).all()
    loads = _loads(session, [row.id for row in rows])
    found: dict[UUID, Any] = {}
    for row in sorted(rows, key=lambda row: (_rank(row, region_code), loads[row.id], row.id)):
        found.setdefault(row.id, row)
    return [
        {
            "id": row.id, "name": row.staff_name, "role": row.role, "org_id": row.Organisation.id,
            "org_name": row.Organisation.name, "open_items": loads[row.id],
        }
        for row in found.values()
    ]  # fmt: skip


def _rank(row: Any, region_code: str) -> tuple[int, int]:
    """By what he may do, then by how near his office is: the banner, its league, the region."""
    distance = 0 if row.region_code == region_code else 1 if row.region_code[:4] == region_code[:4] else 2
    return ASSIGNABLE.index(Role(row.role)), distance


def _loads(session: Session, people: list[UUID]) -> dict[UUID, int]:
    """How many open items each of them holds."""
    person = func.unnest(Task.holder_ids).label("person")
    held = select(person).where(Task.is_open, Task.holder_ids.overlap(people)).subquery()
    counted: dict[UUID, int] = dict(session.execute(select(held.c.person, func.count()).group_by(held.c.person)).all())
    return {person: counted.get(person, 0) for person in people}
