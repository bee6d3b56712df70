"""Papers on the spot: numbers that are lent, used once and accounted for; the bytes that were served are those that are kept."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.clock import Clock
from tests.makers import FINDING, FOUND, Case, make_hazard, order_to
from tests.papers import block_of, lend, on_the_spot
from tests.people import ELSEWHERE, Json, citizen, staff
from workflow.clocks import local_day
from workflow.papers.templates import order_paper, record_paper


def state_of(block: Json, number: str) -> str:
    return str(next(entry["state"] for entry in block["numbers"] if entry["number"] == number))


def served_order(client: FlaskClient, clock: Clock, **served: Any) -> tuple[Case, Json, Json]:
    hazard = make_hazard(client, "VERIFYING")
    block = lend(hazard.office.officers[0])
    clock.advance(minutes=30)
    order = on_the_spot(block, order_to(hazard), clock.now, **served)
    hazard.cosigned("verify_true", **FOUND, order=order)
    return hazard, block, order


def test_an_order_that_was_served_on_the_spot_keeps_its_number_and_its_very_bytes(client: FlaskClient, clock: Clock) -> None:
    hazard, block, order = served_order(client, clock)
    made = hazard.sibling("rectification")
    served = order["served"]
    assert made.read()["data"]["order_no"] == served["number"]
    assert made.read()["data"]["ordered_on"] == "2026-11-23"
    papers = f"{made.path}/papers"
    for reader in (hazard.office.leader, hazard.office.officers[1], hazard.office.manager):
        (paper,) = reader.get(papers).get_json()["items"]
        assert paper["body"] == served["body"]
        assert paper["sha256"] == hashlib.sha256(served["body"].encode()).hexdigest()
        assert paper["title"] == "责令限期改正通知书"
        assert {**paper["served"], "at": None} == {
            "at": None, "signed": "REFUSED", "party_name": "", "witness_name": "巴图", "photo_ids": [],
        }  # fmt: skip
        pdf = reader.get(f"/papers/{paper['id']}/pdf")
        assert pdf.status_code == 200
        assert pdf.data.startswith(b"%PDF-")
    for stranger in (citizen(client), staff(client, Role.UNIT_LEADER, ELSEWHERE)):
        assert stranger.get(papers).status_code == 404
        assert stranger.get(f"/papers/{paper['id']}/pdf").status_code == 404
    block = block_of(hazard.office.leader, block["id"])
    assert [entry["state"] for entry in block["numbers"]] == ["USED", "HELD", "HELD"]
    assert block["numbers"][0]["paper_id"] == paper["id"]
    assert block["held"] == 2


def test_an_order_that_was_not_served_on_the_spot_is_made_by_the_server_under_its_own_number(
    client: FlaskClient, clock: Clock
) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    order = hazard.sibling("rectification")
    papers = f"{order.path}/papers"
    (paper,) = hazard.office.manager.get(papers).get_json()["items"]
    number = order.read()["data"]["order_no"]
    assert paper["number"] == number
    assert paper["served"] is None
    assert paper["body"].splitlines()[:2] == ["责令限期改正通知书", number]
    assert "1. 清理疏散通道内堆放的货物(消防法28)。" in paper["body"]
    assert "现责令于2026年12月14日前改正。" in paper["body"]
    assert "{" not in paper["body"]


def test_a_number_stands_for_one_paper(client: FlaskClient, clock: Clock) -> None:
    _, block, order = served_order(client, clock)
    other = make_hazard(client, "VERIFYING")
    officer = other.office.officers[0]
    again = on_the_spot(block, order_to(other), clock.now)
    answer = officer.post(f"{other.path}/actions/verify_true", {**FOUND, "order": {**again, "served": order["served"]}})
    assert answer.status_code == 409
    assert answer.get_json()["reason"] == "number_accounted_for"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"body": "责令限期改正通知书\n随意书写"}, "order.served.body"),
        ({"number": "新城大队责改〔2026〕第99999号"}, "order.served.number"),
        ({"block_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "order.served.block_id"),
        ({"served_at": "2026-11-20T02:00:00Z"}, "order.served.served_at"),
        ({"served_at": "2027-11-23T02:00:00Z"}, "order.served.served_at"),
        ({"witness_name": ""}, "order.served.witness_name"),
        ({"signed": "PARTY", "photos": [str(new_id())]}, "order.served.party_name"),
        ({"signed": "PARTY", "party_name": "李经理"}, "order.served.photos"),
    ],
)  # fmt: skip
def test_what_was_served_is_what_the_order_says(client: FlaskClient, clock: Clock, changed: Json, field: str) -> None:
    hazard = make_hazard(client, "VERIFYING")
    officer = hazard.office.officers[0]
    order = on_the_spot(lend(officer), order_to(hazard), clock.now)
    order["served"] |= changed
    answer = officer.post(f"{hazard.path}/actions/verify_true", {**FOUND, "order": order})
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.get_json()["errors"]] == [field]


def test_whoever_signs_for_a_paper_leaves_a_picture_of_it(client: FlaskClient, clock: Clock) -> None:
    signature = str(new_id())
    hazard, _, _ = served_order(client, clock, signed="PARTY", party_name="李经理", witness_name="", photos=[signature])
    order = hazard.sibling("rectification")
    papers = f"{order.path}/papers"
    (paper,) = hazard.office.manager.get(papers).get_json()["items"]
    assert paper["served"]["party_name"] == "李经理"
    assert paper["served"]["photo_ids"] == [signature]


def test_numbers_are_used_by_the_pair_and_in_the_name_of_their_office(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    for other in (staff(client, Role.FIRE_OFFICER, ELSEWHERE), staff(client, Role.FIRE_OFFICER, nth=2)):
        order = on_the_spot(lend(other), order_to(hazard), clock.now)
        answer = hazard.office.officers[0].post(f"{hazard.path}/actions/verify_true", {**FOUND, "order": order})
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["code"] == "not_lent_to_you"
    # The second officer's number is as good as the first one's.
    order = on_the_spot(lend(hazard.office.officers[1]), order_to(hazard), clock.now)
    hazard.cosigned("verify_true", finding=FINDING, position=FOUND["position"], order=order)
    assert hazard.sibling("rectification").read()["data"]["order_no"] == order["served"]["number"]


def test_every_number_is_accounted_for(client: FlaskClient, clock: Clock) -> None:
    officer, leader = staff(client, Role.FIRE_OFFICER), staff(client, Role.UNIT_LEADER)
    block = lend(officer, 3)
    spoilt = block["numbers"][0]["number"]
    path = f"/number-blocks/{block['id']}/actions"
    assert officer.post(f"{path}/void", {"number": spoilt, "reason": ""}).status_code == 422
    assert officer.post(f"{path}/void", {"number": "没有这个号", "reason": "纸张污损"}).status_code == 422
    assert officer.post(f"{path}/void", {"number": spoilt, "reason": "纸张污损"}).status_code == 200
    assert officer.post(f"{path}/void", {"number": spoilt, "reason": "纸张污损"}).status_code == 409
    assert staff(client, Role.FIRE_OFFICER, nth=1).post(f"{path}/give_back").status_code == 404
    assert leader.post(f"{path}/give_back").status_code == 403
    assert officer.post(f"{path}/give_back").status_code == 200
    settled = block_of(leader, block["id"])
    assert [entry["state"] for entry in settled["numbers"]] == ["VOID", "RETURNED", "RETURNED"]
    assert settled["numbers"][0]["reason"] == "纸张污损"
    assert settled["settled_at"]
    assert settled["held"] == 0
    # What was given back is not lent again: a copy of the device may still hold it.
    later = lend(officer, 2)
    assert not {entry["number"] for entry in later["numbers"]} & {entry["number"] for entry in block["numbers"]}


def test_a_paper_that_a_lost_phone_brings_back_counts(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    officer, leader = hazard.office.officers[0], hazard.office.leader
    block = lend(officer)
    path = f"/number-blocks/{block['id']}/actions/write_off"
    assert officer.post(path, {"reason": "手机遗失"}).status_code == 403
    assert leader.post(path, {"reason": "手机遗失"}).status_code == 200
    assert {entry["state"] for entry in block_of(leader, block["id"])["numbers"]} == {"LOST"}
    clock.advance(days=1)
    order = on_the_spot(block, order_to(hazard), clock.now)
    hazard.cosigned("verify_true", **FOUND, late_reason="手机遗失后找回", order=order)
    assert state_of(block_of(leader, block["id"]), order["served"]["number"]) == "USED"


def test_nobody_hoards_numbers(client: FlaskClient, clock: Clock) -> None:
    officer = staff(client, Role.FIRE_OFFICER, ELSEWHERE, 1)
    lend(officer, 20)
    lend(officer, 20)
    answer = officer.post("/number-blocks", {"paper": "order", "count": 1})
    assert answer.status_code == 409
    assert answer.get_json()["reason"] == "too_many_held"
    assert officer.post("/number-blocks", {"paper": "order", "count": 21}).status_code == 422
    assert officer.post("/number-blocks", {"paper": "permit_refusal", "count": 1}).status_code == 422  # the server's alone
    for stranger in (staff(client, Role.GRID_WORKER), staff(client, Role.INTAKE_CLERK), citizen(client)):
        assert stranger.post("/number-blocks", {"paper": "order", "count": 1}).status_code == 403


def test_a_phone_and_the_server_fill_a_paper_in_alike() -> None:
    """The client's own test reads the same samples (web/tests/papers.test.ts)."""
    for sample in json.loads((Path(__file__).parent.parent / "papers.json").read_text(encoding="utf-8")):
        day = local_day(datetime.fromisoformat(sample.get("served_at") or sample["sealed_at"]))
        if "order" in sample:
            made = order_paper(sample["order"], day)
        else:
            made = record_paper(SimpleNamespace(**sample["measure"]), sample["record"], sample["officers"], day)
        assert made.text(sample["template"], sample["office"], sample["number"]) == sample["text"]


