"""Makers of cases, through the HTTP door, in any state of their life (workflow/*/rules.py).

`make_hazard(client, "VERIFYING")` walks a report of its own from the snap to that state as the people of the demo would, and
answers with a `Case`: who reported it, who works on it, and the letter or order that came of it. Nothing is written behind
the product's back, so what follows from each step (tasks, clocks, notices, feed lines) is there too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, enterprise, staff
from workflow.clocks import local_day

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FINDING = "现场疏散通道堆放货物,已拍照取证。"
FOUND: Json = {"finding": FINDING, "position": {"lon": 111.7519, "lat": 40.8414, "accuracy_m": 8, "source": "gps"}}
CATEGORY = "EVAC_BLOCKED"  # what EXIT is: 24 hours


@dataclass
class Office:
    """The people of one banner who work on its cases; signed in when first asked for."""

    client: FlaskClient
    region_code: str

    @property
    def clerk(self) -> Caller:
        return staff(self.client, Role.INTAKE_CLERK, self.region_code)

    @property
    def leader(self) -> Caller:
        return staff(self.client, Role.UNIT_LEADER, self.region_code)

    @property
    def officers(self) -> tuple[Caller, Caller]:
        """The pair that cases are assigned to."""
        return staff(self.client, Role.FIRE_OFFICER, self.region_code), staff(self.client, Role.FIRE_OFFICER, self.region_code, 1)

    @property
    def receiver(self) -> Caller:
        """The clerk of the department that letters go to."""
        return staff(self.client, Role.RECEIVER_CLERK, self.region_code)

    @property
    def other_receiver(self) -> Caller:
        """The clerk of another department of the banner; only where everybody is."""
        return staff(self.client, Role.RECEIVER_CLERK, self.region_code, 1)

    @property
    def committee(self) -> Caller:
        """消安委办."""
        return staff(self.client, Role.SUPERVISOR, self.region_code)

    @property
    def manager(self) -> Caller:
        """The safety manager of the enterprise that orders are made to; only where everybody is."""
        return enterprise(self.client, Role.UNIT_MANAGER, self.region_code)


@dataclass
class Case:
    """A case of any kind with everybody around it."""

    kind: str  # hazard, handover, rectification, permit, assistance
    id: UUID
    office: Office
    reporter: Caller
    hazard_id: UUID
    tracking_code: str
    number: str = ""
    state: str = ""
    revision: int = 0
    letter: Case | None = None
    order: Case | None = None
    last: Json = field(default_factory=dict, repr=False)  # what the last step answered

    @property
    def path(self) -> str:
        """Below `/api/v1`."""
        return f"/{collection(self.kind)}/{self.id}"

    def act(self, who: Caller, action: str, **arguments: Any) -> Case:
        """One step that must succeed."""
        answer = who.post(f"{self.path}/actions/{action}", arguments)
        assert answer.status_code == 200, f"{action} in {self.state}: {answer.status_code} {answer.get_data(as_text=True)[:600]}"
        self.last = answer.get_json()
        self.state, self.revision = self.last["state"], self.last["revision"]
        return self

    def cosigned(self, action: str, **arguments: Any) -> Case:
        """An act of two officers: the first drafts it, the second signs."""
        first, second = self.office.officers
        self.act(first, action, **arguments)
        return self.act(second, "cosign", act_sha256=self.last["act_sha256"])

    def read(self, who: Caller | None = None) -> Json:
        """The case as somebody sees it, by default its leader."""
        answer = (who or self.office.leader).get(self.path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.last = answer.get_json()
        self.state, self.revision = self.last["state"], self.last["revision"]
        return self.last

    def sibling(self, kind: str) -> Case:
        """The letter, the order or the 即知即改 (`prompt`) of this hazard."""
        column = {"handover": "handover_id", "rectification": "rectification_id", "prompt": "prompt_id"}[kind]
        found = UUID(self.read()["data"][column])
        kind = "rectification" if kind == "prompt" else kind
        case = Case(kind, found, self.office, self.reporter, self.hazard_id, self.tracking_code, self.number)
        case.read()
        return case


def collection(kind: str) -> str:
    """Where the cases of a kind are over HTTP."""
    return kind if kind == "assistance" else f"{kind}s"


def report(client: FlaskClient, region_code: str = HOME, **fields: Any) -> Json:
    """What a citizen's phone sends for a named report whose name is sealed; `fields` replace or add."""
    return {
        "id": str(new_id()),
        "picture": "EXIT",
        "description": "楼道安全出口被货物堵塞",
        "place": {"region_code": region_code, "sumu": "东街街道", "landmark": "加油站西侧100米"},
        "place_name": "晨光商店",
        "report_mode": "REAL_NAME_HIDDEN",
        "tracking_code": tracking_code(),
        **fields,
    }


