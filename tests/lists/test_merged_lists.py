"""Lists and catalogues go on to speak of an entry that was merged: nothing that they say is lost, neither then nor after."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from accounts.actor import SYSTEM, Role
from api.context import Parts
from places.imports.commands import keep
from places.imports.models import UnitSource
from places.models import Unit
from tests.lists.test_merging import code, merged, registered, unmerge
from tests.lists.test_units import imported, outcomes, shown, take_in
from tests.people import HOME, Caller, staff

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def leader(client: FlaskClient) -> Caller:
    return staff(client, Role.UNIT_LEADER)


def row(name: str, uscc: str = "", address: str = "") -> str:
    return f"{name},{uscc},{HOME},{address},一般单位,,,,"


def test_a_list_that_names_a_merged_entry_goes_on_to_the_one_that_stays_and_says_so(leader: Caller, parts: Parts) -> None:
    imported(leader, parts, row("草原宾馆"))
    [double] = leader.get("/units?q=草原宾馆").get_json()["items"]
    stays = registered(leader, "草原大酒店", uscc=code("11"))
    merged(leader, double, stays)
    made = imported(leader, parts, row("草原宾馆", address="成吉思汗大街1号"))
    [line] = shown(leader, f"/units/imports/{made['id']}/rows")["items"]
    assert (line["outcome"], line["unit_id"], line["notes"][0]["code"]) == ("UPDATED", stays["id"], "merged")
    assert "草原大酒店" in line["notes"][0]["message"]
    assert leader.get(f"/units/{stays['id']}").get_json()["address"] == "成吉思汗大街1号"
    same = imported(leader, parts, row("草原宾馆", address="成吉思汗大街1号"))
    [line] = shown(leader, f"/units/imports/{same['id']}/rows")["items"]
    assert (line["outcome"], line["unit_id"], line["notes"][0]["code"]) == ("UNCHANGED", stays["id"], "merged")
    with parts.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Unit).where(Unit.name.startswith("草原"))) == 2
        [source] = session.scalars(select(UnitSource).where(UnitSource.unit_id == UUID(double["id"])))
        assert source.key.endswith("草原宾馆")  # the lineage is the entry's own, and goes back with it
    unmerge(leader, double)
    back = imported(leader, parts, row("草原宾馆", address="成吉思汗大街2号"))
    [line] = shown(leader, f"/units/imports/{back['id']}/rows")["items"]
    assert line["unit_id"] == double["id"]


def test_what_lists_brought_while_an_entry_was_merged_it_receives_once_it_stands_for_itself_again(
    leader: Caller, parts: Parts
) -> None:
    imported(leader, parts, row("草原宾馆", address="成吉思汗大街1号"))
    [double] = leader.get("/units?q=草原宾馆").get_json()["items"]
    stays = registered(leader, "草原大酒店", uscc=code("19"))
    merged(leader, double, stays)
    for address in ("成吉思汗大街2号", "成吉思汗大街3号"):
        assert outcomes(leader, imported(leader, parts, row("草原宾馆", address=address))) == ["UPDATED"]
    assert leader.get(f"/units/{stays['id']}").get_json()["address"] == "成吉思汗大街3号"
    unmerge(leader, double)
    assert leader.get(f"/units/{double['id']}").get_json()["address"] == "成吉思汗大街1号"
    for outcome in ("UPDATED", "UNCHANGED"):
        assert outcomes(leader, imported(leader, parts, row("草原宾馆", address="成吉思汗大街3号"))) == [outcome]
    assert leader.get(f"/units/{double['id']}").get_json()["address"] == "成吉思汗大街3号"


def test_a_list_locks_units_in_the_order_in_which_a_merge_does(leader: Caller, parts: Parts) -> None:
    """All of them with one question, in the order of their ids, and only then what was said of them."""
    imported(leader, parts, row("草原宾馆"))
    [double] = leader.get("/units?q=草原宾馆").get_json()["items"]
    merged(leader, double, registered(leader, "草原大酒店"))
    locked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        locked.extend(table for table in ("unit", "unit_source") if f"FROM {table} \n" in statement and "FOR UPDATE" in statement)

    event.listen(parts.database.engine, "before_cursor_execute", note)
    imported(leader, parts, row("草原宾馆", address="成吉思汗大街1号"))
    event.remove(parts.database.engine, "before_cursor_execute", note)
    assert locked == ["unit", "unit_source"]


def test_what_a_source_first_says_of_a_merged_entry_is_remembered_of_that_entry(leader: Caller, parts: Parts) -> None:
    double, stays = registered(leader, "青城书店"), registered(leader, "青城书店有限公司", uscc=code("16"))
    merged(leader, double, stays)
    for _ in range(2):
        made = imported(leader, parts, row("青城书店", address="大学西路9号"))
        [line] = shown(leader, f"/units/imports/{made['id']}/rows")["items"]
        assert (line["unit_id"], line["notes"][0]["code"]) == (stays["id"], "merged")
    unmerge(leader, double)
    made = imported(leader, parts, row("青城书店", address="大学西路10号"))
    [line] = shown(leader, f"/units/imports/{made['id']}/rows")["items"]
    assert (line["unit_id"], line["notes"]) == (double["id"], [])


def test_a_row_with_another_code_than_the_one_that_stays_has_is_another_legal_person(leader: Caller, parts: Parts) -> None:
    double, stays = registered(leader), registered(leader, uscc=code("12"))
    merged(leader, double, stays)
    made = imported(leader, parts, row("草原宾馆", code("13")), row("草原宾馆", code("12")), row("草原宾馆"))
    assert outcomes(leader, made) == ["CREATED", "UNCHANGED", "REFUSED"]  # the last might be either of two


def test_a_source_that_gives_a_merged_entry_another_code_is_refused_with_the_name_of_the_one_that_stays(
    leader: Caller, parts: Parts
) -> None:
    def told(**more: str) -> UUID:
        with parts.database.transaction() as session:
            cells = {"id": "P9", "name": "草原宾馆", "region": HOME, **more}
            batch = keep(session, SYSTEM, "PLATFORM", b"", [(1, cells)], name="page").id
        take_in(parts)
        return batch

    told()
    [double] = leader.get("/units?q=草原宾馆").get_json()["items"]
    stays = registered(leader, "草原大酒店", uscc=code("14"))
    merged(leader, double, stays)
    batch = told(uscc=code("15"))
    region = staff(leader.client, Role.SYS_ADMIN, "150000")
    [line] = shown(region, f"/units/imports/{batch}/rows")["items"]
    assert (line["outcome"], line["notes"][0]["field"], line["notes"][0]["code"]) == ("REFUSED", "uscc", "another_code")
    assert "草原大酒店" in line["notes"][0]["message"]
    assert leader.get(f"/units/{stays['id']}").get_json()["uscc"] == code("14")