def test_a_number_that_a_draft_names_is_neither_given_back_nor_spoilt_nor_named_again_until_it_is_signed(
    client: FlaskClient, clock: Clock
) -> None:
    hazard, other = make_hazard(client, "VERIFYING"), make_hazard(client, "VERIFYING")
    first, second = hazard.office.officers
    block = lend(first)
    clock.advance(minutes=30)
    order = on_the_spot(block, order_to(hazard), clock.now)
    number = order["served"]["number"]
    for finding in ("逐项检查,安全出口上锁", FINDING):  # drafted anew in other words
        hazard.act(first, "verify_true", **{**FOUND, "finding": finding}, order=order)
    refused = first.post(f"{other.path}/actions/verify_true", {**FOUND, "order": on_the_spot(block, order_to(other), clock.now)})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "number_accounted_for")
    spoilt = first.post(f"/number-blocks/{block['id']}/actions/void", {"number": number, "reason": "写错"})
    assert (spoilt.status_code, spoilt.get_json()["reason"]) == (409, "number_accounted_for")
    given_back = first.post(f"/number-blocks/{block['id']}/actions/give_back", {})
    assert given_back.status_code == 200
    assert [entry["state"] for entry in block_of(first, block["id"])["numbers"]] == ["NAMED", "RETURNED", "RETURNED"]
    hazard.act(second, "cosign", act_sha256=hazard.last["act_sha256"])
    settled = block_of(first, block["id"])
    assert (state_of(settled, number), settled["held"]) == ("USED", 0)
    assert hazard.sibling("rectification").read()["data"]["order_no"] == number


