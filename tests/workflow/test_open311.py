"""Open311 for partners: a report becomes an ordinary case, its sender hears of its fate, everybody else sees cells and counts."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from accounts.actor import Role
from accounts.partners.rules import OPEN311_REPORT
from api.context import Parts
from media.models import Media
from tests.application import work_off
from tests.clock import Clock
from tests.makers import HAZARD_WAYS, Case, Office, make_hazard
from tests.media.makers import CANARY as PHOTO_CANARY, telling_photo
from tests.partners import KeyHolder, key_holder
from tests.people import BASE, ELSEWHERE, HOME, citizen, enterprise, staff
from tests.workflow.test_hazard_merging import to_its_end
from workflow.hazards.models import Hazard, HazardReporter
from workflow.hazards.open311.models import PartnerRequest

pytestmark = pytest.mark.usefixtures("fresh_database")
V2 = "/open311/v2"
CANARY, PHONE = "只有举报人知道的一句话", "13904710001"
HERE = {"lon": 111.7502, "lat": 40.9001}


@pytest.fixture
def partner(client: FlaskClient) -> KeyHolder:
    return key_holder(client)


def rows(partner: KeyHolder, **query: str) -> list[dict[str, Any]]:
    answer = partner.get(f"{V2}/requests.json", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()
    return found


def fate(partner: KeyHolder, number: str) -> tuple[str, str]:
    (row,) = partner.get(f"{V2}/requests/{number}.json").get_json()
    return row["status"], row["status_notes"]


def case_of(client: FlaskClient, number: str) -> Case:
    """The case behind a request, with the people of its banner."""
    office = Office(client, HOME)
    (found,) = office.leader.get(f"/hazards?number={number}").get_json()["items"]
    return Case("hazard", found["id"], office, office.leader, found["id"], "", number, found["state"])


def refused(answer: Any) -> list[str]:
    """The fields that a refusal of GeoReport names."""
    assert all(set(error) == {"code", "description"} and error["code"] == answer.status_code for error in answer.get_json())
    return [error["description"].partition(":")[0] for error in answer.get_json()]


def near(client: FlaskClient, state: str = "REGISTERED", *, count: int = 1, **fields: Any) -> list[Case]:
    """Reports of citizens in one cell."""
    place = {"position": {**HERE, "crs": "wgs84", "accuracy_m": 10, "source": "gps"}}
    return [make_hazard(client, state, **{"place": place, **fields}) for _ in range(count)]


# ---- reports come in ----


def test_a_report_becomes_an_ordinary_case_of_somebody_whom_nobody_sees(
    client: FlaskClient, parts: Parts, partner: KeyHolder
) -> None:
    number = partner.reported(description=CANARY, last_name="乌", first_name="云", phone=PHONE)
    case = case_of(client, number)
    assert case.state == "SUBMITTED"
    seen = case.office.clerk.get(case.path).get_json()
    assert seen["data"]["description"] == CANARY
    assert [clock["rule_id"] for clock in seen["clocks"]] == ["HZ-24H"]
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    with parts.database.snapshot() as session:
        hazard = session.scalars(select(Hazard).where(Hazard.number == number)).one()
        sealed = session.get_one(HazardReporter, hazard.id)
        assert (hazard.channel, hazard.report_mode) == ("PARTNER", "REAL_NAME_HIDDEN")
        assert (sealed.name, sealed.mobile) == ("乌云", PHONE)
        assert str(hazard.reporter_id) != partner.id


def test_words_under_a_banner_are_a_place_too(client: FlaskClient, partner: KeyHolder) -> None:
    number = partner.reported(lat="", long="", address_string="成吉思汗大街1号楼下", jurisdiction_id=HOME)
    case = case_of(client, number)
    assert case.office.clerk.get(case.path).get_json()["data"]["address"]["landmark"] == "成吉思汗大街1号楼下"


def test_a_report_sent_again_under_its_token_is_one(client: FlaskClient, parts: Parts, partner: KeyHolder) -> None:
    token = str(uuid4())
    first, again = (partner.report(token=token) for _ in range(2))
    assert (first.status_code, first.get_json()) == (200, again.get_json())
    number = first.get_json()[0]["service_request_id"]
    assert partner.get(f"{V2}/tokens/{token}.json").get_json() == [{"service_request_id": number, "token": token}]
    assert partner.report(token=token, description="另一件事").status_code == 400
    other = key_holder(client)
    assert other.get(f"{V2}/tokens/{token}.json").status_code == 404
    assert other.reported(token=token) != number  # a token is its maker's own
    with parts.database.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(PartnerRequest)) == 2


def test_photos_of_a_form_go_through_the_door_of_all_photos(client: FlaskClient, parts: Parts, partner: KeyHolder) -> None:
    photo = telling_photo("JPEG")
    number = partner.reported(media=(io.BytesIO(photo), "snap.jpg", "image/jpeg"), description="")
    work_off(parts)
    case = case_of(client, number)
    (photo_id,) = case.office.clerk.get(case.path).get_json()["data"]["photo_ids"]
    picture = case.office.clerk.get(f"/media/{photo_id}/renditions/1600")
    assert picture.status_code == 200
    assert PHOTO_CANARY not in picture.data
    assert enterprise(client).get(f"/media/{photo_id}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"service_code": "SMOKE"}, "service_code"),
        ({"lat": "91"}, "lat"),
        ({"lat": "x"}, "lat"),
        ({"lat": ""}, "lat"),
        ({"lat": "", "long": ""}, "lat"),
        ({"lat": "39.9", "long": "116.4"}, "lat"),  # Beijing
        ({"description": ""}, "description"),
        ({"description": "x" * 2001}, "description"),
        ({"media_url": "https://elsewhere.example/a.jpg"}, "media_url"),
        ({"media": (io.BytesIO(b"words"), "a.jpg", "image/jpeg")}, "media.0"),
        ({"colour": "red"}, "colour"),
        ({"token": "1"}, "token"),
        ({"attribute[category]": "GAS"}, "attribute[category]"),
        ({"jurisdiction_id": "110101"}, "jurisdiction_id"),
        ({"lat": "40.65", "long": "109.84"}, "jurisdiction_id"),  # Baotou: not of this key
    ],
)
def test_a_wrong_report_is_refused_by_the_partners_own_words_and_leaves_no_case(
    partner: KeyHolder, parts: Parts, fields: dict[str, Any], named: str
) -> None:
    answer = partner.report(**fields)
    assert (answer.status_code, named in refused(answer)) == (400, True), answer.get_data(as_text=True)
    with parts.database.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Hazard)) == 0
        assert session.scalar(select(func.count()).select_from(Media)) == 0


@pytest.mark.parametrize("fields", [{}, {"lat": "x"}, {"api_key": "cyxf_wrong"}, {"media_url": "https://x.example/a"}], ids=str)
def test_whoever_reports_a_fire_is_told_119_whatever_else_is_wrong(client: FlaskClient, fields: dict[str, str]) -> None:
    partner = key_holder(client)
    data = {
        "service_code": "EXIT", "lat": "40.9001", "long": "111.7502", "description": "冒烟", "api_key": partner.secret,
        "attribute[people_trapped_or_fire]": "true", **fields,
    }  # fmt: skip
    for refused_key in ({"X-API-Key": "cyxf_wrong"}, {}):
        answer = client.post(f"{BASE}{V2}/requests.json", data=data, headers=refused_key)
        assert "119" in answer.get_data(as_text=True), answer.status_code
    assert "119" in answer.get_data(as_text=True)
    if not fields:
        assert (answer.status_code, fate(partner, answer.get_json()[0]["service_request_id"])[0]) == (200, "closed")


def test_a_key_in_the_form_is_as_good_as_a_header(client: FlaskClient, partner: KeyHolder) -> None:
    data = {"service_code": "EXIT", "lat": "40.9001", "long": "111.7502", "description": "堵塞"}
    with_key, without = (
        client.post(f"{BASE}{V2}/requests.json", data=each) for each in ({**data, "api_key": partner.secret}, data)
    )
    assert (with_key.status_code, without.status_code) == (200, 403)


# ---- what its sender is told ----


def _tell_and_close(case: Case) -> None:
    case.act(case.office.clerk, "tell_reporter").act(case.office.leader, "close")


def test_a_partner_follows_its_request_in_public_words_to_the_end(client: FlaskClient, partner: KeyHolder) -> None:
    number = partner.reported()
    assert fate(partner, number) == ("open", "已收到,等待受理登记")
    case = case_of(client, number)
    told = []
    for step in (*HAZARD_WAYS["RECTIFIED"], _tell_and_close):
        step(case)
        told.append(fate(partner, number))
    assert list(dict.fromkeys(told)) == [
        ("open", "已受理,正在核查"),
        ("open", "经现场核查属实,正在整改"),
        ("open", "整改已经复查合格,即将办结"),
        ("closed", "经现场核查属实,已责令改正,复查合格。"),
    ]


def test_a_request_that_was_merged_follows_the_case_that_it_joined(client: FlaskClient, partner: KeyHolder) -> None:
    number = partner.reported()
    master = make_hazard(client)
    case = case_of(client, number)
    case.act(case.office.clerk, "merge", master_id=str(master.id))
    assert fate(partner, number) == ("open", "已收到,等待受理登记")
    to_its_end(master)
    assert fate(partner, number) == ("closed", "经现场核查,未发现所反映的情况。")


def test_a_request_that_is_checked_again_is_open_again(client: FlaskClient, partner: KeyHolder) -> None:
    number = partner.reported()
    to_its_end(case_of(client, number))
    assert fate(partner, number)[0] == "closed"
    (row,) = rows(partner, status="closed")
    assert row["service_request_id"] == number
    assert rows(partner, status="open") == []


def test_somebody_elses_request_answers_like_one_that_does_not_exist(client: FlaskClient, partner: KeyHolder) -> None:
    theirs = partner.reported()
    citizens = make_hazard(client).number
    other = key_holder(client)
    answers = [other.get(f"{V2}/requests/{number}.json") for number in (theirs, citizens, "YH150102202611230009999")]
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(404, answers[0].get_data())}
    assert rows(other) == rows(other, service_request_id=theirs) == []


# ---- what everybody else sees ----


def test_others_see_a_kind_in_a_coarse_cell_once_there_are_three_of_yesterday(
    client: FlaskClient, partner: KeyHolder, clock: Clock
) -> None:
    near(client, count=2)
    near(client, picture="EBIKE", count=1)
    clock.advance(days=1)
    assert rows(partner) == []
    near(client)
    assert rows(partner) == []  # the third one is of today
    clock.advance(days=1)
    (cell,) = rows(partner)
    assert (cell["service_code"], cell["count"], cell["status"]) == ("EXIT", 3, "open")
    assert (cell["long"], cell["lat"]) == (111.75, 40.91)
    assert partner.get(f"{V2}/requests/{cell['service_request_id']}.json").get_json() == [cell]
    assert rows(key_holder(client, OPEN311_REPORT)) == []
    assert rows(key_holder(client, regions=(ELSEWHERE,))) == []


def test_what_nobody_has_taken_up_or_what_has_ended_is_not_counted(client: FlaskClient, partner: KeyHolder, clock: Clock) -> None:
    near(client, "SUBMITTED", count=3)
    near(client, "NOT_ACCEPTED", count=3)
    near(client, "CLOSED", count=3)
    clock.advance(days=1)
    assert rows(partner) == []


def test_no_reporter_no_unit_and_no_photo_is_in_anything_that_a_partner_reads(
    client: FlaskClient, parts: Parts, partner: KeyHolder, clock: Clock
) -> None:
    """Neither of citizens' reports nor of its own, in JSON or XML, in lists, one by one or in refusals."""
    said: dict[str, Any] = {"description": CANARY, "place_name": "晨光商店"}
    cases = near(client, "VERIFIED_TRUE", count=3, **{**said, "place": {"position": HERE, "landmark": "加油站西侧"}})
    number = partner.reported(
        description=CANARY, last_name="乌", first_name="云", phone=PHONE, address_string="举报人家门口",
        media=(io.BytesIO(telling_photo("JPEG")), "snap.jpg", "image/jpeg"),
    )  # fmt: skip
    clock.advance(days=1)
    ids = ",".join([number, *(case.number for case in cases)])
    cell = next(row["service_request_id"] for row in rows(partner) if row["count"])
    told = ""
    for form in ("json", "xml"):
        for path in (
            f"requests.{form}",
            f"requests/{ids}.{form}",
            f"requests/{cell}.{form}",
            f"services.{form}",
            f"requests/X.{form}",
        ):
            told += partner.get(f"{V2}/{path}").get_data(as_text=True)
    manager = enterprise(client)
    unit = Office(client, HOME).leader.get(f"/units/{manager.unit_id}").get_json()["name"]
    with parts.database.snapshot() as session:
        photos = [str(photo) for hazard in session.scalars(select(Hazard)) for photo in hazard.photo_ids]
    secrets = [
        CANARY, PHONE, "乌云", "晨光商店", "举报人家门口", unit, "111.7502", "40.9001", "加油站", *photos,
        *(secret for case in cases for secret in (str(case.reporter.id), case.number, str(case.id))),
    ]  # fmt: skip
    assert number in told
    assert cell in told
    assert [secret for secret in secrets if secret in told] == []


