"""Lists of units that staff upload: every row ends in one thing, and nothing that people corrected is silently changed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from accounts.actor import Role
from api.context import Parts
from places.imports.commands import forget_import_rows, work
from sheets import CSV, XLSX
from tests.clock import Clock
from tests.people import HOME, Caller, citizen, staff

pytestmark = pytest.mark.usefixtures("fresh_database")
HEAD = "单位名称,统一社会信用代码,旗县(市、区),地址,单位类别,场所类型,经度,纬度,坐标系"
CODE = "91350100M000100Y43"
OTHER_CODE = "911501026000000106"


def sheet(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows]).encode("utf-8-sig")


def send(who: Caller, body: bytes, kind: str = CSV, **query: Any) -> Any:
    return who.call("POST", "/units/imports", data=body, content_type=kind, query_string=query)


def shown(who: Caller, path: str, **query: Any) -> Any:
    return who.get(path, query_string=query).get_json()


def take_in(parts: Parts) -> None:
    more = 1
    while more:
        with parts.database.transaction() as session:
            more = work(session, parts.database.savepoint)


def imported(who: Caller, parts: Parts, *rows: str, **query: Any) -> Any:
    """The list when the worker is done with it."""
    answer = send(who, sheet(*rows), **query)
    assert answer.status_code == 202, answer.json
    assert (answer.json["state"], answer.json["done"]) == ("WAITING", 0)
    take_in(parts)
    return shown(who, f"/units/imports/{answer.json['id']}")


def outcomes(who: Caller, made: Any) -> list[str]:
    return [row["outcome"] for row in shown(who, f"/units/imports/{made['id']}/rows")["items"]]


def notes(who: Caller, made: Any) -> list[Any]:
    return [row["notes"] for row in shown(who, f"/units/imports/{made['id']}/rows")["items"]]


@pytest.fixture
def leader(client: FlaskClient) -> Caller:
    return staff(client, Role.UNIT_LEADER)


def units(who: Caller, words: str) -> list[Any]:
    return list(shown(who, "/units", q=words)["items"])


def test_each_row_ends_in_one_thing_and_a_bad_one_stops_no_other(leader: Caller, parts: Parts) -> None:
    made = imported(
        leader, parts,
        f"草原宾馆,{CODE},新城区,成吉思汗大街1号,消防安全重点单位,宾馆,111.69,40.85,GCJ02",
        ",,新城区,,一般单位,,,,",
        "远方商场,,昆都仑区,钢铁大街1号,一般单位,商场,,,",
        "巴音嘎查一户,,呼和浩特市新城区,巴音嘎查,PASTORAL_SETTLEMENT,,,,",
        "错码店,91350100M000100Y44,150102,,小单位、小场所,动物园,1,,",
    )  # fmt: skip
    assert (made["state"], made["done"]) == ("DONE", 5)
    assert made["counts"] == {"CREATED": 2, "UPDATED": 0, "UNCHANGED": 0, "DIFFERS": 0, "REFUSED": 3}
    assert outcomes(leader, made) == ["CREATED", "REFUSED", "REFUSED", "CREATED", "REFUSED"]
    told = notes(leader, made)
    assert [note["field"] for note in told[1]] == ["name"]
    assert [note["code"] for note in told[2]] == ["role_not_allowed"]  # another league's banner: not his to register
    assert {note["field"] for note in told[4]} == {"uscc", "place_type"}
    (hotel,) = units(leader, "草原宾馆")
    assert (hotel["uscc"], hotel["region_code"], hotel["category"], hotel["place_type"]) == (CODE, HOME, "KEY_UNIT", "HOTEL")
    assert hotel["position"]["crs"] == "gcj02"
    assert abs(hotel["lon"] - 111.69) > 0.001  # shown in WGS-84


def test_the_same_list_again_changes_nothing(leader: Caller, parts: Parts) -> None:
    row = f"草原宾馆,{CODE},新城区,成吉思汗大街1号,一般单位,宾馆,,,"
    imported(leader, parts, row)
    before = units(leader, "草原宾馆")
    again = imported(leader, parts, row)
    assert again["counts"]["UNCHANGED"] == 1
    assert units(leader, "草原宾馆") == before


def test_what_people_corrected_stays_and_is_told_every_time_unless_the_file_counts(leader: Caller, parts: Parts) -> None:
    imported(leader, parts, f"草原宾馆,{CODE},新城区,老地址,一般单位,,,,")
    (unit,) = units(leader, "草原宾馆")
    body = {name: unit[name] for name in ("name", "uscc", "region_code", "category", "place_type", "position")}
    answer = leader.put(
        f"/units/{unit['id']}", {**body, "address": "实地查看的地址"}, headers={"If-Match": f'"{unit["revision"]}"'}
    )
    assert answer.status_code == 200, answer.json
    for _ in range(2):
        made = imported(leader, parts, f"草原宾馆有限公司,{CODE},新城区,名单的新地址,一般单位,,,,")
        assert outcomes(leader, made) == ["DIFFERS"]
        ((note,),) = notes(leader, made)
        assert (note["field"], note["message"]) == ("address", "登记内容为:实地查看的地址")
    (unit,) = units(leader, "草原宾馆")
    assert (unit["name"], unit["address"]) == ("草原宾馆有限公司", "实地查看的地址")  # the source alone had spoken of the name
    made = imported(leader, parts, f"草原宾馆有限公司,{CODE},新城区,名单的新地址,一般单位,,,,", prefer="FILE")
    assert outcomes(leader, made) == ["UPDATED"]
    assert units(leader, "草原宾馆")[0]["address"] == "名单的新地址"


def test_an_empty_cell_says_nothing(leader: Caller, parts: Parts) -> None:
    imported(leader, parts, f"草原宾馆,{CODE},新城区,成吉思汗大街1号,一般单位,宾馆,,,")
    made = imported(leader, parts, f"草原宾馆,{CODE},新城区,,一般单位,,,,")
    assert outcomes(leader, made) == ["UNCHANGED"]
    assert units(leader, "草原宾馆")[0]["address"] == "成吉思汗大街1号"


def test_a_place_without_a_code_is_known_by_its_name_until_two_have_it(leader: Caller, parts: Parts) -> None:
    imported(leader, parts, "巴图超市,,新城区,,小单位、小场所,,,,")
    made = imported(leader, parts, f"巴图超市,{CODE},新城区,,小单位、小场所,,,,")
    assert outcomes(leader, made) == ["UPDATED"]  # it has got a code meanwhile
    other = imported(leader, parts, f"巴图超市,{OTHER_CODE},新城区,,小单位、小场所,,,,")
    assert outcomes(leader, other) == ["CREATED"]  # another firm of the same name
    again = imported(leader, parts, "巴图超市,,新城区,某街,小单位、小场所,,,,")
    assert outcomes(leader, again) == ["UPDATED"]  # what this source has always called so


def test_a_name_that_two_places_have_needs_a_code(leader: Caller, parts: Parts) -> None:
    imported(leader, parts, *(f"巴图超市,{code},新城区,,小单位、小场所,,,," for code in (CODE, OTHER_CODE)))
    doubtful = imported(leader, parts, "巴图超市,,新城区,某街,小单位、小场所,,,,")
    assert [note["code"] for note in notes(leader, doubtful)[0]] == ["ambiguous"]


def test_of_a_unit_in_anothers_division_nothing_is_told(client: FlaskClient, leader: Caller, parts: Parts) -> None:
    other = staff(client, Role.UNIT_LEADER, "150203")
    body = {"name": "秘密工厂", "uscc": CODE, "region_code": "150203", "category": "KEY_UNIT", "address": "钢铁大街1号"}
    assert other.post("/units", body).status_code == 201
    for region in ("昆都仑区", "新城区"):
        for trial in (True, False):
            made = imported(leader, parts, f"随便写,{CODE},{region},某街,一般单位,,,,", trial=trial)
            (row,) = shown(leader, f"/units/imports/{made['id']}/rows")["items"]
            assert (row["outcome"], row["unit_id"]) == ("REFUSED", None)
            assert "秘密工厂" not in str(row["notes"])
    assert units(other, "秘密工厂")[0]["address"] == "钢铁大街1号"


def test_two_rows_of_one_unit_are_told_apart_by_nobody(leader: Caller, parts: Parts) -> None:
    rows = ("便民超市,,新城区,东街1号,小单位、小场所,,,,", "便民超市,,新城区,西街9号,小单位、小场所,,,,")
    for trial in (True, False):
        made = imported(leader, parts, *rows, trial=trial)
        assert outcomes(leader, made) == ["CREATED", "REFUSED"]
        assert notes(leader, made)[1][0]["message"] == "与第2行重复"
    assert [unit["address"] for unit in units(leader, "便民超市")] == ["东街1号"]


def test_the_same_place_is_no_difference_however_it_was_measured(leader: Caller, parts: Parts) -> None:
    body = {"name": "草原宾馆", "uscc": CODE, "region_code": HOME, "category": "GENERAL_UNIT",
            "position": {"lon": 111.69, "lat": 40.85, "crs": "cgcs2000", "accuracy_m": 5, "source": "map"}}  # fmt: skip
    assert leader.post("/units", body).status_code == 201
    made = imported(leader, parts, f"草原宾馆,{CODE},新城区,,一般单位,,111.69,40.85,WGS84")
    assert outcomes(leader, made) == ["UNCHANGED"]


def test_what_differs_is_told_in_words(leader: Caller, parts: Parts) -> None:
    assert (
        leader.post("/units", {"name": "草原宾馆", "uscc": CODE, "region_code": HOME, "category": "KEY_UNIT"}).status_code == 201
    )
    made = imported(leader, parts, f"草原宾馆,{CODE},新城区,,一般单位,,,,")
    assert [note["message"] for note in notes(leader, made)[0]] == ["登记内容为:消防安全重点单位"]


def test_a_trial_tells_everything_and_keeps_nothing(leader: Caller, parts: Parts) -> None:
    made = imported(leader, parts, f"草原宾馆,{CODE},新城区,,一般单位,,,,", ",,新城区,,一般单位,,,,", trial=True)
    assert outcomes(leader, made) == ["CREATED", "REFUSED"]
    assert units(leader, "草原宾馆") == []
    texts = [item["body"] for item in shown(leader, "/inbox")["items"]]
    assert any("共2行已试录:新登记1、未录入1" in text for text in texts)
    assert outcomes(leader, imported(leader, parts, f"草原宾馆,{CODE},新城区,,一般单位,,,,")) == ["CREATED"]


def test_a_workbook_is_read_as_people_see_it_and_its_report_goes_back_in(leader: Caller, parts: Parts) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEAD.split(","))
    page.append(["1号店", None, "新城区", "=1+1", "一般单位", None, 111.69, 40.85, None])
    file = io.BytesIO()
    book.save(file)
    answer = send(leader, file.getvalue(), XLSX, name="名单.xlsx")
    assert answer.status_code == 202, answer.json
    take_in(parts)
    report = leader.get(f"/units/imports/{answer.json['id']}/report")
    assert report.headers["Content-Disposition"].endswith('.xlsx"')
    head, row = load_workbook(io.BytesIO(report.data)).worksheets[0].iter_rows(values_only=True)
    assert (head[0], head[-2], head[-1]) == ("行号", "处理结果", "说明")
    assert (row[0], row[1], row[-2]) == ("2", "1号店", "新登记")
    again = send(leader, report.data, XLSX)
    assert again.status_code == 202, again.json
    take_in(parts)
    assert outcomes(leader, again.json) == ["UNCHANGED"]


def spoiled(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook whose parts somebody has meddled with."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEAD.split(","))
    for nth in range(3):
        page.append([f"店{nth}", None, "新城区", None, "一般单位"])
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


_PAGE = "xl/worksheets/sheet1.xml"


def test_what_a_workbook_says_of_its_own_size_loses_no_row(leader: Caller) -> None:
    def lie(parts: dict[str, bytes]) -> None:
        parts[_PAGE] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', parts[_PAGE])

    answer = send(leader, spoiled(lie), XLSX)
    assert (answer.status_code, answer.json["rows"]) == (202, 3)


def test_a_workbook_of_gaps_is_refused_at_once(leader: Caller) -> None:
    def far_away(parts: dict[str, bytes]) -> None:
        parts[_PAGE] = re.sub(rb'<row r="4"', b'<row r="2000000000"', parts[_PAGE])

    answer = send(leader, spoiled(far_away), XLSX)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "too_many_rows")


def test_the_template_can_be_filled_in_and_sent(leader: Caller, parts: Parts) -> None:
    template = leader.get("/units/imports/template")
    book = load_workbook(io.BytesIO(template.data))
    assert book.sheetnames == ["单位名单", "可选内容"]
    answer = send(leader, template.data, XLSX)
    assert (answer.status_code, answer.json["rows"]) == (202, 1)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", CSV, "columns_missing"),
        (sheet(), CSV, "no_rows"),
        ("甲,乙\r\n1,2".encode(), CSV, "columns_missing"),
        (sheet("x,,新城区,,一般单位,,,,", head=HEAD.replace("经度", "经渡")), CSV, "columns_unknown"),
        (sheet("x,,新城区,,一般单位,,,,", head=HEAD.replace("经度", "纬度")), CSV, "columns_doubled"),
        (b"\xff\xfe\x00\x01\x02", CSV, "not_a_sheet"),
        (sheet('x,"新城区,,一般单位'), CSV, "not_a_sheet"),
        (b"PK\x03\x04 nothing of a zip", XLSX, "not_a_sheet"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(leader: Caller, body: bytes, kind: str, code: str) -> None:
    answer = send(leader, body, kind)
    assert answer.status_code == 422, answer.json
    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [("file", code)]


def test_a_list_of_excel_in_chinese_is_read_too(leader: Caller, parts: Parts) -> None:
    body = f"{HEAD}\r\n草原宾馆,,新城区,,一般单位,,,,".encode("gb18030")
    answer = send(leader, body)
    assert answer.status_code == 202, answer.json


def test_nobody_but_the_brigade_uploads_and_nobody_sees_anothers_list(leader: Caller, client: FlaskClient, parts: Parts) -> None:
    row = "草原宾馆,,新城区,,一般单位,,,,"
    for who in (citizen(client), staff(client, Role.RECEIVER_CLERK), staff(client, Role.ANALYST)):
        assert send(who, sheet(row)).status_code == 403
    made = imported(leader, parts, row)
    clerk = staff(client, Role.INTAKE_CLERK)
    for path in ("", "/rows", "/report"):
        assert clerk.get(f"/units/imports/{made['id']}{path}").status_code == 404
    assert shown(clerk, "/units/imports")["items"] == []


def test_the_rows_of_a_list_are_forgotten_half_a_year_later_and_its_counts_are_not(
    leader: Caller, parts: Parts, clock: Clock
) -> None:
    made = imported(leader, parts, "草原宾馆,,新城区,,一般单位,,,,")
    clock.advance(days=181)
    with parts.database.transaction() as session:
        assert forget_import_rows(session) == 1
    assert shown(leader, f"/units/imports/{made['id']}")["counts"]["CREATED"] == 1
    assert outcomes(leader, made) == []
