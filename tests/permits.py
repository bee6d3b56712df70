"""Makers of applications for a permit, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from accounts.actor import SYSTEM, Role
from api.context import Parts
from database.base import new_id
from database.session import now
from sync.editing import lock
from sync.mutations import Origin
from tests.makers import Case, Office, in_days
from tests.people import HOME, Caller, Json, enterprise, staff, through_provider
from workflow.acting import step_for
from workflow.permits import timers
from workflow.permits.models import Permit
from workflow.permits.rules import COMMITMENT, LIFE, ORDINARY
from workflow.permits.synced import PERMIT

FORM: Json = {
    "venue_kind": "HOTEL", "address": "海拉尔东路88号", "structure": "REINFORCED_CONCRETE", "area_m2": 820, "floors": [1, 2],
    "person_in_charge": "张建国", "contact_name": "杨海燕", "contact_phone": "13904150102",
    "acceptance": {"kind": "ACCEPTED", "number": "呼住建消验字〔2025〕第18号"}, "exits": 3,
    "facilities": ["ALARM", "EMERGENCY_LIGHT"],
}  # fmt: skip
FOUND: Json = {"finding": "现场与申报内容一致,设施完好。", "attended_by": "张建国", "checklist": [1, 1, 1, 1, 1, 1, 1]}


def materials(*codes: str) -> Json:
    """One picture of each."""
    return {code: [str(new_id())] for code in codes or ("BUSINESS_LICENCE", "RULES_AND_PLAN", "LAYOUT")}


def clerk(case: Case) -> Caller:
    """The window."""
    return staff(case.office.client, Role.PERMIT_CLERK, case.office.region_code)


def approver(case: Case) -> Caller:
    """Who decides."""
    return staff(case.office.client, Role.PERMIT_APPROVER, case.office.region_code)


def responsible(client: FlaskClient, region_code: str = HOME) -> Caller:
    """The legal person of the banner's enterprise, as the identity provider confirms him."""
    return through_provider(client, f"responsible.{region_code}")


def draft(client: FlaskClient, region_code: str = HOME, *, route: str = COMMITMENT, **form: Any) -> Case:
    """A draft of the banner's enterprise, whole but for the signature."""
    manager = enterprise(client, Role.UNIT_MANAGER, region_code)
    permit_id = new_id()
    body = {
        "id": str(permit_id), "unit_id": str(manager.unit_id), "route": route, "form": {**FORM, **form}, "materials": materials(),
    }  # fmt: skip
    answer = manager.post("/permits", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    case = Case("permit", permit_id, Office(client, region_code), manager, permit_id, "", made["number"])
    case.state, case.revision, case.last = made["state"], made["revision"], made
    return case


def sign(case: Case) -> None:
    """The legal person agrees to the text of today."""
    text = case.office.client.get("/api/v1/permits/commitment").get_json()
    case.act(responsible(case.office.client, case.office.region_code), "sign_commitment", sha256=text["sha256"])


def make_permit(client: FlaskClient, state: str = "SUBMITTED", region_code: str = HOME, *, route: str = "", **form: Any) -> Case:
    """An application in this state; the route is the one that leads there, by commitment where both do."""
    case = draft(client, region_code, route=route or (ORDINARY if state in _INSPECTED_FIRST else COMMITMENT), **form)
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case


Step = Callable[[Case], object]


def _submit(case: Case) -> None:
    if case.read(case.reporter)["route"] == COMMITMENT:
        sign(case)
    case.act(case.reporter, "submit")


def accept(case: Case) -> None:
    """受理."""
    case.act(clerk(case), "accept")


def assign(case: Case) -> None:
    """The leader sends the pair."""
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])


def grant(case: Case) -> None:
    """准予."""
    case.act(approver(case), "grant")


def correct(case: Case) -> None:
    """一次性告知补正."""
    items = [{"field": "form.area_m2", "message": "请按实际使用面积填写"}]
    case.act(clerk(case), "require_correction", items=items)


def fail(case: Case) -> None:
    """核查不符合."""
    orders = [{"description": "疏散指示标志损坏", "clause": "消防法16"}]
    case.cosigned("verify_fail", **FOUND, orders=orders, due_on=in_days(case, 14))


