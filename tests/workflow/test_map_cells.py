"""A leader sees on a map how much is open and late in each square, and opens a square to its items: as many as it counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from accounts.actor import Role
from api.context import Parts
from tests.application import work_off
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import Case, make_hazard, make_letter, make_order
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, enterprise, staff
from tests.permits import make_permit
from tests.places.test_units import edited
from tests.workflow.test_queue_order import run_timetable
from workflow.queue.models import Task

EDGE = {"lon": 111.75, "lat": 40.86}  # on the western edge of a cell, which belongs to it
BOX = {"west": 111.5, "south": 40.5, "east": 112.0, "north": 41.0}
CLOSE = {**BOX, "zoom": 10}  # cells of an eighth of a degree
EVERYWHERE = {"west": 97, "south": 37, "east": 127, "north": 54, "zoom": 7}


def shown(who: Caller, **asked: Any) -> Json:
    """The map as somebody sees it."""
    answer = who.get("/queue/map", query_string={**CLOSE, **asked})
    assert answer.status_code == 200, answer.get_json()
    found: Json = answer.get_json()
    assert found["total"] == sum(cell["count"] for cell in found["items"])
    assert found["overdue"] == sum(cell["overdue"] for cell in found["items"])
    return found


def rows(who: Caller, cell: Json, size: float, **asked: Any) -> list[Json]:
    """The items to which a cell opens."""
    edges = {"west": cell["west"], "south": cell["south"], "east": cell["west"] + size, "north": cell["south"] + size}
    found: list[Json] = []
    cursor: Json = {}
    while True:
        page = who.get("/queue", query_string={"view": "area", **edges, **asked, "limit": 2, **cursor}).get_json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def kinds(cell: Json) -> Json:
    return {kind["subject_type"]: kind["count"] for kind in cell["kinds"]}


def place_at(lon: float, lat: float) -> Json:
    """Of a report."""
    return {"place": {"position": {"lon": lon, "lat": lat, "accuracy_m": 10, "source": "map"}}}


def spread(client: FlaskClient) -> list[Case]:
    """Three in one cell, one in the next."""
    places = [(111.75, 40.86), (111.75, 40.86), (111.76, 40.86), (111.70, 40.85)]
    return [make_hazard(client, **place_at(*place)) for place in places]


@pytest.mark.parametrize("zoom", [4, 7, 10, 13, 16])
def test_a_cell_opens_to_as_many_items_as_it_counts_and_together_they_are_all(
    client: FlaskClient, clock: Clock, fresh_database: object, zoom: int
) -> None:
    spread(client)
    clock.advance(days=3)
    make_letter(client, "SENT", **place_at(111.76, 40.86))
    leader = staff(client, Role.UNIT_LEADER)
    found = shown(leader, zoom=zoom) if zoom < 14 else shown(leader, zoom=zoom, **_near(EDGE))
    assert found["items"]
    for cell in found["items"]:
        behind = rows(leader, cell, found["size"])
        assert len(behind) == cell["count"]
        assert Counter(row["subject_type"] for row in behind) == kinds(cell)
        assert len(rows(leader, cell, found["size"], due_before=clock.now.isoformat())) == cell["overdue"]
    assert found["overdue"] > 0
    if zoom < 14:
        listed = leader.get("/queue?view=area&limit=100").get_json()["items"]
        assert found["total"] + found["unplaced"] == len(listed)


def _near(at: Json) -> Json:
    return {"west": at["lon"] - 0.02, "east": at["lon"] + 0.02, "south": at["lat"] - 0.02, "north": at["lat"] + 0.02}


def test_cells_are_fixed_and_shown_whole_wherever_the_map_is_held(client: FlaskClient, fresh_database: object) -> None:
    spread(client)
    leader = staff(client, Role.UNIT_LEADER)
    whole = shown(leader)
    assert [(cell["west"], cell["south"], cell["count"]) for cell in whole["items"]] == [
        (111.625, 40.75, 1), (111.75, 40.75, 3),
    ]  # fmt: skip
    moved = shown(leader, west=111.84, east=111.845, south=40.76, north=40.77)  # a corner of the second
    assert moved["items"] == whole["items"][1:]


def test_whatever_came_of_a_report_or_is_done_at_a_unit_stands_where_that_is(
    client: FlaskClient, parts: Parts, fresh_database: object
) -> None:
    for make in (make_letter, make_order):
        make(client, **place_at(111.70, 40.85))
    leader, approver = staff(client, Role.UNIT_LEADER), staff(client, Role.PERMIT_APPROVER)
    assert kinds(shown(leader)["items"][0]) == {"handover": 1, "hazard": 2, "rectification": 2}
    for case in (make_inspection(client), make_permit(client)):  # before anybody entered where the unit is
        unit = leader.get(f"/units/{case.read()['data']['unit_id']}").get_json()
        position = {"lon": 111.76, "lat": 40.86, "accuracy_m": 5, "source": "map"}
        answer = leader.put(
            f"/units/{unit['id']}", edited(unit, position=position), headers={"If-Match": f'"{unit["revision"]}"'}
        )
        assert answer.status_code == 200, answer.get_json()
    work_off(parts)
    assert kinds(shown(leader)["items"][1]) == {"inspection": 1, "permit": 1}
    assert kinds(shown(approver, subject_type="permit")["items"][0]) == {"permit": 1}


def test_nobody_sees_counts_of_what_he_may_not_list(client: FlaskClient, fresh_database: object) -> None:
    spread(client)
    permit = make_permit(client)
    elsewhere = make_hazard(client, region_code=ELSEWHERE, **place_at(109.823, 40.642))
    leader, foreign = staff(client, Role.UNIT_LEADER), staff(client, Role.UNIT_LEADER, ELSEWHERE)
    assert shown(leader, **EVERYWHERE)["total"] == 4
    assert shown(foreign, **EVERYWHERE)["total"] == 1
    assert (shown(foreign)["items"], shown(foreign, region_code=HOME, **EVERYWHERE)["items"]) == ([], [])
    approver = staff(client, Role.PERMIT_APPROVER)
    seen = shown(approver, subject_type="permit", **EVERYWHERE)
    assert seen["total"] + seen["unplaced"] == 1
    for role, region_code, total in ((Role.SUPERVISOR, "150100", 4), (Role.UNIT_LEADER, "150000", 5)):
        assert shown(staff(client, role, region_code), **EVERYWHERE)["total"] == total
    for stranger in (elsewhere.reporter, citizen(client), enterprise(client), permit.reporter):
        assert stranger is not None
        for view in ("area", "all", "ours", "team", "mine"):
            nothing = shown(stranger, view=view, **EVERYWHERE)
            assert [nothing[name] for name in ("items", "total", "overdue", "unplaced")] == [[], 0, 0, 0], view


def test_a_merged_case_counts_once_and_a_closed_one_not_at_all(client: FlaskClient, fresh_database: object) -> None:
    first, second, third, _ = spread(client)
    leader = first.office.leader
    second.act(second.office.clerk, "merge", master_id=str(first.id))
    assert shown(leader)["total"] == 3
    third.act(third.office.clerk, "reject", reason_code="NOT_FIRE_MATTER")
    assert shown(leader)["total"] == 2
    second.act(leader, "unmerge", reason="不是同一处")
    assert shown(leader)["total"] == 3


def test_the_map_is_narrowed_as_the_list_is(client: FlaskClient, fresh_database: object) -> None:
    first, *_ = spread(client)
    leader = first.office.leader
    first.act(first.office.clerk, "register", category="EVAC_BLOCKED")
    make_order(client, **place_at(111.70, 40.85))
    for asked in (
        {"subject_type": "rectification"}, {"waiting_for": "register"}, {"bucket": "to_assign"}, {"view": "team"},
        {"region_code": HOME}, {"region_code": ELSEWHERE}, {"due_before": "2099-01-01T00:00:00Z"},
    ):  # fmt: skip
        listed = leader.get("/queue", query_string={"limit": 100, **({} if "bucket" in asked else {"view": "area"}), **asked})
        assert shown(leader, **asked)["total"] == len(listed.get_json()["items"]), asked


def test_what_was_open_before_there_was_a_map_is_placed_by_the_timetable(
    client: FlaskClient, parts: Parts, fresh_database: object
) -> None:
    spread(client)
    permit = make_permit(client)
    leader = staff(client, Role.UNIT_LEADER)
    before = shown(leader)
    with parts.database.transaction() as session:  # as the migration leaves them
        session.execute(text("UPDATE task SET lon = NULL, lat = NULL"))
        revisions = dict(session.execute(select(Task.id, Task.revision)).all())
    assert (shown(leader)["total"], shown(leader)["unplaced"]) == (0, before["total"] + before["unplaced"])
    run_timetable(parts)
    assert shown(leader) == before
    assert permit.state == "SUBMITTED"
    with parts.database.transaction() as session:  # no device has it, so none is told
        assert dict(session.execute(select(Task.id, Task.revision)).all()) == revisions


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"west": None}, "west"),
        ({"zoom": None}, "zoom"),
        ({"zoom": 3}, "zoom"),
        ({"zoom": 17}, "zoom"),
        ({"zoom": "7.5"}, "zoom"),
        ({"west": 112.0, "east": 111.0}, "east"),
        ({"north": 40.5}, "north"),
        ({"west": -181}, "west"),
        ({"north": "nan"}, "north"),
        ({"south": "inf"}, "south"),
        ({"east": "x"}, "east"),
        ({"west": 97, "south": 37, "east": 127, "north": 54, "zoom": 12}, "zoom"),
        ({"view": "none"}, "view"),
    ],
)
def test_a_box_that_is_none_is_refused_by_its_field(client: FlaskClient, asked: Json, field: str) -> None:
    query = {name: value for name, value in {**CLOSE, **asked}.items() if value is not None}
    answer = staff(client, Role.UNIT_LEADER).get("/queue/map", query_string=query)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


def test_half_a_box_narrows_no_list(client: FlaskClient) -> None:
    answer = staff(client, Role.UNIT_LEADER).get("/queue?west=111.5&east=112")
    assert {error["field"] for error in answer.get_json()["errors"]} == {"south", "north"}
    assert staff(client, Role.UNIT_LEADER).get("/queue/map?zoom=7").get_json()["errors"][0]["field"] == "west"


def test_cells_are_counted_from_an_index_alone(client: FlaskClient, parts: Parts) -> None:
    make_hazard(client)
    with parts.database.transaction() as session:
        for way in ("seqscan", "bitmapscan"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        asked = "SELECT floor(lon), count(*) FILTER (WHERE due_at < now()), subject_type FROM task WHERE is_open AND region_code = '150102' AND lon >= 111 AND lon < 112 AND lat >= 40 AND lat < 41 AND (subject_type <> 'permit' OR subject_type = 'transfer') GROUP BY 1, 3"  # noqa: E501
        plan = "\n".join(session.scalars(text(f"EXPLAIN {asked}")))
    assert "Index Only Scan using ix_task_map" in plan
