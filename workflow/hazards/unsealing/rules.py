"""The life of a request to unseal who reported (启封). Pure: no database, no clock. Source: docs/sources.md."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

REQUESTERS = frozenset({Role.LEGAL_REVIEWER})
APPROVERS = frozenset({Role.UNIT_LEADER})
WATCHERS = frozenset({Role.AUDITOR})

# Whose written demand is a reason at all.
BASES = {
    "COURT": "人民法院依法调取",
    "PROCURATORATE": "人民检察院依法调取",
    "POLICE": "公安机关依法调取",
    "DISCIPLINE": "纪检监察机关依法调取",
    "PROTECTION": "为保护举报人人身安全确有必要",
}

STATES = {"REQUESTED": "待批准", "APPROVED": "已批准", "REFUSED": "不予启封", "WITHDRAWN": "已撤回"}

LIFE = StateMachine(
    "unsealing",
    STATES,
    [
        Transition(START, "request", "REQUESTED", REQUESTERS, "申请启封"),
        Transition("REQUESTED", "approve", "APPROVED", APPROVERS, "批准启封"),
        Transition("REQUESTED", "refuse", "REFUSED", APPROVERS, "不予启封"),
        Transition("REQUESTED", "withdraw", "WITHDRAWN", REQUESTERS, "撤回申请"),
    ],
    final=frozenset({"APPROVED", "REFUSED", "WITHDRAWN"}),
)

VIEWABLE_FOR = timedelta(minutes=30)


def is_viewable(state: str, viewable_until: datetime | None, moment: datetime) -> bool:
    """True while what was approved may be looked at."""
    return state == "APPROVED" and viewable_until is not None and moment < viewable_until
