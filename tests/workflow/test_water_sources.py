"""Water sources: kept by the brigade of a banner, in the state in which they were seen last."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from notifications.models import InboxItem
from tests.clock import Clock
from tests.pack import POSITION, a_source, edit, make_source
from tests.people import ELSEWHERE, HOME, Caller, citizen, enterprise, guest, staff
from tests.photos import a_photo

KEEPERS = (Role.FIREFIGHTER, Role.FIRE_OFFICER, Role.UNIT_LEADER)


def told(parts: Parts, person: Caller, source_id: str) -> list[str]:
    """The titles of what somebody was told of a water source."""
    with parts.database.snapshot() as session:
        about = select(InboxItem.title).where(InboxItem.person_id == person.id, InboxItem.subject_id == UUID(source_id))
        return list(session.scalars(about))


@pytest.mark.parametrize("role", KEEPERS)
def test_whoever_goes_to_fires_adds_edits_reports_and_retires_a_source(client: FlaskClient, role: Role) -> None:
    who = staff(client, role)
    source_id = make_source(who)
    path = f"/water-sources/{source_id}"
    source = who.get(path).get_json()["data"]
    assert (source["name"], source["state"], source["lon"]) == ("新华东街12号栓", "USABLE", POSITION["lon"])
    assert source["reports"][0]["by"] == str(who.id)
    assert (
        edit(
            who, path, outlets=[source["outlets"], "100毫米×1"], freezes_from=[None, "11-01"], freezes_to=[None, "04-15"]
        ).status_code
        == 200
    )
    assert who.post(f"{path}/actions/report", {"state": "FROZEN", "note": "井盖冻住"}).status_code == 200
    source = who.get(path).get_json()["data"]
    assert (source["outlets"], source["freezes_to"], source["state"]) == ("100毫米×1", "04-15", "FROZEN")
    assert source["reports"][0]["note"] == "井盖冻住"
    for region in (HOME, f"{HOME[:4]}00"):
        listed = who.get(f"/water-sources?region_code={region}&state=FROZEN&q=新华&limit=100").get_json()["items"]
        assert source_id in [item["id"] for item in listed]
    assert who.post(f"{path}/actions/retire", {"reason": "道路改造,已拆除"}).status_code == 200
    assert who.post(f"{path}/actions/retire", {"reason": "道路改造,已拆除"}).get_json()["type"] == "/problems/already_so"
    assert source_id not in [item["id"] for item in who.get("/water-sources?limit=100").get_json()["items"]]
    assert who.get(path).get_json()["retired_at"] is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "BUCKET"}, "kind"),
        ({"name": ""}, "name"),
        ({"place": "井\0"}, "place"),
        ({"flow_lps": 0}, "flow_lps"),
        ({"volume_m3": "500"}, "volume_m3"),
        ({"freezes_from": "11-31", "freezes_to": "04-15"}, "freezes_from"),
        ({"freezes_from": "11-01"}, "freezes_to"),
        ({"state": "GONE"}, "state"),
        ({"position": {"lon": 116.39, "lat": 39.91}}, "position"),  # Beijing
        ({"position": {"lon": 109.84, "lat": 40.65}}, "position"),  # another banner
        ({"id": "5f0c1a52-6a0e-4a53-9f0c-0a4f5f6f8d11"}, "id"),
        ({"owner": "张三"}, "owner"),
    ],
)
def test_a_wrong_source_is_refused_by_field(client: FlaskClient, changes: dict[str, Any], field: str) -> None:
    answer = staff(client, Role.UNIT_LEADER).post("/water-sources", a_source(**changes))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_season_has_two_ends_also_after_an_edit(client: FlaskClient) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    path = f"/water-sources/{make_source(leader)}"
    refused = edit(leader, path, freezes_from=[None, "11-01"])
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "changes.freezes_to")
    moved = edit(leader, path, position=[POSITION, {"lon": 116.39, "lat": 39.91}])
    assert (moved.status_code, moved.get_json()["type"]) == (422, "/problems/outside_region")


def test_nobody_else_sees_a_source_or_learns_that_there_is_one(client: FlaskClient) -> None:
    source_id = make_source(staff(client, Role.FIREFIGHTER))
    others = [
        staff(client, Role.SUPERVISOR), staff(client, Role.INTAKE_CLERK), staff(client, Role.GRID_WORKER),
        staff(client, Role.FIREFIGHTER, ELSEWHERE), staff(client, Role.UNIT_LEADER, ELSEWHERE), enterprise(client),
        citizen(client), guest(client),
    ]  # fmt: skip
    for other in others:
        assert (
            other.get("/water-sources?limit=100").get_json()["items"] == [] or other.user["orgs"][0]["region_code"] == ELSEWHERE
        )
        for path, body in (("actions/edit", {"changes": {"note": ["", "x"]}}), ("actions/report", {"state": "FROZEN"})):
            assert other.post(f"/water-sources/{source_id}/{path}", body).status_code == 404
        assert other.get(f"/water-sources/{source_id}").get_json() == other.get(f"/water-sources/{new_id()}").get_json()
        assert other.post("/water-sources", a_source()).status_code == 403


def test_its_state_is_what_was_seen_last_not_what_arrived_last(client: FlaskClient, clock: Clock) -> None:
    leader, officer = staff(client, Role.UNIT_LEADER), staff(client, Role.FIRE_OFFICER)
    source_id = make_source(leader)
    seen_long_ago = clock.now.isoformat()
    clock.advance(days=3)
    path = f"/water-sources/{source_id}"
    assert officer.post(f"{path}/actions/report", {"state": "OUT_OF_ORDER"}).status_code == 200
    clock.advance(hours=1)
    late = {"state": "FROZEN", "seen_at": seen_long_ago, "note": "三天前冻结"}
    assert leader.post(f"{path}/actions/report", late).status_code == 200
    source = leader.get(path).get_json()["data"]
    assert (source["state"], source["reports"][0]["name"]) == ("OUT_OF_ORDER", officer.user["name"])
    assert "三天前冻结" in [report["note"] for report in source["reports"]], "it is not forgotten"
    tomorrow = {"state": "USABLE", "seen_at": "2199-01-01T00:00:00Z"}
    assert leader.post(f"{path}/actions/report", tomorrow).status_code == 200
    latest = leader.get(path).get_json()["data"]["reports"][0]
    assert latest["seen_at"][:10] == clock.now.isoformat()[:10], "nobody sees the future"


def test_the_leader_is_told_once_that_a_source_is_out_of_order(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    leader, firefighter = staff(client, Role.UNIT_LEADER), staff(client, Role.FIREFIGHTER)
    source_id = make_source(firefighter)
    path = f"/water-sources/{source_id}/actions/report"
    for state in ("FROZEN", "OUT_OF_ORDER", "OUT_OF_ORDER"):
        clock.advance(minutes=5)
        assert firefighter.post(path, {"state": state, "note": "栓体断裂"}).status_code == 200
    assert told(parts, leader, source_id) == ["消防水源损坏"]
    clock.advance(minutes=5)
    firefighter.post(path, {"state": "USABLE"})
    clock.advance(minutes=5)
    firefighter.post(path, {"state": "OUT_OF_ORDER"})
    assert len(told(parts, leader, source_id)) == 2, "it was mended in between"


def test_a_photo_of_a_source_is_for_the_brigade_alone(client: FlaskClient) -> None:
    firefighter, officer = staff(client, Role.FIREFIGHTER), staff(client, Role.FIRE_OFFICER)
    photo = str(new_id())
    assert firefighter.put_bytes(f"/media/{photo}/content", a_photo()).status_code in (200, 201)
    path = f"/water-sources/{make_source(firefighter, photo_ids=[photo])}"
    assert officer.get(f"/media/{photo}").status_code == 200
    for other in (staff(client, Role.SUPERVISOR), staff(client, Role.FIREFIGHTER, ELSEWHERE), citizen(client)):
        assert other.get(f"/media/{photo}").status_code == 404
    second = str(new_id())
    added = edit(officer, path, photo_ids=[[photo], [photo, second]])
    assert added.status_code == 200, "a colleague's photo stays beside his own"
    assert officer.get(path).get_json()["data"]["photo_ids"] == [photo, second]
