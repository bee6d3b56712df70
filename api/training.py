"""Lessons: everybody reads what is published, content editors write them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.actions import add_actions
from api.context import actor, session
from api.etags import requested_revision, with_etag
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

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag of the revision that the change is based on",
}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "the revision, quoted"}}


@routes.route("", methods=["GET"])
@routes.arguments(LessonQuerySchema, location="query")
@routes.response(200, LessonPageSchema)
def list_lessons(query: dict[str, Any]) -> Json:
    """List the lessons that the caller may see."""
    rows, cursor = page(session(), queries.lessons(actor(), query), [Lesson.id], [UUID], query)
    return {"items": rows, "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(CreateLessonSchema)
@routes.response(201, LessonSchema, headers=_ETAG)
def draft_lesson(data: dict[str, Any]) -> Response:
    """Draft a lesson. For content editors."""
    lesson = commands.draft_lesson(session(), actor(), data.pop("id"), data)
    return _answer(lesson, 201)


@routes.route("/<uuid:lesson_id>", methods=["GET"])
@routes.response(200, LessonSchema, headers=_ETAG)
def show_lesson(lesson_id: UUID) -> Response:
    """Show a lesson."""
    return _answer(queries.lesson(session(), actor(), lesson_id))


@routes.route("/<uuid:lesson_id>", methods=["PUT"], parameters=[_IF_MATCH])
@routes.arguments(EditLessonSchema)
@routes.response(200, LessonSchema, headers=_ETAG)
def edit_lesson(data: dict[str, Any], lesson_id: UUID) -> Response:
    """Replace a lesson. For content editors."""
    revision = requested_revision(required=True)
    origin = Origin(base_revision=revision, must_match=revision is not None)
    return _answer(commands.edit_lesson(session(), actor(), lesson_id, data, origin))


def _answer(lesson: Lesson, status: int = 200) -> Response:
    response = jsonify(LessonSchema().dump(lesson))
    response.status_code = status
    return with_etag(response, lesson.revision)


add_actions(routes, commands.MUTATIONS, "课程")
