"""What had begun before the first step: cases of every kind, some of them far enough that a seed sees their end."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from accounts.actor import Role
from database.base import Json, new_id
from device.client import Device
from tests.assistance import ASKED
from tests.clock import Clock
from tests.inspections import BLOCKED
from tests.makers import CATEGORY, FOUND, report
from tests.measures import DANGER
from tests.pack import a_source
from tests.people import ELSEWHERE, HOME
from tests.permits import FORM, FOUND as VISITED, materials
from workflow.clocks import local_day
from workflow.permits.rules import COMMITMENT, ORDINARY

CITIZENS = ("citizen-1", "citizen-2", "citizen-3")


def begin_cases(everybody: dict[str, Device], legal_person: Device, clock: Clock) -> None:
    """Hazards that citizens have snapped, and what enterprises and offices have begun over HTTP."""
    _begin_hazards(everybody, clock)
    _begin_others(everybody, legal_person, clock)


def _desk(everybody: dict[str, Device], role: Role, region_code: str = HOME) -> Device:
    return everybody[f"{role.value}.{region_code}"]


def _pair(everybody: dict[str, Device], *names: str) -> list[str]:
    return [everybody[name].user["id"] for name in names]


def _begin_hazards(everybody: dict[str, Device], clock: Clock) -> None:
    """One of each citizen: assigned, found, and closed."""
    clerk, leader = _desk(everybody, Role.INTAKE_CLERK), _desk(everybody, Role.UNIT_LEADER)
    first, second = (everybody[name] for name in ("officer-1", "officer-2"))

    def act(device: Device, name: str, hazard_id: str, args: dict[str, Any]) -> str:
        clock.advance(seconds=1)
        line = device.mutate(name, hazard_id, args).line
        [result] = device.push()
        assert result["outcome"] == "applied", result
        return hashlib.sha256(line).hexdigest()

    for progress, citizen in enumerate(CITIZENS):
        body = report(None, HOME, description=f"楼道堵塞 {citizen}")  # type: ignore[arg-type]
        hazard_id = body.pop("id")
        act(everybody[citizen], "hazard.submit", hazard_id, body)
        clerk.call("POST", f"/hazards/{hazard_id}/actions/register", {"category": CATEGORY})
        officers = _pair(everybody, "officer-1", "officer-2")
        leader.call("POST", f"/hazards/{hazard_id}/actions/assign", {"officer_ids": officers})
        if progress > 0:
            first.pull()
            act(first, "hazard.start", hazard_id, {})
            digest = act(first, "hazard.verify_false", hazard_id, FOUND)
            act(second, "hazard.cosign", hazard_id, {"act_sha256": digest})
        if progress > 1:
            clerk.call("POST", f"/hazards/{hazard_id}/actions/tell_reporter", {})


def _begin_others(everybody: dict[str, Device], legal_person: Device, clock: Clock) -> None:
    """Applications, a request for help, inspections, a sealing, hydrants, lent numbers."""
    manager, leader, clerk = everybody["manager"], _desk(everybody, Role.UNIT_LEADER), _desk(everybody, Role.INTAKE_CLERK)
    unit_id = manager.user["units"][0]["unit_id"]
    unit_name = leader.call("GET", f"/units/{unit_id}")["name"]
    today = local_day(clock.now)

    def make(device: Device, path: str, **body: Any) -> str:
        """One more; where it is."""
        clock.advance(seconds=1)
        made_id = body.pop("id", None) or str(new_id())
        device.call("POST", path, {"id": made_id, **body})
        return f"{'/measures' if path == '/measures/sealings' else path}/{made_id}"

    def act(device: Device, path: str, action: str, **body: Any) -> Json:
        clock.advance(seconds=1)
        done: Json = device.call("POST", f"{path}/actions/{action}", body)
        return done

    # Applications: a draft that is signed, one at the window, and two that officers have to look after.
    window, approver = _desk(everybody, Role.PERMIT_CLERK), _desk(everybody, Role.PERMIT_APPROVER)
    text = legal_person.call("GET", "/permits/commitment")
    pair = {"officer_ids": _pair(everybody, "officer-1", "officer-2")}

    def apply(route: str) -> str:
        return make(manager, "/permits", unit_id=unit_id, route=route, form=FORM, materials=materials())

    act(manager, apply(ORDINARY), "submit")
    for progress in range(4):
        permit = apply(COMMITMENT)
        act(legal_person, permit, "sign_commitment", sha256=text["sha256"])
        if progress > 0:
            act(manager, permit, "submit")
            act(window, permit, "accept")
            act(approver, permit, "grant")
            act(leader, permit, "assign", **pair)
        if progress > 2:
            orders = [{"description": "疏散指示标志损坏", "clause": "消防法16"}]
            due_on = (today + timedelta(days=14)).isoformat()
            drafted = act(everybody["officer-1"], permit, "verify_fail", **VISITED, orders=orders, due_on=due_on)
            act(everybody["officer-2"], permit, "cosign", act_sha256=drafted["act_sha256"])

    of_the_unit = {**ASKED, "applicant_kind": "UNIT", "unit_id": unit_id}
    make(manager, "/assistance", **of_the_unit)
    helped = make(manager, "/assistance", **of_the_unit)
    act(clerk, helped, "accept")
    at = (clock.now + timedelta(hours=2)).isoformat()
    act(leader, helped, "schedule", expert_id=everybody["expert"].user["id"], mode="ON_SITE", appointed_at=at)

    # Inspections: one before it begins, one under way that leads to a sealing, one that has led to an order.
    day = (today + timedelta(days=2)).isoformat()
    visit = {"unit_id": unit_id, "kind": "OTHER", "reason": "节前检查", "planned_on": day, "checklist": "SPOT_CHECK", **pair}
    make(leader, "/inspections", notice="BEFORE", **visit)
    visited = [make(leader, "/inspections", **visit) for _ in range(2)]
    for inspection in visited:
        act(everybody["officer-1"], inspection, "start", scanned_unit_id=unit_id)
    asked = leader.call("GET", visited[1])["data"]["checklist"]["items"]
    answers = [{"code": item["code"], "result": "GOOD", **BLOCKED.get(item["code"], {})} for item in asked]
    order = {
        "kind": "DEADLINE", "due_on": (today + timedelta(days=21)).isoformat(), "unit_id": unit_id, "unit_name": unit_name,
        "items": [{"description": "二层安全出口上锁", "clause": "消防法28"}],
    }  # fmt: skip
    drafted = act(everybody["officer-1"], visited[1], "order", answers=answers, finding="二层安全出口上锁", order=order)
    act(everybody["officer-2"], visited[1], "cosign", act_sha256=drafted["act_sha256"])
    make(
        everybody["officer-1"], "/measures/sealings", inspection_id=visited[0].rpartition("/")[2], unit_id=unit_id,
        unit_name=unit_name, place="二层仓库", danger=DANGER, inspected_on=today.isoformat(),
    )  # fmt: skip

    for code, officer in ((HOME, "officer-1"), (ELSEWHERE, "officer-4")):
        make(_desk(everybody, Role.UNIT_LEADER, code), "/water-sources", **a_source(region_code=code, position=None))
        make(everybody[officer], "/number-blocks", paper="order", count=3)
