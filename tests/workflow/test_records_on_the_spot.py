"""临时查封现场笔录 on the spot: made under a number that was lent, served with the sealing, kept byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from device.client import Device
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import Case, make_hazard, order_to
from tests.measures import DECIDED, asked, at_once, handed, make_measure, opened, pass_terms, recorded
from tests.papers import block_of, lend, on_the_spot
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, demo_accounts, staff
from tests.wsgi import WsgiTransport

TITLE = "临时查封现场笔录"


def state_of(block: Json, number: str) -> str:
    return str(next(entry["state"] for entry in block["numbers"] if entry["number"] == number))


def record_of(case: Case, reader: Caller) -> Json:
    [paper] = [paper for paper in reader.get(f"{case.path}/papers").get_json()["items"] if paper["title"] == TITLE]
    return dict(paper)


@pytest.fixture
def case(client: FlaskClient) -> Case:
    """A sealing that is meant."""
    return make_measure(client)


@pytest.fixture
def block(case: Case) -> Json:
    """A number for a record, lent to the first of the two before he set out."""
    return lend(case.office.officers[0], 1, "seal_record")


@pytest.fixture
def phones(app: Flask, clock: Clock) -> Callable[[], list[Device]]:
    """The phones of the two officers, signed in, with what they hold."""

    def departed() -> list[Device]:
        devices = [Device(WsgiTransport(app.wsgi_app), clock=clock) for _ in range(2)]
        for nth, device in enumerate(devices):
            device.sign_in(**demo_accounts(Role.FIRE_OFFICER, HOME)[nth].way_in())
            device.register()
            device.sync()
        return devices

    return departed


def test_a_record_that_was_served_with_the_sealing_keeps_its_number_and_its_very_bytes(case: Case, block: Json) -> None:
    first, second = case.office.officers
    act = recorded(case, block)
    number, body = act["served"]["number"], act["served"]["body"]
    case.act(first, "seal_at_once", **act)
    assert state_of(block_of(first, block["id"]), number) == "NAMED"
    case.act(second, "cosign", act_sha256=case.last["act_sha256"])
    assert case.state == "PROVISIONAL"
    for reader in (case.office.leader, second, case.office.manager):
        paper = record_of(case, reader)
        assert (paper["number"], paper["body"]) == (number, body)
        assert paper["sha256"] == hashlib.sha256(body.encode()).hexdigest()
        assert (paper["served"]["signed"], paper["served"]["witness_name"]) == ("REFUSED", "巴图")
        assert paper["awaits_seal"] is False
    settled = block_of(case.office.leader, block["id"])
    assert (settled["numbers"][0]["state"], settled["held"]) == ("USED", 0)
    assert settled["numbers"][0]["paper_id"] == paper["id"]
    stranger = citizen(case.office.client)
    assert stranger.get(f"{case.path}/papers").status_code == 404


def test_a_record_that_was_not_served_on_the_spot_is_made_by_the_server(case: Case, block: Json) -> None:
    case.cosigned("seal_at_once", **at_once(case))
    paper = record_of(case, case.office.leader)
    assert paper["served"] is None
    assert paper["number"] not in {entry["number"] for entry in block["numbers"]}
    assert "在场人员:张建国" in paper["body"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"body": f"{TITLE}\n随意书写"}, "served.body"),
        ({"officers": "别人、旁人"}, "served.body"),
        ({"number": "新城大队封录〔2026〕第99999号"}, "served.number"),
        ({"block_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "served.block_id"),
        ({"served_at": "2026-11-20T02:00:00Z"}, "served.served_at"),
        ({"witness_name": ""}, "served.witness_name"),
        ({"signed": "PARTY", "photos": [str(new_id())]}, "served.party_name"),
        ({"signed": "PARTY", "party_name": "张建国"}, "served.photos"),
    ],
)  # fmt: skip
def test_what_was_served_is_what_the_act_says(case: Case, block: Json, changed: Json, field: str) -> None:
    answer = case.office.officers[0].post(f"{case.path}/actions/seal_at_once", recorded(case, block, **changed))
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.get_json()["errors"]] == [field]
    assert {entry["state"] for entry in block_of(case.office.leader, block["id"])["numbers"]} == {"HELD"}


@pytest.mark.parametrize("changed", [{"record": "没有封条"}, {"attended_by": "李四"}, {"witness_name": "其木格"}])
def test_a_record_says_what_the_act_says(case: Case, block: Json, changed: Json) -> None:
    act = {**recorded(case, block), **changed}
    answer = case.office.officers[0].post(f"{case.path}/actions/seal_at_once", act)
    assert [entry["field"] for entry in answer.get_json()["errors"]] == ["served.body"]


@pytest.mark.parametrize("changed", [{"danger": "货物堆放超高"}, {"place": "三层"}])
def test_a_record_says_what_was_said_when_the_sealing_was_meant(case: Case, block: Json, changed: Json) -> None:
    other = opened(make_inspection(case.office.client, "IN_PROGRESS"), **changed)
    answer = other.office.officers[0].post(f"{other.path}/actions/seal_at_once", recorded(case, block))
    assert [entry["field"] for entry in answer.get_json()["errors"]] == ["served.body"]


def test_whoever_signs_or_will_not_sign_was_there(case: Case, block: Json) -> None:
    act = {**recorded(case, block), "attended_by": "", "witness_name": "巴图"}
    answer = case.office.officers[0].post(f"{case.path}/actions/seal_at_once", act)
    assert [entry["field"] for entry in answer.get_json()["errors"]] == ["attended_by"]


def test_the_party_signs_and_a_picture_of_it_is_seen_by_its_people(case: Case, block: Json) -> None:
    signature = str(new_id())
    act = recorded(case, block, signed="PARTY", party_name="张建国", witness_name="", photos=[signature])
    case.cosigned("seal_at_once", **act)
    served = record_of(case, case.office.manager)["served"]
    assert (served["party_name"], served["photo_ids"]) == ("张建国", [signature])


def test_a_number_is_used_by_the_pair_for_its_own_paper_and_once(case: Case, block: Json, clock: Clock) -> None:
    first, second = case.office.officers
    path = f"{case.path}/actions/seal_at_once"
    for other in (staff(case.office.client, Role.FIRE_OFFICER, ELSEWHERE), staff(case.office.client, Role.FIRE_OFFICER, nth=2)):
        answer = first.post(path, recorded(case, lend(other, 1, "seal_record")))
        assert answer.get_json()["errors"][0]["code"] == "not_lent_to_you"
    of_orders = lend(first, 1)
    under = {"block_id": of_orders["id"], "number": of_orders["numbers"][0]["number"]}
    answer = first.post(path, recorded(case, block, **under))
    assert answer.get_json()["errors"][0]["code"] == "another_paper"
    hazard = make_hazard(case.office.client, "VERIFYING")
    under = {"block_id": block["id"], "number": block["numbers"][0]["number"]}
    order = on_the_spot(of_orders, order_to(hazard), clock.now, **under)
    answer = first.post(f"{hazard.path}/actions/verify_true", {"finding": "属实", "no_evidence_reason": "没电", "order": order})
    assert answer.get_json()["errors"][0]["code"] == "another_paper"
    # The second officer's number is as good as the first one's.
    case.cosigned("seal_at_once", **recorded(case, lend(second, 1, "seal_record")))
    other_place = opened(make_inspection(case.office.client, "IN_PROGRESS"))
    used = recorded(other_place, block)
    other_place.cosigned("seal_at_once", **used)
    again = opened(make_inspection(case.office.client, "IN_PROGRESS"))
    answer = first.post(f"{again.path}/actions/seal_at_once", recorded(again, block))
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "number_accounted_for")


def test_a_number_that_a_draft_names_is_spoilt_only_once_the_draft_has_given_way(case: Case, block: Json) -> None:
    first = case.office.officers[0]
    act = recorded(case, block)
    case.act(first, "seal_at_once", **act)
    spoilt = {"number": act["served"]["number"], "reason": "未送达"}
    refused = first.post(f"/number-blocks/{block['id']}/actions/void", spoilt)
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "number_accounted_for")
    case.act(first, "withdraw", reason="当场已清出")
    assert first.post(f"/number-blocks/{block['id']}/actions/void", spoilt).status_code == 200
    assert state_of(block_of(first, block["id"]), spoilt["number"]) == "VOID"


def test_decisions_are_made_by_the_server_only(client: FlaskClient) -> None:
    for paper in ("seal_decision", "handover", "permit_opinion"):
        answer = staff(client, Role.FIRE_OFFICER).post("/number-blocks", {"paper": paper, "count": 1})
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["field"] == "paper"


def test_two_phones_without_a_network_seal_serve_and_are_believed_when_they_come_back_two_days_later(
    client: FlaskClient, clock: Clock, phones: Callable[[], list[Device]]
) -> None:
    inspection = make_inspection(client, "IN_PROGRESS")
    first_phone, second_phone = phones()
    block_id, measure_id = str(new_id()), new_id()
    first_phone.mutate("number_block.lend", block_id, {"paper": "seal_record", "count": 2}, version=2)
    assert first_phone.sync()[-1]["outcome"] == "applied"
    held = first_phone.shown("number_block", block_id)
    assert held is not None
    meant = {name: value for name, value in asked(inspection).items() if name != "id"}
    # What the phone fills in is what the same officers would write at a desk.
    desk = opened(make_inspection(client, "IN_PROGRESS"))
    act = recorded(desk, {**held, "id": block_id})
    clock.advance(hours=1)
    opening = first_phone.mutate("measure.open", str(measure_id), meant)
    sealing = first_phone.mutate("measure.seal_at_once", str(measure_id), act, depends_on=(opening.mid,), version=2)
    digest = hashlib.sha256(sealing.line).hexdigest()
    signed = {"act_sha256": digest, "signer_id": second_phone.user["id"], "signature": second_phone.sign(digest)}
    first_phone.mutate("measure.cosign", str(measure_id), signed, depends_on=(sealing.mid,))
    clock.advance(days=2)
    assert [result["outcome"] for result in first_phone.sync()] == ["applied"] * 3
    made = Case("measure", measure_id, inspection.office, inspection.office.manager, inspection.id, "")
    made.read()
    assert datetime.fromisoformat(made.last["data"]["sealed_at"]) == datetime.fromisoformat(act["sealed_at"])
    paper = record_of(made, inspection.office.manager)
    assert (paper["number"], paper["body"]) == (act["served"]["number"], act["served"]["body"])
    number = act["served"]["number"]
    assert state_of(block_of(inspection.office.leader, block_id), number) == "USED"


def test_a_phone_that_has_not_been_renewed_seals_as_it_did(client: FlaskClient, phones: Callable[[], list[Device]]) -> None:
    case = opened(make_inspection(client, "IN_PROGRESS"))
    first_phone, second_phone = phones()
    act = first_phone.mutate("measure.seal_at_once", str(case.id), at_once(case))
    first_phone.mutate("number_block.lend", str(new_id()), {"paper": "order", "count": 1})
    assert [result["outcome"] for result in first_phone.sync()] == ["applied", "applied"]
    second_phone.mutate("measure.cosign", str(case.id), {"act_sha256": hashlib.sha256(act.line).hexdigest()})
    assert second_phone.sync()[-1]["outcome"] == "applied"
    assert record_of(case, case.office.leader)["served"] is None


@pytest.mark.parametrize(("state", "action", "target", "seen"), [
    ("DECIDED", "serve", "SEALED", "served"), ("UNSEAL_APPLIED", "check", "UNSEAL_CHECKED", "finding"),
    ("RESUME_APPLIED", "check", "RESUME_CHECKED", "finding"), ("SUSPENDED", "confirm_stopped", "STOPPED", "stopped"),
])  # fmt: skip
def test_what_a_pair_did_days_ago_counts_as_of_then_though_others_hold_the_case_by_now(
    client: FlaskClient, clock: Clock, phones: Callable[[], list[Device]], state: str, action: str, target: str, seen: str
) -> None:
    case = make_measure(client, state)
    first_phone, second_phone = phones()
    assert first_phone.shown("measure", str(case.id)) is not None
    clock.advance(hours=3)
    there = clock.now
    act: Json = {
        "serve": handed(case), "check": {"is_removed": True, "finding": "汽油已清出", "checked_at": there.isoformat()},
        "confirm_stopped": {"finding": "大门已关闭", "checked_at": there.isoformat()},
    }[action]  # fmt: skip
    drafted = first_phone.mutate(f"measure.{action}", str(case.id), act)
    digest = hashlib.sha256(drafted.line).hexdigest()
    signed = {"act_sha256": digest, "signer_id": second_phone.user["id"], "signature": second_phone.sign(digest)}
    first_phone.mutate("measure.cosign", str(case.id), signed, depends_on=(drafted.mid,))
    clock.advance(days=1)
    others = [str(staff(client, Role.FIRE_OFFICER, HOME, nth).id) for nth in (1, 2)]
    case.act(case.office.leader, "assign", officer_ids=others)
    clock.advance(days=3)
    pass_terms(case)
    results = first_phone.sync()
    assert [result["outcome"] for result in results] == ["applied", "applied"], results
    said = case.read()["data"]
    assert (case.state, datetime.fromisoformat(said[seen]["at"])) == (target, there)
    assert said[seen]["officers"] == [first_phone.user["id"], second_phone.user["id"]]


def test_a_decision_that_is_served_off_line_closes_the_place_from_then(
    client: FlaskClient, clock: Clock, phones: Callable[[], list[Device]]
) -> None:
    case = make_measure(client, "PROPOSED")
    case.act(case.office.leader, "decide", **DECIDED)
    first_phone, second_phone = phones()
    clock.advance(hours=3)
    drafted = first_phone.mutate("measure.serve", str(case.id), handed(case))
    served_at = clock.now
    digest = hashlib.sha256(drafted.line).hexdigest()
    signed = {"act_sha256": digest, "signer_id": second_phone.user["id"], "signature": second_phone.sign(digest)}
    first_phone.mutate("measure.cosign", str(case.id), signed, depends_on=(drafted.mid,))
    clock.advance(days=2)
    first_phone.sync()
    seen = case.read()["data"]
    assert seen["until_on"] == (served_at + timedelta(days=30)).date().isoformat()
    assert record_of(case, case.office.manager)["served"] is None  # the server makes it
