"""The life of a claim for a reward (举报奖励), from the claim to the voucher. Pure: no database, no clock.

Source: docs/sources.md. What is paid, to whom and on which conditions is said by a policy of the division, never here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

HANDLERS = frozenset({Role.INTAKE_CLERK, Role.UNIT_LEADER})
PAYERS = frozenset({Role.FINANCE_CLERK})
_OFFICE = frozenset({Role.INTAKE_CLERK})
_LEADER = frozenset({Role.UNIT_LEADER})
_CLAIMANT = frozenset({Role.REPORTER})

STATES = {
    "CLAIMED": "已申领",
    "PROPOSED": "待审批",
    "APPROVED": "待发放",
    "PAID": "已发放",
    "REFUSED": "不予奖励",
    "WITHDRAWN": "已撤回",
}
PAYABLE = ("APPROVED", "PAID")

LIFE = StateMachine(
    "reward_claim",
    STATES,
    [
        Transition(START, "submit", "CLAIMED", _CLAIMANT, "申领奖励", clocks_started=("RW-DECIDE",)),
        Transition("CLAIMED", "propose", "PROPOSED", _OFFICE, "拟定奖励"),
        Transition("PROPOSED", "return", "CLAIMED", _LEADER, "退回重拟"),
        Transition(
            "PROPOSED", "approve", "APPROVED", _LEADER, "批准发放", clocks_started=("RW-PAY",), clocks_stopped=("RW-DECIDE",)
        ),
        Transition("CLAIMED", "refuse", "REFUSED", _LEADER, "不予奖励", clocks_stopped=("RW-DECIDE",)),
        Transition("PROPOSED", "refuse", "REFUSED", _LEADER, "不予奖励", clocks_stopped=("RW-DECIDE",)),
        # What the claim rests on may fall away before it is paid: the case is checked anew, or a report was merged wrongly.
        Transition("APPROVED", "refuse", "REFUSED", _LEADER, "不予发放", clocks_stopped=("RW-PAY",)),
        Transition("CLAIMED", "withdraw", "WITHDRAWN", _CLAIMANT, "撤回申领", clocks_stopped=("RW-DECIDE",)),
        Transition("PROPOSED", "withdraw", "WITHDRAWN", _CLAIMANT, "撤回申领", clocks_stopped=("RW-DECIDE",)),
        Transition("APPROVED", "pay", "PAID", PAYERS, "登记发放", clocks_stopped=("RW-PAY",)),
    ],
    final=frozenset({"PAID", "REFUSED", "WITHDRAWN"}),
)

POLICY_STATES = {"PENDING": "待地区填报", "IN_FORCE": "执行中", "ENDED": "已停止"}

LEAST_LEVEL = 3  # of proof: who is paid is who he says he is (docs/sources.md)


class Reported(NamedTuple):
    """One report among those of the same thing."""

    hazard_id: UUID
    reporter_id: UUID
    number: str
    report_mode: str
    submitted_at: datetime


def winner(reports: Sequence[Reported]) -> Reported | None:
    """The first that came under a name; an anonymous one is never paid. None if nobody gave his name."""
    named = [report for report in reports if report.report_mode != "ANONYMOUS"]
    return min(named, key=lambda report: (report.submitted_at, report.hazard_id), default=None)


def holds_on(state: str, valid_from: date | None, valid_until: date | None, day: date) -> bool:
    """True if a policy is in force on this day."""
    if state != "IN_FORCE" or valid_from is None or day < valid_from:
        return False
    return valid_until is None or day <= valid_until
