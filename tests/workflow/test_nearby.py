"""Before a report is made its reporter may know that others made it: as much as the public may see, and his own exactly."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from tests.application import work_off
from tests.clock import Clock
from tests.makers import Case, make_hazard
from tests.people import BASE, Caller, citizen, guest
from tests.photos import jpeg, picture, saved_again, sent

pytestmark = pytest.mark.usefixtures("fresh_database")
HERE = (111.6856, 40.8455)
CELL = {"west": 111.68, "south": 40.84, "size": 0.01}


def position(lon: float = HERE[0], lat: float = HERE[1]) -> dict[str, Any]:
    return {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": 8, "source": "gps"}


def made(client: FlaskClient, lon: float = HERE[0], lat: float = HERE[1], **fields: Any) -> Case:
    said = {"picture": "EXIT", "description": "三楼安全出口上锁", "place": {"position": position(lon, lat)}, "place_name": ""}
    return make_hazard(client, **{**said, **fields})


def looked(client: FlaskClient, who: Caller | None = None, **asked: Any) -> dict[str, Any]:
    body = {"picture": "EXIT", "position": position(), **asked}
    answer = who.post("/hazards/nearby", body) if who else client.post(f"{BASE}/hazards/nearby", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_of_others_nothing_is_said_below_three_and_then_a_kind_a_coarse_cell_and_a_number(client: FlaskClient) -> None:
    made(client)
    made(client, lon=HERE[0] + 0.002)
    assert looked(client) == {"around": None, "own": []}
    case = made(client, lat=HERE[1] + 0.003)
    assert looked(client)["around"] == {"picture": "EXIT", "label": "通道出口", **CELL, "count": 3, "days": 60}
    assert case.number not in str(looked(client))
    assert looked(client, picture="EBIKE")["around"] is None
    assert looked(client, position=position(HERE[0] + 0.01))["around"] is None


def test_the_answer_is_the_same_from_everywhere_in_the_cell(client: FlaskClient) -> None:
    """So asking from many places does not find the one."""
    for _ in range(3):
        made(client)
    answers = [looked(client, position=position(111.6801 + step * 0.0024, 40.8401 + step * 0.0024)) for step in range(5)]
    assert answers == [answers[0]] * 5


def test_what_is_over_or_long_ago_no_longer_counts_and_what_was_merged_does(client: FlaskClient, clock: Clock) -> None:
    master, joined, third, closed = (made(client) for _ in range(4))
    closed.act(closed.office.clerk, "reject", reason_code="INSUFFICIENT_INFO")
    joined.act(joined.office.clerk, "merge", master_id=str(master.id))
    assert looked(client)["around"]["count"] == 3
    master.act(master.office.clerk, "reject", reason_code="INSUFFICIENT_INFO")
    assert looked(client)["around"] is None
    made(client)
    made(client)
    assert looked(client)["around"]["count"] == 3
    assert third.state == "SUBMITTED"
    clock.advance(days=61)
    assert looked(client)["around"] is None


def test_ones_own_earlier_report_is_named_with_the_reasons_and_to_nobody_else(client: FlaskClient, parts: Parts) -> None:
    me = citizen(client)
    photo = sent(me, jpeg(picture(1)))
    own = made(client, lon=HERE[0] + 0.0003, reporter=me, photos=[photo], description="安全出口上锁了,三楼推不开")
    work_off(parts)
    fresh = sent(me, saved_again(picture(1)))
    work_off(parts)
    (found,) = looked(client, me, description="三楼安全出口上锁,推不开", photos=[fresh])["own"]
    assert (found["id"], found["number"], found["state_label"]) == (str(own.id), own.number, "已提交")
    assert found["reason"] == "相距约30米,都是通道出口,同一天内上报,情况说明相近,照片相近"
    assert looked(client, me, position=position(HERE[0] + 0.03), picture="EBIKE")["own"] == []
    other = citizen(client)  # whose photo of the same is not his to compare with mine
    said = {"picture": "EBIKE", "description": "", "place_name": ""}
    make_hazard(client, reporter=other, photos=[sent(other, jpeg(picture(1)))], **said)
    work_off(parts)
    for who in (None, other, guest(client)):
        assert looked(client, who, photos=[fresh])["own"] == []


def test_a_wrong_question_names_its_field(client: FlaskClient) -> None:
    for body, field in (
        ({"picture": "EXIT"}, "position"),
        ({"picture": "NONE", "position": position()}, "picture"),
        ({"picture": "EXIT", "position": {"lon": 200, "lat": 40}}, "position.lon"),
        ({"picture": "EXIT", "position": position(), "photos": ["x"]}, "photos.0"),
    ):
        answer = client.post(f"{BASE}/hazards/nearby", json=body)
        assert (answer.status_code, [error["field"] for error in answer.get_json()["errors"]]) == (422, [field])


def test_a_machine_that_asks_without_end_is_told_to_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts import throttle

    monkeypatch.setattr(throttle, "LOOKS_OF_NETWORK", throttle.Limit("looks-network", 2, throttle.LOOKS_OF_NETWORK.window))
    body = {"picture": "EXIT", "position": position()}
    there = {"REMOTE_ADDR": "203.0.113.7"}
    answers = [client.post(f"{BASE}/hazards/nearby", json=body, environ_base=there) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert made(client).state == "SUBMITTED"
