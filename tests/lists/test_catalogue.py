"""One contract for every catalogue of units: a file of the regional data platform, and its interface over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from neighbours import NeighbourFailed
from places.imports.catalogue import FileCatalogue, HttpCatalogue, UnitCatalogue, pull
from places.imports.models import UnitImport, UnitSource
from places.models import Unit
from tests.lists.stands import Stand, standing
from tests.lists.test_units import CODE, sheet, shown, take_in
from tests.people import Caller, staff

pytestmark = pytest.mark.usefixtures("fresh_database")
HEAD = "数据编号,单位名称,统一社会信用代码,旗县(市、区),地址,单位类别,场所类型,经度,纬度,坐标系"
RECORDS: list[dict[str, Any]] = [
    {"id": "P1", "name": "草原宾馆", "uscc": CODE, "region_code": "150102", "address": "成吉思汗大街1号", "place_type": "HOTEL",
     "lon": 111.69, "lat": 40.85, "crs": "CGCS2000", "licence": "what we do not know is passed over"},
    {"id": "P2", "name": "昆区商场", "uscc": None, "region_code": "150203", "address": None, "category": "KEY_UNIT"},
    {"id": "P3", "name": "外地单位", "region_code": "110101"},
]  # fmt: skip
KEY = "the platform's key"


class Platform(Stand):
    """The interface: pages of two, the cursor counts records."""

    records: list[dict[str, Any]]
    fault: tuple[int, Any] | None = None

    def reply(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if self.fault is not None:
            return self.fault
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return 401, {}
        first = int(query.get("cursor", "0"))
        last = min(first + 2, len(self.records))
        return 200, {"items": self.records[first:last], "next_cursor": str(last), "more": last < len(self.records)}


@pytest.fixture
def platform() -> Iterator[tuple[type[Platform], str]]:
    handler = type("PlatformOfThisTest", (Platform,), {"records": list(RECORDS)})
    with standing(handler) as address:
        yield handler, address


@pytest.fixture(params=["file", "http"])
def catalogue(request: pytest.FixtureRequest) -> UnitCatalogue:
    if request.param == "http":
        return HttpCatalogue(request.getfixturevalue("platform")[1] + "/units", KEY)
    rows = [
        f"P1,草原宾馆,{CODE},150102,成吉思汗大街1号,一般单位,宾馆,111.69,40.85,CGCS2000",
        "P2,昆区商场,,150203,,消防安全重点单位,,,,",
        "P3,外地单位,,110101,,一般单位,,,,",
    ]
    return FileCatalogue(sheet(*rows, head=HEAD))


def lists(parts: Parts) -> list[UnitImport]:
    with parts.database.snapshot() as session:
        return list(session.scalars(select(UnitImport).order_by(UnitImport.id)))


def test_every_record_comes_in_with_its_lineage_and_a_bad_one_is_told_of(
    client: FlaskClient, parts: Parts, catalogue: UnitCatalogue
) -> None:
    assert pull(parts.database, catalogue) == 3
    take_in(parts)
    counts = [made.counts for made in lists(parts)]
    assert sum(count.get("CREATED", 0) for count in counts) == 2
    assert sum(count.get("REFUSED", 0) for count in counts) == 1
    with parts.database.snapshot() as session:
        known = {source.key: source for source in session.scalars(select(UnitSource))}
        hotel = session.get_one(Unit, known["P1"].unit_id)
        assert (hotel.name, hotel.uscc, hotel.place_type, hotel.category) == ("草原宾馆", CODE, "HOTEL", "GENERAL_UNIT")
        assert hotel.lon == pytest.approx(111.69)
        assert set(known) == {"P1", "P2"}
        assert known["P1"].import_id in {made.id for made in lists(parts)}


def test_the_same_records_again_change_nothing(parts: Parts, client: FlaskClient, catalogue: UnitCatalogue) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    pull(parts.database, catalogue)
    take_in(parts)
    before = shown(leader, "/units", q="草原宾馆")
    pull(parts.database, catalogue)
    take_in(parts)
    assert shown(leader, "/units", q="草原宾馆") == before


def test_the_next_visit_goes_on_where_the_last_one_ended(parts: Parts, platform: tuple[type[Platform], str]) -> None:
    handler, address = platform
    catalogue = HttpCatalogue(f"{address}/units", KEY)
    assert pull(parts.database, catalogue) == 3
    assert pull(parts.database, catalogue) == 0
    handler.records.append({**RECORDS[0], "name": "草原宾馆(新名)"})
    assert pull(parts.database, catalogue) == 1
    assert [query.get("cursor") for _, query, _ in handler.asked] == [None, "2", "3", "3"]
    take_in(parts)
    with parts.database.snapshot() as session:
        assert session.scalar(select(Unit.name).where(Unit.uscc == CODE)) == "草原宾馆(新名)"


def test_what_the_office_corrected_the_platform_does_not_take_back(
    parts: Parts, client: FlaskClient, platform: tuple[type[Platform], str]
) -> None:
    handler, address = platform
    catalogue, leader = HttpCatalogue(f"{address}/units", KEY), staff(client, Role.UNIT_LEADER)
    pull(parts.database, catalogue)
    take_in(parts)
    corrected(leader, "草原宾馆", address="实地查看的地址")
    handler.records += [{**RECORDS[0], "address": "成吉思汗大街1号"}, {**RECORDS[0], "address": "平台的新地址"}]
    pull(parts.database, catalogue)
    take_in(parts)
    with parts.database.snapshot() as session:
        assert session.scalar(select(Unit.address).where(Unit.uscc == CODE)) == "实地查看的地址"
    assert lists(parts)[-1].counts == {"UNCHANGED": 1, "DIFFERS": 1}


def corrected(who: Caller, name: str, **changes: Any) -> None:
    (unit,) = shown(who, "/units", q=name)["items"]
    fields = ("name", "uscc", "region_code", "category", "place_type", "position", "address")
    answer = who.put(f"/units/{unit['id']}", {**{field: unit[field] for field in fields}, **changes}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ((500, {}), "answered 500"),
        ((302, {}), "answered 302"),  # nobody is followed elsewhere with the key in hand
        ((200, b"<html>"), "not agreed"),
        ((200, {"items": ["P1"], "next_cursor": None, "more": False}), "not agreed"),
        ((200, {"items": [], "next_cursor": None, "more": True}), "not where"),
    ],
)
def test_an_answer_that_was_not_agreed_is_refused_and_changes_nothing(
    parts: Parts, platform: tuple[type[Platform], str], fault: tuple[int, Any], why: str
) -> None:
    handler, address = platform
    handler.fault = fault
    with pytest.raises(NeighbourFailed, match=why):
        pull(parts.database, HttpCatalogue(f"{address}/units", KEY))
    assert lists(parts) == []


def test_a_record_that_nobody_can_read_stops_no_other_and_the_region_reads_why(
    parts: Parts, client: FlaskClient, platform: tuple[type[Platform], str]
) -> None:
    handler, address = platform
    strange = {"id": "P8", "name": "商\ud83d场\u0000", "region_code": 150102, "lon": "111,69", "lat": 40.8}
    handler.records = [{"id": "P9" * 40}, strange, {"name": "没有编号", "region_code": "150102"}, RECORDS[0]]
    pull(parts.database, HttpCatalogue(f"{address}/units", KEY))
    take_in(parts)
    assert [made.counts for made in lists(parts)] == [{"REFUSED": 2}, {"REFUSED": 1, "CREATED": 1}]
    regional = staff(client, Role.SYS_ADMIN, "150000")
    made = lists(parts)[0].id
    rows = shown(regional, f"/units/imports/{made}/rows")["items"]
    assert [note["field"] for note in rows[1]["notes"]] == ["lon"]
    assert staff(client, Role.UNIT_LEADER).get(f"/units/imports/{made}").status_code == 404


def test_a_last_page_without_a_cursor_is_not_the_beginning(parts: Parts, platform: tuple[type[Platform], str]) -> None:
    handler, address = platform
    catalogue = HttpCatalogue(f"{address}/units", KEY)
    pull(parts.database, catalogue)
    handler.fault = (200, {"items": [RECORDS[1]], "next_cursor": None, "more": False})
    pull(parts.database, catalogue)
    handler.fault = None
    assert pull(parts.database, catalogue) == 0


def test_what_the_platform_does_not_sort_stays_as_it_was_sorted(parts: Parts, platform: tuple[type[Platform], str]) -> None:
    handler, address = platform
    handler.records = [{**RECORDS[0], "category": "KEY_UNIT"}]
    catalogue = HttpCatalogue(f"{address}/units", KEY)
    pull(parts.database, catalogue)
    take_in(parts)
    handler.records.append({**RECORDS[0], "name": "草原宾馆(新名)"})
    pull(parts.database, catalogue)
    take_in(parts)
    with parts.database.snapshot() as session:
        unit = session.scalars(select(Unit).where(Unit.uscc == CODE)).one()
    assert (unit.name, unit.category) == ("草原宾馆(新名)", "KEY_UNIT")


def test_a_wrong_key_is_told_without_the_key(parts: Parts, platform: tuple[type[Platform], str]) -> None:
    with pytest.raises(NeighbourFailed) as failure:
        pull(parts.database, HttpCatalogue(f"{platform[1]}/units", "wrong key"))
    assert "wrong key" not in str(failure.value)
