"""The queue as somebody sees it: three views, four buckets, filters, earliest due first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from workflow.clocks import end_of, local_day
from workflow.queue.models import Task
from workflow.queue.rules import ASSIGN_BUCKET, SIGN_BUCKET
from workflow.queue.synced import TASK


def tasks(actor: Actor, moment: datetime, filters: Mapping[str, Any]) -> Select[Task]:
    """Open tasks that this actor may see, narrowed by view, bucket and filters."""
    statement = select(Task).where(Task.is_open, _view(actor, filters["view"]))
    if filters["bucket"]:
        statement = statement.where(_bucket(actor, moment, filters["bucket"]))
    for name in ("subject_type", "waiting_for", "region_code"):
        if filters[name]:
            statement = statement.where(getattr(Task, name) == filters[name])
    if filters["due_before"]:
        statement = statement.where(Task.due_at < filters["due_before"])
    return statement


def _view(actor: Actor, view: str) -> ColumnElement[bool]:
    """mine: what I hold. team: what my offices have to act on. all: everything I may see. Each within visible_to."""
    if view == "mine":
        return Task.holder_ids.contains([actor.id])
    if view == "team":
        return Task.org_id.in_(sorted(actor.org_ids()))
    return TASK.visible_to(actor)


def _bucket(actor: Actor, moment: datetime, bucket: str) -> ColumnElement[bool]:
    if bucket == "overdue":
        return Task.due_at < moment
    if bucket == "due_today":
        return and_(Task.due_at >= moment, Task.due_at <= end_of(local_day(moment)) + timedelta(seconds=1))
    return _turn(actor, SIGN_BUCKET if bucket == "to_sign" else ASSIGN_BUCKET)


def _turn(actor: Actor, table: Mapping[str, frozenset[Role]]) -> ColumnElement[bool]:
    """It is my turn: my office has to act, and the step is one that a role of mine takes."""
    conditions = [
        and_(Task.waiting_for == waits, Task.org_id.in_(sorted(orgs)))
        for waits, roles in table.items()
        if (orgs := actor.org_ids(*roles))
    ]
    return or_(*conditions) if conditions else ~true()


def bucket_counts(session: Session, actor: Actor, moment: datetime) -> dict[str, int]:
    """The four buckets over what my offices have to act on and what I hold."""
    buckets = ("due_today", "overdue", "to_sign", "to_assign")
    scope = or_(_view(actor, "team"), _view(actor, "mine"))
    columns = [func.count().filter(_bucket(actor, moment, bucket)).label(bucket) for bucket in buckets]
    row = session.execute(select(*columns).where(Task.is_open, scope)).one()
    return {bucket: int(getattr(row, bucket)) for bucket in buckets}
