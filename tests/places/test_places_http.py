from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.actor import Role
from settings import BadSetting, Settings
from tests.places.conftest import Caller, PlacesApp
from tests.places.people import citizen, staff
from tests.places.test_jurisdiction import HOHHOT


def test_anybody_reads_the_tree_of_divisions(call: Caller) -> None:
    answer = call(None, "GET", "/places/regions")
    leagues = answer.json["items"]
    assert len(leagues) == 12
    assert sum(len(league["children"]) for league in leagues) == 103
    assert leagues[0]["name"] == "呼和浩特市"
    assert leagues[0]["children"][0] == {
        "code": "150102", "name": "新城区", "parent_code": "150100", "level": 3, "kind": "区", "is_open": True,
        "opened_at": "2026-11-22T04:00:00Z", "revision": leagues[0]["children"][0]["revision"],
    }  # fmt: skip


def test_anybody_asks_whose_ground_a_position_is_on(call: Caller) -> None:
    answer = call(None, "POST", "/places/region-of", json={"lon": HOHHOT[0], "lat": HOHHOT[1], "crs": "wgs84", "accuracy_m": 10})
    assert answer.status_code == 200
    assert answer.json == {
        "region_code": "150102", "region_name": "呼和浩特市新城区", "near_border_codes": [], "certainty": "inside",
        "message": "该位置位于呼和浩特市新城区", "lon": HOHHOT[0], "lat": HOHHOT[1],
        "handling_code": "150102", "is_open": True, "handling_message": "",
    }  # fmt: skip


def test_an_unopened_banner_says_who_answers_for_it(call: Caller) -> None:
    answer = call(None, "POST", "/places/region-of", json={"lon": 101.1, "lat": 41.95})
    assert answer.json["region_code"] == "152923"
    assert (answer.json["handling_code"], answer.json["is_open"]) == ("152900", False)
    assert "阿拉善盟消防救援支队" in answer.json["handling_message"]


