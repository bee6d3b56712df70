"""涉罪移送: what is suspected to be a crime goes to the public security organ, beside the case that it was found in. Pure.

Two officers report, the head of the brigade decides within three days, and within 24 hours of his approval the file is handed
over. Police without jurisdiction pass it on. The police decide within three days whether to file a case; against a refusal the
brigade may object within three days, or suggest that the procuratorate look into it, and in the end goes on with its own means.
Once they filed it, the things of the case follow within three days. No penalty stands in for the transfer, and neither the unit
nor a reporter is told of it.
Source: 行政执法机关移送涉嫌犯罪案件的规定(国务院令第310号,第730号修订)第五条至第十二条 (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_OFFICER = frozenset({Role.FIRE_OFFICER})
_LEADER = frozenset({Role.UNIT_LEADER})

# Where the next step is that of the two officers, or the answer comes to them.
WITH_OFFICERS = ("APPROVED", "DELIVERED", "FILED", "OBJECTED", "SUPERVISED")
_REFUSED = {"DECLINED": "CT-OBJECT", "UPHELD": "CT-SUPERVISE"}
_AWAITED = {"DELIVERED": ("CT-REPLY",), "OBJECTED": ("CT-REVIEW",), "SUPERVISED": ()}

LIFE = StateMachine(
    "transfer",
    {
        "PROPOSED": "待审批",
        "NOT_APPROVED": "不批准移送",
        "APPROVED": "已批准,待移送",
        "DELIVERED": "已移送,待公安机关决定",
        "FILED": "公安机关已立案,待移交物品",
        "DECLINED": "公安机关不予立案",
        "OBJECTED": "已提请复议",
        "UPHELD": "维持不予立案",
        "SUPERVISED": "已建议检察机关立案监督",
        "CLOSED": "已移交公安机关",
        "ENDED": "不予立案,依法作行政处理",
        "WITHDRAWN": "已撤回",
    },
    [
        Transition(START, "propose", "PROPOSED", _OFFICER, "提出移送报告", clocks_started=("CT-DECIDE",)),
        Transition("PROPOSED", "approve", "APPROVED", _LEADER, "批准移送",
                   clocks_started=("CT-DELIVER",), clocks_stopped=("CT-DECIDE",)),
        Transition("PROPOSED", "disapprove", "NOT_APPROVED", _LEADER, "不批准移送", clocks_stopped=("CT-DECIDE",)),
        Transition("PROPOSED", "withdraw", "WITHDRAWN", _OFFICER | _LEADER, "撤回", clocks_stopped=("CT-DECIDE",)),
        Transition("APPROVED", "deliver", "DELIVERED", _OFFICER | _LEADER, "登记送达",
                   clocks_started=("CT-REPLY",), clocks_stopped=("CT-DELIVER",)),
        Transition("APPROVED", "withdraw", "WITHDRAWN", _LEADER, "撤回", clocks_stopped=("CT-DELIVER",)),
        Transition("DELIVERED", "note_passed_on", "DELIVERED", _OFFICER | _LEADER, "登记转送", clocks_started=("CT-REPLY",)),
        *[
            Transition(state, "note_filed", "FILED", _OFFICER | _LEADER, "登记立案通知",
                       clocks_started=("CT-ITEMS",), clocks_stopped=clocks)
            for state, clocks in {**_AWAITED, **{state: (clock,) for state, clock in _REFUSED.items()}}.items()
        ],
        Transition("DELIVERED", "note_declined", "DECLINED", _OFFICER | _LEADER, "登记不予立案通知",
                   clocks_started=("CT-OBJECT",), clocks_stopped=("CT-REPLY",)),
        Transition("OBJECTED", "note_declined", "UPHELD", _OFFICER | _LEADER, "登记维持不予立案",
                   clocks_started=("CT-SUPERVISE",), clocks_stopped=("CT-REVIEW",)),
        Transition("SUPERVISED", "note_declined", "UPHELD", _OFFICER | _LEADER, "登记维持不予立案"),
        Transition("DECLINED", "object", "OBJECTED", _LEADER, "提请复议",
                   clocks_started=("CT-REVIEW",), clocks_stopped=("CT-OBJECT",)),
        # Silence beyond the term is a ground of its own (第十七条).
        *[
            Transition(state, "suggest_supervision", "SUPERVISED", _LEADER, "建议检察机关立案监督", clocks_stopped=(clock,))
            for state, clock in {"DELIVERED": "CT-REPLY", "OBJECTED": "CT-REVIEW", **_REFUSED}.items()
        ],
        *[
            Transition(state, "take_back", "ENDED", _LEADER, "依法作行政处理", clocks_stopped=clocks)
            for state, clocks in {**{state: (clock,) for state, clock in _REFUSED.items()}, "SUPERVISED": ()}.items()
        ],
        Transition("FILED", "hand_items", "CLOSED", _OFFICER | _LEADER, "登记移交物品材料", clocks_stopped=("CT-ITEMS",)),
        *[Transition(state, "assign", state, _LEADER, "指派监督员") for state in ("PROPOSED", *WITH_OFFICERS, *_REFUSED)],
    ],
    final=frozenset({"NOT_APPROVED", "CLOSED", "ENDED", "WITHDRAWN"}),
)  # fmt: skip

_CHECKED = frozenset({"IN_PROGRESS", "RECTIFYING", "FIXED_ON_SITE", "RECTIFIED", "CASE_FILED"})  # an inspection
OPEN_STATES = tuple(state for state in LIFE.states if state not in LIFE.final)


def is_checked(state: str, finding: Mapping[str, Any] | None, *, of_hazard: bool) -> bool:
    """True where officers are on the spot or have found something: a suspicion is checked before it is reported (第五条第一款).

    `finding`: of a report, once it was checked.
    """
    if not of_hazard:
        return state in _CHECKED
    return state == "VERIFYING" if finding is None else finding["action"] != "verify_false"


def may_take(action: str, *, is_own: bool, has_pair: bool, may_still_reply: bool, is_supervised: bool) -> str | None:
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    Nobody decides on his own report, and the file goes to the police by two officers (第五条第一款). The procuratorate is asked
    once, after a refusal or where the police let their term pass.
    """
    if action in ("approve", "disapprove") and is_own:
        return "own_case"
    if action == "suggest_supervision" and is_supervised:
        return "already_supervised"
    if action == "suggest_supervision" and may_still_reply:
        return "police_may_still_reply"
    return "needs_two_officers" if action == "approve" and not has_pair else None
