"""Makers of major fire hazards, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from database.session import now
from tests.inspections import make_inspection, unit_name
from tests.makers import FOUND, Case, in_days, moment
from tests.people import HOME, Caller, Json, staff
from workflow import timekeeping
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE
from workflow.queue import escalation

FACTS = "三层歌舞厅仅有一部疏散楼梯,人员密集"


def noted(inspection: Case, **fields: Any) -> Json:
    """What two officers take for a major hazard, at the place of an inspection."""
    return {
        "id": str(new_id()), "inspection_id": str(inspection.id), "unit_id": str(inspection.office.manager.unit_id),
        "unit_name": unit_name(inspection), "place": "三层歌舞厅", "facts": FACTS,
        "criteria": [{"clause": "5.3", "note": "安全出口数量不足"}], "inspected_on": in_days(inspection, 0),
        "photos": [str(new_id())], **fields,
    }  # fmt: skip


def noted_here(client: FlaskClient, region_code: str = HOME) -> Json:
    """The same, at an inspection made for it."""
    return noted(make_inspection(client, "IN_PROGRESS", region_code))


def suspected(inspection: Case, by: Caller | None = None, **fields: Any) -> Case:
    """A suspicion that an officer has just entered, at an inspection."""
    answer = (by or inspection.office.officers[0]).post("/majors", noted(inspection, **fields))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    made_id = UUID(made["id"])
    case = Case("major", made_id, inspection.office, inspection.office.manager, made_id, "", made["number"])
    case.last, case.state, case.revision = made, made["state"], made["revision"]
    return case


def experts(count: int = 7) -> list[Json]:
    return [{"name": f"专家{nth}", "speciality": "建筑防火"} for nth in range(count)]


STUDIED: Json = {"attended": ["大队长", "副大队长", "法制员"], "minutes": "一致认为符合判定要素"}


def determined(case: Case, **fields: Any) -> Json:
    """It is one; the unit has a month."""
    words: Json = {"ground": "PUBLIC_SAFETY", "demand": "增设一部疏散楼梯,整改期间停止使用", "due_on": in_days(case, 30)}
    return {**STUDIED, **words, **fields}


def reported(**fields: Any) -> Json:
    words = {"government": "新城区人民政府", "through": "新城区应急管理局", "proposal": "建议挂牌督办"}
    return {**words, **fields}


def supervised(case: Case, **fields: Any) -> Json:
    words: Json = {"level": "BANNER", "body": "新城区人民政府", "document_no": "新政督〔2026〕3号", "until_on": in_days(case, 90)}
    return {**words, "leader": "巴特尔", **fields}


def handed(case: Case, **fields: Any) -> Json:
    """The notice came to the party, who would not sign."""
    return {"served_at": moment(case), "signed": "REFUSED", "witness_name": "巴图", "photos": [str(new_id())], **fields}


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    match action:
        case "call_experts":
            return {"people": experts(), "reason": "涉及复杂技术问题"}
        case "note_experts":
            return {"opinion": "同意判定", "agreed": 6}
        case "review_legally":
            return {"opinion": "事实清楚,同意提交集体研究"}
        case "determine":
            return determined(case)
        case "find_not_major":
            return {**STUDIED, "reason": "当场已改正"}
        case "serve":
            return handed(case)
        case "report_to_government":
            return reported()
        case "put_under_supervision":
            return supervised(case)
        case "report_progress" | "apply_cancelling":
            return {"note": "楼梯已完工", "photos": []}
        case "extend":
            return {"until_on": in_days(case, 120), "approved_by": "新城区人民政府"}
        case "recheck_pass" | "recheck_fail":
            return {"finding": "经复查核实", "photos": [], "position": FOUND["position"]}
        case "cancel_record":
            return {"document_no": "新政督〔2027〕1号"}
        case _:
            return {}


# What the first of two officers drafts in each state where there is something to sign.
_TO_SERVE = ("DETERMINED", "REPORTED", "SUPERVISED")
DRAFTED = {
    **dict.fromkeys(_TO_SERVE, "serve"),
    **dict.fromkeys(("RECHECK_PENDING", "OVERDUE"), "recheck_pass"),
}


def pass_term(case: Case) -> None:
    """Its term ends this moment, and the timetable comes by."""
    with case.office.client.application.extensions["fire"].database.transaction() as session:
        major = session.get_one(MajorHazard, case.id)
        timekeeping.start_until(session, major, "MJ-TERM", now(session) - timedelta(seconds=1), "测试")
    with case.office.client.application.extensions["fire"].database.transaction() as session:
        while escalation.expire_terms(session):
            pass
    case.read()


def _by(role: str, action: str) -> Step:
    def step(case: Case) -> None:
        callers = {
            "leader": case.office.leader, "manager": case.office.manager,
            "reviewer": staff(case.office.client, Role.LEGAL_REVIEWER, case.office.region_code),
        }  # fmt: skip
        case.act(callers[role], action, **said(action, case), **({"reason": "核实无误"} if action in _REASONED else {}))

    return step


def _signed(action: str) -> Step:
    return lambda case: case.cosigned(action, **said(action, case))


Step = Callable[[Case], object]
_REASONED = ("withdraw", "cancel_record")
_REVIEWED: list[Step] = [_by("reviewer", "review_legally")]
_DETERMINED: list[Step] = [*_REVIEWED, _by("leader", "determine")]
_REPORTED: list[Step] = [*_DETERMINED, _by("leader", "report_to_government")]
_SERVED: list[Step] = [*_DETERMINED, _signed("serve")]
_APPLIED: list[Step] = [*_SERVED, _by("manager", "apply_cancelling")]
WAYS: dict[str, list[Step]] = {
    "SUSPECTED": [],
    "EXPERT_REVIEW": [_by("leader", "call_experts")],
    "DETERMINED": _DETERMINED,
    "REPORTED": _REPORTED,
    "SUPERVISED": [*_REPORTED, _by("leader", "put_under_supervision")],
    "RECTIFYING": [*_APPLIED, _signed("recheck_fail")],
    "RECHECK_PENDING": _APPLIED,
    "OVERDUE": [*_SERVED, pass_term],
    "RECHECKED": [*_APPLIED, _signed("recheck_pass")],
    "CANCELLED_RECORD": [*_APPLIED, _signed("recheck_pass"), _by("leader", "cancel_record")],
    "NOT_MAJOR": [*_REVIEWED, lambda case: case.act(case.office.leader, "find_not_major", **said("find_not_major", case))],
    "WITHDRAWN": [_by("leader", "withdraw")],
}
assert set(WAYS) == set(LIFE.states)


def make_major(client: FlaskClient, state: str = "SUSPECTED", region_code: str = HOME, **fields: Any) -> Case:
    """A major hazard in this state."""
    case = suspected(make_inspection(client, "IN_PROGRESS", region_code), **fields)
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case


def flavour_for(action: str, state: str) -> str:
    """What has to be done besides, so that nothing but the caller decides about this step."""
    match action:
        case "cosign":
            return "drafted"
        case "determine" | "find_not_major":
            return "reviewed"
        case "serve" if state == "OVERDUE":
            return "unserved"
        case "report_progress" | "apply_cancelling" if state in _TO_SERVE:
            return "served"
        case "put_under_supervision" if state != "REPORTED":
            return "reported"
        case _:
            return ""


def prepared(client: FlaskClient, state: str, region_code: str = HOME, flavour: str = "") -> Case:
    """The same, with what a step needs besides (`flavour_for`)."""
    if flavour == "unserved" and state == "OVERDUE":
        case = make_major(client, "DETERMINED", region_code)
        pass_term(case)
        return case
    case = make_major(client, state, region_code)
    if flavour == "drafted" and state in DRAFTED:
        case.act(case.office.officers[0], DRAFTED[state], **said(DRAFTED[state], case))
    elif flavour == "reviewed" and state == "SUSPECTED":
        _by("reviewer", "review_legally")(case)
    elif flavour == "served" and state in _TO_SERVE:
        _signed("serve")(case)
    elif flavour == "reported" and state in ("RECTIFYING", "OVERDUE"):
        _by("leader", "report_to_government")(case)
        if case.state != state:  # a recheck that failed, after the report
            _by("manager", "apply_cancelling")(case)
            _signed("recheck_fail")(case)
    return case


def clock_of(case: Case, rule_id: str) -> Json:
    """The one of this rule that was started last."""
    started: list[Json] = [one for one in case.read()["clocks"] if one["rule_id"] == rule_id and one["cancelled_at"] is None]
    return started[-1]


def refusal(answer: object) -> tuple[str, str | None]:
    document: Json = answer.get_json()  # type: ignore[attr-defined]
    return document["type"].removeprefix("/problems/"), document.get("reason")


def first_field(answer: object) -> str:
    document: Json = answer.get_json()  # type: ignore[attr-defined]
    return str(document["errors"][0]["field"])
