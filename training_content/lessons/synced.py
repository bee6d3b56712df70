"""What every device holds of the lessons."""

from __future__ import annotations

from database.base import Json
from sync.catalog import Scope, Synced
from training_content.lessons.models import Lesson

FIELDS = ("title", "summary", "body", "audience", "cover_media_id", "duration_minutes", "source")


def lesson_line(lesson: Lesson) -> Json:
    """The whole lesson; its cover is fetched apart."""
    return {name: getattr(lesson, name) for name in FIELDS}


LESSON = Synced(
    "lesson",
    Lesson,
    [
        Scope("public", "all", Lesson.is_published, lesson_line, topic="training"),
        Scope("editor", "all", None),
    ],
)
