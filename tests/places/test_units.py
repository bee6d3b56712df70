from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from accounts.actor import Actor, Grant, Role
from database.base import new_id
from database.session import Database
from places.models import Unit
from places.units import name_people
from tests.places.conftest import Caller
from tests.places.people import citizen, guest, manager_of, staff
from tests.places.test_jurisdiction import HOHHOT

LEADER = staff(Role.UNIT_LEADER, "150102")
CODE = "91350100M000100Y43"


def body(**changes: Any) -> dict[str, Any]:
    made = {"name": "草原宾馆", "region_code": "150102", "category": "KEY_UNIT", "address": "成吉思汗大街1号"}
    return {"place_type": "HOTEL", **made, **changes}


def make_unit(call: Caller, who: Actor = LEADER, **changes: Any) -> dict[str, Any]:
    answer = call(who, "POST", "/units", json=body(**changes))
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def edited(unit: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = ("name", "uscc", "region_code", "address", "category", "place_type", "position")
    return {**{name: unit[name] for name in names}, **changes}


def test_a_unit_is_registered_under_its_own_id_and_read_back(call: Caller) -> None:
    unit_id = str(new_id())
    position = {"lon": HOHHOT[0], "lat": HOHHOT[1], "crs": "cgcs2000", "accuracy_m": 5, "source": "map"}
    unit = make_unit(call, id=unit_id, position=position)
    assert (unit["id"], unit["revision"], unit["lon"], unit["lat"]) == (unit_id, 1, *HOHHOT)
    assert unit["position"] == position
    answer = call(LEADER, "GET", f"/units/{unit_id}")
    assert (answer.json, answer.headers["ETag"][:3]) == (unit, '"1.')
    assert call(LEADER, "GET", f"/units/{unit_id}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91350100M000100Y44"}, "uscc"),  # wrong check digit
        ({"uscc": "91350100M000100Y4I"}, "uscc"),
        ({"uscc": "一" * 18}, "uscc"),
        ({"name": ""}, "name"),
        ({"name": "甲" * 101}, "name"),
        ({"category": "BIG"}, "category"),
        ({"place_type": "ZOO"}, "place_type"),
        ({"region_code": "150100"}, "region_code"),
        ({"region_code": "110101"}, "region_code"),
        ({"id": "17"}, "id"),
        ({"owner": "张三"}, "owner"),
        ({"position": {"lon": 116.39, "lat": 39.91}}, "position"),  # Beijing
        ({"position": {"lon": 109.84, "lat": 40.65}}, "position"),  # another banner
        ({"position": {"lon": 200, "lat": 39.91}}, "position.lon"),
    ],
)
def test_a_wrong_unit_is_refused_by_field(call: Caller, changes: dict[str, Any], field: str) -> None:
    answer = call(LEADER, "POST", "/units", json=body(**changes))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_credit_code_is_registered_once(call: Caller) -> None:
    first = make_unit(call, uscc=CODE.lower())
    answer = call(LEADER, "POST", "/units", json=body(uscc=CODE))
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/unit_already_registered")
    assert call(LEADER, "POST", "/units", json=body(id=first["id"])).json["errors"][0]["field"] == "id"
    assert call(LEADER, "GET", f"/units/{first['id']}").json["uscc"] == CODE


@pytest.mark.parametrize("who", [guest(), staff(Role.UNIT_LEADER, "150103"), staff(Role.GRID_WORKER, "150102")])
def test_who_has_no_power_there_registers_nothing(call: Caller, who: Actor) -> None:
    assert call(who, "POST", "/units", json=body(uscc="91150102MA0N000019")).status_code in (403, 422)
    assert call(who, "POST", "/units", json=body()).status_code == 403


@pytest.mark.parametrize("auth_level", [1, 2])
def test_a_citizen_whose_face_was_not_compared_registers_nothing(call: Caller, auth_level: int) -> None:
    somebody = citizen(auth_level)
    assert call(somebody, "POST", "/units", json=body()).json["errors"][0]["field"] == "uscc"
    answer = call(somebody, "POST", "/units", json=body(uscc="91150102MA0NABCDX8"[:17] + _check("91150102MA0NABCDX")))
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/auth_level_too_low")


