"""每日待办摘要: once a day whoever leads an office hears what is due there, in one notice instead of one for each case.

Source: practice (docs/sources.md). Breaches are told at once and apart (`escalation.mark_breaches`).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from accounts.models import Organisation
from database.journal import Event, record
from database.session import now
from workflow.clocks import BEIJING, end_of, local_day
from workflow.offices import duty_leaders
from workflow.queue.models import Task
from workflow.queue.rules import OUTSIDE

_FROM = time(8, 0)  # in Beijing


def sum_up(session: Session) -> int:
    """Tell the leader of the next office that has something due today, overdue or without anybody, once a day."""
    moment = now(session)
    today = local_day(moment)
    begins = datetime.combine(today, _FROM, BEIJING)
    if moment < begins:
        return 0
    is_due, has_nobody = Task.due_at <= end_of(today) + timedelta(seconds=1), Task.holder_ids == []
    ours = (Task.is_open, Task.org_id == Organisation.id, Task.waiting_for.not_in(OUTSIDE))
    told = exists().where(
        Event.entity_type == Organisation.__tablename__, Event.entity_id == Organisation.id,
        Event.name == "organisation.summed_up", Event.at >= begins,
    )  # fmt: skip
    waiting = select(Organisation).where(exists().where(*ours, or_(is_due, has_nobody)), ~told)
    office = session.scalars(waiting.order_by(Organisation.id).limit(1).with_for_update(skip_locked=True)).first()
    if office is None:
        return 0
    overdue = Task.due_at < moment
    columns = (
        func.count().filter(overdue), func.count().filter(is_due & ~overdue), func.count().filter(has_nobody), func.count(),
    )  # fmt: skip
    counts = session.execute(select(*columns).select_from(Task).where(*ours, Organisation.id == office.id)).one()
    data = dict(zip(("overdue", "due_today", "unassigned", "open"), map(int, counts), strict=True))
    record(
        session, "organisation.summed_up", office, SYSTEM,
        concerns={"leaders": duty_leaders(session, office.id)}, data={"org": office.name, **data},
    )  # fmt: skip
    return 1
