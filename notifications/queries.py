"""A person's notices and wishes."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from notifications.models import InboxItem, NotificationPreference
from notifications.rules import CHANNELS, DEFAULTS, FIXED_CLASSES, QUIET_FROM, QUIET_UNTIL, wants
from notifications.synced import INBOX_ITEM


def inbox(actor: Actor, *, unread_only: bool) -> Select[InboxItem]:
    """The notices of this person."""
    statement = select(InboxItem).where(InboxItem.person_id == actor.id, INBOX_ITEM.visible_to(actor))
    return statement.where(InboxItem.read_at.is_(None)) if unread_only else statement


def unread_count(session: Session, actor: Actor) -> int:
    """How many notices were not opened yet."""
    count = session.scalar(select(func.count()).where(InboxItem.person_id == actor.id, InboxItem.read_at.is_(None)))
    return int(count or 0)


def preferences(session: Session, actor: Actor) -> Json:
    """What the person wants, defaults included, in the shape of `PreferencesSchema`."""
    row = session.get(NotificationPreference, actor.id)
    switched = row.switched if row else {}
    return {
        "revision": row.revision if row else 0,
        "classes": [
            {
                "notice_class": notice_class,
                "fixed": notice_class in FIXED_CLASSES,
                **{channel: wants(notice_class, channel, switched) for channel in CHANNELS},
            }
            for notice_class in DEFAULTS
        ],
        "quiet_from": row.quiet_from if row else QUIET_FROM,
        "quiet_until": row.quiet_until if row else QUIET_UNTIL,
    }
