"""The worker's side: outbox rows are claimed, done and deleted in one transaction; messages leave outside of any."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from database.base import new_id
from database.errors import without_values
from database.journal import Event
from database.session import Database, now
from notifications.channels import Channel, ChannelDown, Message, Unreachable
from notifications.models import Delivery, MessageTemplate, NotificationPreference, OutboxRow
from notifications.observing import FILL_INBOX, PLAN_DELIVERIES, Notifications
from notifications.rules import MAX_ATTEMPTS, QUIET_FROM, QUIET_UNTIL, after_quiet_hours, wait_after, wants

log = structlog.get_logger()

Task = Callable[[Session, Event], object]

_CLAIM_LIVES = timedelta(minutes=2)  # a message whose worker died in mid-sending is sent again after this
_ERROR_LENGTH = 500


@dataclass(frozen=True)
class Worked:
    """What one call did. `more` is True if it stopped at its limit."""

    done: int
    failed: int
    more: bool


def engine_tasks(notifications: Notifications) -> dict[str, Task]:
    """The tasks that this engine brings to the worker."""

    def plan(session: Session, event: Event) -> None:
        plan_deliveries(session, notifications, event)

    return {FILL_INBOX: notifications.fill_inbox, PLAN_DELIVERIES: plan}


def work_outbox(database: Database, tasks: Mapping[str, Task], limit: int = 200, seconds: float = 10.0) -> Worked:
    """Do up to `limit` rows, for at most about `seconds`. Any number of workers may call this at once.

    A row's task, its deletion and all that follows from them are one transaction. If it fails, at whatever point, it is
    rolled back and the row waits, longer each time. A worker that dies leaves the row as it was.
    """
    until = time.monotonic() + seconds
    done = failed = 0
    while done + failed < limit and time.monotonic() < until:
        outcome = _work_one(database, tasks)
        if outcome is None:
            return Worked(done, failed, more=False)
        done, failed = done + outcome, failed + (not outcome)
    return Worked(done, failed, more=True)


def _work_one(database: Database, tasks: Mapping[str, Task]) -> bool | None:
    """True if a row was done, False if its task failed, None if no row is due."""
    row: OutboxRow | None = None
    try:
        with database.transaction() as session:
            row = session.scalars(
                select(OutboxRow)
                .where(OutboxRow.died_at.is_(None), OutboxRow.not_before <= now(session))
                .order_by(OutboxRow.not_before, OutboxRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if row is None:
                return None
            row_id = row.id
            tasks[row.task](session, session.get_one(Event, row.event_id))
            session.delete(row)
    except Exception as error:
        if row is None:
            raise
        with database.transaction() as session:
            _postpone(session, row_id, error)
        return False
    return True


def _postpone(session: Session, row_id: UUID, error: Exception) -> None:
    """Note the failure. Another worker may have done the row since: then there is nothing to note."""
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None:
        return
    row.attempts += 1
    row.last_error = without_values(f"{type(error).__name__}: {error}")[:_ERROR_LENGTH].replace("\0", "")
    row.not_before = now(session) + wait_after(row.attempts, _chance())
    if row.attempts >= MAX_ATTEMPTS:
        row.died_at = now(session)
    level = logging.ERROR if row.died_at else logging.WARNING
    log.log(level, "task failed", task=row.task, outbox_id=str(row.id), attempts=row.attempts, exc_info=error)


def plan_deliveries(session: Session, notifications: Notifications, event: Event) -> None:
    """Task: a delivery for each person of the event and each channel that he wants. Repeating it adds nothing."""
    told = notifications.audience(event)
    preferences = {
        row.id: row for row in session.scalars(select(NotificationPreference).where(NotificationPreference.id.in_(list(told))))
    }
    rows: list[dict[str, object]] = []
    for person, subscription in told.items():
        template = notifications.template(session, subscription.template)
        preference = preferences.get(person)
        switched = preference.switched if preference else {}
        planned = {
            "person_id": person,
            "event_id": event.id,
            "state": "waiting",
            "attempts": 0,
            "not_before": _not_before(session, template, preference),
        }
        rows += [
            {**planned, "id": new_id(), "channel": channel}
            for channel in subscription.channels
            if wants(template.notice_class, channel, switched)
        ]
    if rows:
        session.execute(insert(Delivery).on_conflict_do_nothing(), rows)


def _not_before(session: Session, template: MessageTemplate, preference: NotificationPreference | None) -> datetime:
    if template.ignores_quiet_hours:
        return now(session)
    quiet = (preference.quiet_from, preference.quiet_until) if preference else (QUIET_FROM, QUIET_UNTIL)
    return after_quiet_hours(now(session), *quiet)


def send_due(
    database: Database, notifications: Notifications, channels: Mapping[str, Channel], limit: int = 200, seconds: float = 10.0
) -> Worked:
    """Hand over what is due. A message is claimed in one transaction, sent outside of any, and marked in another.

    A worker that dies between sending and marking causes a repetition, under the same message id. What has to leave through
    a channel that is not there waits, and costs no attempt.
    """
    until = time.monotonic() + seconds
    done = failed = 0
    while done + failed < limit and time.monotonic() < until:
        with database.transaction() as session:
            delivery = _claim(session, channels)
            text = notifications.template(session, "lock_screen").text
        if delivery is None:
            return Worked(done, failed, more=False)
        state, error = _send(channels[delivery.channel], Message(delivery.id, delivery.person_id, text))
        with database.transaction() as session:
            _mark(session, delivery, state, error)
        done, failed = done + (error is None), failed + (error is not None)
    return Worked(done, failed, more=True)


def _claim(session: Session, channels: Iterable[str]) -> Delivery | None:
    due = (
        select(Delivery.id)
        .where(Delivery.state.in_(("waiting", "sending")), Delivery.channel.in_(channels), Delivery.not_before <= now(session))
        .order_by(Delivery.not_before, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(
        update(Delivery)
        .where(Delivery.id == due.scalar_subquery())
        .values(state="sending", attempts=Delivery.attempts + 1, not_before=now(session) + _CLAIM_LIVES)
        .returning(Delivery)
    ).one_or_none()


def _send(channel: Channel, message: Message) -> tuple[str, str | None]:
    """The state that the delivery takes, and why it was not sent."""
    try:
        channel.send(message)
    except Unreachable as error:
        return "unreachable", str(error) or "unreachable"
    except ChannelDown as error:
        return "waiting", str(error) or "channel down"
    return "sent", None


def _mark(session: Session, delivery: Delivery, state: str, error: str | None) -> None:
    """Only while the claim is still ours: a slow sender must not take back what another has sent meanwhile."""
    if state == "waiting" and delivery.attempts >= MAX_ATTEMPTS:
        state = "dead"
    wait = wait_after(delivery.attempts, _chance()) if state == "waiting" else timedelta(0)
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.attempts == delivery.attempts)
        .values(
            state=state,
            last_error=error[:_ERROR_LENGTH] if error else None,
            not_before=now(session) + wait,
            sent_at=now(session) if state == "sent" else None,
        )
    )
    if state == "dead":
        log.error("delivery gave up", delivery_id=str(delivery.id), channel=delivery.channel, attempts=delivery.attempts)


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads repetitions, guards nothing
