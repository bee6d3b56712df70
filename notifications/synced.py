"""What a person's devices hold of the inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from notifications.commands import mark_read
from notifications.models import InboxItem
from problems import AlreadySo
from sync.catalog import Scope, Synced
from sync.mutations import Mutation, Origin
from wire import NothingSchema


def own_line(item: InboxItem) -> Json:
    """The whole notice, for its reader."""
    return {
        "event_name": item.event_name,
        "class": item.notice_class,
        "title": item.title,
        "body": item.body,
        "subject_type": item.subject_type,
        "subject_id": item.subject_id,
        "created_at": item.created_at,
        "read_at": item.read_at,
    }


INBOX_ITEM = Synced("inbox_item", InboxItem, [Scope("user", "own", InboxItem.person_id, own_line)])


def _read(session: Session, actor: Actor, item_id: UUID, _: dict[str, Any], __: Origin) -> InboxItem:
    item = mark_read(session, actor, item_id)
    if item.read_at is not None and item.read_at < now(session):
        raise AlreadySo(action="read")
    return item


MUTATIONS = [Mutation("inbox_item.read", NothingSchema, _read, summary="标为已读")]
