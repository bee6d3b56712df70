"""Makers of sealed places and of orders to stop, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from database.base import new_id
from tests.inspections import make_inspection, unit_name
from tests.makers import FOUND, Case, in_days, moment
from tests.papers import filled_in_here
from tests.people import HOME, Json
from wire import said_day
from workflow.clocks import local_day
from workflow.measures.rules import LIFE
from workflow.papers.rules import NO_WITNESS, SEAL_RECORD
from workflow.queue import escalation

DANGER = "二层仓库存放汽油,与员工宿舍仅隔一道木门"


def asked(inspection: Case, **fields: Any) -> Json:
    """What is to be closed, at the place of an inspection."""
    return {
        "id": str(new_id()), "inspection_id": str(inspection.id), "unit_id": str(inspection.office.manager.unit_id),
        "unit_name": unit_name(inspection), "place": "二层仓库", "danger": DANGER, "clause": "消防法第五十四条",
        "inspected_on": in_days(inspection, 0), **fields,
    }  # fmt: skip


def opened(inspection: Case, **fields: Any) -> Case:
    """A sealing that an officer has just asked for, at an inspection."""
    return _created(inspection, inspection.office.officers[0].post("/measures/sealings", asked(inspection, **fields)))


def suspended(inspection: Case, **fields: Any) -> Case:
    """A decision to stop that a leader has just entered; it has to stop within three days."""
    pair = [str(officer.id) for officer in inspection.office.officers]
    decision = {
        "scope": "BUSINESS", "document_no": "新消行罚决〔2026〕第8号", "case_no": "新消立〔2026〕第8号",
        "execute_by": in_days(inspection, 3), "officer_ids": pair,
    }  # fmt: skip
    return _created(inspection, inspection.office.leader.post("/measures/suspensions", asked(inspection, **decision | fields)))


def _created(inspection: Case, answer: Any) -> Case:
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    made_id = UUID(made["id"])
    case = Case("measure", made_id, inspection.office, inspection.office.manager, made_id, "", made["number"])
    case.last, case.state, case.revision = made, made["state"], made["revision"]
    return case


def asked_here(client: FlaskClient, region_code: str = HOME) -> Json:
    """The same, at an inspection made for it."""
    return asked(make_inspection(client, "IN_PROGRESS", region_code))


def at_once(case: Case, **fields: Any) -> Json:
    """Sealed there and then, an hour ago, on a leader's word."""
    return {
        "leader_id": str(case.office.leader.id), "approved_at": moment(case, minutes=70), "sealed_at": moment(case, hours=1),
        "record": "现场加贴封条两张,切断电源", "attended_by": "张建国", "photos": [str(new_id())], **fields,
    }  # fmt: skip


def recorded(case: Case, block: Json, **served: Any) -> Json:
    """The same, with the record of the place made and served there under a number that was lent."""
    said_so, seen = at_once(case), case.read()["data"]
    names = {person["id"]: person["name"] for person in case.last["people"]}
    words = {
        "title": SEAL_RECORD, "unit": seen["unit_name"], "place": seen["place"], "danger": seen["danger"],
        "record": said_so["record"], "officers": "、".join(names[officer] for officer in seen["officer_ids"]),
        "attended": said_so["attended_by"], "witness": NO_WITNESS,
        "day": said_day(local_day(datetime.fromisoformat(said_so["sealed_at"]))),
    }  # fmt: skip
    paper = filled_in_here(block, words, **{"served_at": moment(case), "officers": words["officers"], **served})
    return {**said_so, "served": paper}


def handed(case: Case, **fields: Any) -> Json:
    """The decision came to the party, who would not sign."""
    return {
        "served_at": moment(case), "signed": "REFUSED", "witness_name": "巴图", "record": "送达并加贴封条",
        "photos": [str(new_id())], **fields,
    }  # fmt: skip


DECIDED = {"attended": "支队长、副支队长、法制审核员", "opinion": "一致同意临时查封"}


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    match action:
        case "seal_at_once":
            return at_once(case)
        case "serve":
            return handed(case, served_at=moment(case, hours=2)) if case.state == "EXPIRED" else handed(case)
        case "decide":
            return dict(DECIDED)
        case "extend":
            return {"until_on": in_days(case, 45)}
        case "check" | "confirm_stopped":
            return {"is_removed": True, "finding": "汽油已清出", "photos": []} if action == "check" else {"finding": "已停业"}
        case "apply_unseal" | "apply_resume":
            return {"note": "已改正", "photos": []}
        case _:
            return {}


