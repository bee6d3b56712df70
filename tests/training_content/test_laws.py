"""The law library over HTTP, and on devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select

from accounts.actor import Actor
from database.base import new_id
from database.journal import Event
from database.session import Database
from tests.notifications.engine import Caller
from tests.training_content.conftest import lines
from training_content.laws.library import AUTHORITIES
from training_content.laws.models import Law
from training_content.seed import seed


def a_law(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "code": "REG-TEST",
        "title": "草原防火试行办法",
        "level": "local_regulation",
        "status": "in_force",
        "articles": [{"no": "3", "heading": "疏散通道", "text": "任何人不得堵塞。"}],
        **changes,
    }


def drafted(call: Caller, editor: Actor, **changes: Any) -> str:
    answer = call(editor, "POST", "/laws", json=a_law(**changes))
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def published(call: Caller, editor: Actor, **changes: Any) -> str:
    law_id = drafted(call, editor, **changes)
    assert call(editor, "POST", f"/laws/{law_id}/actions/publish").status_code == 200
    return law_id


def found(call: Caller, who: Actor, **query: Any) -> list[str]:
    answer = call(who, "GET", "/laws", query_string=query)
    assert answer.status_code == 200, answer.json
    return [item["code"] for item in answer.json["items"]]


def test_a_draft_exists_for_editors_alone(call: Caller, database: Database, editor: Actor, reader: Actor) -> None:
    law_id = drafted(call, editor)
    hidden, unknown = call(reader, "GET", f"/laws/{law_id}"), call(reader, "GET", f"/laws/{new_id()}")
    assert (hidden.status_code, hidden.data) == (unknown.status_code, unknown.data) == (404, unknown.data)
    assert found(call, reader) == []
    assert found(call, editor) == ["REG-TEST"]
    assert lines(database, "laws") == {}


def test_a_published_law_reaches_every_device_and_a_withdrawn_one_leaves_it(
    call: Caller, database: Database, editor: Actor, reader: Actor
) -> None:
    law_id = published(call, editor)
    [line] = lines(database, "laws").values()
    assert line is not None
    row = orjson.loads(line)
    assert (row["type"], row["revision"], row["data"]["code"]) == ("law", 2, "REG-TEST")
    assert "grams" not in row["data"]
    assert call(reader, "GET", f"/laws/{law_id}").json["articles"][0]["heading"] == "疏散通道"
    assert call(editor, "POST", f"/laws/{law_id}/actions/withdraw").status_code == 200
    assert lines(database, "laws") == {law_id: None}
    assert call(reader, "GET", f"/laws/{law_id}").status_code == 404


def test_publishing_twice_is_refused_as_already_so(call: Caller, editor: Actor) -> None:
    law_id = published(call, editor)
    answer = call(editor, "POST", f"/laws/{law_id}/actions/publish")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/already_so")


def test_an_edit_needs_the_revision_it_is_based_on(call: Caller, database: Database, editor: Actor) -> None:
    law_id = published(call, editor)
    body = {key: value for key, value in a_law(title="草原防火办法").items() if key != "id"}
    assert call(editor, "PUT", f"/laws/{law_id}", json=body).status_code == 428
    stale = call(editor, "PUT", f"/laws/{law_id}", json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["current"]) == (412, 2)
    edited = call(editor, "PUT", f"/laws/{law_id}", json=body, headers={"If-Match": '"2"'})
    assert (edited.status_code, edited.headers["ETag"][:3]) == (200, '"3.')
    assert "草原防火办法" in (lines(database, "laws")[law_id] or "")
    assert found(call, editor, q="试行") == []
    with database.transaction() as session:
        names = session.scalars(select(Event.name).where(Event.entity_id == UUID(law_id)).order_by(Event.id)).all()
    assert names == ["law.drafted", "law.published", "law.edited"]


def test_readers_change_nothing(call: Caller, editor: Actor, reader: Actor) -> None:
    law_id = published(call, editor)
    body = {key: value for key, value in a_law().items() if key != "id"}
    answers = [
        call(reader, "POST", "/laws", json=a_law(code="REG-X")),
        call(reader, "PUT", f"/laws/{law_id}", json=body, headers={"If-Match": '"2"'}),
        call(reader, "POST", f"/laws/{law_id}/actions/withdraw"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize("words", ["防火", "草原防火", "疏散通道", "堵塞", "火", "REG", "reg-test", "试行 疏散", "。堵塞。"])
def test_chinese_words_of_any_length_are_found(call: Caller, editor: Actor, reader: Actor, words: str) -> None:
    published(call, editor)
    assert found(call, reader, q=words) == ["REG-TEST"]


@pytest.mark.parametrize("words", ["防水", "通疏", "!!", "%", "' | ''", "消防 疏散", "\\"])
def test_other_words_are_not(call: Caller, editor: Actor, reader: Actor, words: str) -> None:
    published(call, editor)
    assert found(call, reader, q=words) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "lower"}, "code"),
        ({"code": "REG-\n1"}, "code"),
        ({"title": ""}, "title"),
        ({"title": "一" * 201}, "title"),
        ({"level": "gossip"}, "level"),
        ({"status": "现行"}, "status"),
        ({"effective_from": "2026-13-01"}, "effective_from"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "effective_to"),
        ({"region": "110000"}, "region"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"articles": [{"no": "1", "text": "一" * 5001}]}, "articles.0.text"),
        ({"articles": [{"no": "1", "text": "一" * 5000}] * 5}, "articles"),
        ({"articles": [{"no": "1", "colour": "red"}]}, "articles.0.colour"),
        ({"level": "national_standard"}, "articles"),
        ({"grams": "x"}, "grams"),
        ({"id": "1"}, "id"),
    ],
)
def test_a_bad_record_names_the_field(call: Caller, editor: Actor, changes: dict[str, Any], field: str) -> None:
    answer = call(editor, "POST", "/laws", json=a_law(**changes))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]


def test_a_code_and_an_id_are_taken_once(call: Caller, editor: Actor) -> None:
    law_id = drafted(call, editor)
    same_code = call(editor, "POST", "/laws", json=a_law())
    same_id = call(editor, "POST", "/laws", json=a_law(id=law_id, code="REG-OTHER"))
    other = drafted(call, editor, code="REG-OTHER")
    body = {key: value for key, value in a_law().items() if key != "id"}
    renamed = call(editor, "PUT", f"/laws/{other}", json=body, headers={"If-Match": '"1"'})
    named = [answer.json["errors"][0]["field"] for answer in (same_code, same_id, renamed)]
    assert named == ["code", "id", "code"]


def test_the_library_is_shipped_once_and_keeps_what_an_editor_changed(database: Database, call: Caller, reader: Actor) -> None:
    with database.transaction() as session:
        seed(session)
    with database.transaction() as session:
        law = session.scalars(select(Law).where(Law.code == "REG-822")).one()
        law.note = "编辑改过"
        law.revision += 1
    with database.transaction() as session:
        seed(session)
        laws = session.scalars(select(Law)).all()
        assert len(laws) == len(AUTHORITIES) == 43
        assert next(law.note for law in laws if law.code == "REG-822") == "编辑改过"
    assert len(lines(database, "laws")) == 43
    assert len(lines(database, "training")) == 6
    assert found(call, reader, q="草原防灭火") == ["REG-542", "REG-822"]
    assert found(call, reader, q="草原防灭火", status="in_force") == ["REG-822"]
    assert found(call, reader, q="电动自行车") == ["RULE-GCJZ"]


def test_the_shipped_library_says_what_is_current_and_reproduces_no_text() -> None:
    by_code = {authority.code: authority for authority in AUTHORITIES}
    assert len(by_code) == len(AUTHORITIES)
    assert (by_code["REG-542"].status, by_code["REG-822"].replaces) == ("repealed", ("REG-542",))
    assert all(authority.note for authority in AUTHORITIES if authority.code in ("NM-48", "NM-49", "STD-46034", "REG-822"))
