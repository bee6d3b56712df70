"""What leaves devices in time, so that they do not fill up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import now
from sync.models import Issue

CLOSED_FOR = timedelta(days=90)
_BATCH = 200


def retire_issues(session: Session) -> int:
    """Take issues that were closed 90 days ago off every device; they stay readable over HTTP. How many it were, at most 200."""
    issues = session.scalars(
        select(Issue)
        .where(Issue.state != "open", Issue.off_devices_at.is_(None), Issue.updated_at < now(session) - CLOSED_FOR)
        .order_by(Issue.updated_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for issue in issues:
        issue.revision += 1
        issue.off_devices_at = now(session)
    return len(issues)