def tracking_code() -> str:
    """26 characters of Crockford's base 32, as a client makes them."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(26))


def make_hazard(
    client: FlaskClient, state: str = "SUBMITTED", region_code: str = HOME, *, reporter: Caller | None = None, **fields: Any
) -> Case:
    """A hazard in this state; `fields` go into the report."""
    reporter = reporter or citizen(client)
    body = report(client, region_code, **fields)
    if state == "EMERGENCY_DIVERTED":
        body["people_trapped_or_fire"] = True
    answer = reporter.post("/hazards", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    hazard_id = UUID(body["id"])
    case = Case("hazard", hazard_id, Office(client, region_code), reporter, hazard_id, body["tracking_code"], made["number"])
    case.state, case.revision, case.last = made["state"], made["revision"], made
    for step in HAZARD_WAYS[state]:
        step(case)
    assert case.state == state, f"wanted {state}, came to {case.state}"
    return case


def make_letter(client: FlaskClient, state: str = "DRAFT", region_code: str = HOME, **fields: Any) -> Case:
    """A 移送函 in this state, to the first department of the banner, with its hazard verified true."""
    hazard = make_hazard(client, "VERIFIED_TRUE", region_code, **fields)
    _hand_over(hazard)
    letter = hazard.sibling("handover")
    for step in LETTER_WAYS[state]:
        step(letter)
    assert letter.state == state, f"wanted {state}, came to {letter.state}"
    return letter


def make_order(client: FlaskClient, state: str = "ORDERED", region_code: str = HOME, **fields: Any) -> Case:
    """A 责令限期改正 in this state, to the demo's enterprise of the banner."""
    if state in PROMPT_WAYS:
        return _make_prompt(client, state, region_code, **fields)
    hazard = make_hazard(client, "VERIFIED_TRUE", region_code, **fields)
    order = hazard.sibling("rectification")
    if state == "CANCELLED":
        hazard.act(hazard.office.leader, "request_force_close", reason="现场已整体拆除")
        hazard.act(hazard.office.committee, "force_close")
        order.read()
    if state == "TRANSFERRED":
        _hand_over(hazard)
        letter = hazard.sibling("handover")
        for step in LETTER_WAYS["ACCEPTED"]:
            step(letter)
        order.read()
    for step in ORDER_WAYS[state]:
        step(order)
    assert order.state == state, f"wanted {state}, came to {order.state}"
    return order


def _make_prompt(client: FlaskClient, state: str, region_code: str, **fields: Any) -> Case:
    hazard = make_hazard(client, "ASSIGNED", region_code, **fields)
    hazard.act(hazard.office.leader, "prompt_unit", **prompt_to(hazard))
    prompt = hazard.sibling("prompt")
    for step in PROMPT_WAYS[state]:
        step(prompt)
    if state == "PROMPT_ENDED":
        hazard.act(hazard.office.officers[0], "start")
        hazard.cosigned("verify_false", **FOUND)
        prompt.read()
    assert prompt.state == state, f"wanted {state}, came to {prompt.state}"
    return prompt


def prompt_to(case: Case, **fields: Any) -> Json:
    """即知即改: the enterprise of the banner clears its exit within two days."""
    items = [{"description": "清理疏散通道内堆放的货物", "clause": "消防法28"}]
    return {"unit_id": str(case.office.manager.unit_id), "due_on": in_days(case, 2), "items": items, **fields}


def order_to(case: Case, **fields: Any) -> Json:
    """The order of a true finding: by a date three weeks from now, to the enterprise of the banner where it has one."""
    unit_id = str(case.office.manager.unit_id) if case.office.region_code in (HOME, ELSEWHERE) else None
    items = [{"description": "清理疏散通道内堆放的货物", "clause": "消防法28"}]
    return {
        "kind": "DEADLINE",
        "due_on": in_days(case, 21),
        "unit_name": "晨光宾馆",
        "unit_id": unit_id,
        "items": items,
        **fields,
    }


def moment(case: Case, **ago: float) -> str:
    """A moment on the clock of the test, by default now."""
    now: datetime = case.office.client.application.extensions["fire"].database.clock()
    return (now - timedelta(**ago)).isoformat()


def in_days(case: Case, days: int) -> str:
    """A date on the clock of the test."""
    return (local_day(datetime.fromisoformat(moment(case))) + timedelta(days=days)).isoformat()


Step = Callable[[Case], object]


def _assign(case: Case) -> None:
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])


def _hand_over(case: Case) -> None:
    reasons = {"reason": "属于贵单位职责范围", "legal_basis": "消防法第五十二条"}
    case.act(case.office.officers[0], "hand_over", to_org_id=str(case.office.receiver.org_id), **reasons)


def _merge(case: Case) -> None:
    master = make_hazard(case.office.client, "SUBMITTED", case.office.region_code)
    case.act(case.office.clerk, "merge", master_id=str(master.id))


def _rectify(case: Case) -> None:
    order = case.sibling("rectification")
    for step in ORDER_WAYS["RECTIFIED"]:
        step(order)
    case.order = order
    case.read()


def _accept_letter(case: Case) -> None:
    _hand_over(case)
    case.letter = case.sibling("handover")
    for step in LETTER_WAYS["ACCEPTED"]:
        step(case.letter)
    case.read()


def _register(case: Case) -> None:
    case.act(case.office.clerk, "register", category=CATEGORY)


