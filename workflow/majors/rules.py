"""重大火灾隐患: how one is suspected, determined, reported, put right and struck off, beside the case that it was found in. Pure.

Two officers suspect it at a check. Within seven working days of that the brigade studies it together, ten more where experts are
heard, after its legal reviewer has given his opinion. What is determined is told to the unit within three working days, with a
term. What endangers the public, or lies in the layout of a town, goes to the government in writing within the seven days; the
government may list it for supervision. The unit applies when it is done, two officers look, the leader strikes it off.
Nothing is judged by the program: people name the clauses of the standard (`criteria.py`).
Sources: 消防法 54, 55; 消防监督检查规定 20, 21 (docs/sources.md).
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_UNIT = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.AGENT})
_OFFICER = frozenset({Role.FIRE_OFFICER})
_LEADER = frozenset({Role.UNIT_LEADER})
_REVIEWER = frozenset({Role.LEGAL_REVIEWER})
_SYSTEM = frozenset({Role.SYSTEM})

PROPOSAL, NOTICE, TERM, RECHECK = "HZ-MAJOR", "MJ-NOTICE", "MJ-TERM", "MJ-RECHECK"
_ALL = (PROPOSAL, NOTICE, TERM, RECHECK)
_STUDIED = ("SUSPECTED", "EXPERT_REVIEW")
_IN_TERM = ("DETERMINED", "REPORTED", "SUPERVISED", "RECTIFYING")
_TO_SERVE = ("DETERMINED", "REPORTED", "SUPERVISED", "OVERDUE")
_TO_RECHECK = {"RECHECK_PENDING": "RECTIFYING", "OVERDUE": "OVERDUE"}  # and where it stands if the recheck fails
_WITH_OFFICERS = ("DETERMINED", "REPORTED", "SUPERVISED", "RECHECK_PENDING", "OVERDUE")

LIFE = StateMachine(
    "major",
    {
        "SUSPECTED": "疑似重大火灾隐患,待集体研究",
        "EXPERT_REVIEW": "专家论证中",
        "DETERMINED": "已判定为重大火灾隐患",
        "REPORTED": "已书面报告政府",
        "SUPERVISED": "政府挂牌督办",
        "RECTIFYING": "继续整改",
        "RECHECK_PENDING": "申请销案,待复查",
        "OVERDUE": "逾期未消除",
        "RECHECKED": "复查合格,待销案",
        "CANCELLED_RECORD": "已销案",
        "NOT_MAJOR": "不判定为重大火灾隐患",
        "WITHDRAWN": "已撤回",
    },
    [
        Transition(START, "suspect", "SUSPECTED", _OFFICER, "报疑似重大火灾隐患", clocks_started=(PROPOSAL,)),
        Transition("SUSPECTED", "call_experts", "EXPERT_REVIEW", _LEADER, "组织专家论证"),
        Transition("EXPERT_REVIEW", "note_experts", "SUSPECTED", _LEADER, "登记专家意见"),
        *[Transition(state, "review_legally", state, _REVIEWER, "提出法制审核意见") for state in _STUDIED],
        # What has to be reported keeps the clock of the proposal running.
        Transition("SUSPECTED", "determine", "DETERMINED", _LEADER, "集体研究判定", clocks_started=(NOTICE, TERM)),
        Transition("SUSPECTED", "find_not_major", "NOT_MAJOR", _LEADER, "不判定为重大火灾隐患", clocks_stopped=(PROPOSAL,)),
        *[
            Transition(state, "withdraw", "WITHDRAWN", _OFFICER | _LEADER, "撤回", clocks_stopped=(PROPOSAL,))
            for state in _STUDIED
        ],
        *[
            Transition(state, "enter_withdrawn", "WITHDRAWN", _SYSTEM, "随案终止", clocks_stopped=(PROPOSAL,))
            for state in _STUDIED
        ],
        *[
            Transition(state, "serve", state, _OFFICER, "送达整改通知书", clocks_stopped=(NOTICE,), officers=2)
            for state in _TO_SERVE
        ],
        *[
            Transition(state, "report_to_government", target, _LEADER, "书面报告政府", clocks_stopped=(PROPOSAL,))
            for state, target in {
                "DETERMINED": "REPORTED", "RECTIFYING": "REPORTED",
                **{state: state for state in ("RECHECK_PENDING", "OVERDUE", "RECHECKED")},
            }.items()
        ],
        *[
            Transition(state, "put_under_supervision", "SUPERVISED", _LEADER, "登记挂牌督办",
                       clocks_started=(TERM,), clocks_stopped=(RECHECK,))
            for state in ("REPORTED", "RECTIFYING", "OVERDUE")
        ],
        # On paper too, by the leader: not every unit has somebody with an account.
        *[Transition(state, "report_progress", state, _UNIT | _LEADER, "报告整改进展") for state in (*_IN_TERM, "OVERDUE")],
        *[
            Transition(state, "apply_cancelling", target, _UNIT | _LEADER, "申请销案", clocks_started=(RECHECK,))
            for state, target in {**dict.fromkeys(_IN_TERM, "RECHECK_PENDING"), "OVERDUE": "OVERDUE"}.items()
        ],
        *[
            Transition(state, "extend", "RECTIFYING" if state == "OVERDUE" else state, _LEADER, "延长整改期限",
                       clocks_started=(TERM,), clocks_stopped=(RECHECK,))
            for state in (*_IN_TERM, "OVERDUE")
        ],
        *[
            Transition(state, "recheck_pass", "RECHECKED", _OFFICER, "复查合格", clocks_stopped=(TERM, RECHECK), officers=2)
            for state in _TO_RECHECK
        ],
        *[
            Transition(state, "recheck_fail", target, _OFFICER, "复查不合格", clocks_stopped=(RECHECK,), officers=2)
            for state, target in _TO_RECHECK.items()
        ],
        Transition("RECHECKED", "cancel_record", "CANCELLED_RECORD", _LEADER, "销案", clocks_stopped=_ALL),
        Transition("RECHECKED", "keep_on_record", "RECTIFYING", _LEADER, "不予销案", clocks_started=(TERM,)),
        # The term runs on while the unit waits for the recheck; one that it applied for itself stays due as it was.
        *[
            Transition(state, "expire", "OVERDUE", _SYSTEM, "整改期限届满",
                       clocks_started=(RECHECK,), clocks_stopped=(TERM,))
            for state in _IN_TERM
        ],
        Transition("RECHECK_PENDING", "expire", "OVERDUE", _SYSTEM, "整改期限届满", clocks_stopped=(TERM,)),
        *[Transition(state, "cosign", state, _OFFICER, "第二名监督员签名") for state in _WITH_OFFICERS],
        *[Transition(state, "assign", state, _LEADER, "指派监督员") for state in (*_STUDIED, *_WITH_OFFICERS, "RECTIFYING")],
    ],
    final=frozenset({"CANCELLED_RECORD", "NOT_MAJOR", "WITHDRAWN"}),
)  # fmt: skip

# What the report or the inspection behind it stands at: somebody is checking there, or has found something.
FOUNDED = frozenset({"VERIFYING", "VERIFIED_TRUE", "HANDED_OVER", "IN_PROGRESS", "RECTIFYING"})
OPEN_STATES = tuple(state for state in LIFE.states if state not in LIFE.final)
NEVER_WAS = ("SUSPECTED", "EXPERT_REVIEW", "NOT_MAJOR", "WITHDRAWN")  # to whoever is told of a determined one

GROUNDS = {"PUBLIC_SAFETY": "影响公共安全", "LAYOUT": "不符合城乡消防安全布局、公共消防设施要求"}  # for which it is reported
LEVELS = {"REGION": "自治区", "LEAGUE": "盟市", "BANNER": "旗县(市、区)"}  # of whoever supervises
FEWEST_STUDYING, FEWEST_EXPERTS = 3, 7
MOST_DAYS = 732  # of a term: who supervises gives up to two years


def owes(state: str, *, is_served: bool, has_to_be_reported: bool, awaits_recheck: bool) -> str | None:
    """What the brigade has to do before anything else, as the queue says it; None where the state itself says it."""
    if state in _TO_SERVE and not is_served:
        return "major_serve"
    if awaits_recheck and state in _TO_RECHECK:
        return "major_recheck"
    return "major_report" if has_to_be_reported and state in ("DETERMINED", "RECTIFYING") else None


def may_take(
    action: str, *, is_reviewed: bool, had_experts: bool, is_served: bool, is_reported: bool, is_supervised: bool,
    is_extended: bool, is_its_officer: bool,
) -> str | None:  # fmt: skip
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    Nobody decides on what he found himself. A unit answers for what it was told of.
    """
    match action:
        case "determine" | "find_not_major" if not is_reviewed:
            return "needs_legal_review"
        case "call_experts" if had_experts:
            return "already_called"
        case "serve" if is_served:
            return "nothing_to_serve"
        case "report_progress" | "apply_cancelling" | "recheck_pass" | "recheck_fail" if not is_served:
            return "not_served"
        case "report_to_government" if is_reported:
            return "already_reported"
        case "put_under_supervision" if is_supervised:
            return "already_supervised"
        case "put_under_supervision" if not is_reported:
            return "not_reported"
        case "extend" if is_extended:
            return "already_extended"
        case "review_legally" | "determine" | "find_not_major" | "extend" | "cancel_record" | "keep_on_record" if is_its_officer:
            return "own_case"
        case _:
            return None