def ask_for_hearing(case: Case) -> None:
    """陈述申辩, with a hearing."""
    case.act(case.reporter, "answer_revocation", statement="请求当面说明", wants_hearing=True)


def appoint_hearing(case: Case, at: str = "2026-12-08T09:30:00+08:00", **other: Any) -> None:
    """听证通知."""
    said = {"place": "呼和浩特市新城区消防救援大队二楼会议室", "chair": "苏日娜", **other}
    case.act(approver(case), "appoint_hearing", at=at, **said)


def note_hearing(case: Case, held_at: str = "2026-12-08T09:40:00+08:00", **other: Any) -> None:
    """听证笔录."""
    said = {"is_attended": True, "summary": "当事人陈述了整改经过,监督员出示了复查照片。", "photos": [str(new_id())], **other}
    case.act(approver(case), "note_hearing", held_at=held_at, **said)


def _hearing_was_yesterday(case: Case) -> None:
    """For tests in which no time goes by."""
    parts: Parts = case.office.client.application.extensions["fire"]
    with parts.database.transaction() as session:
        permit = lock(session, PERMIT, Permit, case.id, SYSTEM, Origin())
        told = permit.revocation or {}
        permit.revocation = {**told, "hearing": {**told["hearing"], "at": (now(session) - timedelta(days=1)).isoformat()}}
    case.read()


def tell(case: Case) -> None:
    """告知拟撤销."""
    case.act(approver(case), "tell_revocation", code="NOT_CONFORMING", reason="复查仍不符合")


def _abandon(case: Case) -> None:
    parts: Parts = case.office.client.application.extensions["fire"]
    with parts.database.transaction() as session:
        permit = lock(session, PERMIT, Permit, case.id, SYSTEM, Origin())
        timers.abandon(session, permit, step_for(LIFE, permit, "abandon", SYSTEM.roles))
    case.read()


_ACCEPTED: tuple[Step, ...] = (_submit, accept)
_GRANTED: tuple[Step, ...] = (*_ACCEPTED, grant)
_FAILED: tuple[Step, ...] = (*_GRANTED, assign, fail)
_RECHECK: tuple[Step, ...] = (*_FAILED, lambda case: case.act(case.reporter, "apply_recheck"))
_TOLD: tuple[Step, ...] = (*_RECHECK, lambda case: case.cosigned("recheck_fail", **FOUND), tell)
_ANSWERED: tuple[Step, ...] = (*_TOLD, lambda case: case.act(case.reporter, "answer_revocation", statement="已经改正,请予复核"))
_ACTIVE: tuple[Step, ...] = (*_GRANTED, assign, lambda case: case.cosigned("verify_pass", **FOUND))
_INSPECTED: tuple[Step, ...] = (*_ACCEPTED, assign, lambda case: case.cosigned("inspect_fail", **FOUND))
_INSPECTED_FIRST = ("INSPECTED", "REFUSED")

WAYS: dict[str, tuple[Step, ...]] = {
    "DRAFT": (),
    "DISCARDED": (lambda case: case.act(case.reporter, "discard"),),
    "SUBMITTED": (_submit,),
    "CORRECTION_REQUIRED": (_submit, correct),
    "NOT_NEEDED": (_submit, lambda case: case.act(clerk(case), "find_not_needed", reason="不属于公众聚集场所")),
    "NOT_COMPETENT": (
        _submit,
        lambda case: case.act(clerk(case), "find_not_competent", reason="场所不在本辖区", proper_body="赛罕区消防救援大队"),
    ),
    "ABANDONED": (_submit, correct, _abandon),
    "WITHDRAWN": (_submit, lambda case: case.act(case.reporter, "withdraw")),
    "ACCEPTED": _ACCEPTED,
    "INSPECTED": _INSPECTED,
    "REFUSED": (*_INSPECTED, lambda case: case.act(approver(case), "refuse", code="NOT_CONFORMING", reason="安全出口不足")),
    "VERIFY_PENDING": _GRANTED,
    "VERIFY_DEFERRED": (
        *_GRANTED,
        assign,
        lambda case: case.act(case.office.officers[0], "defer", reason="场所暂停营业,无人在场"),
    ),
    "VERIFY_FAILED": _FAILED,
    "RECHECK": _RECHECK,
    "RECHECK_FAILED": (*_RECHECK, lambda case: case.cosigned("recheck_fail", **FOUND)),
    "REVOCATION_TOLD": _TOLD,
    "ACTIVE": _ACTIVE,
    "REVOKED": (*_ANSWERED, lambda case: case.act(approver(case), "revoke", reason="复查仍不符合,申辩不成立")),
    "CANCELLED": (*_ACTIVE, lambda case: case.act(approver(case), "cancel", code="CLOSED", reason="场所终止营业")),
    "RETRACTED": (*_ACTIVE, lambda case: case.act(approver(case), "retract", reason="所依据的规定已经修改")),
}


