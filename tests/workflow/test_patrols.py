"""网格巡查 and 单位自查: looked at by a checklist, off-line too; nobody is ordered, and each is seen by whom it concerns."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.passwords import DEMO_TOTP
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.clock import Clock
from tests.inspections import planned
from tests.makers import report
from tests.patrols import LOCKED, a_round, a_self_check, recorded, seen, to_put_right
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, demo_accounts, enterprise, guest, staff
from tests.photos import a_photo
from tests.wsgi import WsgiTransport
from workflow.hazards.models import Hazard
from workflow.queue.escalation import retire_closed


@pytest.fixture
def grid_worker(client: FlaskClient) -> Caller:
    return staff(client, Role.GRID_WORKER)


@pytest.fixture
def manager(client: FlaskClient) -> Caller:
    return enterprise(client)


def numbers(reader: Caller, query: str = "") -> list[str]:
    """Ids of all that somebody finds in the list."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = reader.get(f"/patrols?limit=50{query}{f'&cursor={cursor}' if cursor else ''}").get_json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    return found


def test_a_grid_worker_notes_his_round_by_the_edition_that_he_went_by(client: FlaskClient, grid_worker: Caller) -> None:
    path = recorded(grid_worker, a_round(grid_worker, items={"EXITS": {**LOCKED, "is_fixed": True}}, note="已劝导店主"))
    said = grid_worker.get(path).get_json()
    assert (said["kind_label"], said["state"], said["bad"], said["number"][:8]) == ("网格巡查", "DONE", 1, f"XC{HOME}")
    assert said["data"]["checklist"]["edition"] == "2026-1"
    assert said["walked_by"] == grid_worker.user["name"]
    assert said["data"]["address"]["sumu"] == "东街街道"
    assert not said["may_put_right"]
    at_unit = a_round(grid_worker, unit_id=str(enterprise(client).unit_id))
    assert grid_worker.get(recorded(grid_worker, at_unit)).get_json()["place_name"] != "东街小卖部"  # by the register


def test_a_patrol_is_no_act_of_law(client: FlaskClient, grid_worker: Caller) -> None:
    """Nothing of an inspection fits into it, its list is none of an inspection, and whoever walks is no inspector."""
    parts_of_law: list[Json] = [
        {"order": {}},
        {"officer_ids": [str(grid_worker.id)]},
        {"party_refused": True},
        {"signature": "x"},
    ]
    for more in parts_of_law:
        answer = grid_worker.post("/patrols", a_round(grid_worker) | more)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, next(iter(more)))
    case = planned(client)
    assert grid_worker.post(f"{case.path}/actions/start", {"no_code_reason": "巡查"}).status_code == 404
    for code in ("GRID_PATROL", "DAILY_PATROL", "MONTHLY_CHECK"):
        plan = {
            "unit_id": str(case.office.manager.unit_id), "kind": "OTHER", "reason": "抽查", "planned_on": "2026-12-30",
            "checklist": code, "officer_ids": [str(officer.id) for officer in case.office.officers],
        }  # fmt: skip
        assert case.office.leader.post("/inspections", plan).get_json()["errors"][0]["field"] == "checklist"
    for role in (Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.INTAKE_CLERK):
        assert staff(client, role).post("/patrols", a_round(grid_worker)).status_code == 403
    assert citizen(client).post("/patrols", a_round(grid_worker)).status_code == 403


def test_what_does_not_fit_is_named(client: FlaskClient, grid_worker: Caller, manager: Caller) -> None:
    elsewhere = str(enterprise(client, region_code=ELSEWHERE).unit_id)
    wrong: list[tuple[Caller, Json, str]] = [
        (grid_worker, a_round(grid_worker, ELSEWHERE), "place"),
        (grid_worker, a_round(grid_worker, place=None), "place"),
        (grid_worker, a_round(grid_worker, unit_id=elsewhere), "unit_id"),
        (grid_worker, a_round(grid_worker, edition="1999-1"), "checklist"),
        (grid_worker, a_round(grid_worker, checklist="SPOT_CHECK", answers=seen(grid_worker, "SPOT_CHECK")), "checklist"),
        (grid_worker, a_round(grid_worker, answers=seen(grid_worker, "GRID_PATROL")[1:]), "answers"),
        (grid_worker, a_round(grid_worker, items={"EXITS": {"result": "BAD"}}), "answers.0.note"),
        (grid_worker, a_round(grid_worker, items={"EXITS": {"is_fixed": True}}), "answers.0.is_fixed"),
        (grid_worker, a_round(grid_worker, items={"EXITS": {**LOCKED, "put_right_by": "2026-12-20"}}), "answers.0.put_right_by"),
        (manager, a_self_check(manager, {"EXITS": LOCKED}), "answers.1.put_right_by"),
        (manager, a_self_check(manager, {"EXITS": {**LOCKED, "put_right_by": "2026-11-01"}}), "answers.1.put_right_by"),
        (manager, a_self_check(manager, unit_id=elsewhere), "unit_id"),
        (manager, a_self_check(manager, id="9b7c1d52-6a0e-4a53-9f0c-0a4f5f6f8d11"), "id"),
    ]
    for who, body, field in wrong:
        answer = who.post("/patrols", body)
        assert (answer.status_code, answer.get_json().get("errors", [{}])[0].get("field")) == (422, field), answer.text


