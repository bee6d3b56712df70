from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from places.jurisdiction import address_line, handling_region, is_open, place_of
from places.problems import OutsideRegion
from places.schemas import PlaceSchema
from problems import Invalid
from tests.places.test_jurisdiction import HOHHOT, border_between, northern_tip


def load(**given: Any) -> dict[str, Any]:
    return dict(PlaceSchema().load(given))


def at(lon: float, lat: float, **more: Any) -> dict[str, Any]:
    return {"lon": lon, "lat": lat, "crs": "wgs84", "source": "gps", **more}


def test_a_place_without_coordinates_is_a_full_address(session: Session) -> None:
    place = place_of(
        session, load(region_code="152502", sumu="宝力根苏木", gacha="敖包图嘎查", household="巴特尔", landmark="蓝色羊圈北200米")
    )
    assert (place.region_code, place.lon, place.lat, place.position) == ("152502", None, None, None)
    assert place.certainty == "chosen"
    assert address_line(place.address) == "锡林郭勒盟锡林浩特市宝力根苏木敖包图嘎查巴特尔蓝色羊圈北200米"
    assert address_line(place.address, ("sumu", "gacha")) == "锡林郭勒盟锡林浩特市宝力根苏木敖包图嘎查"


def test_the_raw_position_is_kept_beside_the_converted_one(session: Session) -> None:
    place = place_of(session, load(position=at(111.7068642, 40.9014497, crs="gcj02", accuracy_m=12)))
    assert place.region_code == "150102"
    assert (place.lon, place.lat) == pytest.approx(HOHHOT, abs=1e-6)
    assert place.position == {"lon": 111.7068642, "lat": 40.9014497, "crs": "gcj02", "accuracy_m": 12, "source": "gps"}


def test_coordinates_decide_against_a_far_away_choice(session: Session) -> None:
    place = place_of(session, load(position=at(*HOHHOT), region_code="152502"))
    assert place.region_code == "150102"
    assert "按定位确定" in place.message


@pytest.mark.parametrize("chosen", ["150102", "150103"])
def test_near_the_border_the_chosen_neighbour_is_honoured(session: Session, chosen: str) -> None:
    place = place_of(session, load(position=at(*border_between("150102", "150103")), region_code=chosen))
    assert (place.region_code, place.certainty) == (chosen, "near_border")
    assert place.address["region_name"].startswith("呼和浩特市")


def test_with_low_accuracy_the_chosen_banner_within_reach_is_honoured(session: Session) -> None:
    place = place_of(session, load(position=at(*HOHHOT, accuracy_m=20_000), region_code="150121"))
    assert (place.region_code, place.certainty) == ("150121", "low_accuracy")


def test_whoever_stands_near_a_line_knows_better_than_the_line(session: Session) -> None:
    """2 km from a simplified boundary the neighbour is honoured, and the doubt is said; 10 km away the position decides."""
    lon, lat = border_between("150102", "150103")
    near = place_of(session, load(position=at(lon + 0.024, lat, accuracy_m=10), region_code="150103"))
    assert near.region_code == "150103"
    assert near.message.endswith(";按您选择的呼和浩特市回民区办理")
    far = place_of(session, load(position=at(lon + 0.12, lat, accuracy_m=10), region_code="150103"))
    assert far.region_code != "150103"


@pytest.mark.parametrize("accuracy_m", [2_000, 60_000, 500_000])
def test_a_position_that_says_little_gives_way_to_what_the_person_says(session: Session, accuracy_m: int) -> None:
    place = place_of(session, load(position=at(*HOHHOT, accuracy_m=accuracy_m), region_code="152921"))
    assert (place.region_code, place.certainty) == ("152921", "low_accuracy")
    assert f"误差约{accuracy_m // 1000}公里" in place.message
    assert (place.lon is None) == (accuracy_m > 100_000)


def test_a_position_in_another_province_by_its_network_does_not_send_the_person_away(session: Session) -> None:
    place = place_of(session, load(position=at(116.4, 39.9, accuracy_m=500_000), region_code="150102"))
    assert place.region_code == "150102"


def test_a_position_that_says_nothing_asks_for_a_banner(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        place_of(session, load(position=at(*HOHHOT, accuracy_m=500_000)))
    [error] = refused.value.data["errors"]
    assert (error["field"], "误差约500公里" in error["message"]) == ("place.region_code", True)


def test_a_vague_position_outside_needs_a_choice(session: Session) -> None:
    code, lon, lat = northern_tip()
    beyond = at(lon, lat + 0.05, accuracy_m=20_000)
    with pytest.raises(Invalid) as refused:
        place_of(session, load(position=beyond))
    assert refused.value.data["errors"][0]["field"] == "place.region_code"
    assert place_of(session, load(position=beyond, region_code=code)).region_code == code


def test_a_point_outside_is_refused_with_the_field_and_12345(session: Session) -> None:
    with pytest.raises(OutsideRegion) as refused:
        place_of(session, load(position=at(116.39, 39.91)))
    [error] = refused.value.data["errors"]
    assert error["field"] == "place.position"
    assert "12345" in error["message"]


@pytest.mark.parametrize("code", ["150100", "150000", "159999", "150199"])
def test_only_banners_can_be_chosen(session: Session, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        place_of(session, load(region_code=code, landmark="加油站"), field="location")
    assert refused.value.data["errors"][0]["field"] == "location.region_code"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "region_code"),
        ({"region_code": "152502"}, "sumu"),
        ({"region_code": "152502", "sumu": " "}, "sumu"),
        ({"region_code": "152502\n", "sumu": "甲"}, "region_code"),
        ({"region_code": 152502, "sumu": "甲"}, "region_code"),
        ({"region_code": "152502", "sumu": "甲\0乙"}, "sumu"),
        ({"region_code": "152502", "sumu": "甲" * 51}, "sumu"),
        ({"region_code": "152502", "sumu": "甲", "town": "乙"}, "town"),
        ({"position": at(181, 40)}, "position.lon"),
        ({"position": at(111, -90.1)}, "position.lat"),
        ({"position": at(True, 40)}, "position.lon"),
        ({"position": {"lon": "111", "lat": 40}}, "position.lon"),
        ({"position": at(float("nan"), 40)}, "position.lon"),
        ({"position": at(float("inf"), 40)}, "position.lon"),
        ({"position": at(10**400, 40)}, "position.lon"),
        ({"position": {"lon": 111}}, "position.lat"),
        ({"position": at(111, 40, crs="utm")}, "position.crs"),
        ({"position": at(111, 40, accuracy_m=-1)}, "position.accuracy_m"),
        ({"position": at(111, 40, source="GPS!")}, "position.source"),
        ({"position": at(111, 40, altitude=3)}, "position.altitude"),
        ({"position": "111,40"}, "position._schema"),
    ],
)
def test_a_wrong_place_is_refused_by_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        load(**given)
    messages: Any = refused.value.messages
    for step in field.split("."):
        messages = messages[step]
    assert messages


def test_an_unopened_banner_is_handled_by_its_league_and_says_so(session: Session) -> None:
    assert handling_region(session, "150102") == ("150102", True, "")
    code, opened, message = handling_region(session, "152525")
    assert (code, opened) == ("152500", False)
    assert message == "锡林郭勒盟东乌珠穆沁旗尚未开通本模块,已转由锡林郭勒盟消防救援支队办理"
    assert is_open(session, "152502")
    assert not is_open(session, "152500")
