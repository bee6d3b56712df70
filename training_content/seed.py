"""The law library and the lessons as shipped. Safe to repeat; what an editor has changed stays as he left it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.base import new_id
from sync.mutations import Origin
from training_content.laws.commands import draft_law, publish as publish_law
from training_content.laws.library import AUTHORITIES, CHECKED_ON, Authority
from training_content.laws.models import Law
from training_content.lessons.commands import draft_lesson, publish as publish_lesson
from training_content.lessons.library import LESSONS
from training_content.lessons.models import Lesson


def seed(session: Session) -> None:
    """Add and publish what is lacking. Run it with the feed attached, so that devices get it."""
    known_laws = set(session.scalars(select(Law.code)))
    for authority in AUTHORITIES:
        if authority.code not in known_laws:
            law = draft_law(session, SYSTEM, new_id(), _record(authority))
            publish_law(session, SYSTEM, law.id, {}, Origin())
    known_lessons = set(session.scalars(select(Lesson.id)))
    for shipped in LESSONS:
        if shipped.id not in known_lessons:
            data = {**asdict(shipped), "audience": list(shipped.audience), "body": list(shipped.body)}
            draft_lesson(session, SYSTEM, shipped.id, {**data, "cover_media_id": None})
            publish_lesson(session, SYSTEM, shipped.id, {}, Origin())


def _record(authority: Authority) -> dict[str, object]:
    return {
        **asdict(authority),
        "replaces": list(authority.replaces),
        "articles": [{"no": no, "heading": heading, "text": ""} for no, heading in authority.articles],
        "source_url": None,
        "checked_on": CHECKED_ON if authority.verification != "unchecked" else None,
    }
