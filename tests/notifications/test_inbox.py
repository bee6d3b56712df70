"""The inbox and the preferences, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor
from database.base import new_id
from database.session import Database
from notifications.synced import MUTATIONS
from sync.mutations import Origin
from tests.notifications.engine import Caller, happens


def tell(database: Database, person: Actor, count: int = 1) -> None:
    for index in range(count):
        with database.transaction() as session:
            happens(session, "hazard.diverted_119", {"reporter": [person.id]}, {"number": f"YH{index}"})


def test_notices_come_newest_first_page_by_page(database: Database, call: Caller, person: Actor) -> None:
    tell(database, person, 5)
    numbers: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = call(person, "GET", "/inbox", query_string={"limit": 2, **({"cursor": cursor} if cursor else {})}).json
        numbers += [item["body"].partition("编号")[2][:3] for item in page["items"]]
        cursor = page["next_cursor"]
    assert numbers == ["YH4", "YH3", "YH2", "YH1", "YH0"]
    assert cursor is None


def test_reading_counts_once_and_is_told_to_all_devices(database: Database, call: Caller, person: Actor) -> None:
    tell(database, person, 2)
    assert call(person, "GET", "/inbox/unread-count").json == {"unread": 2}
    item = call(person, "GET", "/inbox").json["items"][0]
    first = call(person, "POST", f"/inbox/{item['id']}/actions/read")
    again = call(person, "POST", f"/inbox/{item['id']}/actions/read")
    assert first.json == again.json
    assert (first.json["revision"], first.json["read_at"]) == (2, "2026-11-23T02:00:00Z")
    assert call(person, "GET", "/inbox/unread-count").json == {"unread": 1}
    assert len(call(person, "GET", "/inbox", query_string={"unread": "true"}).json["items"]) == 1


def test_both_doors_lead_to_the_same_command(database: Database, call: Caller, person: Actor) -> None:
    tell(database, person)
    item = call(person, "GET", "/inbox").json["items"][0]
    [read] = MUTATIONS
    with database.transaction() as session:
        read.run(session, person, item["id"], {}, Origin(mid=new_id()))
    assert call(person, "GET", "/inbox/unread-count").json == {"unread": 0}


def test_somebody_elses_notice_does_not_exist(database: Database, call: Caller, person: Actor, stranger: Actor) -> None:
    tell(database, person)
    item = call(person, "GET", "/inbox").json["items"][0]
    theirs = call(stranger, "POST", f"/inbox/{item['id']}/actions/read")
    nobodys = call(stranger, "POST", f"/inbox/{new_id()}/actions/read")
    assert (theirs.status_code, theirs.data) == (nobodys.status_code, nobodys.data) == (404, nobodys.data)
    assert call(stranger, "GET", "/inbox").json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("query", [{"cursor": "!"}, {"limit": 0}, {"limit": 101}, {"unread": "maybe"}, {"page": 1}])
def test_a_bad_query_is_named(call: Caller, person: Actor, query: dict[str, Any]) -> None:
    answer = call(person, "GET", "/inbox", query_string=query)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == next(iter(query))


def test_preferences_start_with_the_defaults(call: Caller, person: Actor) -> None:
    answer = call(person, "GET", "/preferences")
    assert answer.headers["ETag"].startswith('"0.')
    assert answer.json["classes"][0] == {"class": "statutory", "fixed": True, "host_app": True, "sms": True}
    assert (answer.json["quiet_from"], answer.json["quiet_until"]) == ("22:00", "07:00")


def test_preferences_are_set_as_a_whole_by_whoever_saw_them_last(call: Caller, person: Actor) -> None:
    wished = {"switched": {"progress": {"sms": True}}, "quiet_from": "21:30", "quiet_until": "08:00"}
    assert call(person, "PUT", "/preferences", json=wished).status_code == 428
    first = call(person, "PUT", "/preferences", json=wished, headers={"If-Match": '"0"'})
    assert (first.status_code, first.headers["ETag"][:3], first.json["quiet_from"]) == (200, '"1.', "21:30")
    late = call(person, "PUT", "/preferences", json={}, headers={"If-Match": '"0"'})
    assert (late.status_code, late.json["current"]) == (412, 1)
    cleared = call(person, "PUT", "/preferences", json={}, headers={"If-Match": '"1"'})
    assert cleared.json["quiet_from"] is None
    assert call(person, "GET", "/preferences", headers={"If-None-Match": cleared.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("wished", "field"),
    [
        ({"switched": {"statutory": {"sms": False}}}, "switched.statutory.sms"),
        ({"switched": {"gossip": {"sms": False}}}, "switched.gossip"),
        ({"switched": {"progress": {"sms": "no"}}}, "switched.progress.sms"),
        ({"switched": {"progress": {"pigeon": True}}}, "switched.progress.pigeon"),
        ({"switched": None}, "switched"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": 22, "quiet_until": "07:00"}, "quiet_from"),
    ],
)
def test_bad_preferences_name_the_field(call: Caller, person: Actor, wished: dict[str, Any], field: str) -> None:
    answer = call(person, "PUT", "/preferences", json=wished, headers={"If-Match": '"0"'})
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
