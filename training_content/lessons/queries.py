"""Reading lessons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from training_content.lessons.models import Lesson
from training_content.lessons.synced import LESSON
from training_content.publishing import find


def lessons(actor: Actor, query: dict[str, Any]) -> Select[Lesson]:
    """The lessons that this actor may see; those for one audience include those for everybody."""
    statement = select(Lesson).where(LESSON.visible_to(actor))
    if query["audience"] is not None:
        statement = statement.where(or_(Lesson.audience.contains([query["audience"]]), Lesson.audience == []))
    return statement


def lesson(session: Session, actor: Actor, lesson_id: UUID) -> Lesson:
    """One lesson. Raises NotFound."""
    return find(session, LESSON, Lesson, lesson_id, actor)
