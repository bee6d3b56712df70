"""What content editors do with lessons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from sync.mutations import Mutation, Origin
from training_content.lessons.models import Lesson
from training_content.lessons.synced import FIELDS, LESSON
from training_content.publishing import add, changed, lock, require_editor, set_published
from wire import NothingSchema


def draft_lesson(session: Session, actor: Actor, lesson_id: UUID, data: dict[str, Any]) -> Lesson:
    """A new lesson that only editors see. Raises RoleNotAllowed, Invalid naming `id` if it is taken."""
    require_editor(actor, "draft_lesson")
    lesson = Lesson(id=lesson_id, **{name: data[name] for name in FIELDS})
    add(session, LESSON, lesson, actor)
    return lesson


def edit_lesson(session: Session, actor: Actor, lesson_id: UUID, data: dict[str, Any], origin: Origin) -> Lesson:
    """Replace the lesson; a published one reaches every device anew. Raises StaleRevision."""
    lesson = lock(session, LESSON, Lesson, lesson_id, actor, origin)
    require_editor(actor, "edit_lesson")
    for name in FIELDS:
        setattr(lesson, name, data[name])
    changed(session, LESSON, lesson, actor, "edited")
    return lesson


def publish(session: Session, actor: Actor, lesson_id: UUID, _: dict[str, Any], origin: Origin) -> Lesson:
    """Out to every device."""
    return _publish(session, actor, lesson_id, origin, wanted=True)


def withdraw(session: Session, actor: Actor, lesson_id: UUID, _: dict[str, Any], origin: Origin) -> Lesson:
    """Back from every device; editors keep it."""
    return _publish(session, actor, lesson_id, origin, wanted=False)


def _publish(session: Session, actor: Actor, lesson_id: UUID, origin: Origin, *, wanted: bool) -> Lesson:
    lesson = lock(session, LESSON, Lesson, lesson_id, actor, origin)
    require_editor(actor, "publish" if wanted else "withdraw")
    set_published(session, LESSON, lesson, actor, wanted=wanted)
    return lesson


MUTATIONS = [
    Mutation("lesson.publish", NothingSchema, publish, summary="发布课程", devices=False),
    Mutation("lesson.withdraw", NothingSchema, withdraw, summary="撤下课程", devices=False),
]
