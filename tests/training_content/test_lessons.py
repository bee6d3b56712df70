"""Lessons over HTTP, and on devices."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from accounts.actor import Actor
from database.base import new_id
from database.session import Database
from tests.notifications.engine import Caller
from tests.training_content.conftest import lines
from training_content.lessons.library import LESSONS
from training_content.lessons.rules import AUDIENCES
from training_content.lessons.schemas import EditLessonSchema


def a_lesson(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "title": "灭火器怎么用",
        "body": [{"kind": "paragraph", "text": "提、拔、握、压。"}, {"kind": "steps", "items": ["提", "拔"]}],
        "duration_minutes": 3,
        **changes,
    }


def published(call: Caller, editor: Actor, **changes: Any) -> str:
    answer = call(editor, "POST", "/lessons", json=a_lesson(**changes))
    assert answer.status_code == 201, answer.json
    lesson_id = str(answer.json["id"])
    assert call(editor, "POST", f"/lessons/{lesson_id}/actions/publish").status_code == 200
    return lesson_id


def test_a_published_lesson_reaches_every_device(call: Caller, database: Database, editor: Actor, reader: Actor) -> None:
    lesson_id = published(call, editor)
    line = lines(database, "training")[lesson_id]
    assert line is not None
    assert orjson.loads(line)["data"]["body"][1] == {"kind": "steps", "text": "", "items": ["提", "拔"]}
    assert call(reader, "GET", f"/lessons/{lesson_id}").json["duration_minutes"] == 3


def test_a_draft_exists_for_editors_alone(call: Caller, editor: Actor, reader: Actor) -> None:
    lesson_id = call(editor, "POST", "/lessons", json=a_lesson()).json["id"]
    assert call(reader, "GET", f"/lessons/{lesson_id}").status_code == 404
    assert call(reader, "POST", f"/lessons/{lesson_id}/actions/publish").status_code == 404
    assert call(reader, "POST", "/lessons", json=a_lesson()).status_code == 403
    assert call(reader, "GET", "/lessons").json["items"] == []


def test_an_audience_also_gets_what_is_for_everybody(call: Caller, editor: Actor, reader: Actor) -> None:
    published(call, editor, title="牧区", audience=["HERDSMAN"])
    published(call, editor, title="大家")
    published(call, editor, title="学生", audience=["STUDENT", "STAFF"])
    answer = call(reader, "GET", "/lessons", query_string={"audience": "HERDSMAN"})
    assert [item["title"] for item in answer.json["items"]] == ["牧区", "大家"]


def test_an_edit_reaches_the_devices_again(call: Caller, database: Database, editor: Actor) -> None:
    lesson_id = published(call, editor)
    body = {key: value for key, value in a_lesson(title="新的题目").items() if key != "id"}
    edited = call(editor, "PUT", f"/lessons/{lesson_id}", json=body, headers={"If-Match": '"2"'})
    assert edited.status_code == 200
    assert "新的题目" in (lines(database, "training")[lesson_id] or "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": []}, "body"),
        ({"body": [{"kind": "paragraph"}]}, "body.0.text"),
        ({"body": [{"kind": "steps", "text": "提"}]}, "body.0.items"),
        ({"body": [{"kind": "video", "text": "x"}]}, "body.0.kind"),
        ({"body": [{"kind": "paragraph", "text": "一" * 2000}] * 20}, "body"),
        ({"audience": ["EVERYBODY"]}, "audience.0"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": 2**62}, "duration_minutes"),
        ({"duration_minutes": "3"}, "duration_minutes"),
        ({"cover_media_id": "cover.jpg"}, "cover_media_id"),
        ({"title": "一\u0007二"}, "title"),
    ],
)
def test_a_bad_lesson_names_the_field(call: Caller, editor: Actor, changes: dict[str, Any], field: str) -> None:
    answer = call(editor, "POST", "/lessons", json=a_lesson(**changes))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_the_shipped_lessons_pass_the_rules_of_the_door(lesson: Any) -> None:
    EditLessonSchema().load(
        {
            "title": lesson.title,
            "summary": lesson.summary,
            "body": list(lesson.body),
            "audience": list(lesson.audience),
            "duration_minutes": lesson.duration_minutes,
            "source": lesson.source,
        }
    )
    assert lesson.id.version == 7
    assert set(lesson.audience) <= set(AUDIENCES)
