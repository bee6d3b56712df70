"""The life of a 移送函: drafted, signed, signed for, accepted or returned, fed back, confirmed. Pure.

Source: docs/sources.md. No national deadline governs letters between bodies: every clock is a service-level row.
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_DRAFTER = frozenset({Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.SYSTEM})
_LEADER = frozenset({Role.UNIT_LEADER})
_RECEIVER = frozenset({Role.RECEIVER_CLERK, Role.DEPT_HANDLER})
_ARBITER = frozenset({Role.SUPERVISOR})

KINDS = {"LETTER": "移送函", "REFERRAL": "转办单"}
SIGN_CLOCKS = ("HO-SIGN", "HO-SIGN-4H")
NOT_ACCEPTED = ("DRAFT", "SENT", "RECEIVED", "RETURNED", "ARBITRATION")  # while the sender still holds the hazard
MAX_RETURNS = 2  # then the committee office decides
MAX_REJECTIONS = 2  # then it is supervised
MAX_ENTRIES = 100  # of progress

LIFE = StateMachine(
    "handover",
    {
        "DRAFT": "待签发",
        "DISCARDED": "已作废",
        "SENT": "待签收",
        "RECEIVED": "已签收",
        "ACCEPTED": "办理中",
        "RETURNED": "已退回",
        "ARBITRATION": "争议协调中",
        "FEEDBACK": "已反馈待确认",
        "WITHDRAWN": "已收回",
        "CLOSED": "已办结",
    },
    [
        # 转办: no number of a series, no seal, nobody signs it.
        Transition(START, "refer", "SENT", _DRAFTER, "转办"),
        Transition(START, "draft", "DRAFT", _DRAFTER, "起草移送函", clocks_started=("HO-APPROVE",)),
        Transition("DRAFT", "approve", "SENT", _LEADER, "签发", clocks_stopped=("HO-APPROVE",)),
        Transition("DRAFT", "discard", "DISCARDED", _LEADER | {Role.FIRE_OFFICER}, "不予签发", clocks_stopped=("HO-APPROVE",)),
        Transition("DRAFT", "withdraw", "WITHDRAWN", _LEADER, "收回自办", clocks_stopped=("HO-APPROVE",)),
        Transition("SENT", "sign_for", "RECEIVED", _RECEIVER, "签收",
                   clocks_started=("HO-ACC",), clocks_stopped=SIGN_CLOCKS),
        Transition("SENT", "dispute", "ARBITRATION", _LEADER | {Role.SYSTEM}, "提请协调",
                   clocks_started=("HO-ARB",), clocks_stopped=SIGN_CLOCKS),
        Transition("SENT", "withdraw", "WITHDRAWN", _LEADER, "收回自办", clocks_stopped=SIGN_CLOCKS),
        Transition("RECEIVED", "accept", "ACCEPTED", _RECEIVER, "接受办理",
                   clocks_started=("HO-FB",), clocks_stopped=("HO-ACC",)),
        Transition("RECEIVED", "return", "RETURNED", _RECEIVER, "退回",
                   clocks_started=("HO-RETURNED",), clocks_stopped=("HO-ACC",)),
        Transition("RETURNED", "resend", "SENT", _LEADER, "重新移送", clocks_stopped=("HO-RETURNED",)),
        Transition("RETURNED", "dispute", "ARBITRATION", _LEADER | {Role.SYSTEM}, "提请协调",
                   clocks_started=("HO-ARB",), clocks_stopped=("HO-RETURNED",)),
        Transition("RETURNED", "withdraw", "WITHDRAWN", _LEADER, "收回自办", clocks_stopped=("HO-RETURNED",)),
        Transition("ARBITRATION", "decide", "SENT", _ARBITER, "明确承办单位", clocks_stopped=("HO-ARB",)),
        Transition("ARBITRATION", "leave_with_sender", "WITHDRAWN", _ARBITER, "明确由移送单位办理",
                   clocks_stopped=("HO-ARB",)),
        Transition("ACCEPTED", "progress", "ACCEPTED", _RECEIVER, "填报进展"),
        Transition("ACCEPTED", "extend", "ACCEPTED", _RECEIVER, "申请延期"),
        Transition("ACCEPTED", "finish", "FEEDBACK", _RECEIVER, "办结反馈",
                   clocks_started=("HO-CHECK",), clocks_stopped=("HO-FB",)),
        Transition("FEEDBACK", "confirm", "CLOSED", _LEADER | {Role.FIRE_OFFICER}, "确认反馈", clocks_stopped=("HO-CHECK",)),
        Transition("FEEDBACK", "reject", "ACCEPTED", _LEADER | {Role.FIRE_OFFICER}, "反馈不充分",
                   clocks_started=("HO-FB",), clocks_stopped=("HO-CHECK",)),
        *[
            Transition(state, "supervise", state, _ARBITER, "督办")
            for state in ("SENT", "RECEIVED", "RETURNED", "ACCEPTED")
        ],
        *[
            Transition(state, "enter_withdrawn", "WITHDRAWN", frozenset({Role.SYSTEM}), "案件已了结,随案收回")
            for state in NOT_ACCEPTED
        ],
        # The feedback does not suffice and cannot be rejected once more: the receiver goes on, until the date of the 督办单.
        Transition("FEEDBACK", "supervise", "ACCEPTED", _ARBITER, "督办", clocks_stopped=("HO-CHECK",)),
    ],
    final=frozenset({"DISCARDED", "WITHDRAWN", "CLOSED"}),
)  # fmt: skip

# Who has to act next, seen from the letter: the sender, the receiver, or the committee office.
ACTING_SIDE = {
    "DRAFT": "sender",
    "SENT": "receiver",
    "RECEIVED": "receiver",
    "ACCEPTED": "receiver",
    "RETURNED": "sender",
    "ARBITRATION": "committee",
    "FEEDBACK": "sender",
}


def number_of_sending(number: str, nth: int) -> str:
    """The number of a letter that is sent again: 第5号, then 第5号之二, 第5号之三."""
    if nth == 1:
        return number
    numeral = "二三四五六七八九十"[nth - 2] if nth <= 10 else str(nth)
    return f"{number.partition('之')[0]}之{numeral}"


def may_take(action: str, *, is_decided: bool, is_extended: bool, rejections: int, entries: int) -> str | None:
    """Why a step that the table has cannot be taken now, as a stable code; None if it can."""
    match action:
        case "return" if is_decided:
            return "decided_by_committee"
        case "extend" if is_extended:
            return "already_extended"
        case "reject" if rejections >= MAX_REJECTIONS:
            return "ask_for_supervision"
        case "progress" if entries >= MAX_ENTRIES:
            return "too_many_entries"
        case _:
            return None