def _start(case: Case) -> None:
    case.act(case.office.officers[0], "start")


def _tell(case: Case) -> None:
    case.act(case.office.clerk, "tell_reporter")


def _dispute(case: Case) -> None:
    case.act(case.reporter, "dispute", reason="通道仍被堵塞")


_ON_THE_SPOT: tuple[Step, ...] = (_register, _assign, _start)
_FALSE: tuple[Step, ...] = (*_ON_THE_SPOT, lambda case: case.cosigned("verify_false", **FOUND))
_TRUE: tuple[Step, ...] = (*_ON_THE_SPOT, lambda case: case.cosigned("verify_true", **FOUND, order=order_to(case)))

HAZARD_WAYS: dict[str, tuple[Step, ...]] = {
    "SUBMITTED": (),
    "EMERGENCY_DIVERTED": (),
    "NOT_ACCEPTED": (lambda case: case.act(case.office.clerk, "reject", reason_code="NOT_FIRE_MATTER"),),
    "MERGED": (_merge,),
    "REGISTERED": (_register,),
    "ASSIGNED": (_register, _assign),
    "VERIFYING": _ON_THE_SPOT,
    "VERIFIED_FALSE": _FALSE,
    "VERIFIED_FIXED": (*_ON_THE_SPOT, lambda case: case.cosigned("fix_on_site", **FOUND)),
    "VERIFIED_TRUE": _TRUE,
    "HANDED_OVER": (*_TRUE, _accept_letter),
    "RECTIFIED": (*_TRUE, _rectify),
    "CLOSED": (*_FALSE, _tell),
    "REVIEWING": (*_FALSE, _tell, _dispute),
}


def _approve(letter: Case) -> None:
    letter.act(letter.office.leader, "approve")


def _sign_for(letter: Case) -> None:
    letter.act(letter.office.receiver, "sign_for")


def _accept(letter: Case) -> None:
    letter.act(letter.office.receiver, "accept")


def _return(letter: Case) -> None:
    other = str(letter.office.other_receiver.org_id)
    letter.act(letter.office.receiver, "return", reason="不属于本单位职责", legal_basis="三定规定", suggested_org_id=other)


def _finish(letter: Case) -> None:
    letter.act(letter.office.receiver, "finish", result="已责令清理并复查")


_RECEIVED: tuple[Step, ...] = (_approve, _sign_for)
LETTER_WAYS: dict[str, tuple[Step, ...]] = {
    "DRAFT": (),
    "DISCARDED": (lambda letter: letter.act(letter.office.leader, "discard"),),
    "SENT": (_approve,),
    "RECEIVED": _RECEIVED,
    "ACCEPTED": (*_RECEIVED, _accept),
    "RETURNED": (*_RECEIVED, _return),
    "ARBITRATION": (*_RECEIVED, _return, lambda letter: letter.act(letter.office.leader, "dispute")),
    "FEEDBACK": (*_RECEIVED, _accept, _finish),
    "WITHDRAWN": (*_RECEIVED, _return, lambda letter: letter.act(letter.office.leader, "withdraw")),
    "CLOSED": (*_RECEIVED, _accept, _finish, lambda letter: letter.act(letter.office.leader, "confirm")),
}


def all_fixed(order: Case) -> list[Json]:
    """Every item of an order put right, with a photo each."""
    return [{"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in order.read()["data"]["items"]]


def _report_fix(order: Case) -> None:
    order.act(
        order.office.manager if order.office.region_code in (HOME, ELSEWHERE) else order.office.officers[0],
        "report_fix",
        items=all_fixed(order),
    )


def _apply_recheck(order: Case) -> None:
    _report_fix(order)
    order.act(order.office.officers[0], "apply_recheck")


def _fail(order: Case) -> None:
    order.cosigned("recheck_fail", finding="复查仍未改正")


def _serve(order: Case) -> None:
    signed = {"signed": "PARTY", "party_name": "王建国", "photos": [str(new_id())]}
    order.act(order.office.officers[0], "serve", served_at=moment(order), **signed)


ORDER_WAYS: dict[str, tuple[Step, ...]] = {
    "ORDERED": (),
    "RECTIFYING": (_report_fix,),
    "RECHECK_PENDING": (_apply_recheck,),
    "RECTIFIED": (_apply_recheck, lambda order: order.cosigned("recheck_pass", finding="复查合格")),
    "OVERDUE_NOT_FIXED": (_apply_recheck, _fail),
    "CASE_FILED": (
        _serve, _apply_recheck, _fail, lambda order: order.act(order.office.leader, "file_case", case_no="新消立〔2026〕第1号"),
    ),
    "TRANSFERRED": (), "CANCELLED": (),
}  # fmt: skip


PROMPT_WAYS: dict[str, tuple[Step, ...]] = {
    "PROMPTED": (), "PROMPT_ANSWERED": (_report_fix,), "PROMPT_ENDED": (),
    "PROMPT_WITHDRAWN": (lambda case: case.act(case.office.leader, "withdraw_prompt", reason="选错了单位"),),
}  # fmt: skip
