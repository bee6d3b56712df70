"""What follows from each event of a transaction: inbox rows for the people it names, outbox rows for the worker.

Runs as a `settle` observer, after the reactions of siblings and before the feed renders, so that a notice succeeds or
fails with the mutation that caused it, and reaches devices with it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from database.base import new_id
from database.journal import Event, recorded
from database.rows import json_rows
from database.session import now
from notifications.models import InboxItem, MessageTemplate
from notifications.rendering import MissingValue, render
from notifications.subscriptions import HAVE_THEIR_OWN, SUBSCRIPTIONS, Subscription, by_event
from notifications.templates import WORDINGS

log = structlog.get_logger()

MAX_INLINE = 20  # people told within the business transaction; more are told by the worker
BATCH = 50  # people told in one of the worker's transactions: each is a scope whose head is held
FILL_INBOX = "fill_inbox"  # the worker's tasks of this engine
PLAN_DELIVERIES = "plan_deliveries"

# (session, event, people told of it) -> under which other record each reads it, for those who may not open the event's own.
Subjects = Callable[[Session, Event, Collection[UUID]], Mapping[UUID, UUID]]

_SEEN = "events_noticed"
_QUEUED = "outbox_queued"
_TEMPLATES_LIVE = timedelta(seconds=60)


class Notifications:
    """The engine in one process. `strict` raises MissingValue where otherwise a shorter text is sent and logged.

    `subjects`, by entity type, are asked for the people of an audience that `HAVE_THEIR_OWN` names.
    """

    def __init__(
        self,
        reactions: Mapping[str, Sequence[str]],
        subscriptions: Iterable[Subscription] = SUBSCRIPTIONS,
        *,
        subjects: Mapping[str, Subjects] | None = None,
        strict: bool = False,
    ) -> None:
        self._subjects = subjects or {}
        self._reactions = reactions
        self._rows = by_event(subscriptions)
        self._strict = strict
        self._templates: dict[str, MessageTemplate] = {}
        self._templates_at: datetime | None = None

    def observe(self, session: Session) -> None:
        """Inbox and outbox rows of the events recorded since the last call in this transaction."""
        events = recorded(session)
        fresh = events[session.info.get(_SEEN, 0) :]
        session.info[_SEEN] = len(events)
        items: list[InboxItem] = []
        work: list[tuple[Event, str]] = []
        for event in fresh:
            work += [(event, task) for task in self._reactions.get(event.name, ())]
            told = self.audience(event)
            if len(told) <= MAX_INLINE:
                items += self.items(session, event, told)
            else:
                work.append((event, FILL_INBOX))
            if any(row.channels for row in told.values()):
                work.append((event, PLAN_DELIVERIES))
        write(session, items, work)

    def audience(self, event: Event) -> dict[UUID, Subscription]:
        """Whom this event is told, each with the first row that fits him."""
        told: dict[UUID, Subscription] = {}
        for row in self._rows.get(event.name, ()):
            if row.fits(event.data):
                for person in event.concerns.get(row.audience, ()):
                    told.setdefault(UUID(person), row)
        return told

    def items(self, session: Session, event: Event, told: Mapping[UUID, Subscription]) -> list[InboxItem]:
        """The rendered notices of these people."""
        subjects: Mapping[UUID, UUID] = {}
        with_own = [person for person, row in told.items() if row.audience in HAVE_THEIR_OWN]
        if with_own and event.entity_type in self._subjects:
            subjects = self._subjects[event.entity_type](session, event, with_own)
        return [self._item(session, event, person, row, subjects.get(person)) for person, row in told.items()]

    def _item(self, session: Session, event: Event, person_id: UUID, row: Subscription, subject_id: UUID | None) -> InboxItem:
        template = self.template(session, row.template)
        moment = now(session)
        return InboxItem(
            id=new_id(),
            revision=1,
            stamps={},
            created_at=moment,
            updated_at=moment,
            person_id=person_id,
            event_id=event.id,
            event_name=event.name,
            template_key=template.key,
            notice_class=template.notice_class,
            title=template.title,
            body=self._text(template, event, person_id),
            subject_type=event.entity_type,
            subject_id=subject_id or event.entity_id,
            read_at=None,
        )

    def _text(self, template: MessageTemplate, event: Event, person_id: UUID) -> str:
        try:
            return render(template.text, event.data, at=event.at, reader=str(person_id))
        except MissingValue:
            if self._strict:
                raise
            log.exception("notice lacks a value", template=template.key, event_id=str(event.id))
            return f"{template.title}。请登录“蒙速办”查看。"

    def template(self, session: Session, key: str) -> MessageTemplate:
        """The text as it stands in the table (read at most once a minute), or as shipped where the table lacks it."""
        moment = now(session)
        if self._templates_at is None or abs(moment - self._templates_at) > _TEMPLATES_LIVE:
            rows = list(session.scalars(select(MessageTemplate)))
            for row in rows:
                session.expunge(row)
            self._templates = {row.key: row for row in rows}
            self._templates_at = moment
        return self._templates.get(key) or shipped(key)

    def fill_inbox(self, session: Session, event: Event) -> None:
        """Task: tell a large audience, a batch in each transaction. Who was told already is left alone."""
        told = set(session.scalars(select(InboxItem.person_id).where(InboxItem.event_id == event.id)))
        waiting = [(person, row) for person, row in self.audience(event).items() if person not in told]
        items = self.items(session, event, dict(waiting[:BATCH]))
        write(session, items, [(event, FILL_INBOX)] if len(waiting) > BATCH else [])


@functools.cache
def shipped(key: str) -> MessageTemplate:
    """A text as the product ships it."""
    wording = WORDINGS[key]
    return MessageTemplate(
        key=wording.key,
        title=wording.title,
        text=wording.text,
        notice_class=wording.notice_class,
        ignores_quiet_hours=wording.ignores_quiet_hours,
        is_editable=wording.is_editable,
        source=wording.source,
    )


def write(session: Session, items: Sequence[InboxItem], work: Sequence[tuple[Event, str]]) -> None:
    """Insert notices and outbox rows with one statement, and have the feed render the notices.

    Past the unit of work: row by row they would cost more than the mutation that they follow from.
    """
    if not items and not work:
        return
    moment = now(session)
    session.execute(
        _WRITE,
        {
            "items": json_rows({name: getattr(item, name) for name in _ITEM_COLUMNS} for item in items),
            "work": json_rows({"id": new_id(), "event_id": event.id, "task": task} for event, task in work),
            "now": moment,
        },
    )
    session.info.setdefault("feed_touched", {}).update(dict.fromkeys(items, "new"))
    session.info[_QUEUED] = session.info.get(_QUEUED, 0) + len(work)


# What differs from notice to notice; the rest is the same for all that one transaction writes.
_ITEM_COLUMNS = {
    "id": "uuid",
    "person_id": "uuid",
    "event_id": "uuid",
    "event_name": "text",
    "template_key": "text",
    "notice_class": "text",
    "title": "text",
    "body": "text",
    "subject_type": "text",
    "subject_id": "uuid",
}
_WRITE = text(
    f"""
    WITH told AS (
        INSERT INTO inbox_item ({", ".join(_ITEM_COLUMNS)}, revision, stamps, created_at, updated_at)
        SELECT item.*, 1, '{{}}', :now, :now
          FROM json_to_recordset(CAST(:items AS json))
               AS item({", ".join(f"{name} {kind}" for name, kind in _ITEM_COLUMNS.items())})
    )
    INSERT INTO outbox (id, event_id, task, attempts, not_before)
    SELECT work.*, 0, :now
      FROM json_to_recordset(CAST(:work AS json)) AS work(id uuid, event_id uuid, task text)
    """  # noqa: S608 - names of our own columns
)


def queued(session: Session) -> int:
    """How many outbox rows this transaction has added: after the commit, whether the worker should be woken."""
    count: int = session.info.get(_QUEUED, 0)
    return count
