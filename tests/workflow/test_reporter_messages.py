"""The office asks, the reporter answers, and neither learns who the other is; nobody else reads a word of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.application import work_off
from tests.makers import ORDER_WAYS, Case, make_hazard, make_letter, make_order, report
from tests.people import BASE, HOME, Caller, Json, citizen, demo_accounts, guest, new_phone, staff
from tests.photos import a_photo
from tests.wsgi import WsgiTransport

QUESTION, ANSWER = "请问是哪一个单元的楼道", "三单元二层的门后面"


def asked(hazard: Case, who: Caller | None = None, words: str = QUESTION) -> Case:
    return hazard.act(who or hazard.office.clerk, "ask_reporter", text=words)


def messages(hazard: Case, who: Caller) -> Json:
    answer = who.get(f"{hazard.path}/messages")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: Json = answer.get_json()
    return found


def anonymous(client: FlaskClient) -> tuple[Caller, Json, str]:
    """A guest, his report and its number."""
    visitor = guest(client)
    body = report(client, report_mode="ANONYMOUS")
    made = visitor.post("/hazards", body)
    assert made.status_code == 201
    return visitor, body, made.get_json()["number"]


def test_a_question_is_answered_and_neither_side_learns_who_the_other_is(client: FlaskClient) -> None:
    hazard = make_hazard(client, "ASSIGNED")
    officer, reporter = hazard.office.officers[0], hazard.reporter
    asked(hazard, officer).act(reporter, "answer_office", text=ANSWER)
    theirs, ours = messages(hazard, reporter), messages(hazard, hazard.office.leader)
    assert [line["text"] for line in theirs["items"]] == [line["text"] for line in ours["items"]] == [QUESTION, ANSWER]
    assert [line["author"] for line in theirs["items"]] == [hazard.read(reporter)["held_by"], "举报人"]
    assert [line["author"] for line in ours["items"]] == [officer.user["name"], "举报人"]
    assert officer.user["name"] not in json.dumps([theirs, hazard.read(reporter)], ensure_ascii=False)
    assert str(reporter.id) not in json.dumps([ours, hazard.read(hazard.office.leader)])


def test_a_question_of_the_list_and_words_of_ones_own_go_together(client: FlaskClient) -> None:
    hazard = make_hazard(client)
    hazard.act(hazard.office.clerk, "ask_reporter", question="PHOTO", text="最好能看清门牌。")
    [line] = messages(hazard, hazard.reporter)["items"]
    assert line["text"].startswith("如果方便,请补拍")
    assert line["text"].endswith("\n最好能看清门牌。")
    assert {one["code"] for one in messages(hazard, hazard.office.clerk)["questions"]} >= {"PLACE", "PHOTO"}
    assert messages(hazard, hazard.reporter)["questions"] == []


@pytest.mark.parametrize("form", ["{code}", "{number}-{code:.8}"])
def test_an_anonymous_reporter_answers_with_his_code_and_nobodys_session(client: FlaskClient, form: str) -> None:
    _, body, number = anonymous(client)
    code = form.format(code=body["tracking_code"], number=number)
    clerk = staff(client, Role.INTAKE_CLERK)
    assert clerk.post(f"/hazards/{body['id']}/actions/ask_reporter", {"text": QUESTION}).status_code == 200
    path = f"{BASE}/hazards/track/{code}/messages"
    read = client.get(path).get_json()
    assert ([line["text"] for line in read["items"]], read["unread"], read["may_write"]) == ([QUESTION], 1, True)
    said = {"id": str(new_id()), "text": ANSWER}
    answers = [client.post(path, json=said).get_json() for _ in range(2)]  # the line broke after the first
    assert [[line["text"] for line in answer["items"]] for answer in answers] == [[QUESTION, ANSWER]] * 2
    assert answers[0]["unread"] == 0
    heard = clerk.get("/inbox").get_json()["items"]
    assert any(item["subject_id"] == body["id"] and "已答复" in item["title"] for item in heard)
    assert ANSWER not in json.dumps(heard, ensure_ascii=False)


def test_a_wrong_code_reads_and_writes_nothing_and_is_slowed_down(client: FlaskClient) -> None:
    _, _, number = anonymous(client)
    wrong = [client.get(f"{BASE}/hazards/track/{number}-ABCDEFG{end}/messages").status_code for end in "HJKMNP"]
    assert wrong == [404] * 5 + [429]
    assert client.post(f"{BASE}/hazards/track/{number}-ABCDEFGH/messages", json={"text": "x"}).status_code == 429


def test_nobody_who_is_somebody_is_joined_to_an_anonymous_report_by_answering(client: FlaskClient, parts: Parts) -> None:
    _, body, _ = anonymous(client)
    staff(client, Role.INTAKE_CLERK).post(f"/hazards/{body['id']}/actions/ask_reporter", {"text": QUESTION})
    path = f"/hazards/track/{body['tracking_code']}/messages"
    named = guest(client)
    assert named.post("/hazards", report(client, reporter={"mobile": "13700000004"})).status_code == 201
    for somebody in (citizen(client), named):
        refused = somebody.post(path, {"text": ANSWER})
        assert [error["code"] for error in refused.get_json()["errors"]] == ["needs_fresh_guest"]
    photo, fresh = str(new_id()), guest(client)
    assert client.post(f"{BASE}{path}", json={"text": ANSWER, "photos": [photo]}).status_code == 422
    assert fresh.post(path, {"text": ANSWER, "photos": [photo]}).status_code == 200
    with parts.database.transaction() as session:
        actors = session.execute(text("SELECT actor_id FROM event WHERE name = 'hazard.reporter_answered'")).scalars().all()
    assert fresh.id not in actors
    assert fresh.post(path, {"text": "门又锁上了"}).status_code == 200, "he may answer for this report once more"
    again = fresh.post("/hazards", report(client, reporter={"mobile": "13700000005"}))
    assert [error["code"] for error in again.get_json()["errors"]] == ["guest_already_used"], "who answered would have a name"
    _, other, _ = anonymous(client)
    staff(client, Role.INTAKE_CLERK).post(f"/hazards/{other['id']}/actions/ask_reporter", {"text": QUESTION})
    joined = fresh.post(f"/hazards/track/{other['tracking_code']}/messages", {"text": ANSWER})
    assert [error["code"] for error in joined.get_json()["errors"]] == ["needs_fresh_guest"], "two reports would be one's"


def test_each_side_sees_how_many_it_has_not_read(client: FlaskClient) -> None:
    hazard = asked(make_hazard(client))
    reporter, clerk = hazard.reporter, hazard.office.clerk
    assert hazard.read(reporter)["messages"] == {"total": 1, "unread": 1}
    assert reporter.post(f"{hazard.path}/messages/read").get_json()["unread"] == 0
    assert hazard.read(reporter)["messages"] == {"total": 1, "unread": 0}
    hazard.act(reporter, "answer_office", text=ANSWER)
    assert hazard.read(clerk)["messages"] == {"total": 2, "unread": 1}
    assert messages(hazard, reporter)["items"][1]["read_at"] is None
    clerk.post(f"{hazard.path}/messages/read")
    assert hazard.read(clerk)["messages"] == {"total": 2, "unread": 0}
    assert messages(hazard, reporter)["items"][1]["read_at"] is not None


def test_who_does_not_answer_is_not_pressed_and_nobody_floods_the_office(client: FlaskClient) -> None:
    hazard = make_hazard(client)
    clerk, reporter = hazard.office.clerk, hazard.reporter

    def refusal(who: Caller, action: str, words: str = "在吗") -> str:
        answer = who.post(f"{hazard.path}/actions/{action}", {"text": words}).get_json()
        return str(answer.get("reason", answer.get("state")))

    assert refusal(reporter, "answer_office") == "nothing_asked"
    assert [refusal(clerk, "ask_reporter") for _ in range(3)] == ["SUBMITTED", "SUBMITTED", "waits_for_answer"]
    assert [refusal(reporter, "answer_office") for _ in range(4)] == ["SUBMITTED"] * 3 + ["too_many_answers"]
    offered = {step["action"] for step in hazard.read(reporter)["actions"]}
    assert "answer_office" not in offered
    for _ in range(8):
        assert refusal(clerk, "ask_reporter") == "SUBMITTED"
        assert refusal(reporter, "answer_office") == "SUBMITTED"
    assert refusal(clerk, "ask_reporter") == "too_many_questions"


def test_who_rang_up_and_has_no_code_is_not_asked(client: FlaskClient) -> None:
    hotline = staff(client, Role.HOTLINE_CLERK)
    body = report(client, report_mode="REAL_NAME", reporter={"mobile": "13700000005"}, tracking_code=None)
    assert hotline.post("/hazards", body).status_code == 201
    refused = staff(client, Role.INTAKE_CLERK).post(f"/hazards/{body['id']}/actions/ask_reporter", {"text": QUESTION})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "reporter_out_of_reach")


def test_messages_reach_neither_colleagues_nor_unit_nor_letter_nor_receiving_body(client: FlaskClient, parts: Parts) -> None:
    """The canary: whoever else is about the case reads none of it, wherever he looks."""
    letter = make_letter(client, "ACCEPTED")
    order = make_order(client, "RECHECK_PENDING")
    office = letter.office
    third = staff(client, Role.FIRE_OFFICER, HOME, 2)
    hazards = [Case("hazard", one.hazard_id, office, one.reporter, one.hazard_id, one.tracking_code) for one in (letter, order)]
    early = make_hazard(client, "VERIFYING")
    photo = str(new_id())
    asked(early).act(early.reporter, "answer_office", text=ANSWER, photos=[photo])
    assert early.reporter.put_bytes(f"/media/{photo}/content", a_photo()).status_code in (200, 201)
    work_off(parts)
    with parts.database.transaction() as session:  # what was asked of it before, of cases that are further
        for hazard in hazards:
            session.execute(text(_COPY), {"from": early.id, "to": hazard.id})
    readers = [third, office.receiver, office.other_receiver, office.committee, office.manager, *_of_the_desk(client)]
    paths = [path for one in (*hazards, early) for path in (one.path, f"{one.path}/messages")]
    paths += [letter.path, order.path, "/queue?view=all", f"/media/{photo}", "/inbox", "/hazards?limit=100"]
    seen = "".join(who.get(path).get_data(as_text=True) for who in readers for path in paths)
    assert [word for word in (QUESTION, ANSWER) if word in seen] == []
    assert {who.get(f"{hazards[0].path}/messages").status_code for who in readers} == {404}
    assert {who.get(f"/media/{photo}").status_code for who in readers} == {404}
    assert office.clerk.get(f"/media/{photo}").status_code == 200
    assert ANSWER in office.clerk.get(f"{hazards[0].path}/messages").get_data(as_text=True)


_COPY = """
INSERT INTO hazard_message (id, hazard_id, side, author_id, text, photo_ids, sent_at)
SELECT gen_random_uuid(), :to, side, author_id, text, photo_ids, sent_at FROM hazard_message WHERE hazard_id = :from
"""


def _of_the_desk(client: FlaskClient) -> list[Caller]:
    """Staff of the brigade who neither take reports in nor lead, and those who watch over it."""
    roles = (Role.HOTLINE_CLERK, Role.DISPATCHER, Role.LEGAL_REVIEWER, Role.GRID_WORKER, Role.AUDITOR, Role.FINANCE_CLERK)
    return [staff(client, role) for role in roles]


def test_no_word_of_a_message_stands_open_in_the_database(app: Flask, client: FlaskClient, parts: Parts) -> None:
    """Neither in lines of the feed, nor in receipts, sealed bodies, events, notices or the messages themselves."""
    hazard = make_hazard(client, "VERIFYING")
    phone = _phone(app, parts, hazard.office.officers[0])
    phone.sync()
    phone.mutate("hazard.ask_reporter", str(hazard.id), {"text": QUESTION})
    assert [result["outcome"] for result in phone.push()] == ["applied"]
    hazard.act(hazard.reporter, "answer_office", text=ANSWER)
    phone.sync()
    assert QUESTION not in json.dumps(phone.shown("hazard", str(hazard.id)), ensure_ascii=False)
    with parts.database.transaction() as session:
        tables = session.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        found = [name for name in tables if session.scalar(text(_row(name)), _words())]
    assert found == []


_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


def _words() -> Json:
    return {"words": f"{QUESTION}|{ANSWER}", "hex": f"{QUESTION.encode().hex()}|{ANSWER.encode().hex()}"}


def _row(name: str) -> str:
    return f"SELECT 1 FROM {name} t WHERE t::text ~ :words OR t::text ~ :hex LIMIT 1"  # noqa: S608 - our own names


def _phone(app: Flask, parts: Parts, officer: Caller) -> Device:
    account = next(one for one in demo_accounts(Role.FIRE_OFFICER, HOME) if one.id == officer.id)
    device = Device(WsgiTransport(app.wsgi_app), clock=parts.database.clock)
    device.sign_in(**account.way_in())
    device.register()
    return device


def test_a_question_from_a_phone_without_signal_arrives_once(app: Flask, client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client, "VERIFYING")
    phone = _phone(app, parts, hazard.office.officers[0])
    phone.sync()
    phone.mutate("hazard.ask_reporter", str(hazard.id), {"question": "ENTRY"})
    first, again = phone.push(), phone.push()
    assert [result["outcome"] for result in first] == ["applied"]
    assert again == []
    assert len(messages(hazard, hazard.reporter)["items"]) == 1


def test_the_reporter_hears_that_he_is_asked_unless_he_wished_to_hear_nothing(client: FlaskClient) -> None:
    def heard(hazard: Case) -> list[str]:
        return [item["title"] for item in hazard.reporter.get("/inbox").get_json()["items"]]

    assert "办理单位向您了解情况" in heard(asked(make_hazard(client)))
    assert heard(asked(make_hazard(client, wish_feedback=False))).count("办理单位向您了解情况") == 0


def test_a_reporter_is_told_at_each_of_the_four_steps(client: FlaskClient) -> None:
    """受理, 核查, 整改; and 移交, where another body takes the case."""

    def heard(hazard: Case) -> set[str]:
        items: list[dict[str, Any]] = hazard.reporter.get("/inbox?limit=100").get_json()["items"]
        return {item["title"] for item in items}

    fixed = make_hazard(client, "VERIFIED_TRUE")
    fixed.act(fixed.office.clerk, "tell_reporter")
    assert heard(fixed) >= {"举报受理告知", "核查情况告知"}
    order = fixed.sibling("rectification")
    _rectify(order)
    fixed.read()
    assert fixed.state == "RECTIFIED"
    fixed.act(fixed.office.clerk, "tell_reporter").act(fixed.office.leader, "close")
    assert heard(fixed) >= {"整改结果告知", "办结反馈"}
    assert "移交告知" in heard(make_hazard(client, "HANDED_OVER"))


def _rectify(order: Case) -> None:
    for step in ORDER_WAYS["RECTIFIED"]:
        step(order)


def test_a_person_reads_his_own_messages_and_not_those_of_another(client: FlaskClient) -> None:
    hazard = asked(make_hazard(client))
    for stranger in (citizen(client, new_phone()), staff(client, Role.INTAKE_CLERK, "150203")):
        assert stranger.get(f"{hazard.path}/messages").status_code == 404
        assert stranger.post(f"{hazard.path}/messages/read").status_code == 404
    assert len(messages(hazard, hazard.reporter)["items"]) == 1
