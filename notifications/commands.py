"""What a person does with his notices: read one, say which he wants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.session import now
from notifications.models import InboxItem, NotificationPreference
from notifications.rules import CHANNELS, DEFAULTS, FIXED_CLASSES
from problems import Invalid, NotFound, StaleRevision, field_error


def mark_read(session: Session, actor: Actor, item_id: UUID) -> InboxItem:
    """The reader has seen it. A second time changes nothing. Raises NotFound for what is not his."""
    item = session.scalars(
        select(InboxItem).where(InboxItem.id == item_id, InboxItem.person_id == actor.id).with_for_update()
    ).one_or_none()
    if item is None:
        raise NotFound
    if item.read_at is None:
        item.read_at = item.updated_at = now(session)
        item.revision += 1
        session.flush()
    return item


def set_preferences(session: Session, actor: Actor, data: dict[str, Any], seen_revision: int | None) -> NotificationPreference:
    """What the person wants from now on, as a whole. Revision 0 is "never set", None any.

    Raises Invalid if he switches off what the law wants told, StaleRevision if another device was first.
    """
    _refuse_fixed(data["switched"])
    moment = now(session)
    # The row exists from here on, locked: two first settings at once take turns.
    fresh = {"id": actor.id, "revision": 0, "stamps": {}, "switched": {}, "created_at": moment, "updated_at": moment}
    session.execute(insert(NotificationPreference).values(fresh).on_conflict_do_nothing())
    row = session.scalars(select(NotificationPreference).where(NotificationPreference.id == actor.id).with_for_update()).one()
    if seen_revision is not None and row.revision != seen_revision:
        raise StaleRevision(current=row.revision)
    row.revision += 1
    row.updated_at = moment
    row.switched = data["switched"]
    row.quiet_from, row.quiet_until = data["quiet_from"], data["quiet_until"]
    session.flush()
    return row


def _refuse_fixed(switched: dict[str, dict[str, bool]]) -> None:
    errors = [
        field_error(f"switched.{notice_class}.{channel}", "statutory", "法定告知不能关闭")
        for notice_class in sorted(FIXED_CLASSES & switched.keys())
        for channel in CHANNELS
        if switched[notice_class].get(channel, True) != DEFAULTS[notice_class][channel]
    ]
    if errors:
        raise Invalid(*errors)
