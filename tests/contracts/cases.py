"""One banner with a case of every kind and state in it: what the generated tests act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from flask.testing import FlaskClient

from accounts.actor import Role
from tests.assistance import make_assistance, said as said_of_assistance
from tests.contracts.document import Json
from tests.inspections import found as found_at, make_inspection, said as said_of_inspection
from tests.majors import flavour_for as flavour_of_major, make_major, prepared as prepared_major, said as said_of_major
from tests.makers import FOUND, Case, Office, in_days, make_hazard, make_letter, make_order, prompt_to
from tests.measures import make_measure, prepared as prepared_measure, said as said_of_measure
from tests.papers import served, service
from tests.people import HOME, Caller, staff
from tests.permits import flavour_for, make_permit, prepared as prepared_permit, said
from tests.transfers import make_transfer, prepared as prepared_transfer, said as said_of_transfer
from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import LIFE as HANDOVER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.majors.rules import LIFE as MAJOR
from workflow.measures.rules import LIFE as MEASURE
from workflow.permits.rules import LIFE as PERMIT
from workflow.rectification.rules import LIFE as RECTIFICATION, UNDER_WAY
from workflow.state_machine import START, StateMachine
from workflow.transfers.rules import LIFE as TRANSFER

LIVES: dict[str, StateMachine] = {
    "hazard": HAZARD, "handover": HANDOVER, "rectification": RECTIFICATION, "permit": PERMIT, "assistance": ASSISTANCE,
    "inspection": INSPECTION, "measure": MEASURE, "major": MAJOR, "transfer": TRANSFER,
}  # fmt: skip
MAKERS: dict[str, Callable[..., Case]] = {
    "hazard": make_hazard, "handover": make_letter, "rectification": make_order, "permit": make_permit,
    "assistance": make_assistance, "inspection": make_inspection, "measure": make_measure, "major": make_major,
    "transfer": make_transfer,
}  # fmt: skip
SAID: dict[str, Callable[[str, Case], Json]] = {
    "hazard": lambda action, case: prompt_to(case) if action == "prompt_unit" else {},
    "rectification": lambda action, case: service(case, signed="REFUSED") if action == "serve" else {},
    "permit": said, "assistance": said_of_assistance, "inspection": said_of_inspection, "measure": said_of_measure,
    "major": said_of_major, "transfer": said_of_transfer,
}  # fmt: skip
# What the first of two officers drafts: kind, state -> act, its arguments.
DRAFTED: dict[tuple[str, str], tuple[str, Callable[[Case], Json]]] = {
    ("hazard", "VERIFYING"): ("verify_false", lambda _: FOUND),
    ("rectification", "RECHECK_PENDING"): ("recheck_pass", lambda _: {"finding": "复查情况"}),
    ("inspection", "IN_PROGRESS"): ("find_none", found_at),
}
PREPARED = {  # they know flavours
    "permit": prepared_permit, "measure": prepared_measure, "major": prepared_major, "transfer": prepared_transfer,
}  # fmt: skip


@dataclass
class Cases:
    """They are made when first asked for, and stay."""

    client: FlaskClient
    region_code: str = HOME
    _cases: dict[tuple[str, str], Case] = field(default_factory=dict)

    @cached_property
    def office(self) -> Office:
        """The brigade of the banner and its neighbours."""
        return Office(self.client, self.region_code)

    def case(self, kind: str, state: str, flavour: str = "") -> Case:
        """The one case of this kind in this state; a flavour says what was done besides, such as a first signature."""
        key = (kind, f"{state} {flavour}".strip())
        if key not in self._cases:
            if kind in PREPARED:
                return self._cases.setdefault(key, PREPARED[kind](self.client, state, self.region_code, flavour))
            case = self._cases[key] = MAKERS[kind](self.client, state, self.region_code)
            if flavour == "drafted" and (kind, state) in DRAFTED:
                action, words = DRAFTED[kind, state]
                case.act(case.office.officers[0], action, **words(case))
            elif flavour == "with grid worker" and state == "ASSIGNED":
                pair = [str(officer.id) for officer in case.office.officers]
                case.act(case.office.leader, "assign", officer_ids=pair, grid_worker_id=str(self.grid_worker.id))
            elif flavour == "questioned" and any(step.source == state for step in LIVES[kind].steps("ask_reporter")):
                case.act(case.office.clerk, "ask_reporter", text="请补充楼栋和单元")
            elif flavour == "told" and state == "RECTIFIED":
                case.act(case.office.clerk, "tell_reporter")
            elif flavour == "asked" and kind == "rectification" and state in UNDER_WAY:
                case.act(case.office.manager, "ask_extension", due_on=in_days(case, 28), reason="配件尚未到货")
            elif flavour == "published" and any(step.source == state for step in LIVES[kind].steps("publish")):
                case.act(case.office.leader, "publish")
            elif flavour == "served" and state == "OVERDUE_NOT_FIXED":
                served(case)
            elif flavour == "rated poorly" and (kind, state) == ("hazard", "CLOSED"):
                case.act(case.reporter, "rate", score=1)
            elif flavour == "asked" and kind == "hazard" and state not in LIVES[kind].final:
                case.act(case.office.leader, "request_force_close", reason="重复上报,已另案办理")
        return self._cases[key]

    def for_action(self, kind: str, action: str, state: str | None = None) -> Case:
        """A case from whose state the action leads somewhere, prepared so that nothing but the caller decides."""
        if kind == "permit":
            first = next(step.source for step in PERMIT.steps(action) if step.source != START)
            state = state or {"grant": "ACCEPTED"}.get(action, first)
            return self.case(kind, state, flavour_for(action, state))
        if kind == "major":
            state = state or next(step.source for step in MAJOR.steps(action) if step.source != START)
            return self.case(kind, state, flavour_of_major(action, state))
        preferred = {"hand_over": "VERIFIED_TRUE", "close": "RECTIFIED", "dispute": "CLOSED"} if kind == "hazard" else {}
        first = next(step.source for step in LIVES[kind].steps(action) if step.source != START)
        flavours = dict.fromkeys(("force_close", "grant_extension", "refuse_extension"), "asked") | {
            "cosign": "drafted", "precheck": "with grid worker", "close": "told", "answer_office": "questioned",
            "keep": "remaining", "file_case": "served", "suggest_supervision": "unanswered", "follow_up": "rated poorly",
            "withdraw_publication": "published",
        }  # fmt: skip
        return self.case(kind, state or preferred.get(action, first), flavours.get(action, ""))

    @staticmethod
    def drafted(case: Case) -> str:
        """The digest of the act that waits for the second officer."""
        act = case.read(case.office.officers[0])["data"]["pending_act"]
        return str(act["act_sha256"]) if act else "0" * 64

    @cached_property
    def grid_worker(self) -> Caller:
        """网格员 of the banner."""
        return staff(self.client, Role.GRID_WORKER, self.region_code)

    def grid_worker_holds(self, case: Case) -> bool:
        """True if the case was made with him beside the two officers."""
        return any(flavour.endswith("with grid worker") and made is case for (_, flavour), made in self._cases.items())