# What the first of two officers drafts in each state where there is something to sign.
DRAFTED = {
    "OPEN": "propose", "DECIDED": "serve", "EXPIRED": "serve", "UNSEAL_APPLIED": "check", "RESUME_APPLIED": "check",
    "SUSPENDED": "confirm_stopped", "NOT_STOPPED": "confirm_stopped", "URGED": "confirm_stopped",
}  # fmt: skip


def _check(case: Case) -> None:
    case.cosigned("check", is_removed=True, finding="汽油已清出", position=FOUND["position"])


def pass_terms(case: Case) -> None:
    """The timetable comes by."""
    with case.office.client.application.extensions["fire"].database.transaction() as session:
        while escalation.expire_terms(session):
            pass
    case.read()


def _seal_yesterday(case: Case) -> None:
    """Handed in when the 24 hours are over already."""
    case.cosigned("seal_at_once", **at_once(case, approved_at=moment(case, hours=26), sealed_at=moment(case, hours=25)))


Step = Callable[[Case], object]
_PROPOSED: list[Step] = [lambda case: case.cosigned("propose")]
_DECIDED: list[Step] = [*_PROPOSED, lambda case: case.act(case.office.leader, "decide", **DECIDED)]
_SEALED: list[Step] = [*_DECIDED, lambda case: case.cosigned("serve", **handed(case))]
_APPLIED: list[Step] = [*_SEALED, lambda case: case.act(case.office.manager, "apply_unseal", note="已清出")]
_NOT_STOPPED: list[Step] = [pass_terms]
_STOPPED: list[Step] = [lambda case: case.cosigned("confirm_stopped", finding="大门已关闭")]
_RESUMING: list[Step] = [*_STOPPED, lambda case: case.act(case.office.manager, "apply_resume")]
WAYS: dict[str, list[Step]] = {
    "OPEN": [],
    "PROPOSED": _PROPOSED,
    "PROVISIONAL": [lambda case: case.cosigned("seal_at_once", **at_once(case))],
    "DECIDED": _DECIDED,
    "SEALED": _SEALED,
    "UNSEAL_APPLIED": _APPLIED,
    "UNSEAL_CHECKED": [*_APPLIED, _check],
    "EXPIRED": [_seal_yesterday, lambda case: case.act(case.office.leader, "decide", **DECIDED), pass_terms],
    "UNSEALED": [*_SEALED, lambda case: case.act(case.office.leader, "lift", reason="危险已消除")],
    "REVOKED": [lambda case: case.act(case.office.leader, "revoke", reason="决定书登记有误")],
    "DROPPED": [lambda case: case.act(case.office.officers[0], "withdraw", reason="当场已清出")],
    "SUSPENDED": [],
    "NOT_STOPPED": _NOT_STOPPED,
    "URGED": [*_NOT_STOPPED, lambda case: case.act(case.office.leader, "urge", reason="仍在营业")],
    "STOPPED": _STOPPED,
    "RESUME_APPLIED": _RESUMING,
    "RESUME_CHECKED": [*_RESUMING, _check],
    "RESUMED": [*_RESUMING, _check, lambda case: case.act(case.office.leader, "resume", reason="整改合格")],
}
assert set(WAYS) == set(LIFE.states)
_OF_SUSPENSIONS = {"SUSPENDED", "NOT_STOPPED", "URGED", "STOPPED", "RESUME_APPLIED", "RESUME_CHECKED", "RESUMED", "REVOKED"}


def prepared(client: FlaskClient, state: str, region_code: str = HOME, flavour: str = "") -> Case:
    """The same, with the first of two signatures (`drafted`), or with a danger that is still there (`remaining`)."""
    if flavour == "remaining" and state.endswith("_CHECKED"):
        case = make_measure(client, state.replace("CHECKED", "APPLIED"), region_code)
        return case.cosigned("check", is_removed=False, finding="仍有两桶汽油")
    case = make_measure(client, state, region_code)
    if flavour == "drafted" and state in DRAFTED:
        case.act(case.office.officers[0], DRAFTED[state], **said(DRAFTED[state], case))
    return case


def make_measure(client: FlaskClient, state: str = "OPEN", region_code: str = HOME, **fields: Any) -> Case:
    """A measure in this state."""
    inspection = make_inspection(client, "IN_PROGRESS", region_code)
    yesterday = in_days(inspection, -1)
    if state in ("EXPIRED", "NOT_STOPPED", "URGED"):
        fields = {"inspected_on": yesterday, **fields}
    if state in ("NOT_STOPPED", "URGED"):
        fields = {"execute_by": yesterday, **fields}
    case = (suspended if state in _OF_SUSPENSIONS else opened)(inspection, **fields)
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case
