"""临时查封 of a dangerous place, and the order to stop business, use or building: how each begins, holds and ends. Pure.

A sealing is decided by the leaders together and served within three working days of the check; where danger is imminent two
officers seal at once on a leader's oral approval, and the decision is made and served within 24 hours, or the seal goes.
It holds for 30 days at most, and longer once. Who put things right applies; two officers look, the leader decides.
Sources: 消防法 54, 70; 消防监督检查规定 22 to 25, 27, 28; 行政强制法 18, 19, 24, 25, 27 (docs/sources.md).
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_UNIT = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.AGENT})
_OFFICER = frozenset({Role.FIRE_OFFICER})
_LEADER = frozenset({Role.UNIT_LEADER})
_SYSTEM = frozenset({Role.SYSTEM})

TO_BE_SERVED = ("SEAL-3WD", "SEAL-24H")
_SEAL_CLOCKS = (*TO_BE_SERVED, "SEAL-30D", "UNSEAL-3", "UNSEAL-3D", "SEAL-LIFT")
_IN_FORCE = ("PROVISIONAL", "DECIDED", "SEALED", "UNSEAL_APPLIED", "UNSEAL_CHECKED")
_NOT_STOPPED = ("SUSPENDED", "NOT_STOPPED", "URGED")
# Where the next step is that of the two officers.
WITH_OFFICERS = ("OPEN", "DECIDED", "UNSEAL_APPLIED", *_NOT_STOPPED, "RESUME_APPLIED")

LIFE = StateMachine(
    "measure",
    {
        "OPEN": "拟临时查封",
        "PROPOSED": "待集体研究",
        "PROVISIONAL": "已先行查封,待补办手续",
        "DECIDED": "已决定查封,待送达",
        "SEALED": "已临时查封",
        "UNSEAL_APPLIED": "申请解除查封,待检查",
        "UNSEAL_CHECKED": "申请解除查封,待决定",
        "EXPIRED": "查封期满,待解除",
        "SUSPENDED": "已责令停产停业",
        "NOT_STOPPED": "逾期未停产停业",
        "URGED": "已催告",
        "STOPPED": "已停产停业",
        "RESUME_APPLIED": "申请恢复,待检查",
        "RESUME_CHECKED": "申请恢复,待决定",
        "UNSEALED": "已解除查封",
        "RESUMED": "已同意恢复",
        "DROPPED": "未予查封",
        "REVOKED": "已撤销",
    },
    [
        Transition(START, "open", "OPEN", _OFFICER, "拟临时查封", clocks_started=("SEAL-3WD",)),
        Transition("OPEN", "propose", "PROPOSED", _OFFICER, "提请集体研究", officers=2),
        Transition("OPEN", "seal_at_once", "PROVISIONAL", _OFFICER, "当场先行查封",
                   clocks_started=("SEAL-24H", "SEAL-30D"), clocks_stopped=("SEAL-3WD",), officers=2),
        Transition("OPEN", "withdraw", "DROPPED", _OFFICER, "不再查封", clocks_stopped=("SEAL-3WD",)),
        *[Transition(state, "decide", "DECIDED", _LEADER, "集体研究决定查封") for state in ("PROPOSED", "PROVISIONAL")],
        Transition("PROPOSED", "refuse", "DROPPED", _LEADER, "不予查封", clocks_stopped=("SEAL-3WD",)),
        Transition("PROVISIONAL", "refuse", "UNSEALED", _LEADER, "不予查封,立即解除", clocks_stopped=_SEAL_CLOCKS),
        Transition("DECIDED", "serve", "SEALED", _OFFICER, "送达决定书", clocks_started=("SEAL-30D",),
                   clocks_stopped=TO_BE_SERVED, officers=2),
        Transition("DECIDED", "revoke", "REVOKED", _LEADER, "撤销查封决定", clocks_stopped=_SEAL_CLOCKS),
        # Served in time by two officers who had no signal: the seal holds. Later it does not.
        Transition("EXPIRED", "serve", "SEALED", _OFFICER, "补报按时送达", clocks_started=("SEAL-30D",),
                   clocks_stopped=("SEAL-LIFT",), officers=2),
        *[
            Transition(state, "extend", state, _LEADER, "延长查封期限")
            for state in ("SEALED", "UNSEAL_APPLIED", "UNSEAL_CHECKED")
        ],
        # On paper too, by the leader: not every unit has somebody with an account.
        Transition("SEALED", "apply_unseal", "UNSEAL_APPLIED", _UNIT | _LEADER, "申请解除查封", clocks_started=("UNSEAL-3",)),
        Transition("UNSEAL_APPLIED", "check", "UNSEAL_CHECKED", _OFFICER, "检查整改情况",
                   clocks_started=("UNSEAL-3D",), clocks_stopped=("UNSEAL-3",), officers=2),
        Transition("UNSEAL_CHECKED", "keep", "SEALED", _LEADER, "不予解除查封", clocks_stopped=("UNSEAL-3D",)),
        *[
            Transition(state, "lift", "UNSEALED", _LEADER, "解除查封", clocks_stopped=_SEAL_CLOCKS)
            for state in ("SEALED", "UNSEAL_APPLIED", "UNSEAL_CHECKED", "EXPIRED")
        ],
        *[
            Transition(state, "expire", "EXPIRED", _SYSTEM, "查封期满",
                       clocks_started=("SEAL-LIFT",), clocks_stopped=_SEAL_CLOCKS)
            for state in _IN_FORCE
        ],
        # Stopping business, use or building: a penalty, decided in its own procedure (消防法 70).
        Transition(START, "suspend", "SUSPENDED", _LEADER, "登记停产停业决定", clocks_started=("SUSP-BY",)),
        Transition("SUSPENDED", "expire", "NOT_STOPPED", _SYSTEM, "逾期未停止",
                   clocks_started=("IN-URGE",), clocks_stopped=("SUSP-BY",)),
        Transition("NOT_STOPPED", "urge", "URGED", _LEADER, "催告", clocks_stopped=("IN-URGE",)),
        *[
            Transition(state, "confirm_stopped", "STOPPED", _OFFICER, "核实已停止",
                       clocks_stopped=("SUSP-BY", "IN-URGE"), officers=2)
            for state in _NOT_STOPPED
        ],
        Transition("SUSPENDED", "revoke", "REVOKED", _LEADER, "撤销登记", clocks_stopped=("SUSP-BY",)),
        # Whoever has not stopped has nothing to resume.
        Transition("STOPPED", "apply_resume", "RESUME_APPLIED", _UNIT | _LEADER, "申请恢复", clocks_started=("RESUME-3",)),
        Transition("RESUME_APPLIED", "check", "RESUME_CHECKED", _OFFICER, "检查整改情况",
                   clocks_started=("RESUME-3D",), clocks_stopped=("RESUME-3",), officers=2),
        Transition("RESUME_CHECKED", "keep", "STOPPED", _LEADER, "不同意恢复", clocks_stopped=("RESUME-3D",)),
        Transition("RESUME_CHECKED", "resume", "RESUMED", _LEADER, "同意恢复", clocks_stopped=("RESUME-3D",)),
        *[Transition(state, "cosign", state, _OFFICER, "第二名监督员签名") for state in (*WITH_OFFICERS, "EXPIRED")],
        *[Transition(state, "assign", state, _LEADER, "指派监督员") for state in WITH_OFFICERS],
    ],
    final=frozenset({"UNSEALED", "RESUMED", "DROPPED", "REVOKED"}),
)  # fmt: skip

# What the report or the inspection behind it stands at: somebody is checking there, or has found something. An order to stop may
# come long after, of a case that was filed.
_CHECKED = frozenset({"VERIFYING", "VERIFIED_TRUE", "HANDED_OVER", "REVIEWING", "IN_PROGRESS", "RECTIFYING"})
FOUNDED = {"SEAL": _CHECKED | {"FIXED_ON_SITE"}, "SUSPEND": _CHECKED | {"RECTIFIED", "CASE_FILED"}}

KINDS = {"SEAL": "临时查封", "SUSPEND": "停产停业"}
SCOPES = {"BUSINESS": "停产停业", "USE": "停止使用", "CONSTRUCTION": "停止施工"}
MOST_DAYS = 30  # of a sealing, and of the one extension (行政强制法 25)


def may_take(
    action: str, *, is_extended: bool, is_sealed: bool, has_to_be_served: bool, is_removed: bool | None, is_its_officer: bool
) -> str | None:
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    `has_to_be_served`: it was decided, and nobody has said that it was served. `is_removed` is what the two officers found after
    the unit applied; None while they have not looked. A leader who is one of the two does not decide on what he found himself.
    """
    match action:
        case "extend" if is_extended:
            return "already_extended"
        case "serve" if not has_to_be_served:
            return "nothing_to_serve"
        case "revoke" if is_sealed:
            return "sealed_already"
        case "lift" | "resume" if is_removed is False:
            return "danger_remains"
        case "keep" if is_removed:
            return "danger_is_removed"
        case "decide" | "refuse" | "revoke" | "keep" | "lift" | "resume" if is_its_officer:
            return "own_case"
        case _:
            return None
