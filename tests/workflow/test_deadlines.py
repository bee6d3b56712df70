"""The deadline registry: open to everybody, edited by the region's administrators; what runs by it follows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.journal import Event
from tests.makers import make_hazard
from tests.people import BASE, Caller, Json, staff
from timetable import REACTIONS, tasks_of

THREE_DAYS, A_DAY = "HZ-3WD", "HZ-24H"


@pytest.fixture
def administrator(client: FlaskClient, fresh_database: object) -> Caller:
    return staff(client, Role.SYS_ADMIN, "150000")


def rule(client: FlaskClient, code: str) -> Json:
    """As anybody reads it, without signing in."""
    answer = client.get(f"{BASE}/deadlines")
    assert answer.status_code == 200
    return next(item for item in answer.get_json()["items"] if item["code"] == code)


def edit(who: Caller, code: str, revision: int, **changes: object) -> Json:
    """Change some of it."""
    now_is = rule(who.client, code)
    body = {name: changes.get(name, now_is[name]) for name in ("label", "n", "unit", "kind", "basis")}
    answer = who.put(f"/deadlines/{code}", body, headers={"If-Match": f'"{revision}"'})
    return {"status": answer.status_code, **answer.get_json()}


def work_off(parts: Parts) -> None:
    """What the worker does upon the event."""
    with parts.database.transaction() as session:
        event = session.scalars(select(Event).where(Event.name == "clock_rule.edited").order_by(Event.id.desc())).first()
        assert event is not None
        for task in REACTIONS[event.name]:
            tasks_of(parts)[task](session, event)


def test_anybody_reads_how_long_each_step_may_take_and_what_sets_it(client: FlaskClient) -> None:
    said = rule(client, THREE_DAYS)
    assert (said["n"], said["unit"], said["term"], said["kind_label"]) == (3, "wd", "3个工作日", "法定")
    assert "消防监督检查规定" in said["basis"]
    assert rule(client, "IN-TERM")["term"] == "按文书载明的日期"


def test_a_deadline_that_a_new_law_sets_moves_what_runs_by_it(client: FlaskClient, parts: Parts, administrator: Caller) -> None:
    hazard = make_hazard(client, "REGISTERED", picture="EBIKE")
    hazard.act(hazard.office.leader, "reclassify", category="FACILITY_DEFECTIVE", reason="器材过期,不妨碍疏散")
    before = hazard.read()
    law = "消防监督检查规定(修订)第二十一条"
    answer = edit(administrator, THREE_DAYS, 1, n=4, basis=law)
    assert (answer["status"], answer["revision"], answer["term"]) == (200, 2, "4个工作日")
    work_off(parts)
    after = hazard.read()
    assert datetime.fromisoformat(after["due_at"]) == datetime.fromisoformat(before["due_at"]) + timedelta(days=1)
    running = next(clock for clock in after["clocks"] if clock["rule_id"] == THREE_DAYS and not clock["cancelled_at"])
    assert f"依据:{law}" in running["reason"]


def test_hours_that_run_keep_their_end(client: FlaskClient, parts: Parts, administrator: Caller) -> None:
    hazard = make_hazard(client, "REGISTERED")
    before = hazard.read()["due_at"]
    assert edit(administrator, A_DAY, 1, n=48)["status"] == 200
    work_off(parts)
    assert hazard.read()["due_at"] == before
    assert make_hazard(client, "REGISTERED").read()["due_at"] > before


def test_two_administrators_do_not_overwrite_each_other(administrator: Caller) -> None:
    assert edit(administrator, A_DAY, 1, n=20)["status"] == 200
    refused = edit(administrator, A_DAY, 1, n=30)
    assert (refused["status"], refused["type"]) == (412, "/problems/stale_revision")
    assert administrator.put(f"/deadlines/{A_DAY}", {"n": 1}).status_code == 422
    assert rule(administrator.client, A_DAY)["n"] == 20


@pytest.mark.parametrize(("role", "region"), [(Role.SYS_ADMIN, "150102"), (Role.UNIT_LEADER, "150102"), (Role.AUDITOR, "150000")])
def test_nobody_else_changes_a_deadline(client: FlaskClient, role: Role, region: str) -> None:
    assert edit(staff(client, role, region), A_DAY, 1, n=30)["status"] == 403
    assert rule(client, A_DAY)["n"] == 24


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"n": 401}, "n"), ({"n": -1}, "n"), ({"unit": "weeks"}, "unit"), ({"kind": "habit"}, "kind"), ({"basis": ""}, "basis")],
)
def test_what_is_no_deadline_is_refused_by_its_field(administrator: Caller, changes: Json, field: str) -> None:
    refused = edit(administrator, A_DAY, 1, **changes)
    assert (refused["status"], [error["field"] for error in refused["errors"]]) == (422, [field])


def test_a_deadline_that_does_not_exist_is_not_found(administrator: Caller) -> None:
    body = {"label": "时限", "n": 1, "unit": "d", "kind": "sla", "basis": "测试"}
    assert administrator.put("/deadlines/XX-1", body, headers={"If-Match": '"1"'}).status_code == 404


# As the laws have them (docs/sources.md), written down apart from the rows: rule -> how many of what.
LAW = {
    "HZ-24H": (24, "h"), "HZ-3WD": (3, "wd"),
    "IN-LIM": (3, "wd"), "IN-RE": (3, "wd"), "IN-URGE": (3, "wd"), "RESUME-3": (3, "wd"), "RESUME-3D": (3, "wd"),
    "SEAL-3WD": (3, "wd"), "SEAL-24H": (24, "h"), "SEAL-30D": (30, "d"), "UNSEAL-3": (3, "wd"), "UNSEAL-3D": (3, "wd"),
    "PM-5D": (5, "wd"), "PM-A-1WD": (1, "wd"), "PM-A-20WD": (20, "wd"), "PM-A-3WD": (3, "wd"), "PM-RE": (3, "wd"),
    "PM-B-10WD": (10, "wd"), "PM-B-3WD": (3, "wd"), "PM-SERVE": (10, "wd"), "PM-HEAR": (5, "wd"), "PM-HOLD": (20, "wd"),
    "PM-INVITE": (7, "wd"), "CT-DECIDE": (3, "d"), "CT-DELIVER": (24, "h"), "CT-REPLY": (3, "d"), "CT-OBJECT": (3, "d"),
    "CT-REVIEW": (3, "d"), "CT-SUPERVISE": (3, "d"), "CT-ITEMS": (3, "d"),
    "HZ-MAJOR": (7, "wd"), "MJ-EXPERT": (10, "wd"), "MJ-NOTICE": (3, "wd"),
}  # fmt: skip


def test_the_registry_begins_with_the_terms_of_the_law_and_says_where_each_stands(client: FlaskClient) -> None:
    rows = {row["code"]: row for row in client.get(f"{BASE}/deadlines").get_json()["items"]}
    of_law = {code: (row["n"], row["unit"]) for code, row in rows.items() if row["kind"] != "sla" and row["n"]}
    assert of_law == LAW
    for row in rows.values():
        assert row["kind"] == "sla" or "第" in row["basis"] or "〔" in row["basis"], f"{row}: which article, which document"
    assert all(row["basis"] for row in rows.values())
