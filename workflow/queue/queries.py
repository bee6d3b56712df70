"""The queue as somebody sees it: four views, four buckets, filters, in the order of `ranking.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, text
from sqlalchemy.orm import Session

from accounts.actor import ASSISTANCE_ROLES, OFFICE_ROLES, PERMIT_ROLES, TRANSFER_ROLES, Actor, Role
from database.base import Json
from database.session import now
from workflow.acting import roles_of
from workflow.clocks import end_of, local_day
from workflow.hazards.reuse import open_counts
from workflow.offices import duty_leaders, staff_names
from workflow.queue.commands import may_claim, may_release
from workflow.queue.models import Task
from workflow.queue.next_steps import next_steps
from workflow.queue.rules import ASSIGN_BUCKET, MOST_COUNTED, OUTSIDE, SIGN_BUCKET
from workflow.queue.synced import OF_ASSISTANCE, OF_HAZARDS, OF_PERMITS, OF_TRANSFERS, TASK, line


def tasks(session: Session, actor: Actor, filters: Mapping[str, Any]) -> Select[Task]:
    """Open tasks that this actor may see, narrowed by view, bucket and filters. A bucket opens to what its count counted."""
    moment = now(session)
    view = filters["view"] or ("ours" if filters["bucket"] else "team")
    statement = select(Task).where(Task.is_open, _view(session, actor, view))
    if filters["bucket"]:
        statement = statement.where(_bucket(actor, moment, filters["bucket"]))
    for name in ("subject_type", "waiting_for", "region_code"):
        if filters[name]:
            statement = statement.where(getattr(Task, name) == filters[name])
    if filters["due_before"]:
        statement = statement.where(Task.due_at < filters["due_before"])
    if filters["west"] is not None:
        statement = statement.where(
            Task.lon >= filters["west"], Task.lon < filters["east"], Task.lat >= filters["south"], Task.lat < filters["north"]
        )
    return statement


def _view(session: Session, actor: Actor, view: str) -> ColumnElement[bool]:
    """mine: what I hold, or nobody does while I am on duty. team: what my offices have to act on. ours: both.

    area: what lies in the divisions that I answer for. all: everything I may see. Each within visible_to.
    """
    match view:
        case "mine":
            return or_(Task.holder_ids.contains([actor.id]), _unheld(session, actor))
        case "team":
            return or_(
                and_(OF_HAZARDS, _of(actor, actor.org_ids(*OFFICE_ROLES))),
                and_(OF_TRANSFERS, _of(actor, actor.org_ids(*TRANSFER_ROLES))),
                and_(OF_PERMITS, _of(actor, actor.org_ids(*PERMIT_ROLES))),
                and_(OF_ASSISTANCE, _of(actor, actor.org_ids(*ASSISTANCE_ROLES))),
            )
        case "area":
            return TASK.within_divisions_of(actor)
        case "ours":
            return or_(_view(session, actor, "team"), _view(session, actor, "mine"))
        case _:
            return TASK.listed_for(actor)


def _unheld(session: Session, actor: Actor) -> ColumnElement[bool]:
    """What has nobody falls to whoever leads the office now, but for what waits for somebody outside."""
    led = frozenset(org_id for org_id in actor.org_ids(*OFFICE_ROLES) if actor.id in duty_leaders(session, org_id))
    if not led:
        return false()
    return and_(Task.holder_ids == [], Task.waiting_for.not_in(OUTSIDE), _of(actor, led))


def _of(actor: Actor, org_ids: AbstractSet[UUID]) -> ColumnElement[bool]:
    """Of these offices, or risen to them: only a league's or the region's has offices below."""
    superior = sorted(org_ids & {grant.org_id for grant in actor.grants if grant.region_code.endswith("00")})
    own = Task.org_id.in_(sorted(org_ids))
    return or_(own, Task.escalated_to.in_(superior)) if superior else own


def _bucket(actor: Actor, moment: datetime, bucket: str) -> ColumnElement[bool]:
    if bucket == "overdue":
        return Task.due_at < moment
    if bucket == "due_today":
        return and_(Task.due_at >= moment, Task.due_at <= end_of(local_day(moment)) + timedelta(seconds=1))
    if bucket == "to_assign":
        return _turn(actor, ASSIGN_BUCKET)
    return or_(_turn(actor, SIGN_BUCKET), Task.signer_ids.contains([actor.id]))


def _turn(actor: Actor, table: Mapping[str, frozenset[Role]]) -> ColumnElement[bool]:
    """It is my turn: my office has to act, and the step is one that a role of mine takes."""
    conditions = [
        and_(Task.waiting_for == waits, _of(actor, orgs)) for waits, roles in table.items() if (orgs := actor.org_ids(*roles))
    ]
    return or_(*conditions) if conditions else false()


# After ten times PostgreSQL would settle on one plan for every office, ten times slower for a large one.
PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")


def bucket_counts(session: Session, actor: Actor) -> dict[str, int]:
    """The four buckets over what my offices have to act on and what is mine; of more than `MOST_COUNTED` so many."""
    buckets = ("due_today", "overdue", "to_sign", "to_assign")
    ours, columns = _view(session, actor, "ours"), []
    for bucket in buckets:
        first = select(Task.id).where(Task.is_open, ours, _bucket(actor, now(session), bucket)).limit(MOST_COUNTED).subquery()
        columns.append(select(func.count()).select_from(first).scalar_subquery().label(bucket))
    session.execute(PLAN_ANEW)
    row = session.execute(select(*columns)).one()
    return {bucket: int(getattr(row, bucket)) for bucket in buckets}


def cards(session: Session, tasks: Sequence[Task], actor: Actor) -> list[Json]:
    """Items with who holds them and what the caller may do now; the case's further steps are read with the case."""
    names = staff_names(session, [person for task in tasks for person in task.holder_ids])
    steps = next_steps(session, tasks, actor)
    reused = _reused_photos(session, tasks, actor)
    return [{**_card(task, actor, names), "next": steps[task.id], "reused_photos": reused.get(task.id, 0)} for task in tasks]


def _reused_photos(session: Session, tasks: Sequence[Task], actor: Actor) -> dict[UUID, int]:
    """By the item: how many photos its leader has to look at, because they are shown elsewhere too. For him alone."""
    led = {task.id: UUID(task.title["hazard_id"]) for task in tasks if "hazard_id" in task.title and _leads(actor, task)}
    counts = open_counts(session, led.values()) if led else {}
    return {task_id: counts.get(hazard_id, 0) for task_id, hazard_id in led.items()}


def _leads(actor: Actor, task: Task) -> bool:
    return Role.UNIT_LEADER in roles_of(actor, task.region_code)


def _card(task: Task, actor: Actor, names: Mapping[str, str]) -> Json:
    actions = []
    if not task.holder_ids and may_claim(task, actor):
        actions.append({"action": "claim", "label": "领取", "officers": 1})
    if may_release(task, actor):
        actions.append({"action": "release", "label": "退回队列", "officers": 1})
    holders = [{"id": person, "name": names[str(person)]} for person in task.holder_ids if str(person) in names]
    return {
        "id": task.id, "revision": task.revision, **line(task), "holders": holders, "actions": actions,
    }  # fmt: skip
