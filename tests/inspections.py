"""Makers of inspections, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from database.base import new_id
from tests.makers import FOUND, Case, Office, in_days, order_to
from tests.papers import served
from tests.people import HOME, Caller, Json
from workflow.inspections.rules import LIFE


def planned(client: FlaskClient, region_code: str = HOME, *, days: int = 3, **fields: Any) -> Case:
    """An inspection of the banner's enterprise, whose leader has just sent two officers."""
    office = Office(client, region_code)
    inspection_id = new_id()
    case = Case("inspection", inspection_id, office, office.manager, inspection_id, "")
    body = {
        "id": str(inspection_id), "unit_id": str(office.manager.unit_id), "kind": "SPOT_CHECK", "reason": "年度监督抽查计划",
        "planned_on": in_days(case, days), "checklist": "SPOT_CHECK",
        "officer_ids": [str(officer.id) for officer in office.officers],
        **fields,
    }  # fmt: skip
    answer = office.leader.post("/inspections", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    case.last = answer.get_json()
    case.state, case.revision, case.number = case.last["state"], case.last["revision"], case.last["number"]
    return case


def unit_name(case: Case) -> str:
    """Of the inspected unit, as its officers have it."""
    name: str = case.read(case.office.leader)["data"]["unit_name"]
    return name


def answers(case: Case, **results: Json) -> list[Json]:
    """Every item of the checklist: what `results` says by its code, GOOD else."""
    items = case.read(case.office.leader)["data"]["checklist"]["items"]
    return [{"code": item["code"], "result": "GOOD", **results.get(item["code"], {})} for item in items]


def found(case: Case, **results: Json) -> Json:
    """What two officers write."""
    return {
        "answers": answers(case, **results),
        "finding": "逐项检查完毕。",
        "attended_by": "张建国",
        "position": FOUND["position"],
    }


BLOCKED: Json = {"EVACUATION": {"result": "BAD", "note": "二层安全出口上锁"}}


def fixed() -> Json:
    """A fault that was put right there and then, with its picture."""
    return {"EVACUATION": {"result": "BAD", "note": "安全出口上锁", "is_fixed": True, "fixed_photos": [str(new_id())]}}


def order_after(case: Case, **fields: Any) -> Json:
    """The order for what was not put right there and then."""
    items = [{"description": "二层安全出口上锁,立即开启并保持畅通", "clause": "消防法第二十八条"}]
    return order_to(case, unit_id=str(case.office.manager.unit_id), unit_name=unit_name(case), items=items, **fields)


def _arrive(case: Case) -> Case:
    return case.act(case.office.officers[0], "start", scanned_unit_id=str(case.office.manager.unit_id))


def _order(case: Case) -> Case:
    return case.cosigned("order", **found(case, **BLOCKED), order=order_after(case))


def order_of(case: Case) -> Case:
    """The order that came of it."""
    found_id = UUID(case.read(case.office.leader)["data"]["rectification_id"])
    order = Case("rectification", found_id, case.office, case.reporter, case.hazard_id, "", case.number)
    order.read()
    return order


def _fixed_and(case: Case, result: str) -> None:
    order = order_of(case)
    manager: Caller = case.office.manager
    items = [{"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in order.last["data"]["items"]]
    order.act(manager, "report_fix", items=items)
    order.act(manager, "apply_recheck")
    order.cosigned(result, finding="复查情况")
    if result == "recheck_fail":
        served(order)
        order.act(case.office.leader, "file_case", case_no="内消立字〔2026〕第9号")
    case.read(case.office.leader)


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    results = {"fix_on_site": fixed(), "order": BLOCKED}.get(action, {})
    known = {**found(case, **results), "scanned_unit_id": str(case.office.manager.unit_id), "ground": "THIRD_PARTY"}
    return known | ({"order": order_after(case)} if action == "order" else {})


Step = Callable[[Case], object]
WAYS: dict[str, list[Step]] = {
    "ASSIGNED": [],
    "IN_PROGRESS": [_arrive],
    "NO_PROBLEM": [_arrive, lambda case: case.cosigned("find_none", **found(case))],
    "FIXED_ON_SITE": [_arrive, lambda case: case.cosigned("fix_on_site", **found(case, **fixed()))],
    "RECTIFYING": [_arrive, _order],
    "RECTIFIED": [_arrive, _order, lambda case: _fixed_and(case, "recheck_pass")],
    "CASE_FILED": [_arrive, _order, lambda case: _fixed_and(case, "recheck_fail")],
    "CANCELLED": [lambda case: case.act(case.office.leader, "cancel", reason="单位已停业")],
}
assert set(WAYS) == set(LIFE.states)


def make_inspection(client: FlaskClient, state: str = "ASSIGNED", region_code: str = HOME, **fields: Any) -> Case:
    """An inspection in this state."""
    told: dict[str, Any] = {"notice": "BEFORE"} if state == "CANCELLED" else {}
    case = planned(client, region_code, **told | fields)
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case
