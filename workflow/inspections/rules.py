"""消防监督检查 of a unit by two certified officers: from the leader's assignment to what came of it, and its publication. Pure.

The assignment is the approval (行政检查审批), so an officer never goes on his own account. Verification of a complaint, a check
before opening and technical assistance are other kinds of visit, each with a life of its own. Sources: 消防法 53, 54;
消防监督检查规定 6, 10, 11, 14, 19; 国办发〔2024〕54号; 国发〔2019〕5号, 政府信息公开条例 14, 15 (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

_LEADER = frozenset({Role.UNIT_LEADER})
_OFFICER = frozenset({Role.FIRE_OFFICER})
_SYSTEM = frozenset({Role.SYSTEM})
_OPEN = ("ASSIGNED", "IN_PROGRESS")
_MADE = ("NO_PROBLEM", "FIXED_ON_SITE", "RECTIFYING", "RECTIFIED", "CASE_FILED")  # the record is signed
_PUBLISH = "PUB-20WD"
WITH_OFFICERS = frozenset(_OPEN)

LIFE = StateMachine(
    "inspection",
    {
        "ASSIGNED": "已派检查任务",
        "IN_PROGRESS": "检查中",
        "NO_PROBLEM": "未发现问题",
        "FIXED_ON_SITE": "当场改正",
        "RECTIFYING": "责令改正中",
        "RECTIFIED": "复查合格",
        "CASE_FILED": "已立案",
        "CANCELLED": "任务已取消",
    },
    [
        Transition(START, "plan", "ASSIGNED", _LEADER, "派检查任务"),
        *[Transition(state, "assign", "ASSIGNED", _LEADER, "改派监督员") for state in _OPEN],
        *[Transition(state, "recuse", state, _OFFICER, "申请回避") for state in _OPEN],
        Transition("ASSIGNED", "start", "IN_PROGRESS", _OFFICER, "到场检查"),
        *[Transition(state, "defer", "ASSIGNED", _OFFICER, "检查未能进行") for state in _OPEN],
        Transition("IN_PROGRESS", "find_none", "NO_PROBLEM", _OFFICER, "未发现问题", (_PUBLISH,), ("IN-PLAN",), officers=2),
        Transition("IN_PROGRESS", "fix_on_site", "FIXED_ON_SITE", _OFFICER, "当场改正", (_PUBLISH,), ("IN-PLAN",), officers=2),
        Transition("IN_PROGRESS", "order", "RECTIFYING", _OFFICER, "责令改正", (_PUBLISH,), ("IN-PLAN",), officers=2),
        Transition("IN_PROGRESS", "cosign", "IN_PROGRESS", _OFFICER, "第二名监督员签名"),
        *[Transition(state, "cancel", "CANCELLED", _LEADER, "取消任务", clocks_stopped=("IN-PLAN",)) for state in _OPEN],
        # What came of the order.
        Transition("RECTIFYING", "enter_rectified", "RECTIFIED", _SYSTEM, "复查合格", clocks_stopped=("IN-RECTIFY",)),
        Transition("RECTIFYING", "enter_case_filed", "CASE_FILED", _SYSTEM, "立案", clocks_stopped=("IN-RECTIFY",)),
        # What the public reads of it, however it stands.
        *[Transition(state, "publish", state, _LEADER, "公开检查结果", clocks_stopped=(_PUBLISH,)) for state in _MADE],
        *[Transition(state, "keep_private", state, _LEADER, "不予公开", clocks_stopped=(_PUBLISH,)) for state in _MADE],
        *[Transition(state, "withdraw_publication", state, _LEADER, "更正,撤回公开") for state in _MADE],
    ],
    final=frozenset({"NO_PROBLEM", "FIXED_ON_SITE", "RECTIFIED", "CASE_FILED", "CANCELLED"}),
)  # fmt: skip

KINDS = {"SPOT_CHECK": "监督抽查", "EVENT_CHECK": "大型群众性活动举办前检查", "OTHER": "其他消防监督检查"}
CAPPED = frozenset({"SPOT_CHECK"})  # what counts towards the most checks of a year
# By these somebody else walks (workflow/patrols/rules.py); officers do not inspect by them.
OF_OTHERS = frozenset({"GRID_PATROL", "DAILY_PATROL", "MONTHLY_CHECK"})
NOTICES = {"BEFORE": "事先告知", "ON_ARRIVAL": "到场出示"}
FINDINGS = {"find_none": "未发现问题", "fix_on_site": "当场改正", "order": "责令改正"}

# What everybody reads, by the state: how it stands today, not how it stood when it was published.
PUBLISHED_RESULTS = {
    "NO_PROBLEM": "未发现问题", "FIXED_ON_SITE": "发现问题,已当场改正", "RECTIFYING": "发现问题,责令改正",
    "RECTIFIED": "发现问题,责令改正后复查合格", "CASE_FILED": "发现问题,已立案",
}  # fmt: skip
DECISIONS = {"PUBLISHED": "已公开", "KEPT_PRIVATE": "不予公开", "WITHDRAWN": "已撤回公开"}
# Why a result is not public; the law knows no other ground.
GROUNDS = {
    "STATE_SECRET": "依法确定为国家秘密(政府信息公开条例第十四条)",
    "FORBIDDEN": "法律、行政法规禁止公开(政府信息公开条例第十四条)",
    "SECURITY": "公开后可能危及国家安全、公共安全、经济安全、社会稳定(政府信息公开条例第十四条)",
    "THIRD_PARTY": "涉及商业秘密、个人隐私,公开会损害他人合法权益(政府信息公开条例第十五条)",
}

Answer = Mapping[str, Any]  # code, result, note, photos, is_fixed


def contradiction(action: str, answers: Iterable[Answer], asked: Iterable[str]) -> tuple[str, str] | None:
    """What does not fit between the checklist and the outcome, as (stable code, words); None if all fits.

    Every item is answered once. 未发现问题 has nothing bad, 当场改正 has only what was put right there and then, and an order
    is for what was not.
    """
    given = list(answers)
    codes = [answer["code"] for answer in given]
    if sorted(codes) != sorted(asked):
        return "not_every_item", "请逐项填写检查表,每项一次"
    bad = [answer for answer in given if answer["result"] == "BAD"]
    if any(answer["is_fixed"] for answer in given if answer["result"] != "BAD"):
        return "fixed_without_fault", "只有不符合的项目才能标为已当场改正"
    left = [answer for answer in bad if not answer["is_fixed"]]
    match action:
        case "find_none" if bad:
            return "does_not_conform", "有不符合的项目,不能认定为未发现问题"
        case "fix_on_site" if not bad:
            return "nothing_to_fix", "没有不符合的项目"
        case "fix_on_site" if left:
            return "not_all_fixed", "还有没有当场改正的项目,应当责令改正"
        case "order" if not left:
            return "nothing_to_order", "没有需要责令改正的项目"
        case _:
            return None


def is_unpublished(finding: Mapping[str, Any] | None, publication: Mapping[str, Any] | None) -> bool:
    """True once there is a result on which nobody has decided yet whether the public reads it."""
    return finding is not None and publication is None
