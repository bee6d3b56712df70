"""Makers of transfers to the police, through the HTTP door, in any state of their life (see `tests/makers.py`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import update

from api.context import Parts
from database.base import new_id
from database.session import now
from tests.inspections import make_inspection
from tests.makers import Case, Step, in_days, moment
from tests.people import HOME, Caller, Json
from workflow.transfers.models import Transfer

POLICE = "呼和浩特市公安局新城区分局"


def reported(inspection: Case, **fields: Any) -> Json:
    """What two officers found at an inspection."""
    return {
        "id": str(new_id()), "inspection_id": str(inspection.id), "unit_id": str(inspection.office.manager.unit_id),
        "party": "晨光大酒店", "offence": "危险作业罪(刑法第一百三十四条之一)", "facts": "二层仓库存放汽油,责令后拒不改正",
        "evidence": "监督检查记录1份、照片6张、询问笔录2份", "items": "汽油200升", **fields,
    }  # fmt: skip


def proposed(inspection: Case, by: Caller | None = None, **fields: Any) -> Case:
    """A report that an officer has just made."""
    answer = (by or inspection.office.officers[0]).post("/transfers", reported(inspection, **fields))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    made_id = UUID(made["id"])
    case = Case("transfer", made_id, inspection.office, inspection.office.manager, made_id, "", made["number"])
    case.last, case.state, case.revision = made, made["state"], made["revision"]
    return case


def reported_here(client: FlaskClient, region_code: str = HOME) -> Json:
    """The same, at an inspection made for it."""
    return reported(make_inspection(client, "IN_PROGRESS", region_code))


def said(action: str, case: Case) -> Json:
    """Arguments that make sense for a step, by their names."""
    today = in_days(case, 0)
    match action:
        case "approve":
            return {"police": POLICE}
        case "deliver":
            return {"delivered_at": moment(case), "received_by": "王警官", "photos": [str(new_id())]}
        case "note_passed_on":
            return {
                "document_no": "新公转字〔2026〕3号",
                "on": today,
                "received_on": today,
                "police": "呼和浩特市公安局赛罕区分局",
            }
        case "note_filed":
            return {"document_no": "新公立字〔2026〕88号", "on": today, "received_on": today}
        case "note_declined":
            return {"document_no": "新公不立字〔2026〕9号", "on": today, "received_on": today, "reason": "情节显著轻微"}
        case "hand_items":
            return {"note": "汽油200升、案卷一册", "photos": [str(new_id())]}
        case "object" | "suggest_supervision":
            return {"reason": "证据足以证明拒不改正", "on": today}
        case "disapprove" | "withdraw":
            return {"reason": "当事人名称有误"}
        case _:
            return {}


def _takes(action: str) -> Step:
    officers = ("deliver", "note_passed_on", "note_filed", "note_declined", "hand_items")

    def step(case: Case) -> Case:
        who = case.office.officers[0] if action in officers else case.office.leader
        return case.act(who, action, **said(action, case))

    return step


_DELIVERED = (_takes("approve"), _takes("deliver"))
_DECLINED = (*_DELIVERED, _takes("note_declined"))
_OBJECTED = (*_DECLINED, _takes("object"))
WAYS: dict[str, tuple[Step, ...]] = {
    "PROPOSED": (),
    "NOT_APPROVED": (_takes("disapprove"),),
    "WITHDRAWN": (_takes("withdraw"),),
    "APPROVED": (_takes("approve"),),
    "DELIVERED": _DELIVERED,
    "FILED": (*_DELIVERED, _takes("note_filed")),
    "DECLINED": _DECLINED,
    "OBJECTED": _OBJECTED,
    "UPHELD": (*_OBJECTED, _takes("note_declined")),
    "SUPERVISED": (*_DECLINED, _takes("suggest_supervision")),
    "CLOSED": (*_DELIVERED, _takes("note_filed"), _takes("hand_items")),
    "ENDED": (*_DECLINED, _takes("take_back")),
}


def make_transfer(client: FlaskClient, state: str = "PROPOSED", region_code: str = HOME) -> Case:
    """A transfer in this state, of what was found at an inspection of the banner's enterprise."""
    case = proposed(make_inspection(client, "IN_PROGRESS", region_code))
    for step in WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case


def prepared(client: FlaskClient, state: str, region_code: str = HOME, flavour: str = "") -> Case:
    """For the generated tests, in which no time goes by: `unanswered`, the police have let their term pass."""
    case = make_transfer(client, state, region_code)
    if flavour == "unanswered" and state in ("DELIVERED", "OBJECTED"):
        parts: Parts = client.application.extensions["fire"]
        with parts.database.transaction() as session:
            session.execute(update(Transfer).where(Transfer.id == case.id).values(due_at=now(session) - timedelta(hours=1)))
    return case