# ---- the specification ----


def test_xml_says_what_json_says(client: FlaskClient, partner: KeyHolder) -> None:
    partner.reported()
    for path, root, item in (
        ("services", "services", "service"), ("requests", "service_requests", "request"), ("requests/X", "errors", "error"),
    ):  # fmt: skip
        in_json, in_xml = (partner.get(f"{V2}/{path}.{form}") for form in ("json", "xml"))
        assert (in_xml.status_code, in_xml.mimetype) == (in_json.status_code, "text/xml")
        tree = ET.fromstring(in_xml.get_data())  # noqa: S314 - our own
        assert tree.tag == root
        found = [{member.tag: member.text or "" for member in each} for each in tree.findall(item)]
        assert found == [{name: _text(value) for name, value in each.items()} for each in in_json.get_json()]


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else "" if value is None else str(value)


def test_services_are_the_pictures_with_their_questions(partner: KeyHolder) -> None:
    services = partner.get(f"{V2}/services.json").get_json()
    assert len(services) == 9
    assert {service["metadata"] for service in services} == {True}
    exit_ = partner.get(f"{V2}/services/EXIT.json").get_json()
    assert [attribute["code"] for attribute in exit_["attributes"]] == ["people_trapped_or_fire", "category"]
    assert "EVAC_BLOCKED" in {value["key"] for value in exit_["attributes"][1]["values"]}
    assert partner.get(f"{V2}/services/SMOKE.json").status_code == 404


