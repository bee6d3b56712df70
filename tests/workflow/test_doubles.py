"""A clerk is shown what may be the same thing, with the reasons, and nothing that he may not see."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from accounts.actor import Role
from api.context import Parts
from tests.application import work_off
from tests.clock import Clock
from tests.makers import Case, make_hazard
from tests.people import citizen, staff
from tests.photos import jpeg, picture, saved_again, sent

pytestmark = pytest.mark.usefixtures("fresh_database")
HERE = (111.6856, 40.8455)


def at(lon: float, lat: float) -> dict[str, Any]:
    return {"position": {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": 8, "source": "gps"}}


def made(client: FlaskClient, **fields: Any) -> Case:
    place = {"picture": "EXIT", "description": "三楼安全出口上锁,推不开", "place": at(*HERE), "place_name": "", **fields}
    return make_hazard(client, **place)


def found(case: Case) -> list[dict[str, Any]]:
    answer = case.office.clerk.get(f"/hazards/{case.id}/doubles")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def test_what_is_near_and_alike_comes_first_with_the_reasons(client: FlaskClient, clock: Clock) -> None:
    near = made(client, place=at(HERE[0] + 0.0003, HERE[1]), description="安全出口上锁了,三楼推不开")
    further = made(client, place=at(HERE[0] + 0.0020, HERE[1]), description="出口上锁")
    made(client, place=at(HERE[0] + 0.02, HERE[1]), picture="EBIKE", description="楼道停电动车")
    clock.advance(days=2)
    case = made(client)
    items = found(case)
    assert [item["id"] for item in items] == [str(near.id), str(further.id)]
    assert items[0]["reason"] == "相距约30米,都是通道出口,2天内上报,情况说明相近"
    assert items[0]["points"] > items[1]["points"]


def test_the_same_name_is_found_without_coordinates_and_the_same_place_far_away_is_not(client: FlaskClient) -> None:
    nowhere = {"region_code": "150102", "sumu": "保合少镇", "gacha": "野马图村"}
    named = made(client, place=nowhere, place_name="晨光宾馆")
    made(client, place=at(HERE[0] + 0.03, HERE[1]))
    case = made(client, place_name="晨光 宾馆")
    assert [item["id"] for item in found(case)] == [str(named.id)]


def test_what_is_closed_or_of_another_banner_is_not_offered(client: FlaskClient) -> None:
    closed = made(client)
    closed.act(closed.office.clerk, "reject", reason_code="INSUFFICIENT_INFO")
    make_hazard(client, region_code="150203", picture="EXIT", description="三楼安全出口上锁,推不开")
    assert found(made(client)) == []


def test_what_is_offered_can_be_merged(client: FlaskClient) -> None:
    master, case = made(client), made(client)
    (item,) = found(case)
    case.act(case.office.clerk, "merge", master_id=item["id"])
    assert case.read()["data"]["master_id"] == str(master.id)


@pytest.mark.parametrize("role", [Role.FIRE_OFFICER, Role.LEGAL_REVIEWER])
def test_it_is_for_whoever_may_merge(client: FlaskClient, role: Role) -> None:
    case = made(client)
    assert staff(client, role).get(f"/hazards/{case.id}/doubles").status_code in (403, 404)
    for who in (case.reporter, citizen(client)):
        assert who.get(f"/hazards/{case.id}/doubles").status_code in (403, 404)


def test_the_same_picture_is_found_wherever_and_whatever_else_was_said(client: FlaskClient, parts: Parts) -> None:
    nowhere = {"region_code": "150102", "sumu": "保合少镇", "gacha": "野马图村"}
    one, other = citizen(client), citizen(client)
    seen = made(client, reporter=one, place=nowhere, picture="FACILITY", photos=[sent(one, jpeg(picture(1)))], description="")
    made(client, reporter=one, place=at(HERE[0] + 0.03, HERE[1]), photos=[sent(one, jpeg(picture(2)))])
    case = made(client, reporter=other, photos=[sent(other, saved_again(picture(1)))])
    work_off(parts)
    (item,) = found(case)
    assert (item["id"], item["reason"]) == (str(seen.id), "同一天内上报,照片相近")


def test_photos_that_show_next_to_nothing_are_like_no_other(client: FlaskClient, parts: Parts) -> None:
    far = at(HERE[0] + 0.03, HERE[1])
    one = citizen(client)
    dark = Image.new("RGB", (640, 480), (8, 8, 8))
    made(client, reporter=one, place=far, picture="EBIKE", photos=[sent(one, jpeg(dark))])
    case = made(client, reporter=one, photos=[sent(one, jpeg(dark, quality=70))])
    work_off(parts)
    assert found(case) == []