# ---- For the generated tests: a case prepared so that nothing but the caller decides. ----

_VISITS = {"verify_pass", "verify_fail", "recheck_pass", "recheck_fail", "defer"}


_DRAFTS = {
    "ACCEPTED": "inspect_pass",
    "VERIFY_PENDING": "verify_pass",
    "VERIFY_DEFERRED": "verify_pass",
    "RECHECK": "recheck_pass",
}


def flavour_for(action: str, state: str) -> str:
    """What has to be done besides, so that the step can be taken from this state; nothing where it leads nowhere."""
    if all(step.source != state for step in LIFE.steps(action)):
        return ""
    if action == "submit":
        return "signed"
    if action == "serve":
        return "on paper"
    if action == "resume":
        return "paused"
    if action in ("revoke", "uphold"):
        return "answered"
    if action == "appoint_hearing":
        return "to hear"
    if action == "note_hearing":
        return "to hear, appointed"
    if action == "cosign":
        return "drafted"
    if state == "ACCEPTED" and action in ("assign", "inspect_pass", "inspect_fail"):
        return "to inspect"
    return "to visit" if action in _VISITS and state == "VERIFY_PENDING" else ""


def prepared(client: FlaskClient, state: str, region_code: str, flavour: str) -> Case:
    """A case in this state to which that was done; flavours that mean nothing there change nothing."""
    ordinary = state == "ACCEPTED" and flavour in ("to inspect", "drafted")
    form: Json = {"serve_online": False} if flavour == "on paper" else {}
    case = make_permit(client, state, region_code, route=ORDINARY if ordinary else "", **form)
    if flavour == "signed" and state == "DRAFT":
        sign(case)
    elif flavour == "paused" and state in ("ACCEPTED", "INSPECTED"):
        case.act(approver(case), "pause", kind="TEST", reason="需要检测", until_on="2026-12-07")
    elif flavour == "answered" and state == "REVOCATION_TOLD":
        case.act(case.reporter, "answer_revocation", statement="已经改正")
    elif flavour.startswith("to hear") and state == "REVOCATION_TOLD":
        ask_for_hearing(case)
        if flavour.endswith("appointed"):
            appoint_hearing(case)
            _hearing_was_yesterday(case)
    elif (flavour in ("to inspect", "to visit") and state in ("ACCEPTED", "VERIFY_PENDING")) or flavour == "drafted":
        if state in ("ACCEPTED", "VERIFY_PENDING"):
            assign(case)
        if flavour == "drafted" and state in _DRAFTS:
            case.act(case.office.officers[0], _DRAFTS[state], **FOUND)
    return case


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    seen = case.office.leader.get(case.path).get_json().get("data", {}) if action == "cosign" else {}
    act = seen.get("pending_act") or {"act_sha256": "0" * 64}
    today = in_days(case, 0)
    codes = {"refuse": "NOT_CONFORMING", "tell_revocation": "NOT_CONFORMING", "cancel": "CLOSED"}
    text = case.office.client.get("/api/v1/permits/commitment").get_json()
    return {
        "unit_id": str(case.office.manager.unit_id), "form": FORM, "materials": materials(), "sha256": text["sha256"],
        "code": codes.get(action, "NOT_CONFORMING"), "items": [{"field": "form.area_m2", "message": "请核对面积"}],
        "orders": [{"description": "疏散指示标志损坏", "clause": "消防法16"}], "checklist": [1] * 7,
        "act_sha256": act["act_sha256"], "at": f"{in_days(case, 15)}T09:30:00+08:00", "place": "二楼会议室", "chair": "苏日娜",
        "held_at": f"{today}T00:10:00+08:00", "is_attended": True, "summary": "当事人到场陈述", "photos": [str(new_id())],
    }  # fmt: skip