def test_the_discovery_document_needs_no_key_and_everything_else_does(client: FlaskClient) -> None:
    found = client.get(f"{BASE}{V2}/discovery.json").get_json()
    assert found["endpoints"][0]["url"].endswith("/api/v1/open311/v2")
    for path in ("services", "services/EXIT", "requests", "requests/X", f"tokens/{uuid4()}"):
        answer = client.get(f"{BASE}{V2}/{path}.json")
        assert (answer.status_code, answer.get_json()[0]["code"]) == (403, 403), path
        assert client.get(f"{BASE}{V2}/{path}.json", headers=citizen(client).headers).status_code == 403


def test_a_search_reaches_over_ninety_days_and_no_more(partner: KeyHolder, clock: Clock) -> None:
    number = partner.reported()
    clock.advance(days=91)
    assert rows(partner) == []
    assert [row["service_request_id"] for row in rows(partner, start_date="2026-11-01T00:00:00Z")] == [number]
    long = partner.get(
        f"{V2}/requests.json", query_string={"start_date": "2026-11-01T00:00:00Z", "end_date": "2027-02-01T00:00:00Z"}
    )
    assert (long.status_code, refused(long)) == (400, ["start_date"])


def test_pages_follow_each_other_from_ones_own_to_the_cells(client: FlaskClient, partner: KeyHolder, clock: Clock) -> None:
    near(client, count=3)
    near(client, count=3, picture="EBIKE")
    numbers = [partner.reported() for _ in range(3)]
    clock.advance(days=1)
    pages = [[row["service_request_id"] for row in rows(partner, page=str(page), page_size="2")] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [*pages[0], *pages[1]][:3] == numbers[::-1]
    assert [row["service_code"] for row in rows(partner, service_code="EBIKE")] == ["EBIKE"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"page_size": "1001"}, "page_size"), ({"status": "gone"}, "status"), ({"service_code": "SMOKE"}, "service_code"),
        ({"start_date": "yesterday"}, "start_date"), ({"colour": "red"}, "colour"),
        ({"jurisdiction_id": "110101"}, "jurisdiction_id"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_named(partner: KeyHolder, query: dict[str, str], named: str) -> None:
    answer = partner.get(f"{V2}/requests.json", query_string=query)
    assert (answer.status_code, refused(answer)) == (400, [named])


def test_a_division_that_is_not_the_keys_is_not_found(partner: KeyHolder) -> None:
    for code, status in ((HOME, 200), ("150100", 200), ("150000", 200), (ELSEWHERE, 404), ("159999", 404)):
        assert partner.get(f"{V2}/services.json?jurisdiction_id={code}").status_code == status, code


def test_a_photo_is_refused_before_it_is_read_if_it_is_too_large(partner: KeyHolder) -> None:
    said = {"content_type": "multipart/form-data; boundary=x", "environ_overrides": {"CONTENT_LENGTH": "21100000"}}
    answer = partner.call("POST", f"{V2}/requests.json", data=b"--x", **said)
    assert (answer.status_code, answer.get_json()[0]["code"]) == (413, 413)


def test_a_partner_does_not_see_the_case_itself(client: FlaskClient, partner: KeyHolder) -> None:
    case = case_of(client, partner.reported())
    assert partner.get(case.path).status_code == 401
    assert re.search("PARTNER|合作", str(staff(client, Role.UNIT_LEADER).get(case.path).get_json()["data"])) is None