def test_a_number_whose_draft_gave_way_is_accounted_for_as_spoilt(client: FlaskClient, clock: Clock) -> None:
    hazard = make_hazard(client, "VERIFYING")
    first = hazard.office.officers[0]
    block = lend(first)
    clock.advance(minutes=30)
    order = on_the_spot(block, order_to(hazard), clock.now)
    hazard.act(first, "verify_true", **FOUND, order=order)
    hazard.act(first, "verify_false", finding="再次核对,通道畅通", position=FOUND["position"])
    spoilt = {"number": order["served"]["number"], "reason": "重新核对,未送达"}
    assert first.post(f"/number-blocks/{block['id']}/actions/void", spoilt).status_code == 200
    assert first.post(f"/number-blocks/{block['id']}/actions/give_back", {}).status_code == 200
    assert block_of(first, block["id"])["held"] == 0


def test_what_was_given_back_and_had_been_served_is_taken_all_the_same_and_so_is_what_a_wrong_clock_says(
    client: FlaskClient, clock: Clock
) -> None:
    hazard = make_hazard(client, "VERIFYING")
    first = hazard.office.officers[0]
    block = lend(first)
    order = on_the_spot(block, order_to(hazard), clock.now - timedelta(hours=3))  # the phone is slow
    assert first.post(f"/number-blocks/{block['id']}/actions/give_back", {}).status_code == 200
    hazard.cosigned("verify_true", **FOUND, order=order)
    assert state_of(block_of(first, block["id"]), order["served"]["number"]) == "USED"