def test_outside_is_an_answer_with_12345(call: Caller) -> None:
    answer = call(None, "POST", "/places/region-of", json={"lon": 116.39, "lat": 39.91})
    assert (answer.status_code, answer.json["certainty"], answer.json["handling_code"]) == (200, "outside", None)
    assert "12345" in answer.json["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"lon": 181, "lat": 40}', "lon"),
        (b'{"lon": 111, "lat": -91}', "lat"),
        (b'{"lon": "111", "lat": 40}', "lon"),
        (b'{"lon": 1e400, "lat": 40}', None),
        (b'{"lon": null, "lat": 40}', "lon"),
        (b'{"lat": 40}', "lon"),
        (b'{"lon": 111, "lat": 40, "crs": "mars"}', "crs"),
        (b'{"lon": 111, "lat": 40, "height": 3}', "height"),
        (b'{"lon": 111, "lat": 40, "source": "a\\u0000b"}', "source"),
        (b'{"lon": 111, "lat": 40, "accuracy_m": 1e300}', "accuracy_m"),
        (b"[]", "body"),
        (b'{"lon": NaN, "lat": 40}', None),
    ],
)
def test_a_position_that_cannot_be_is_refused_by_field(call: Caller, body: bytes, field: str | None) -> None:
    answer = call(None, "POST", "/places/region-of", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    if field is not None:
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_administrator_opens_a_banner(call: Caller) -> None:
    administrator = staff(Role.SYS_ADMIN, "152900")
    seen = {"If-Match": f'"{revision(call, "152921")}"'}
    answer = call(administrator, "PUT", "/places/regions/152921/opening", json={"is_open": True}, headers=seen)
    assert (answer.status_code, answer.json["is_open"]) == (200, True)
    assert answer.headers["ETag"].startswith(f'"{revision(call, "152921")}.')
    assert seen["If-Match"] != f'"{revision(call, "152921")}"'
    close = {"json": {"is_open": False}, "headers": {"If-Match": answer.headers["ETag"]}}
    assert call(citizen(), "PUT", "/places/regions/152921/opening", **close).status_code == 403
    wrong = {**close, "json": {"is_open": "yes"}}
    assert call(administrator, "PUT", "/places/regions/152921/opening", **wrong).status_code == 422
    assert call(administrator, "PUT", "/places/regions/%00/opening", **close).status_code == 404


def revision(call: Caller, code: str) -> int:
    leagues = call(None, "GET", "/places/regions").json["items"]
    return next(int(each["revision"]) for league in leagues for each in league["children"] if each["code"] == code)


def test_two_administrators_do_not_turn_one_switch_against_each_other(call: Caller) -> None:
    administrator, path = staff(Role.SYS_ADMIN, "152900"), "/places/regions/152922/opening"
    seen = {"If-Match": f'"{revision(call, "152922")}"'}
    assert call(administrator, "PUT", path, json={"is_open": True}).status_code == 428
    opened = call(administrator, "PUT", path, json={"is_open": True}, headers=seen)
    assert opened.status_code == 200
    for wanted in (True, False):
        stale = call(administrator, "PUT", path, json={"is_open": wanted}, headers=seen)
        assert (stale.status_code, stale.json["current"]) == (412, opened.json["revision"])
    again = call(administrator, "PUT", path, json={"is_open": True}, headers={"If-Match": opened.headers["ETag"]})
    assert (again.status_code, again.json) == (200, opened.json)


NONE_YET = {"If-Match": '"0"'}


def notice(day: str = "2030-01-01", **more: Any) -> dict[str, Any]:
    return {"source": "国务院办公厅通知", "days": [{"day": day, "is_work": False, "name": "元旦"}], **more}


def test_a_notice_is_loaded_and_read_back(call: Caller) -> None:
    before = call(citizen(), "GET", "/places/calendar/2030").json
    assert (before["revision"], before["provisional"], before["work_days"]) == (0, True, 261)
    answer = call(staff(Role.SYS_ADMIN, "150000"), "PUT", "/places/calendar/2030", json=notice(), headers=NONE_YET)
    assert answer.status_code == 200
    assert answer.json == call(citizen(), "GET", "/places/calendar/2030").json
    assert answer.json == {
        "year": 2030, "revision": 1, "source": "国务院办公厅通知", "provisional": False, "work_days": 260,
        "days": [{"day": "2030-01-01", "is_work": False, "name": "元旦"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (notice("2031-01-01"), "days.0.day"),
        (notice("2030-02-30"), "days.0.day"),
        (notice(days=[]), "days"),
        (notice(days=[{"day": "2030-01-01", "is_work": 0, "name": "元旦"}]), "days.0.is_work"),
        (notice(source=""), "source"),
        (notice(editor="甲"), "editor"),
    ],
)
def test_a_wrong_notice_is_refused_by_field(call: Caller, body: dict[str, Any], field: str) -> None:
    answer = call(staff(Role.SYS_ADMIN, "150000"), "PUT", "/places/calendar/2030", json=body, headers=NONE_YET)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("year", ["1999", "2101", "99999999999999999999999", "abc", "-1"])
def test_no_calendar_of_absurd_years(call: Caller, year: str) -> None:
    assert call(citizen(), "GET", f"/places/calendar/{year}").status_code == 404


def test_the_calendar_is_not_everybodys_to_load(call: Caller) -> None:
    for who in (staff(Role.UNIT_LEADER, "150000"), staff(Role.SYS_ADMIN, "150102"), staff(Role.SYS_ADMIN, "150100")):
        assert call(who, "PUT", "/places/calendar/2030", json=notice(), headers=NONE_YET).status_code == 403


def test_two_administrators_do_not_overwrite_each_others_notice(call: Caller) -> None:
    administrator = staff(Role.SYS_ADMIN, "150000")
    assert call(administrator, "PUT", "/places/calendar/2031", json=notice("2031-01-01")).status_code == 428
    assert call(administrator, "PUT", "/places/calendar/2031", json=notice("2031-01-01"), headers=NONE_YET).status_code == 200
    assert call(administrator, "PUT", "/places/calendar/2031", json=notice("2031-01-01"), headers=NONE_YET).status_code == 412


def test_a_calendar_answers_304_until_its_own_or_the_next_years_notice_changes(call: Caller) -> None:
    administrator, reader = staff(Role.SYS_ADMIN, "150000"), citizen()
    tags = [call(reader, "GET", "/places/calendar/2040").headers["ETag"]]
    assert call(reader, "GET", "/places/calendar/2040", headers={"If-None-Match": tags[0]}).status_code == 304
    for year, day in ((2040, "2040-01-02"), (2041, "2040-12-31")):
        loaded = call(administrator, "PUT", f"/places/calendar/{year}", json=notice(day), headers=NONE_YET)
        assert loaded.status_code == 200
        changed = call(reader, "GET", "/places/calendar/2040", headers={"If-None-Match": tags[-1]})
        assert changed.status_code == 200, "the next year's notice reaches back into December"
        tags.append(changed.headers["ETag"])
    replaced = call(administrator, "PUT", "/places/calendar/2040", json=notice("2040-01-03"), headers={"If-Match": tags[-1]})
    assert (replaced.status_code, replaced.json["revision"]) == (200, 2)


MAP = {
    "MAP_TILES_URL": "https://t{s}.tiles.example/{z}/{x}/{y}.png",
    "MAP_ATTRIBUTION": "示例地图",
    "MAP_APPROVAL_NO": "GS(2024)0650号",
}
NEEDED = {"DATABASE_URL": "postgresql://a@b/c", "BROKER_URL": "redis://b/0", "MEDIA_DIR": "/m", "KEY_FILE": "/k"}


def test_without_a_configured_base_map_there_is_none(call: Caller) -> None:
    assert call(None, "GET", "/places/base-map").json == {"base_map": None}


def test_a_configured_base_map_comes_with_its_approval_number(app: PlacesApp, call: Caller) -> None:
    said = Settings.from_environment({**NEEDED, **MAP, "MAP_CRS": "gcj02"})
    here = app.extensions["fire"].settings
    names = ("map_tiles_url", "map_attribution", "map_approval_no", "map_crs")
    app.extensions["fire"].settings = replace(here, **{name: getattr(said, name) for name in names})
    answer = call(None, "GET", "/places/base-map")
    assert answer.json == {
        "base_map": {
            "tiles_url": MAP["MAP_TILES_URL"], "attribution": "示例地图", "approval_no": "GS(2024)0650号", "crs": "gcj02",
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MAP_APPROVAL_NO": ""}, "half configured: set MAP_APPROVAL_NO too"),
        ({"MAP_TILES_URL": "https://tiles.example/map.png"}, "no template of tiles"),
        ({"MAP_CRS": "bd09"}, "MAP_CRS=bd09: it is wgs84 or gcj02"),
    ],
)
def test_a_base_map_that_may_not_or_cannot_be_shown_is_refused(change: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said.replace("(", r"\(")):
        Settings.from_environment({**NEEDED, **MAP, **change})