@pytest.mark.parametrize("role", [Role.UNIT_STAFF, Role.AGENT, Role.CONTROL_ROOM_OPERATOR])
def test_only_who_answers_for_a_unit_writes_its_self_check(client: FlaskClient, manager: Caller, role: Role) -> None:
    assert enterprise(client, role).post("/patrols", a_self_check(manager)).status_code == 403
    path = to_put_right(manager)
    answer = enterprise(client, role).post(f"{path}/actions/put_right", {"code": "EXITS"})
    assert answer.status_code == (404 if role is Role.AGENT else 403)


def test_a_unit_puts_right_what_it_found_by_the_day_that_it_set(client: FlaskClient, manager: Caller) -> None:
    body = a_self_check(
        manager,
        {
            "EXITS": {**LOCKED, "put_right_by": "2026-12-20"},
            "DOORS": {"result": "BAD", "note": "防火门常开", "put_right_by": "2026-12-10"},
        },
    )
    path = recorded(manager, body)
    said = manager.get(path).get_json()
    assert (said["state"], said["state_label"], said["walked_by"]) == ("PUTTING_RIGHT", "整改中", "保安张师傅")
    assert said["due_at"] == "2026-12-10T15:59:59Z"
    assert said["may_put_right"]
    for code in ("FIRE_AND_POWER", "NO_SUCH"):  # nothing is wrong there
        assert manager.post(f"{path}/actions/put_right", {"code": code}).get_json()["errors"][0]["field"] == "code"
    assert (
        manager.post(f"{path}/actions/put_right", {"code": "DOORS", "note": "已换闭门器"}).get_json()["state"] == "PUTTING_RIGHT"
    )
    assert manager.get(path).get_json()["due_at"] == "2026-12-20T15:59:59Z"
    assert manager.post(f"{path}/actions/put_right", {"code": "DOORS"}).get_json()["type"] == "/problems/already_so"
    assert enterprise(client, Role.UNIT_RESPONSIBLE).post(f"{path}/actions/put_right", {"code": "EXITS"}).status_code == 200
    said = manager.get(path).get_json()
    assert (said["state"], said["due_at"], said["may_put_right"]) == ("DONE", None, False)
    assert [one["put_right"]["note"] for one in said["data"]["answers"] if one["put_right"]] == ["", "已换闭门器"]


def test_each_is_seen_by_whom_it_concerns_and_by_nobody_else(client: FlaskClient, grid_worker: Caller, manager: Caller) -> None:
    """A unit sees no round of the grid, the grid no self-check; the brigade and its leaders read both."""
    photo = str(new_id())
    grid = recorded(grid_worker, a_round(grid_worker, unit_id=str(manager.unit_id), photos=[photo]))
    assert grid_worker.put_bytes(f"/media/{photo}/content", a_photo()).status_code == 201
    own = to_put_right(manager)
    readers = {
        grid: [grid_worker, staff(client, Role.TOWN_OFFICER), staff(client, Role.UNIT_LEADER), staff(client, Role.FIRE_OFFICER),
               staff(client, Role.UNIT_LEADER, f"{HOME[:4]}00")],
        own: [manager, enterprise(client, Role.UNIT_RESPONSIBLE), staff(client, Role.UNIT_LEADER),
              staff(client, Role.FIRE_OFFICER)],
    }  # fmt: skip
    strangers = {
        grid: [manager, citizen(client), staff(client, Role.GRID_WORKER, ELSEWHERE), staff(client, Role.UNIT_LEADER, ELSEWHERE),
               staff(client, Role.TOWN_OFFICER, ELSEWHERE), staff(client, Role.PERMIT_CLERK), guest(client)],
        own: [grid_worker, staff(client, Role.TOWN_OFFICER), enterprise(client, region_code=ELSEWHERE), citizen(client),
              staff(client, Role.FIRE_OFFICER, ELSEWHERE), enterprise(client, Role.AGENT)],
    }  # fmt: skip
    for path, people in readers.items():
        for reader in people:
            assert reader.get(path).status_code == 200
            assert path.rsplit("/", 1)[1] in numbers(reader)
    for path, people in strangers.items():
        for reader in people:
            assert reader.get(path).status_code == 404
            assert path.rsplit("/", 1)[1] not in numbers(reader)
    assert staff(client, Role.FIRE_OFFICER).get(f"/media/{photo}").status_code == 200
    assert "sha256" not in staff(client, Role.FIRE_OFFICER).get(f"/media/{photo}").get_json()
    assert manager.get(f"/media/{photo}").status_code == 404
    leader = staff(client, Role.UNIT_LEADER)
    both = numbers(leader, f"&unit_id={manager.unit_id}")
    assert {grid.rsplit("/", 1)[1], own.rsplit("/", 1)[1]} <= set(both)
    assert both == sorted(both, reverse=True)
    assert grid.rsplit("/", 1)[1] not in numbers(leader, f"&unit_id={manager.unit_id}&kind=UNIT_SELF_CHECK")
    assert own.rsplit("/", 1)[1] in numbers(leader, f"&state=PUTTING_RIGHT&region_code={HOME[:4]}00")
    for reader, here in ((leader, {grid, own}), (manager, {own})):
        page = reader.get(f"/units/{manager.unit_id}/history?limit=100").get_json()["items"]
        lines = {f"/patrols/{one['id']}": one for one in page if one["kind"] == "patrol"}
        assert {grid, own} & set(lines) == here
        assert lines[own]["state_label"] == "整改中"


