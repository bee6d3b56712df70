"""What a true finding needs to close: order, fix with photos, recheck. Pure.

Source: 消防监督检查规定 19, 20; docs/sources.md. The term of an order has no statutory maximum (`workflow/terms.py`).
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_PLACE = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.AGENT})
_UNIT = _PLACE | {Role.FIRE_OFFICER}
_OFFICER = frozenset({Role.FIRE_OFFICER})
_LEADER = frozenset({Role.UNIT_LEADER})
_SYSTEM = frozenset({Role.SYSTEM})
# 责令立即改正, 责令限期改正, and 即知即改, which is no order (docs/sources.md).
KINDS = ("IMMEDIATE", "DEADLINE", "PROMPT")
UNDER_WAY = ("ORDERED", "RECTIFYING")
SERVICE = "IN-LIM"  # until what the server made has come to the party (消防监督检查规定 19); what was served on the spot has none
PROMPTED = ("PROMPTED", "PROMPT_ANSWERED")

LIFE = StateMachine(
    "rectification",
    {
        "ORDERED": "已责令改正",
        "RECTIFYING": "整改中",
        "RECHECK_PENDING": "待复查",
        "RECTIFIED": "复查合格",
        "OVERDUE_NOT_FIXED": "逾期未改",
        "CASE_FILED": "已立案",
        "TRANSFERRED": "随案移交",
        "CANCELLED": "随案终止",
        "PROMPTED": "已告知即改",
        "PROMPT_ANSWERED": "已回传改正情况",
        "PROMPT_ENDED": "已转入核查",
        "PROMPT_WITHDRAWN": "告知有误,已撤回",
    },
    [
        Transition(START, "order", "ORDERED", _SYSTEM, "责令改正", clocks_started=(SERVICE, "IN-TERM")),
        *[
            Transition(state, "report_fix", "RECTIFYING", _UNIT, "上传改正情况")
            for state in UNDER_WAY
        ],
        *[
            Transition(state, "serve", state, _OFFICER | _LEADER, "登记送达", clocks_stopped=(SERVICE,))
            for state in (*UNDER_WAY, "RECHECK_PENDING", "OVERDUE_NOT_FIXED")
        ],
        Transition("RECTIFYING", "apply_recheck", "RECHECK_PENDING", _UNIT, "申请复查",
                   clocks_started=("IN-RE",), clocks_stopped=("IN-TERM",)),
        *[
            Transition(state, "expire", "RECHECK_PENDING", _SYSTEM, "期满",
                       clocks_started=("IN-RE",), clocks_stopped=("IN-TERM",))
            for state in UNDER_WAY
        ],
        *[Transition(state, "ask_extension", state, _UNIT, "申请延期") for state in UNDER_WAY],
        *[Transition(state, "grant_extension", state, _LEADER, "准予延期") for state in UNDER_WAY],
        *[Transition(state, "refuse_extension", state, _LEADER, "不予延期") for state in UNDER_WAY],
        Transition("RECHECK_PENDING", "recheck_pass", "RECTIFIED", _OFFICER, "复查合格",
                   clocks_stopped=("IN-RE",), officers=2),
        Transition("RECHECK_PENDING", "recheck_fail", "OVERDUE_NOT_FIXED", _OFFICER, "复查不合格",
                   clocks_started=("IN-DECIDE",), clocks_stopped=("IN-RE",), officers=2),
        Transition("RECHECK_PENDING", "cosign", "RECHECK_PENDING", _OFFICER, "第二名监督员签名"),
        *[
            Transition(state, "assign", state, _LEADER, "指派复查人员")
            for state in (*UNDER_WAY, "RECHECK_PENDING", "OVERDUE_NOT_FIXED")
        ],
        Transition("OVERDUE_NOT_FIXED", "reorder", "ORDERED", _LEADER, "重新责令改正",
                   clocks_started=(SERVICE, "IN-TERM"), clocks_stopped=("IN-DECIDE",)),
        Transition("OVERDUE_NOT_FIXED", "file_case", "CASE_FILED", _LEADER, "立案", clocks_stopped=("IN-DECIDE",)),
        *[
            Transition(state, "enter_transferred", "TRANSFERRED", _SYSTEM, "随案移交",
                       clocks_stopped=("IN-TERM", "IN-RE", "IN-DECIDE"))
            for state in (*UNDER_WAY, "RECHECK_PENDING", "OVERDUE_NOT_FIXED")
        ],
        # The hazard ended first: by 立案 under its number, or by the decision of two persons.
        *[
            Transition(state, action, target, _SYSTEM, label, clocks_stopped=("IN-TERM", "IN-RE", "IN-DECIDE"))
            for action, target, label in (
                ("enter_case_filed", "CASE_FILED", "随案立案"), ("enter_cancelled", "CANCELLED", "随案终止"),
            )
            for state in (*UNDER_WAY, "RECHECK_PENDING", "OVERDUE_NOT_FIXED")
        ],
        # 即知即改 of a report that nobody has checked yet.
        Transition(START, "prompt", "PROMPTED", _SYSTEM, "告知即改"),
        *[Transition(state, "report_fix", "PROMPT_ANSWERED", _PLACE, "回传改正情况") for state in PROMPTED],
        *[Transition(state, "withdraw_prompt", "PROMPT_WITHDRAWN", _LEADER, "撤回告知") for state in PROMPTED],
        *[Transition(state, "enter_prompt_ended", "PROMPT_ENDED", _SYSTEM, "转入核查") for state in PROMPTED],
    ],
    final=frozenset({"RECTIFIED", "CASE_FILED", "TRANSFERRED", "CANCELLED", "PROMPT_ENDED", "PROMPT_WITHDRAWN"}),
)  # fmt: skip


MOST_PHOTOS = 30  # of what was put right, of one item
# Why what was put right in time is not punished (行政处罚法 33); the party is taught instead, and a record says so.
NO_PENALTY = {"MINOR": "违法行为轻微并及时改正,没有造成危害后果", "FIRST": "初次违法且危害后果轻微并及时改正"}


def may_take(
    action: str, *, kind: str, are_fixed: bool, is_extended: bool, is_asked: bool, is_over: bool, is_served: bool
) -> str | None:  # fmt: skip
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    The recheck is asked for when every item is fixed, or comes by itself at the end of the term. An extension is granted
    once, and asked for before that end; what has to be put right at once has none.
    """
    match action:
        case "serve" if is_served:
            return "already_served"
        case "file_case" if not is_served:
            return "not_served"  # an order that did not come to its party binds nobody
        case "apply_recheck" if not are_fixed:
            return "items_not_fixed"
        case "ask_extension" if kind == "IMMEDIATE":
            return "to_be_fixed_at_once"
        case "ask_extension" if is_extended:
            return "already_extended"
        case "ask_extension" if is_asked:
            return "already_requested"
        case "ask_extension" if is_over:
            return "term_has_ended"
        case "grant_extension" | "refuse_extension" if not is_asked:
            return "not_requested"
        case _:
            return None
