"""Operators see which devices hold work, and what broken clients handed in."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from database.journal import Event
from sync import oversight
from tests.clock import Clock
from tests.people import ELSEWHERE, HOME, Caller, citizen, staff
from tests.sync.test_http import Door
from tests.sync.world import line


@pytest.fixture
def officer(client: FlaskClient) -> Caller:
    return staff(client, Role.FIRE_OFFICER, alone=True)


def queues(who: Caller, **query: str) -> dict[str, dict[str, object]]:
    answer = who.get("/sync/queues", query_string={"limit": "100", **query})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {item["queue"]: item for item in answer.get_json()["items"]}


def test_a_supervisor_sees_what_the_devices_of_his_banner_still_hold(client: FlaskClient, officer: Caller, clock: Clock) -> None:
    door = Door(officer)
    old = (clock.now - timedelta(days=2)).isoformat()
    door.send(door.body([line("hazard.unheard_of", new_id())], pending=7, oldest_pending=old))
    shown = queues(staff(client, Role.UNIT_LEADER))[door.queue]
    assert (shown["pending"], shown["parked"], shown["open_issues"], shown["region_code"]) == (6, 1, 1, HOME)
    assert door.queue in queues(staff(client, Role.UNIT_LEADER), stuck="true")
    assert door.queue not in queues(staff(client, Role.UNIT_LEADER, ELSEWHERE))
    assert officer.get("/sync/queues").status_code == 403
    guard = staff(client, Role.SEC_ADMIN)
    of_officer = queues(guard, owner_id=str(officer.id))
    assert door.queue in of_officer
    assert {queue["owner_id"] for queue in of_officer.values()} == {str(officer.id)}
    assert queues(guard, owner_id=str(guard.id)) == {}


def test_pages_of_queues_follow_each_other(client: FlaskClient, officer: Caller) -> None:
    doors = {Door(officer).queue for _ in range(3)}
    leader = staff(client, Role.UNIT_LEADER)
    found, cursor = set(), None
    while True:
        page = leader.get("/sync/queues", query_string={"limit": "1", **({"cursor": cursor} if cursor else {})}).get_json()
        found |= {item["queue"] for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert doors <= found


def test_a_reporters_queue_is_nobodys_business(client: FlaskClient) -> None:
    door = Door(citizen(client))
    assert door.queue not in queues(staff(client, Role.UNIT_LEADER))


def test_old_unsent_work_raises_an_alarm(client: FlaskClient, officer: Caller, clock: Clock, parts: Parts) -> None:
    door = Door(officer)
    door.send(door.body([line("hazard.unheard_of", new_id())], pending=7, oldest_pending=clock.now.isoformat()))
    with parts.database.transaction() as session:
        quiet = oversight.watch(session)
    clock.advance(hours=25)
    Door(staff(client, Role.FIRE_OFFICER, nth=1, alone=True)).push(line("hazard.unheard_of", new_id()))  # nothing left there
    with capture_logs() as logs, parts.database.transaction() as session:
        assert oversight.watch(session) > quiet  # devices of other tests grow old with it
    assert [entry["alarm"] for entry in logs if entry["log_level"] == "error"] == [True]


@pytest.mark.parametrize("changes", [{"first_seq": 9}, {"epoch": str(new_id())}])
def test_a_device_that_is_refused_again_and_again_is_seen(client: FlaskClient, officer: Caller, changes: dict[str, Any]) -> None:
    door = Door(officer)
    answer = door.send(door.body([line("hazard.unheard_of", new_id())], pending=3, **changes))
    assert answer.status_code == 409
    assert queues(staff(client, Role.UNIT_LEADER))[door.queue]["pending"] == 3


def test_what_a_broken_client_holds_is_kept_whole_and_once(client: FlaskClient, officer: Caller, parts: Parts) -> None:
    Door(officer)
    content = bytes(range(256)) * 500
    first = officer.call("POST", "/sync/rescue", data=content, content_type="application/octet-stream")
    assert first.status_code == 201, first.get_data(as_text=True)
    assert first.get_json()["sha256"] == hashlib.sha256(content).hexdigest()
    again = officer.call("POST", "/sync/rescue", data=content, content_type="application/octet-stream")
    assert again.get_json() == first.get_json()
    admin = staff(client, Role.SYS_ADMIN)
    rescue_id = first.get_json()["id"]
    assert rescue_id in {item["id"] for item in admin.get("/sync/rescues?limit=100").get_json()["items"]}
    assert admin.get(f"/sync/rescues/{rescue_id}/content").data == content
    with parts.database.transaction() as session:
        names = list(session.scalars(select(Event.name).where(Event.entity_id == UUID(rescue_id)).order_by(Event.id)))
    assert names == ["rescue.received", "rescue.opened"], "each reading is on record"
    assert officer.get("/sync/rescues").status_code == 403
    assert staff(client, Role.UNIT_LEADER).get(f"/sync/rescues/{rescue_id}/content").status_code == 403


def test_one_broken_client_does_not_fill_the_disk(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.rescue._OWNERS_BYTES", 1000)
    officer = staff(client, Role.FIRE_OFFICER, nth=1)
    assert officer.call("POST", "/sync/rescue", data=b"a" * 900).status_code == 201
    refused = officer.call("POST", "/sync/rescue", data=b"b" * 200)
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


def test_a_cut_rescue_is_not_kept(client: FlaskClient, officer: Caller) -> None:
    digest = {"Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}
    cut = officer.call("POST", "/sync/rescue", data=b"half", headers=digest)
    assert (cut.status_code, cut.get_json()["type"].rsplit("/", 1)[-1]) == (400, "torn_body")