def _check(first_17: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * 3**place for place, char in enumerate(first_17))
    return alphabet[-total % 31]


def test_a_strangers_unit_answers_like_one_that_does_not_exist(call: Caller) -> None:
    unit = make_unit(call)
    for who in (citizen(), guest(), staff(Role.UNIT_LEADER, "150103"), manager_of(new_id()), staff(Role.DEPT_HANDLER, "150102")):
        for method, options in (("GET", {}), ("PUT", {"json": body(), "headers": {"If-Match": '"1"'}})):
            there = call(who, method, f"/units/{unit['id']}", **options)
            nowhere = call(who, method, f"/units/{uuid4()}", **options)
            assert (there.status_code, there.data) == (nowhere.status_code, nowhere.data)
            assert there.status_code == 404


def test_an_edit_needs_the_revision_it_is_based_on(call: Caller) -> None:
    unit = make_unit(call)
    path = f"/units/{unit['id']}"
    assert call(LEADER, "PUT", path, json=edited(unit)).status_code == 428
    for header in ("x", '"x"', '"1", "2"', '"' + "9" * 40 + '"'):
        assert call(LEADER, "PUT", path, json=edited(unit), headers={"If-Match": header}).status_code == 422
    done = call(LEADER, "PUT", path, json=edited(unit, name="草原大酒店"), headers={"If-Match": '"1"'})
    assert (done.status_code, done.json["revision"], done.headers["ETag"][:3]) == (200, 2, '"2.')
    stale = call(LEADER, "PUT", path, json=edited(unit, name="旧名"), headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["current"]) == (412, 2)
    assert call(LEADER, "GET", path).json["name"] == "草原大酒店"


def test_a_units_own_people_keep_address_and_position_but_not_its_name(call: Caller) -> None:
    unit = make_unit(call)
    path, manager = f"/units/{unit['id']}", manager_of(UUID(unit["id"]))
    refused = call(manager, "PUT", path, json=edited(unit, name="新名", category="SMALL_PLACE"), headers={"If-Match": '"1"'})
    assert [error["field"] for error in refused.json["errors"]] == ["name", "category"]
    done = call(manager, "PUT", path, json=edited(unit, address="新华大街2号"), headers={"If-Match": '"1"'})
    assert (done.status_code, done.json["address"]) == (200, "新华大街2号")
    employee = manager_of(UUID(unit["id"]), Role.UNIT_STAFF)
    assert call(employee, "GET", path).status_code == 200
    assert call(employee, "PUT", path, json=edited(unit), headers={"If-Match": '"2"'}).status_code == 403
    supervisor = staff(Role.SUPERVISOR, "150100")
    assert call(supervisor, "PUT", path, json=edited(unit), headers={"If-Match": '"2"'}).status_code == 403


def test_a_unit_moves_only_within_the_brigades_power(call: Caller) -> None:
    unit = make_unit(call)
    path, moved = f"/units/{unit['id']}", {"headers": {"If-Match": '"1"'}}
    assert call(LEADER, "PUT", path, json=edited(unit, region_code="150103"), **moved).status_code == 422
    league = staff(Role.UNIT_LEADER, "150100")
    assert call(league, "PUT", path, json=edited(unit, region_code="150103"), **moved).status_code == 200
    assert call(LEADER, "GET", path).status_code == 404


def feed(database: Database, unit_id: str) -> dict[str, dict[str, Any]]:
    with database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT s.key, f.line FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
                " WHERE f.entity_type = 'unit' AND f.entity_id = :id"
            ),
            {"id": UUID(unit_id)},
        )
        return {key: orjson.loads(bytes(line)) for key, line in rows}


