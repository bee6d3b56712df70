"""Sheets of key units: what the brigade knows of a place before it goes in, with what there has been there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.application import work_off
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import FOUND, make_hazard, make_order, prompt_to
from tests.measures import make_measure
from tests.pack import POSITION, edit, make_unit, merge, part
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, enterprise, guest, staff
from tests.permits import make_permit
from tests.transfers import make_transfer
from workflow import place_history
from workflow.rescue.models import RescueSheet

pytestmark = pytest.mark.usefixtures("fresh_database")  # what earlier tests did at the place fills its history


def sheet_of(who: Caller, unit_id: object) -> Json:
    answer = who.get(f"/rescue-sheets/{unit_id}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    data: Json = answer.get_json()["data"]
    return data


def refresh_old(parts: Parts) -> None:
    """What the timetable does."""
    while True:
        with parts.database.transaction() as session:
            if place_history.refresh_old(session) == 0:
                return


def its_unit(client: FlaskClient, parts: Parts) -> tuple[Caller, UUID]:
    """The enterprise of the demo, to which orders are made, with a sheet of its own."""
    leader, unit_id = staff(client, Role.UNIT_LEADER), enterprise(client).unit_id
    leader.post("/rescue-sheets", {"unit_id": str(unit_id)})
    work_off(parts)
    return leader, unit_id


def test_a_key_unit_has_a_sheet_from_its_first_day_and_it_follows_the_register(client: FlaskClient) -> None:
    leader, firefighter = staff(client, Role.UNIT_LEADER), staff(client, Role.FIREFIGHTER)
    unit_id = make_unit(leader)
    sheet = sheet_of(firefighter, unit_id)
    assert (sheet["name"], sheet["lon"], sheet["edition"], sheet["survey"]) == ("草原明珠商厦", POSITION["lon"], 0, None)
    unit = leader.get(f"/units/{unit_id}").get_json()
    body = {name: unit[name] for name in ("uscc", "region_code", "address", "place_type", "position", "category")}
    assert leader.put(f"/units/{unit_id}", {**body, "name": "草原明珠购物中心"}, headers={"If-Match": "*"}).status_code == 200
    assert sheet_of(firefighter, unit_id)["name"] == "草原明珠购物中心"
    assert [item["id"] for item in firefighter.get("/rescue-sheets?q=购物中心").get_json()["items"]] == [unit_id]


def test_what_was_found_on_the_spot_is_edited_field_by_field_and_surveyed(client: FlaskClient, clock: Clock) -> None:
    firefighter, officer = staff(client, Role.FIREFIGHTER), staff(client, Role.FIRE_OFFICER)
    unit_id = make_unit(staff(client, Role.UNIT_LEADER))
    path = f"/rescue-sheets/{unit_id}"
    found: dict[str, list[Any]] = {
        "approach": ["", "从东门进,西门限高2.8米"], "max_height_m": [None, 4.2], "construction": [None, "REINFORCED_CONCRETE"],
        "floors_above": [None, 6], "floors_below": [None, 2], "people_day": [None, 1800], "people_night": [None, 12],
        "dangerous_goods": ["", "地下一层西侧:清洗剂约200升"], "control_room_phone": ["", "0471-6210119"],
        "keyholders": [[], [{"name": "王经理", "phone": "13900001234"}]], "plan_title": ["", "灭火和应急疏散预案"],
    }  # fmt: skip
    assert edit(firefighter, path, **found).status_code == 200
    sheet = sheet_of(officer, unit_id)
    assert {name: sheet[name] for name in found} == {name: new for name, (_, new) in found.items()}
    assert edit(officer, path, floors_above=[6, 6]).get_json()["type"] == "/problems/already_so"
    assert officer.post(f"{path}/actions/survey").status_code == 200
    surveyed = sheet_of(firefighter, unit_id)
    assert (surveyed["edition"], surveyed["survey"]["by"], surveyed["survey"]["name"]) == (
        1,
        str(officer.id),
        officer.user["name"],
    )
    clock.advance(days=2)
    earlier = {"surveyed_at": "2020-01-01T00:00:00Z"}
    assert firefighter.post(f"{path}/actions/survey", earlier).status_code == 200
    assert sheet_of(officer, unit_id)["survey"] == surveyed["survey"], "the latest survey stands"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_height_m": [None, 0]}, "changes.max_height_m"),
        ({"floors_above": [None, 201]}, "changes.floors_above"),
        ({"people_day": [None, "many"]}, "changes.people_day"),
        ({"construction": [None, "GLASS"]}, "changes.construction"),
        ({"control_room_phone": ["", "打电话"]}, "changes.control_room_phone"),
        ({"keyholders": [[], [{"name": "王经理"}]]}, "changes.keyholders.0.phone"),
        ({"keyholders": [[], [{"name": "王经理", "phone": "1"}] * 6]}, "changes.keyholders"),
        ({"name": ["草原明珠商厦", "别的名字"]}, "changes.name"),
        ({"history": [[], []]}, "changes.history"),
    ],
)
def test_a_wrong_change_is_refused_by_field(client: FlaskClient, changes: dict[str, Any], field: str) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    answer = edit(leader, f"/rescue-sheets/{make_unit(leader)}", **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_nobody_but_the_brigade_sees_a_sheet_the_people_of_the_unit_neither(client: FlaskClient, parts: Parts) -> None:
    _, unit_id = its_unit(client, parts)
    others = [
        staff(client, Role.SUPERVISOR), staff(client, Role.INTAKE_CLERK), staff(client, Role.COMMANDER), enterprise(client),
        enterprise(client, Role.UNIT_RESPONSIBLE), staff(client, Role.FIREFIGHTER, ELSEWHERE), citizen(client), guest(client),
    ]  # fmt: skip
    for other in others:
        for sheet_id in (unit_id, new_id()):
            assert other.get(f"/rescue-sheets/{sheet_id}").status_code == 404
            assert edit(other, f"/rescue-sheets/{sheet_id}", notes=["", "x"]).status_code == 404
            assert other.post(f"/rescue-sheets/{sheet_id}/actions/survey").status_code == 404
        assert str(unit_id) not in [item["id"] for item in other.get("/rescue-sheets?limit=100").get_json()["items"]]


def test_who_opens_a_sheet_sees_the_unit_and_goes_there(client: FlaskClient) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader, category="GENERAL_UNIT")
    for other in (staff(client, Role.UNIT_LEADER, ELSEWHERE), staff(client, Role.FIREFIGHTER), citizen(client)):
        answers = [other.post("/rescue-sheets", {"unit_id": asked}).get_json() for asked in (unit_id, str(new_id()))]
        assert answers[0]["errors"] == answers[1]["errors"]
    for other in (staff(client, Role.SUPERVISOR), staff(client, Role.INTAKE_CLERK)):
        assert other.post("/rescue-sheets", {"unit_id": unit_id}).status_code == 403
    assert staff(client, Role.FIRE_OFFICER).post("/rescue-sheets", {"unit_id": unit_id}).status_code == 201
    assert leader.post("/rescue-sheets", {"unit_id": unit_id}).get_json()["type"] == "/problems/already_so"


def test_the_journal_says_what_was_changed_and_not_whom_to_call(client: FlaskClient, parts: Parts) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader)
    edit(leader, f"/rescue-sheets/{unit_id}", keyholders=[[], [{"name": "王经理", "phone": "13900001234"}]])
    with parts.database.snapshot() as session:
        about = session.scalars(select(Event).where(Event.entity_type == "rescue_sheet", Event.entity_id == UUID(unit_id)))
        told = {event.name: orjson.dumps(event.data).decode() for event in about}
    assert told["rescue_sheet.edited"] == '{"fields":["keyholders"]}'
    assert "13900001234" not in "".join(told.values())


def test_firefighters_read_what_is_open_at_a_place_and_nothing_of_who_reported(client: FlaskClient, parts: Parts) -> None:
    leader, unit_id = its_unit(client, parts)
    order = make_order(client)
    sealed, licensed = make_measure(client, "SEALED"), make_permit(client, "VERIFY_PENDING")
    transfer = make_transfer(client, "PROPOSED")
    make_hazard(client, "VERIFYING")
    work_off(parts)
    sheet = sheet_of(staff(client, Role.FIREFIGHTER), unit_id)
    told = {line["kind"] for line in sheet["history"]}
    assert told == {"hazard", "rectification", "measure", "licence"}
    assert [line["is_open"] for line in sheet["history"]] == sorted((line["is_open"] for line in sheet["history"]), reverse=True)
    ordered = next(line for line in sheet["history"] if line["kind"] == "rectification")
    assert ordered["details"] == [item["description"] for item in order.read()["data"]["items"]]
    assert "二层仓库" in [detail for line in sheet["history"] if line["kind"] == "measure" for detail in line["details"]]
    written = orjson.dumps(sheet["history"]).decode()
    hidden = (str(order.hazard_id), order.number, transfer.number, sealed.number, licensed.number, str(order.reporter.id))
    assert not [word for word in hidden if word and word in written]
    report = leader.get(f"/hazards/{order.hazard_id}").get_json()["data"]
    assert report["description"] not in written, "the reporter's words are his"


def test_what_is_over_is_told_for_a_year_and_what_is_not_there_yet_not_at_all(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    _, unit_id = its_unit(client, parts)
    firefighter = staff(client, Role.FIREFIGHTER)
    before = sheet_of(firefighter, unit_id)["history"]
    make_measure(client, "OPEN")  # not in force
    untrue = make_hazard(client, "VERIFYING")
    untrue.act(untrue.office.leader, "prompt_unit", **prompt_to(untrue))
    untrue.cosigned("verify_false", **FOUND)
    make_inspection(client, "NO_PROBLEM")
    with parts.database.transaction() as session:
        place_history.refresh(session, unit_id)
    assert sheet_of(firefighter, unit_id)["history"] == before, "what nobody found, or nobody served, is told to nobody"
    make_measure(client, "UNSEALED")
    work_off(parts)
    told = [line for line in sheet_of(firefighter, unit_id)["history"] if line["kind"] == "measure" and not line["is_open"]]
    assert [line["state_label"] for line in told] == ["已解除查封"]
    clock.advance(days=367)
    refresh_old(parts)
    again = sheet_of(firefighter, unit_id)["history"]
    assert [line for line in again if line["kind"] == "measure" and not line["is_open"]] == []


def test_a_history_that_says_the_same_is_not_sent_again(client: FlaskClient, parts: Parts) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader)
    work_off(parts)
    before = leader.get(f"/rescue-sheets/{unit_id}").get_json()["revision"]
    with parts.database.transaction() as session:
        session.execute(update(RescueSheet).where(RescueSheet.id == UUID(unit_id)).values(history_at=None))
    refresh_old(parts)
    assert leader.get(f"/rescue-sheets/{unit_id}").get_json()["revision"] == before
    with parts.database.snapshot() as session:
        assert session.get_one(RescueSheet, UUID(unit_id)).history_at is not None


def test_what_is_known_of_a_place_goes_to_the_entry_that_stays(client: FlaskClient, parts: Parts) -> None:
    leader, firefighter = staff(client, Role.UNIT_LEADER), staff(client, Role.FIREFIGHTER)
    gone, stays = make_unit(leader, name="草原明珠商厦(旧)"), make_unit(leader)
    edit(leader, f"/rescue-sheets/{gone}", notes=["", "后院有狗"])
    leader.post(f"/rescue-sheets/{gone}/actions/survey")
    merge(leader, gone, stays)
    sheet = sheet_of(firefighter, stays)
    assert (sheet["notes"], sheet["edition"], sheet["name"]) == ("后院有狗", 1, "草原明珠商厦")
    listed = [
        item["id"] for item in firefighter.get(f"/rescue-sheets?region_code={HOME}&q=草原明珠商厦&limit=100").get_json()["items"]
    ]
    assert gone not in listed
    part(leader, gone)
    assert sheet_of(firefighter, gone)["notes"] == "后院有狗"
    sheet = sheet_of(firefighter, stays)
    assert (sheet["notes"], sheet["edition"], sheet["survey"]) == ("", 0, None), "nobody has seen that at this place"


def test_what_was_written_at_the_entry_that_stays_is_kept_where_the_two_part(client: FlaskClient, parts: Parts) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    gone, stays = make_unit(leader, name="草原明珠商厦(旧)"), make_unit(leader)
    edit(leader, f"/rescue-sheets/{gone}", notes=["", "后院有狗"], dangerous_goods=["", "液化气20吨"])
    merge(leader, gone, stays)
    edit(leader, f"/rescue-sheets/{stays}", notes=["后院有狗", "狗已拴"])
    part(leader, gone)
    assert sheet_of(leader, stays)["notes"] == "狗已拴"


def test_an_edit_that_changes_nothing_of_a_sheet_does_not_send_it_again(client: FlaskClient, parts: Parts) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader)
    before = leader.get(f"/rescue-sheets/{unit_id}").get_json()["revision"]
    unit = leader.get(f"/units/{unit_id}").get_json()
    body = {name: unit[name] for name in ("name", "region_code", "address", "place_type", "position", "category")}
    assert leader.put(f"/units/{unit_id}", {**body, "uscc": "911501026000000106"}, headers={"If-Match": "*"}).status_code == 200
    assert leader.get(f"/rescue-sheets/{unit_id}").get_json()["revision"] == before


def test_a_sheet_whose_history_cannot_be_told_holds_up_none_behind_it(
    client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    broken, sound = (UUID(make_unit(leader)) for _ in range(2))
    as_it_is = place_history.history_of

    def fails(session: Session, unit_id: UUID) -> list[Json]:
        if unit_id == broken:
            raise KeyError("checked_at")
        return as_it_is(session, unit_id)

    with parts.database.transaction() as session:
        session.execute(update(RescueSheet).values(history_at=None))
    monkeypatch.setattr(place_history, "history_of", fails)
    refresh_old(parts)
    with parts.database.snapshot() as session:
        assert session.get_one(RescueSheet, broken).history_at is None
        assert session.get_one(RescueSheet, sound).history_at is not None
