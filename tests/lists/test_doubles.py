"""Which entries of the register may be one place: suggested to whoever may merge, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from accounts.actor import Role
from api.context import Parts
from places.doubles import is_alike
from places.regions import full_name, regions
from settings import Settings
from tests.lists.test_merging import code, merged, registered
from tests.people import HOME, Caller, Json, staff

pytestmark = pytest.mark.usefixtures("fresh_database")
LON, LAT = 111.6902, 40.8501
METRE = 1 / 111_320  # degrees, north


@pytest.fixture
def leader(client: FlaskClient) -> Caller:
    return staff(client, Role.UNIT_LEADER)


def at(metres: float) -> Json:
    """A position so far north of the hotel."""
    return {"position": {"lon": LON, "lat": LAT + metres * METRE}}


def doubles(who: Caller, unit: Json) -> list[Json]:
    answer = who.get(f"/units/{unit['id']}/doubles")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[Json] = answer.get_json()["items"]
    return found


def test_doubles_come_best_first_with_what_speaks_for_each(leader: Caller) -> None:
    street = {"address": "成吉思汗大街1号"}
    hotel = registered(leader, "草原宾馆", uscc=code("20"), **street, **at(0))
    wanted = [
        (registered(leader, "草原 宾馆", address="成吉思汗大街 1号", **at(20)), "名称相同,地址相同,相距约20米"),
        (registered(leader, "草原宾馆", **at(150)), "名称相同,相距约150米"),
        (registered(leader, "呼和浩特市草原宾馆有限公司", **street), "名称相近,地址相同"),
        (registered(leader, "草原宾馆"), "名称相同"),
        (registered(leader, "草原宾馆", **at(3_000)), "名称相同,相距约3.0公里"),
        (registered(leader, "草原宾馆(一楼)", **at(40)), "名称相近,相距约40米"),
    ]
    registered(leader, "大漠餐厅有限公司", **street, **at(5))  # a neighbour of another name
    registered(leader, "草原宾馆有限公司", **at(260))  # a similar name, too far away
    registered(leader, "草原宾馆", uscc=code("21"), **at(0))  # another legal person
    found = doubles(leader, hotel)
    assert {item["id"]: item["reason"] for item in found} == {unit["id"]: reason for unit, reason in wanted}
    assert [item["id"] for item in found[:2]] == [unit["id"] for unit, _ in wanted[:2]]
    assert found[0]["distance_m"] == 20
    assert found[0]["revision"] == 1
    assert next(item["id"] for item in doubles(leader, wanted[0][0])) == hotel["id"]


@pytest.mark.parametrize(
    "where", ["内蒙古", "呼和浩特", "呼和浩特市", "新城区", "呼和浩特市新城区", "内蒙古自治区呼和浩特市新城区"]
)
def test_strangers_of_one_street_are_not_alike_because_their_division_is(leader: Caller, where: str) -> None:
    street = {"address": "成吉思汗大街1号", **at(0)}
    shop = registered(leader, f"{where}老王超市", **street)
    for stranger in ("小李饭店", "小李", "小李超市有限公司"):
        registered(leader, where + stranger, **street)
    same = registered(leader, "老王超市有限公司", **street)
    assert [item["id"] for item in doubles(leader, shop)] == [same["id"]]


def test_no_division_makes_strangers_alike_nor_hides_a_likeness() -> None:
    for region in regions().values():
        for where in {region.name, full_name(region.code), f"内蒙古{region.name}", f"内蒙古自治区{full_name(region.code)}"}:
            assert not is_alike(f"{where}老王", f"{where}小李"), where
            assert not is_alike(f"{where}老王超市", f"{where}小李饭店有限公司"), where
            assert is_alike(f"{where}老王超市有限公司", "老王超市"), where
            assert is_alike(f"{where}老王超市", f"{where}老王超市一店"), where


def test_what_was_merged_and_other_divisions_are_not_suggested(client: FlaskClient, leader: Caller) -> None:
    league = staff(client, Role.UNIT_LEADER, "150100")
    hotel, double = registered(leader, **at(0)), registered(leader, **at(10))
    registered(league, region_code="150103")
    assert [item["id"] for item in doubles(league, hotel)] == [double["id"]]
    merged(leader, double, hotel)
    assert (doubles(leader, hotel), doubles(leader, double)) == ([], [])


def test_at_most_twenty_are_suggested_those_of_the_same_name_first(leader: Caller) -> None:
    hotel = registered(leader, **at(0))
    for nth in range(21):
        registered(leader, "草原宾馆有限公司", **at(nth))
    same = registered(leader, "草原宾馆")
    found = doubles(leader, hotel)
    assert (len(found), found[0]["id"]) == (20, same["id"])


def test_doubles_are_found_by_the_indexes_among_a_hundred_thousand(
    leader: Caller, parts: Parts, record_property: Callable[[str, object], None]
) -> None:
    """No plan reads the register; what the indexes find is of the street, not of the banner."""
    hotel = registered(leader, address="成吉思汗大街1号", **at(0))
    double = registered(leader, **at(30))
    settings: Settings = leader.client.application.config["FIRE"]
    with psycopg.connect(settings.database_owner_url) as owner:
        owner.execute(_MANY, [HOME])
        owner.execute("ANALYZE unit")
    questions: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        questions.append((statement, parameters))

    event.listen(parts.database.engine, "before_cursor_execute", note)
    assert [item["id"] for item in doubles(leader, hotel)] == [double["id"]]
    event.remove(parts.database.engine, "before_cursor_execute", note)
    [question] = [question for question in questions if "plain_address = " in question[0]]
    with parts.database.transaction() as session:
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE) {question[0]}", question[1]).scalars())
    record_property("figures", plan)
    assert "Seq Scan" not in plan, plan
    assert all(index in plan for index in ("ix_unit_plain_name", "ix_unit_plain_address", "ix_unit_spot")), plan


_MANY = """
    INSERT INTO unit (id, revision, stamps, created_at, updated_at, name, region_code, address, category, lon, lat, position)
    SELECT gen_random_uuid(), 1, '{}', now(), now(), '商户' || n, %s, '某某街' || n %% 5000 || '号', 'SMALL_PLACE',
           111.6 + (n %% 317) / 1000.0, 40.7 + (n %% 331) / 1000.0, '{}'
      FROM generate_series(1, 100000) AS n
"""
