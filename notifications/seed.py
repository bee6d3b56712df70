"""The texts, as rows that an administrator may change."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notifications.models import MessageTemplate
from notifications.templates import WORDINGS


def seed(session: Session) -> None:
    """Add the texts that the table lacks; safe to repeat, and never over an edited one."""
    rows = [
        {
            "key": wording.key, "title": wording.title, "text": wording.text, "notice_class": wording.notice_class,
            "ignores_quiet_hours": wording.ignores_quiet_hours, "is_editable": wording.is_editable,
            "source": wording.source,
        }
        for wording in WORDINGS.values()
    ]  # fmt: skip
    session.execute(insert(MessageTemplate).on_conflict_do_nothing(), rows)
