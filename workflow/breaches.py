"""A date was missed: said once, by whoever finds out first, the timetable or the act that came late."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from accounts.models import Organisation
from database.base import Json
from database.journal import record
from database.session import now
from workflow.models import Clock
from workflow.offices import duty_leaders, staff_names
from workflow.queue.models import Task


def task_of(session: Session, clock: Clock) -> Task | None:
    """The task of the clock's case, as it was before the act that is under way."""
    with session.no_autoflush:
        return session.scalars(
            select(Task).where(Task.subject_type == clock.entity_type, Task.subject_id == clock.entity_id)
        ).one_or_none()


def breach(
    session: Session,
    case: Any,
    clock: Clock,
    label: str,
    *,
    is_done: bool,
    concerns: Mapping[str, list[UUID]] | None = None,
    data: Json | None = None,
) -> None:
    """Mark a clock that has passed its date. The leader is told, and the holders too unless they have just done it."""
    clock.breached_at = clock.due_at
    task = task_of(session, clock)
    leaders = duty_leaders(session, task.org_id) if task else []
    holders = task.holder_ids if task else []
    tell(
        session, "clock.breached", case, clock, label, task,
        {"leaders": leaders, **({} if is_done else {"holders": holders}), **(concerns or {})},
        {
            "hours": math.ceil((now(session) - clock.due_at).total_seconds() / 3600),
            "leader": "、".join(staff_names(session, leaders).values()),
            "holder": "、".join(staff_names(session, holders).values()) or "未指派",
            "is_done": is_done, **(data or {}),
        },
    )  # fmt: skip


def tell(
    session: Session,
    event: str,
    case: Any,
    clock: Clock,
    label: str,
    task: Task | None,
    concerns: Mapping[str, list[UUID]],
    data: Json,
) -> None:
    """Record what the timetable has to say of a clock. The case's row is locked."""
    office = session.get(Organisation, task.org_id) if task else None
    facts = {
        "number": task.title.get("number", "") if task else "",
        "rule_id": clock.rule_id,
        "label": label,
        "due": clock.due_at.isoformat(),
        "org": office.name if office else "",
        **({"order_no": case.order_no} if clock.entity_type == "rectification" else {}),
    }
    record(session, event, case, SYSTEM, concerns=concerns, data={**facts, **data})
