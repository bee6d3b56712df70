"""Licences are public: looked up, verified by their code, and those of earlier years entered by hand."""

from __future__ import annotations

from flask.testing import FlaskClient

from accounts.actor import Role
from tests.people import enterprise, staff
from tests.permits import FORM, make_permit


def test_a_licence_is_looked_up_and_verified_by_everybody_and_shows_nobodys_phone(client: FlaskClient) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    seen = case.read(case.reporter)
    number = seen["data"]["decision"]["document_no"]
    [found] = client.get("/api/v1/licences", query_string={"q": number}).get_json()["items"]
    assert found["venue"] == seen["venue"]
    assert FORM["contact_phone"] not in client.get(f"/api/v1/licences/verify/{seen['licence_token']}").get_data(as_text=True)
    for token in ("AAAAAAAAAAAAAAAAAAAAAA", "%00", "x" * 3000):
        assert client.get(f"/api/v1/licences/verify/{token}").status_code == 404


def test_an_earlier_certificate_stays_valid_until_a_new_one_replaces_it(client: FlaskClient) -> None:
    window = staff(client, Role.PERMIT_CLERK)
    unit_id = str(enterprise(client).unit_id)
    legacy = {
        "number": f"呼公消安检许字〔2019〕第{unit_id[:8]}号", "region_code": "150102", "holder": "晨光宾馆", "venue": "晨光宾馆",
        "address": "海拉尔东路88号", "issued_on": "2019-05-20", "unit_id": unit_id,
    }  # fmt: skip
    assert window.post("/licences", legacy).status_code == 201
    assert window.post("/licences", legacy).get_json()["errors"][0]["field"] == "number"
    make_permit(client, "VERIFY_PENDING", occasion="REBUILT", former_licence_no=legacy["number"])
    [found] = client.get("/api/v1/licences", query_string={"q": legacy["number"]}).get_json()["items"]
    assert found["status"] == "CHANGED"


def test_an_earlier_certificate_is_found_by_the_unit_with_its_credit_code(client: FlaskClient) -> None:
    window, manager = staff(client, Role.PERMIT_CLERK), enterprise(client)
    uscc = manager.get(f"/units/{manager.unit_id}").get_json()["uscc"]
    for number, code in (("呼公消安检字〔2018〕第0311号", uscc), ("呼公消安检字〔2018〕第0312号", None)):
        legacy = {
            "number": number, "region_code": "150102", "holder": "晨光宾馆", "venue": "晨光宾馆", "address": "海拉尔东路88号",
            "issued_on": "2018-05-20", "uscc": code,
        }  # fmt: skip
        assert window.post("/licences", legacy).status_code == 201
    own = {licence["number"] for licence in manager.get("/licences/mine").get_json()["items"]}
    assert own & {"呼公消安检字〔2018〕第0311号", "呼公消安检字〔2018〕第0312号"} == {"呼公消安检字〔2018〕第0311号"}