def test_devices_of_the_banner_and_of_the_unit_hold_it_and_a_move_leaves_the_old_banner(
    call: Caller, places_database: Database
) -> None:
    unit = make_unit(call)
    manager, person = f"unit:{unit['id']}#manager", new_id()
    held = feed(places_database, unit["id"])
    assert held.keys() == {"region:150102#officer", manager, f"unit:{unit['id']}#agent"}
    assert held[manager]["data"].items() <= held["region:150102#officer"]["data"].items()
    with places_database.transaction() as session:
        name_people(session, LEADER, UUID(unit["id"]), person, [person, person])
    held = feed(places_database, unit["id"])
    assert (held["region:150102#officer"]["revision"], held["region:150102#officer"]["data"]["manager_ids"]) == (2, [str(person)])
    league = staff(Role.UNIT_LEADER, "150100")
    call(league, "PUT", f"/units/{unit['id']}", json=edited(unit, region_code="150104"), headers={"If-Match": '"2"'})
    held = feed(places_database, unit["id"])
    assert held["region:150102#officer"]["gone"] == "left"
    assert held["region:150104#officer"]["data"]["region_code"] == "150104"
    assert held[manager]["revision"] == 3


def test_the_list_holds_what_one_may_see_page_by_page(call: Caller) -> None:
    there = staff(Role.INTAKE_CLERK, "150221")
    ours = [make_unit(call, there, region_code="150221", name=f"商店{number}") for number in range(5)]
    make_unit(call, staff(Role.INTAKE_CLERK, "150222"), region_code="150222", name="商店")
    clerk, seen, cursor = staff(Role.INTAKE_CLERK, "150221"), [], ""
    for _ in range(3):
        answer = call(clerk, "GET", f"/units?limit=2{cursor}").json
        seen += [unit["id"] for unit in answer["items"]]
        cursor = f"&cursor={answer['next_cursor']}"
    assert seen == [unit["id"] for unit in ours]
    assert answer["next_cursor"] is None
    league = staff(Role.FIRE_OFFICER, "150200")
    assert len(call(league, "GET", "/units?region_code=150222").json["items"]) == 1
    assert len(call(league, "GET", "/units?region_code=150200&category=KEY_UNIT").json["items"]) == 6
    assert [unit["name"] for unit in call(league, "GET", "/units?q=店3").json["items"]] == ["商店3"]
    assert call(league, "GET", "/units?q=%25").json["items"] == []
    assert call(citizen(), "GET", "/units").json["items"] == []
    own = call(manager_of(UUID(ours[0]["id"])), "GET", "/units").json["items"]
    assert [unit["id"] for unit in own] == [ours[0]["id"]]


@pytest.mark.parametrize(
    "query",
    ["limit=101", "limit=0", "cursor=AA", "cursor=WyJcdTAwMDAiLCIxIl0", "region_code=15", "category=X", "page=2", "q=%00"],
)
def test_a_wrong_query_is_refused(call: Caller, query: str) -> None:
    assert call(LEADER, "GET", f"/units?{query}").status_code == 422


def test_a_second_edit_of_the_same_revision_loses(call: Caller, places_database: Database) -> None:
    unit = make_unit(call)
    with places_database.transaction() as session:
        assert session.get_one(Unit, UUID(unit["id"])).revision == 1
    path = f"/units/{unit['id']}"
    answers = [call(LEADER, "PUT", path, json=edited(unit, name=name), headers={"If-Match": '"1"'}) for name in ("甲", "乙")]
    assert [answer.status_code for answer in answers] == [200, 412]


def test_who_sees_a_unit_but_does_not_lead_there_learns_nothing_by_merging_into_it(call: Caller) -> None:
    mine, others = make_unit(call), make_unit(call, staff(Role.UNIT_LEADER, "150103"), region_code="150103")
    roles = ((Role.UNIT_LEADER, "150102"), (Role.SUPERVISOR, "150100"))
    grants = tuple(Grant(role, new_id(), code) for role, code in roles)
    who = replace(staff(Role.UNIT_LEADER, "150102"), roles=frozenset(role for role, _ in roles), grants=grants)
    assert call(who, "GET", f"/units/{others['id']}").status_code == 200
    path, said = f"/units/{mine['id']}/merge", {"into_revision": 1, "reason": "重复"}
    answers = [
        call(who, "POST", path, json={"into": into, **said}, headers={"If-Match": "*"}) for into in (others["id"], str(new_id()))
    ]
    assert answers[0].json["errors"][0]["code"] == "unknown_unit"
    assert answers[0].data == answers[1].data
