"""What the timetable clears away every hour: counts and codes that no longer matter."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts import throttle
from accounts.models import SmsCode
from database.session import now


def sweep(session: Session) -> None:
    """Safe to repeat. Sessions, grants and powers stay: they say who could do what when."""
    throttle.sweep(session)
    session.execute(delete(SmsCode).where(SmsCode.expires_at <= now(session)))
