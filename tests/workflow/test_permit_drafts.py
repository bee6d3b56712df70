"""Promises about a draft at which several people of an enterprise work, and about what its people find afterwards."""

from __future__ import annotations

from flask.testing import FlaskClient

from accounts.actor import Role
from tests.people import ELSEWHERE, enterprise
from tests.permits import FORM, clerk, correct, draft, make_permit, materials, responsible
from workflow.permits.rules import ORDINARY


def test_what_a_colleague_photographed_stays_when_another_goes_on_and_is_told_who_wrote_last(client: FlaskClient) -> None:
    case, boss = draft(client), responsible(client)
    seen = case.read(boss)
    assert (seen["draft"]["is_own"], case.read(case.reporter)["draft"]["is_own"]) == (False, True)
    assert seen["draft"]["written_by"] != seen["draft"]["signer"] == boss.user["name"]
    mine = {**seen["data"]["materials"], "OTHER": materials("OTHER")["OTHER"]}
    case.act(boss, "fill_in", route=ORDINARY, form={**FORM, "exits": 4}, materials=mine)
    assert case.read(case.reporter)["data"]["materials"] == mine
    case.act(case.reporter, "submit")
    correct(case)
    assert case.read(case.reporter)["draft"]["written_by"] == seen["draft"]["signer"], "the window asks, and writes nothing"
    case.act(boss, "supplement", form={**FORM, "area_m2": 800}, materials=mine)
    assert case.read(clerk(case))["draft"] is None


def test_a_picture_of_somebody_else_becomes_no_part_of_an_application(client: FlaskClient) -> None:
    theirs = draft(client, ELSEWHERE).read(enterprise(client, Role.UNIT_MANAGER, ELSEWHERE))["data"]["materials"]
    case = draft(client)
    answer = case.reporter.post(f"{case.path}/actions/fill_in", {"route": ORDINARY, "form": FORM, "materials": theirs})
    assert {error["code"] for error in answer.get_json()["errors"]} == {"id_taken"}


def test_what_the_register_knows_need_not_be_filled_in(client: FlaskClient) -> None:
    case = draft(client, venue_kind=None, venue_name=None)
    form = case.read(case.reporter)["data"]["form"]
    assert (form["venue_kind"], form["venue_name"]) == ("HOTEL", case.reporter.user["units"][0]["name"])


def test_a_holder_finds_his_licences_with_their_codes_and_nobody_elses(client: FlaskClient) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    token = case.read(case.reporter)["licence_token"]
    mine = case.reporter.get("/licences/mine?limit=100").get_json()["items"]
    [own] = [licence for licence in mine if licence["permit_id"] == str(case.id)]
    assert (own["token"], own["unit_id"]) == (token, str(case.reporter.unit_id))
    for other in (enterprise(client, Role.UNIT_MANAGER, ELSEWHERE), enterprise(client, Role.UNIT_STAFF), clerk(case)):
        assert token not in other.get("/licences/mine").get_data(as_text=True)


def test_a_floor_that_there_is_not_is_told(client: FlaskClient) -> None:
    case = draft(client, floors=[0, 1])
    assert [defect["code"] for defect in case.read(case.reporter)["defects"]] == ["no_such_floor"]
