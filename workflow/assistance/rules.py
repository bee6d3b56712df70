"""消防技术帮扶: the life of a request for help, from the application to its rating. Pure.

Advice, never an inspection (不属于行政检查): it is free, binds nobody and names no product or firm. Sources: 消防法 34, 56, 69;
the terms are the platform's own (docs/sources.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actor import ASSISTANCE_ROLES, Role
from workflow.state_machine import START, StateMachine, Transition

# CITIZEN is whoever asks for himself; the others ask for the unit for which they act.
APPLICANTS = frozenset({Role.CITIZEN, Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.AGENT})
EXPERTS = frozenset({Role.EXPERT, Role.FIRE_OFFICER})
_DESK = ASSISTANCE_ROLES
_SYSTEM = frozenset({Role.SYSTEM})
_ALL_CLOCKS = ("TA-ACC", "TA-PLAN", "TA-DONE")
_FOLLOWED = ("ADVICE_ISSUED", "CONFIRMED")
WITH_EXPERT = frozenset({"SCHEDULED", "IN_SERVICE"})

LIFE = StateMachine(
    "assistance",
    {
        "SUBMITTED": "已提交,待受理",
        "DECLINED": "未予受理",
        "REDIRECTED": "已告知其他途径",
        "ACCEPTED": "已受理,待安排",
        "SCHEDULED": "已预约",
        "IN_SERVICE": "帮扶进行中",
        "ADVICE_ISSUED": "已出具意见书",
        "CONFIRMED": "申请人已确认",
        "CLOSED": "已办结",
        "CANCELLED": "申请人已取消",
    },
    [
        Transition(START, "submit", "SUBMITTED", APPLICANTS, "申请技术帮扶", clocks_started=("TA-ACC",)),
        Transition("SUBMITTED", "accept", "ACCEPTED", _DESK, "受理",
                   clocks_started=("TA-PLAN", "TA-DONE"), clocks_stopped=("TA-ACC",)),
        Transition("SUBMITTED", "decline", "DECLINED", _DESK, "不予受理", clocks_stopped=("TA-ACC",)),
        Transition("SUBMITTED", "redirect", "REDIRECTED", _DESK, "告知其他途径", clocks_stopped=("TA-ACC",)),
        Transition("ACCEPTED", "schedule", "SCHEDULED", _DESK, "安排专家", clocks_stopped=("TA-PLAN",)),
        Transition("SCHEDULED", "agree", "SCHEDULED", APPLICANTS, "确认预约"),
        Transition("SCHEDULED", "reschedule", "SCHEDULED", _DESK | EXPERTS, "改约"),
        # Whoever asked was not there: the office arranges anew, and its time begins anew.
        Transition("SCHEDULED", "miss", "ACCEPTED", EXPERTS, "申请人未到场", clocks_started=("TA-PLAN", "TA-DONE")),
        Transition("SCHEDULED", "start", "IN_SERVICE", EXPERTS, "开始帮扶"),
        Transition("IN_SERVICE", "advise", "ADVICE_ISSUED", EXPERTS, "出具帮扶意见书",
                   clocks_started=("TA-FOLLOW",), clocks_stopped=("TA-DONE",)),
        *[Transition(state, "warn_of_danger", state, EXPERTS, "提示紧迫危险") for state in ("SCHEDULED", "IN_SERVICE")],
        # The expert has left or lost his role: somebody else is arranged.
        *[
            Transition(state, "release_expert", "ACCEPTED", _SYSTEM, "专家调离", clocks_started=("TA-PLAN",))
            for state in ("SCHEDULED", "IN_SERVICE")
        ],
        Transition("ADVICE_ISSUED", "confirm", "CONFIRMED", APPLICANTS, "签收意见书"),
        *[Transition(state, "report_progress", state, APPLICANTS, "反馈整改情况") for state in _FOLLOWED],
        *[
            Transition(state, "rate", "CLOSED", APPLICANTS, "评价", clocks_stopped=("TA-FOLLOW",))
            for state in (*_FOLLOWED, "CLOSED")
        ],
        *[
            Transition(state, "end_follow_up", "CLOSED", _SYSTEM, "回访期满", clocks_stopped=("TA-FOLLOW",))
            for state in _FOLLOWED
        ],
        *[
            Transition(state, "cancel", "CANCELLED", APPLICANTS, "取消申请", clocks_stopped=_ALL_CLOCKS)
            for state in ("SUBMITTED", "ACCEPTED", "SCHEDULED")
        ],
    ],
    final=frozenset({"DECLINED", "REDIRECTED", "CLOSED", "CANCELLED"}),
)  # fmt: skip

KINDS = {"UNIT": "单位", "SELF_EMPLOYED": "个体工商户", "VILLAGE": "村(嘎查)", "RESIDENT": "居民"}
OF_UNITS = frozenset({"UNIT", "SELF_EMPLOYED"})
TOPICS = {
    "PERMIT_GUIDE": "许可申报指导",
    "DESIGN_CONSULT": "装修改造消防咨询(验收属住建部门)",
    "HAZARD_RECTIFY": "隐患整改技术指导",
    "FACILITY_USE": "消防设施操作维护",
    "PLAN_DRILL": "预案编制与演练",
    "TRAINING": "培训授课",
    "MICRO_STATION": "微型消防站建设",
    "IOT_ACCESS": "物联网接入",
    "PASTORAL": "牧区点对点帮扶",
    "STANDARD_QA": "技术标准答疑",
}
MODES = {"ONLINE": "线上答疑", "VIDEO": "视频帮扶", "ON_SITE": "上门帮扶", "CLASS": "集中授课"}
COSTS = {"NONE": "无需投入", "SMALL": "少量投入", "MODERATE": "一定投入", "LARGE": "较大投入"}
PROMISE = "技术帮扶不收取费用,不指定产品和服务机构,不属于行政检查;意见供参考,不具有强制力。"


@dataclass(frozen=True)
class Danger:
    """An imminent danger that an expert may not keep to himself: its words, and the picture of the hazard that it becomes."""

    label: str
    picture: str


# 消防监督检查规定(公安部令第120号) 22: where a place would be sealed at once. Nothing else leaves the frame of advice.
DANGERS_BASIS = "消防监督检查规定(公安部令第120号)第二十二条"
DANGERS = {
    "EVACUATION_LOST": Danger("疏散通道、安全出口严重堵塞或者数量不足,已经不能安全疏散", "EXIT"),
    "FACILITY_LOST": Danger("建筑消防设施严重损坏,已经失去防火灭火功能", "FACILITY"),
    "DANGEROUS_GOODS": Danger("人员密集场所违规使用、储存易燃易爆危险品", "FLAMMABLE"),
    "COMBUSTIBLE_LINING": Danger("公众聚集场所采用易燃可燃材料装修,可能造成重大伤亡", "FLAMMABLE"),
}


def may_take(action: str, *, is_agreed: bool, is_rated: bool, is_of_the_day: bool) -> str | None:
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    `is_of_the_day`: the day of the appointment has come.
    """
    match action:
        case "agree" if is_agreed:
            return "already_agreed"
        case "miss" if not is_of_the_day:
            return "not_yet_the_day"
        case "rate" if is_rated:
            return "already_rated"
        case _:
            return None
