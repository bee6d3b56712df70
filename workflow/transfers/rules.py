"""涉罪移送: what is suspected to be a crime goes to the public security organ, beside the case that it was found in. Pure.

Two officers report, the head of the brigade decides within three days, and within 24 hours of his approval the file is handed
over. The police decide within three days whether to file a case; if not, the brigade may object within three days, and goes on
with its own means. Once they filed it, the things of the case follow within three days. No penalty stands in for the transfer,
and neither the unit nor a reporter is told of it.
Source: 行政执法机关移送涉嫌犯罪案件的规定(国务院令第310号,第730号修订)第五条至第十二条 (docs/sources.md).
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_OFFICER = frozenset({Role.FIRE_OFFICER})
_LEADER = frozenset({Role.UNIT_LEADER})

# Where the next step is that of the two officers.
WITH_OFFICERS = ("APPROVED", "DELIVERED", "FILED", "OBJECTED")
_REPLIED = (("DELIVERED", "CT-REPLY"), ("OBJECTED", "CT-REVIEW"))

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
        "CLOSED": "已移交公安机关",
        "ENDED": "不予立案,依法作行政处理",
    },
    [
        Transition(START, "propose", "PROPOSED", _OFFICER, "提出移送报告", clocks_started=("CT-DECIDE",)),
        Transition("PROPOSED", "approve", "APPROVED", _LEADER, "批准移送",
                   clocks_started=("CT-DELIVER",), clocks_stopped=("CT-DECIDE",)),
        Transition("PROPOSED", "disapprove", "NOT_APPROVED", _LEADER, "不批准移送", clocks_stopped=("CT-DECIDE",)),
        Transition("APPROVED", "deliver", "DELIVERED", _OFFICER | _LEADER, "登记送达公安机关",
                   clocks_started=("CT-REPLY",), clocks_stopped=("CT-DELIVER",)),
        *[
            Transition(state, "note_filed", "FILED", _OFFICER | _LEADER, "登记立案通知",
                       clocks_started=("CT-ITEMS",), clocks_stopped=(clock,))
            for state, clock in _REPLIED
        ],
        Transition("DELIVERED", "note_declined", "DECLINED", _OFFICER | _LEADER, "登记不予立案通知",
                   clocks_started=("CT-OBJECT",), clocks_stopped=("CT-REPLY",)),
        Transition("OBJECTED", "note_declined", "ENDED", _OFFICER | _LEADER, "登记维持不予立案", clocks_stopped=("CT-REVIEW",)),
        Transition("DECLINED", "object", "OBJECTED", _LEADER, "提请复议",
                   clocks_started=("CT-REVIEW",), clocks_stopped=("CT-OBJECT",)),
        Transition("DECLINED", "take_back", "ENDED", _LEADER, "不提请复议", clocks_stopped=("CT-OBJECT",)),
        Transition("FILED", "hand_items", "CLOSED", _OFFICER | _LEADER, "登记移交物品材料", clocks_stopped=("CT-ITEMS",)),
        *[Transition(state, "assign", state, _LEADER, "指派监督员") for state in ("PROPOSED", *WITH_OFFICERS, "DECLINED")],
    ],
    final=frozenset({"NOT_APPROVED", "CLOSED", "ENDED"}),
)  # fmt: skip

# What the report or the inspection behind it stands at: something was found there.
FOUNDED = frozenset({
    "VERIFYING", "VERIFIED_TRUE", "VERIFIED_FIXED", "HANDED_OVER", "RECTIFIED", "REVIEWING", "CLOSED",
    "IN_PROGRESS", "RECTIFYING", "FIXED_ON_SITE", "CASE_FILED",
})  # fmt: skip
OPEN_STATES = tuple(state for state in LIFE.states if state not in LIFE.final)


def may_take(action: str, *, is_its_officer: bool) -> str | None:
    """Why a step that the table has cannot be taken now, as a stable code; None if it can. Nobody approves his own report."""
    return "own_case" if action in ("approve", "disapprove") and is_its_officer else None
