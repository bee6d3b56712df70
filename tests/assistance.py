"""Makers of requests for technical assistance, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from accounts.actor import SYSTEM, Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from sync.editing import lock
from sync.mutations import Origin
from tests.makers import Case, Office
from tests.people import HOME, Caller, Json, enterprise, staff
from tests.wsgi import WsgiTransport
from workflow.acting import step_for
from workflow.assistance import timers
from workflow.assistance.models import Assistance
from workflow.assistance.rules import LIFE
from workflow.assistance.synced import ASSISTANCE

ASKED: Json = {
    "topic": "HAZARD_RECTIFY", "wanted_mode": "ON_SITE", "description": "疏散指示标志不亮,想知道怎么改", "contact_name": "杨海燕",
    "contact_phone": "13904150102", "preferred_time": "工作日上午",
}  # fmt: skip
ITEM: Json = {"problem": "疏散指示标志损坏3处", "clause": "消防法16", "suggestion": "更换灯具并每月测试", "cost": "SMALL"}
ADVICE: Json = {
    "summary": "现场查看了疏散指示和应急照明。",
    "items": [ITEM, {**ITEM, "problem": "应急照明无电"}],
    "next_step": "自查其余楼层",
}
WARNING: Json = {"danger": "EVACUATION_LOST", "words": "两个安全出口均已封死", "told_to": "值班经理"}


def expert(case: Case) -> Caller:
    """The banner's expert, who is sent."""
    return staff(case.office.client, Role.EXPERT, case.office.region_code)


def in_hours(case: Case, hours: float) -> str:
    """A moment on the clock of the test."""
    parts: Parts = case.office.client.application.extensions["fire"]
    return (parts.database.clock() + timedelta(hours=hours)).isoformat()


def ask(client: FlaskClient, region_code: str = HOME, *, who: Caller | None = None, **fields: Any) -> Case:
    """A request of the banner's enterprise by its manager, or of somebody for himself."""
    manager = who or enterprise(client, Role.UNIT_MANAGER, region_code)
    case_id = new_id()
    body = {"id": str(case_id), **ASKED, **fields}
    if who is None:
        body = {"applicant_kind": "UNIT", "unit_id": str(manager.unit_id), **body}
    answer = manager.post("/assistance", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    case = Case("assistance", case_id, Office(client, region_code), manager, case_id, "", made["number"])
    case.state, case.revision, case.last = made["state"], made["revision"], made
    return case


def of_resident(client: FlaskClient, who: Caller, region_code: str = HOME, **fields: Any) -> Case:
    """A request of somebody for himself."""
    place = {"region_code": region_code, "sumu": "保合少镇", "gacha": "甲兰板村", "household": "杨家"}
    return ask(client, region_code, who=who, **{"applicant_kind": "RESIDENT", "place": place, "topic": "PASTORAL", **fields})


def make_assistance(client: FlaskClient, state: str = "SUBMITTED", region_code: str = HOME, **fields: Any) -> Case:
    """A request in this state."""
    case = ask(client, region_code, **fields)
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case


def accept(case: Case) -> None:
    """受理."""
    case.act(case.office.clerk, "accept")


def schedule(case: Case) -> None:
    """Today in two hours, with the banner's expert."""
    case.act(case.office.leader, "schedule", expert_id=str(expert(case).id), mode="ON_SITE", appointed_at=in_hours(case, 2))


def start(case: Case) -> None:
    """He has arrived."""
    case.act(expert(case), "start")


def advise(case: Case) -> None:
    """The advice, with two things to put right."""
    case.act(expert(case), "advise", **ADVICE)


def confirm(case: Case) -> None:
    """签收."""
    case.act(case.reporter, "confirm")


def end_follow_up(case: Case) -> None:
    """As the timer does."""
    parts: Parts = case.office.client.application.extensions["fire"]
    with parts.database.transaction() as session:
        row = lock(session, ASSISTANCE, Assistance, case.id, SYSTEM, Origin())
        timers.end_follow_up(session, row, step_for(LIFE, row, "end_follow_up", SYSTEM.roles))
    case.read()


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    known: Json = {
        "expert_id": str(expert(case).id) if action == "schedule" else None, "appointed_at": in_hours(case, 4), "mode": "ON_SITE",
        "items": [ITEM], "told_at": in_hours(case, -1), "fixed_item_ids": [],
    }  # fmt: skip
    if action == "report_progress":
        advice = case.read()["data"]["advice"]
        known["fixed_item_ids"] = [item["id"] for item in advice["items"][:1]] if advice else [str(new_id())]
    return known


Step = Callable[[Case], object]
_SCHEDULED: tuple[Step, ...] = (accept, schedule)
_ADVISED: tuple[Step, ...] = (*_SCHEDULED, start, advise)
_BODY = "住房和城乡建设局"

WAYS: dict[str, tuple[Step, ...]] = {
    "SUBMITTED": (),
    "DECLINED": (lambda case: case.act(case.office.clerk, "decline", reason="所述场所不在本辖区"),),
    "REDIRECTED": (lambda case: case.act(case.office.clerk, "redirect", reason="验收属住建部门职责", proper_body=_BODY),),
    "ACCEPTED": (accept,),
    "SCHEDULED": _SCHEDULED,
    "IN_SERVICE": (*_SCHEDULED, start),
    "ADVICE_ISSUED": _ADVISED,
    "CONFIRMED": (*_ADVISED, confirm),
    "CLOSED": (*_ADVISED, end_follow_up),
    "CANCELLED": (*_SCHEDULED, lambda case: case.act(case.reporter, "cancel")),
}


# ---- What tests ask of a request. ----


def why_not(case: Case, who: Caller, action: str, **arguments: Any) -> Any:
    """The reason of a refusal, or the fields that are wrong."""
    answer = who.post(f"{case.path}/actions/{action}", arguments)
    assert answer.status_code in (403, 404, 409, 422), answer.get_data(as_text=True)
    problem = answer.get_json()
    if answer.status_code == 422:
        return [(error["field"], error["code"]) for error in problem["errors"]]
    return problem.get("reason") or problem["type"].rsplit("/", 1)[1]


def told(case: Case, who: Caller) -> dict[str, str]:
    """What somebody was told of this request: event -> text."""
    rows = who.get("/inbox?limit=100").get_json()["items"]
    return {row["event_name"]: row["body"] for row in rows if row["subject_id"] == str(case.id)}


def phone_of(parts: Parts, who: Caller) -> Device:
    """A phone on which somebody has signed in, with what his scopes hold."""
    phone = Device(WsgiTransport(who.client.application.wsgi_app), clock=parts.database.clock)
    phone.sign_in(**who.way)
    phone.register()
    phone.pull()
    return phone


def offered(case: Case, who: Caller) -> set[str]:
    """The steps that somebody may take now."""
    return {step["action"] for step in case.read(who)["actions"]}
