"""Lessons: everybody reads what is published, content editors write them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.actions import add_actions
from api.context import actor, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from sync.mutations import Origin
from training_content.lessons import commands, queries
from training_content.lessons.models import Lesson
from training_content.lessons.schemas import (
    CreateLessonSchema,
    EditLessonSchema,
    LessonPageSchema,
    LessonQuerySchema,
    LessonSchema,
)

routes = Routes("lessons", "/lessons", "Short lessons on fire safety")


@routes.route("", methods=["GET"])
@routes.arguments(LessonQuerySchema, location="query")
@routes.response(200, LessonPageSchema)
def list_lessons(query: dict[str, Any]) -> Json:
    """List the lessons that the caller may see."""
    rows, cursor = page(session(), queries.lessons(actor(), query), [Lesson.id], [UUID], query)
    return {"items": rows, "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(CreateLessonSchema)
@routes.response(201, LessonSchema, etag=True, location="/lessons/{id}")
def draft_lesson(data: dict[str, Any]) -> Lesson:
    """Draft a lesson. For content editors."""
    return commands.draft_lesson(session(), actor(), data.pop("id"), data)


@routes.route("/<uuid:lesson_id>", methods=["GET"])
@routes.response(200, LessonSchema, etag=True)
def show_lesson(lesson_id: UUID) -> Lesson:
    """Show a lesson."""
    return queries.lesson(session(), actor(), lesson_id)


@routes.route("/<uuid:lesson_id>", methods=["PUT"])
@routes.arguments(EditLessonSchema)
@routes.response(200, LessonSchema, etag=True)
@if_match()
def edit_lesson(data: dict[str, Any], lesson_id: UUID, seen_revision: int | None) -> Lesson:
    """Replace a lesson. For content editors."""
    origin = Origin(base_revision=seen_revision, must_match=seen_revision is not None)
    return commands.edit_lesson(session(), actor(), lesson_id, data, origin)


add_actions(routes, commands.MUTATIONS, "lesson")
