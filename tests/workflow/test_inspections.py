"""消防监督检查: sent by the leader, made by two officers by an edition of a checklist, and followed until it is put right."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.clock import Clock
from tests.inspections import BLOCKED, fixed, found, make_inspection, order_after, order_of, planned
from tests.makers import Case
from tests.papers import block_of, lend, on_the_spot, served
from tests.people import ELSEWHERE, Caller, Json, citizen, staff
from workflow.queue import escalation


def papers(case: Case, reader: Caller) -> dict[str, Json]:
    answer = reader.get(f"{case.path}/papers")
    return {paper["title"]: paper for paper in answer.get_json()["items"]} if answer.status_code == 200 else {}


def test_the_assignment_is_the_approval_and_makes_its_papers(client: FlaskClient) -> None:
    case = planned(client)
    made = papers(case, case.office.leader)
    assert list(made) == ["行政检查审批表", "行政检查通知书"]
    assert "审批意见:同意检查。" in made["行政检查审批表"]["body"]
    assert "年度监督抽查计划" in made["行政检查通知书"]["body"]
    assert not any("{" in paper["body"] for paper in made.values())
    tasks = (
        case.office.officers[0]
        .get("/queue", query_string={"view": "mine", "subject_type": "inspection", "limit": 100})
        .get_json()["items"]
    )
    assert str(case.id) in [task["subject_id"] for task in tasks]


def test_nobody_but_a_leader_sends_officers_and_only_certified_ones_of_the_banner_go(client: FlaskClient) -> None:
    office = planned(client).office
    pair = [str(officer.id) for officer in office.officers]
    body: Json = {
        "unit_id": str(office.manager.unit_id), "kind": "SPOT_CHECK", "reason": "抽查", "planned_on": "2026-11-26",
        "checklist": "SPOT_CHECK", "officer_ids": pair,
    }  # fmt: skip
    for caller in (office.officers[0], staff(client, Role.GRID_WORKER), office.clerk, citizen(client), office.manager):
        assert caller.post("/inspections", body).status_code == 403
    wrong: list[tuple[Json, str]] = [
        ({"officer_ids": [pair[0], str(staff(client, Role.GRID_WORKER).id)]}, "officer_ids"),
        ({"officer_ids": [pair[0], pair[0]]}, "officer_ids"),
        ({"officer_ids": [pair[0]]}, "officer_ids"),
        ({"unit_id": str(new_id())}, "unit_id"),
        ({"planned_on": "2026-11-22"}, "planned_on"),
        ({"planned_on": "2062-11-26"}, "planned_on"),
        ({"checklist": "NO_SUCH"}, "checklist"),
        ({"kind": "COMPLAINT"}, "kind"),
    ]
    for change, field in wrong:
        answer = office.leader.post("/inspections", body | change)
        assert answer.status_code == 422, change
        assert answer.get_json()["errors"][0]["field"] == field
    assert staff(client, Role.UNIT_LEADER, ELSEWHERE).post("/inspections", body).get_json()["errors"][0]["field"] == "unit_id"


def test_the_unit_learns_of_it_when_it_is_told_and_not_before(client: FlaskClient) -> None:
    unannounced = planned(client)
    manager = unannounced.office.manager
    assert manager.get(unannounced.path).status_code == 404
    assert papers(unannounced, manager) == {}
    unannounced.act(unannounced.office.officers[0], "start", no_code_reason="门口没有张贴入企码")
    seen = manager.get(unannounced.path).get_json()
    assert "reason" not in seen["data"]
    assert seen["actions"] == []
    assert list(papers(unannounced, manager)) == ["行政检查通知书"]  # the approval is the brigade's own
    announced = planned(client, notice="BEFORE")
    assert manager.get(announced.path).status_code == 200
    assert "行政检查通知" in manager.get("/inbox").get_data(as_text=True)


def test_the_code_at_the_entrance_is_that_of_the_inspected_place(client: FlaskClient) -> None:
    case = planned(client)
    officer = case.office.officers[0]
    answer = officer.post(f"{case.path}/actions/start", {"scanned_unit_id": str(new_id())})
    assert answer.get_json()["errors"][0]["code"] == "another_unit"
    answer = officer.post(f"{case.path}/actions/start", {})
    assert answer.get_json()["errors"][0]["field"] == "no_code_reason"
    case.act(officer, "start", scanned_unit_id=str(case.office.manager.unit_id))
    assert case.read()["data"]["arrival"]["is_scanned"]


@pytest.mark.parametrize(
    ("action", "results", "code"),
    [
        ("find_none", BLOCKED, "does_not_conform"),
        ("fix_on_site", {}, "nothing_to_fix"),
        ("fix_on_site", BLOCKED, "not_all_fixed"),
        ("order", fixed(), "nothing_to_order"),
        ("find_none", {"RULES": {"result": "GOOD", "is_fixed": True}}, "fixed_without_fault"),
    ],
)
def test_what_is_found_fits_the_checklist(client: FlaskClient, action: str, results: Json, code: str) -> None:
    case = make_inspection(client, "IN_PROGRESS")
    body = found(case, **results) | ({"order": order_after(case)} if action == "order" else {})
    answer = case.office.officers[0].post(f"{case.path}/actions/{action}", body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["code"] == code
    body["answers"] = body["answers"][1:]
    answer = case.office.officers[0].post(f"{case.path}/actions/{action}", body)
    assert answer.get_json()["errors"][0]["code"] == "not_every_item"


def test_a_record_signed_by_two_is_a_paper_that_the_unit_reads(client: FlaskClient) -> None:
    case = make_inspection(client, "NO_PROBLEM")
    record = papers(case, case.office.manager)["消防监督检查记录"]
    assert "疏散通道、安全出口、消防车通道畅通:符合" in record["body"]
    assert "检查结果:未发现问题" in record["body"]
    finding = case.read(case.office.manager)["data"]["finding"]
    assert finding["officers"] == [str(officer.id) for officer in case.office.officers]
    alone = make_inspection(client, "IN_PROGRESS")
    first = alone.office.officers[0]
    alone.act(first, "find_none", **found(alone))
    answer = first.post(f"{alone.path}/actions/cosign", {"act_sha256": alone.last["act_sha256"]})
    assert answer.get_json()["reason"] == "not_the_second_officer"
    assert alone.read()["state"] == "IN_PROGRESS"


def test_an_order_served_on_the_spot_leads_through_recheck_to_the_end(client: FlaskClient, clock: Clock) -> None:
    case = make_inspection(client, "IN_PROGRESS")
    officer, manager = case.office.officers[0], case.office.manager
    block = lend(officer)
    clock.advance(minutes=40)
    order = on_the_spot(block, order_after(case), clock.now)
    case.cosigned("order", **found(case, **BLOCKED), order=order)
    assert case.state == "RECTIFYING"
    made = order_of(case)
    assert made.last["data"]["order_no"] == order["served"]["number"]
    assert made.last["data"]["inspection_id"] == str(case.id)
    assert made.read(manager)["data"]["items"][0]["clause"] == "消防法第二十八条"
    (paper,) = manager.get(f"{made.path}/papers").get_json()["items"]
    assert paper["sha256"] == hashlib.sha256(order["served"]["body"].encode()).hexdigest()
    assert block_of(officer, block["id"])["numbers"][0]["state"] == "USED"
    items = [{"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in made.last["data"]["items"]]
    made.act(manager, "report_fix", items=items)
    made.act(manager, "apply_recheck")
    made.cosigned("recheck_pass", finding="出口已开启")
    assert case.read()["state"] == "RECTIFIED"
    assert case.read()["due_at"] is None


def test_the_end_of_an_orders_term_makes_the_recheck_due(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    case = make_inspection(client, "RECTIFYING")
    order = served(order_of(case))
    clock.advance(days=22)
    with parts.database.transaction() as session:
        while escalation.expire_terms(session):
            pass
    assert order.read()["state"] == "RECHECK_PENDING"
    assert case.read()["due_at"] == order.last["due_at"]


def test_whoever_stands_back_acts_no_more_and_is_not_sent_again(client: FlaskClient) -> None:
    case = make_inspection(client, "IN_PROGRESS")
    first, second = case.office.officers
    case.act(first, "recuse", reason="与该单位负责人是近亲属")
    answer = first.post(f"{case.path}/actions/find_none", found(case))
    assert answer.get_json()["reason"] == "recused"
    assert not {"find_none", "start", "recuse"} & {step["action"] for step in case.read(first)["actions"]}
    leader = case.office.leader
    answer = leader.post(f"{case.path}/actions/assign", {"officer_ids": [str(first.id), str(second.id)]})
    assert answer.get_json()["errors"][0]["code"] == "recused"
    third = staff(client, Role.FIRE_OFFICER, nth=2)
    case.act(leader, "assign", officer_ids=[str(second.id), str(third.id)])
    assert case.state == "ASSIGNED"
    assert "申请回避" in leader.get("/inbox").get_data(as_text=True)


def test_a_unit_is_checked_no_oftener_in_a_year_than_the_row_says(client: FlaskClient, fresh_database: Any) -> None:
    case = planned(client)
    admin = staff(client, Role.SYS_ADMIN, "150000")
    category = case.office.leader.get(f"/units/{case.office.manager.unit_id}").get_json()["category"]
    path = f"/inspections/caps/{category}"
    assert case.office.leader.put(path, {"most": 1, "basis": "年度计划"}).status_code == 403
    assert admin.put("/inspections/caps/NOTHING", {"most": 1, "basis": "年度计划"}).status_code == 404
    assert admin.put(path, {"most": 1, "basis": "内消〔2026〕年度检查计划"}).status_code == 200
    body: Json = {
        "unit_id": str(case.office.manager.unit_id), "kind": "SPOT_CHECK", "reason": "抽查", "planned_on": "2026-12-30",
        "checklist": "SPOT_CHECK", "officer_ids": [str(officer.id) for officer in case.office.officers],
    }  # fmt: skip
    answer = case.office.leader.post("/inspections", body)
    assert answer.status_code == 409
    assert answer.get_json()["reason"] == "annual_cap_reached"
    assert case.office.leader.post("/inspections", body | {"planned_on": "2027-01-04"}).status_code == 201  # another year
    assert case.office.leader.post("/inspections", body | {"kind": "EVENT_CHECK"}).status_code == 201  # does not count
    case.act(case.office.leader, "cancel", reason="单位停业")
    assert case.office.leader.post("/inspections", body).status_code == 201


def test_an_inspection_keeps_the_edition_that_it_was_planned_with(client: FlaskClient, fresh_database: Any) -> None:
    case = planned(client)
    admin = staff(client, Role.SYS_ADMIN, "150000")
    edition = {
        "title": "消防监督抽查检查表", "effective_from": "2026-12-01", "basis": "内消〔2026〕检查表",
        "items": [{"code": "EVACUATION", "text": "疏散通道畅通", "clause": "消防法第二十八条"}],
    }  # fmt: skip
    path = "/inspections/checklists/SPOT_CHECK/editions/2026-2"
    assert case.office.leader.put(path, edition).status_code == 403
    double = edition | {"items": edition["items"] * 2}  # type: ignore[operator]
    assert admin.put(path, double).get_json()["errors"][0]["code"] == "double"
    assert admin.put(path, edition).status_code == 201
    assert admin.put(path, edition).get_json()["errors"][0]["code"] == "taken"
    assert case.read()["data"]["checklist"]["edition"] == "2026-1"
    assert planned(client, days=3).read()["data"]["checklist"]["edition"] == "2026-1"
    assert planned(client, days=10).read()["data"]["checklist"]["edition"] == "2026-2"
    listed = client.get("/api/v1/inspections/checklists", headers=citizen(client).headers).get_json()["items"]
    assert [item["edition"] for item in listed if item["code"] == "SPOT_CHECK"] == ["2026-1", "2026-2"]


def test_the_journal_says_who_set_a_bound_and_who_published_an_edition(client: FlaskClient, parts: Parts) -> None:
    admin = staff(client, Role.SYS_ADMIN, "150000")
    for most in (2, 3, None):
        assert admin.put("/inspections/caps/GENERAL_UNIT", {"most": most, "basis": "年度检查计划"}).status_code == 200
    edition = {
        "title": "消防监督抽查检查表", "effective_from": "2027-12-01", "basis": "内消〔2027〕检查表",
        "items": [{"code": "EVACUATION", "text": "疏散通道畅通", "clause": "消防法第二十八条"}],
    }  # fmt: skip
    assert admin.put("/inspections/checklists/SPOT_CHECK/editions/2027-9", edition).status_code == 201
    with parts.database.snapshot() as session:
        events = list(session.scalars(select(Event).where(Event.actor_id == admin.id).order_by(Event.id)))
    caps = [event.data["most"] for event in events if event.name == "organisation.cap_set"]
    assert caps[-3:] == [[None, 2], [2, 3], [3, None]]
    assert events[-1].name == "organisation.checklist_published"
    assert (events[-1].data["code"], events[-1].data["edition"]) == ("SPOT_CHECK", "2027-9")