@pytest.fixture
def phone(app: Flask, clock: Clock) -> Device:
    """The grid worker's, signed in and registered."""
    device = Device(WsgiTransport(app.wsgi_app), clock=clock)
    [account] = demo_accounts(Role.GRID_WORKER, HOME)
    device.sign_in(username=account.key, password=DEMO_PASSWORD, totp=DEMO_TOTP)
    device.register()
    return device


def test_a_round_and_its_report_made_without_signal_arrive_together(
    client: FlaskClient, parts: Parts, clock: Clock, phone: Device, grid_worker: Caller
) -> None:
    body = a_round(grid_worker, items={"EXITS": LOCKED})
    patrol_id = body.pop("id")
    walked_at = clock.now
    first = phone.mutate("patrol.record", patrol_id, body)
    found = report(client, place_name="东街小卖部", patrol_id=patrol_id)
    hazard_id = found.pop("id")
    phone.mutate("hazard.submit", hazard_id, found, version=2, depends_on=(first.mid,))
    clock.advance(hours=30)
    phone.refresh()
    assert [result["outcome"] for result in phone.push()] == ["applied", "applied"]
    said = grid_worker.get(f"/patrols/{patrol_id}").get_json()
    for name in ("checked_at", "device_at"):  # when he was there, not when it came in
        assert said["data"][name] == walked_at.isoformat().replace("+00:00", "Z")
    with parts.database.snapshot() as session:
        number, of_patrol = session.execute(select(Hazard.number, Hazard.patrol_id).where(Hazard.id == hazard_id)).one()
    assert str(of_patrol) == patrol_id
    assert said["reports"] == [{"number": number, "state_label": "已提交"}]


def test_a_round_leaves_the_phone_ninety_days_after_it_is_done(
    parts: Parts, clock: Clock, phone: Device, grid_worker: Caller
) -> None:
    patrol_id = recorded(grid_worker, a_round(grid_worker)).rsplit("/", 1)[1]
    phone.pull()
    assert phone.store.rows("patrol", patrol_id)
    clock.advance(days=91)
    with parts.database.transaction() as session:
        while retire_closed(session):
            pass
    phone.sign_in(**demo_accounts(Role.GRID_WORKER, HOME)[0].way_in())
    phone.pull()
    assert not phone.store.rows("patrol", patrol_id)
    assert grid_worker.get(f"/patrols/{patrol_id}").status_code == 200


def test_a_report_names_no_round_but_the_callers_own(client: FlaskClient, grid_worker: Caller, manager: Caller) -> None:
    own = recorded(grid_worker, a_round(grid_worker)).rsplit("/", 1)[1]
    self_check = to_put_right(manager).rsplit("/", 1)[1]
    for who, patrol_id in (
        (citizen(client), own),
        (grid_worker, str(new_id())),
        (grid_worker, self_check),
        (manager, self_check),
    ):
        answer = who.post("/hazards", report(client, patrol_id=patrol_id))
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "patrol_id")
    hidden = report(client, patrol_id=own, report_mode="ANONYMOUS")
    assert grid_worker.post("/hazards", hidden).get_json()["errors"][0]["code"] == "not_with_anonymous"
    assert grid_worker.post("/hazards", report(client, patrol_id=own)).status_code == 201
