"""The life of a hazard report (隐患随手拍), from snap to closing. Pure: no database, no clock.

Source: docs/sources.md names the clause behind each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.actor import Role
from workflow.clocks import Rule, strictest
from workflow.state_machine import START, StateMachine, Transition

_INTAKE = frozenset({Role.INTAKE_CLERK, Role.HOTLINE_CLERK, Role.UNIT_LEADER})
_LEADER = frozenset({Role.UNIT_LEADER})
_OFFICER = frozenset({Role.FIRE_OFFICER})
_REPORTER = frozenset({Role.REPORTER})
_SYSTEM = frozenset({Role.SYSTEM})
_REVIEWER = frozenset({Role.UNIT_LEADER, Role.SUPERVISOR})
_TELLER = frozenset({Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.UNIT_LEADER})
_ANYBODY = frozenset({Role.GUEST, Role.CITIZEN, Role.REPORTER})

# The 24-hour or three-day clock runs until the hazard is verified, or another body has accepted it.
VERIFY_CLOCKS = ("HZ-24H", "HZ-3WD", "HZ-2H")
SERVICE_CLOCK = "HZ-S24"  # beside that of the law, where the office means to be there sooner
_CHECK_CLOCKS = (*VERIFY_CLOCKS, SERVICE_CLOCK)

STATES = {
    "SUBMITTED": "已提交",
    "EMERGENCY_DIVERTED": "已分流119",
    "NOT_ACCEPTED": "不予受理",
    "MERGED": "已并案",
    "REGISTERED": "已受理",
    "ASSIGNED": "已派单",
    "VERIFYING": "核查中",
    "VERIFIED_FALSE": "核查未发现",
    "VERIFIED_FIXED": "当场改正",
    "VERIFIED_TRUE": "属实整改中",
    "HANDED_OVER": "已移交",
    "RECTIFIED": "已整改",
    "REVIEWING": "异议复核中",
    "CLOSED": "已办结",
}


def _each(sources: tuple[str, ...], action: str, target: str, who: frozenset[Role], **more: object) -> list[Transition]:
    return [Transition(source, action, target or source, who, **more) for source in sources]  # type: ignore[arg-type]


_BEFORE_CHECK = ("SUBMITTED", "REGISTERED")
_NOT_VERIFIED = ("REGISTERED", "ASSIGNED", "VERIFYING")
_OPEN = (
    "SUBMITTED",
    "REGISTERED",
    "ASSIGNED",
    "VERIFYING",
    "VERIFIED_FALSE",
    "VERIFIED_FIXED",
    "VERIFIED_TRUE",
    "HANDED_OVER",
    "RECTIFIED",
    "REVIEWING",
)

# While the brigade works on it: what another body has accepted is for that body to ask about, and it never reaches the reporter.
_WORKED_ON = ("SUBMITTED", *_NOT_VERIFIED, "VERIFIED_TRUE", "REVIEWING")

LIFE = StateMachine(
    "hazard",
    STATES,
    [
        Transition(START, "submit", "SUBMITTED", _ANYBODY, "上报"),
        Transition(START, "divert_119", "EMERGENCY_DIVERTED", _ANYBODY, "正在着火,拨打119"),
        Transition(START, "reject", "NOT_ACCEPTED", _ANYBODY, "检举控告,告知去处"),
        Transition("SUBMITTED", "divert_119", "EMERGENCY_DIVERTED", _INTAKE, "分流119", clocks_stopped=_CHECK_CLOCKS),
        Transition("SUBMITTED", "register", "REGISTERED", _INTAKE, "受理登记"),
        *_each(_BEFORE_CHECK, "reject", "NOT_ACCEPTED", _INTAKE, label="不予受理", clocks_stopped=_CHECK_CLOCKS),
        *_each(_BEFORE_CHECK, "merge", "MERGED", _INTAKE, label="并案", clocks_stopped=_CHECK_CLOCKS),
        Transition("MERGED", "unmerge", "SUBMITTED", _INTAKE, "拆分并案"),
        Transition("SUBMITTED", "enter_registered", "REGISTERED", _SYSTEM),  # as it had been when it was merged
        *_each(("SUBMITTED", *_NOT_VERIFIED), "reclassify", "", _INTAKE | _OFFICER, label="调整类别"),
        Transition("REGISTERED", "assign", "ASSIGNED", _LEADER, "派单"),
        Transition("ASSIGNED", "assign", "ASSIGNED", _LEADER, "改派"),
        Transition("VERIFYING", "assign", "ASSIGNED", _LEADER, "改派"),
        Transition("ASSIGNED", "precheck", "ASSIGNED", frozenset({Role.GRID_WORKER, Role.TOWN_OFFICER}), "网格先行查看"),
        Transition("ASSIGNED", "start", "VERIFYING", _OFFICER, "到场核查"),
        *_each(_NOT_VERIFIED, "prompt_unit", "", _LEADER, label="告知单位即改"),
        Transition(
            "VERIFYING",
            "verify_false",
            "VERIFIED_FALSE",
            _OFFICER,
            "核查未发现",
            clocks_started=("HZ-TELL",),
            clocks_stopped=_CHECK_CLOCKS,
            officers=2,
        ),
        Transition(
            "VERIFYING",
            "fix_on_site",
            "VERIFIED_FIXED",
            _OFFICER,
            "当场改正",
            clocks_started=("HZ-TELL",),
            clocks_stopped=_CHECK_CLOCKS,
            officers=2,
        ),
        Transition(
            "VERIFYING",
            "verify_true",
            "VERIFIED_TRUE",
            _OFFICER,
            "属实,责令改正",
            clocks_started=("HZ-TELL",),
            clocks_stopped=_CHECK_CLOCKS,
            officers=2,
        ),
        Transition("VERIFYING", "cosign", "VERIFYING", _OFFICER, "第二名监督员签名"),
        *_each(_WORKED_ON, "ask_reporter", "", _TELLER, label="询问举报人"),
        *_each(_WORKED_ON, "answer_office", "", _REPORTER, label="答复询问"),
        *_each((*_NOT_VERIFIED, "VERIFIED_TRUE"), "hand_over", "", _OFFICER | _LEADER, label="移交"),
        *_each((*_NOT_VERIFIED, "VERIFIED_TRUE"), "refer", "", _OFFICER | _LEADER, label="转办"),
        *_each(
            (*_NOT_VERIFIED, "VERIFIED_TRUE"),
            "enter_handed_over",
            "HANDED_OVER",
            _SYSTEM,
            clocks_stopped=(*_CHECK_CLOCKS, "HZ-RECTIFY"),
        ),
        *_each(
            ("VERIFIED_FALSE", "VERIFIED_FIXED", "VERIFIED_TRUE", "HANDED_OVER", "RECTIFIED"),
            "tell_reporter",
            "",
            _TELLER,
            label="告知举报人",
            clocks_stopped=("HZ-TELL",),
        ),
        Transition(
            "VERIFIED_TRUE",
            "enter_rectified",
            "RECTIFIED",
            _SYSTEM,
            clocks_started=("HZ-CLOSE",),
            clocks_stopped=("HZ-RECTIFY",),
        ),
        Transition("VERIFIED_TRUE", "file_case", "VERIFIED_TRUE", _LEADER, "立案"),
        *_each(
            ("VERIFIED_FALSE", "VERIFIED_FIXED", "RECTIFIED", "VERIFIED_TRUE", "HANDED_OVER"),
            "close",
            "CLOSED",
            _LEADER | _SYSTEM,
            label="办结",
            clocks_stopped=("HZ-CLOSE", "HZ-RECTIFY", "HZ-HANDED"),
        ),
        *_each(
            ("VERIFIED_FALSE", "VERIFIED_FIXED", "CLOSED"),
            "dispute",
            "REVIEWING",
            _REPORTER,
            label="提出异议",
            clocks_started=("HZ-REVIEW",),
            clocks_stopped=("HZ-CLOSE", "RATE-FIX"),
        ),
        Transition("REVIEWING", "uphold", "CLOSED", _REVIEWER, "维持原结论", clocks_stopped=("HZ-REVIEW",)),
        Transition("REVIEWING", "reopen", "REGISTERED", _REVIEWER, "重新核查", clocks_stopped=("HZ-REVIEW",)),
        *_each(_OPEN, "withdraw", "", _REPORTER, label="撤回"),
        Transition("CLOSED", "rate", "CLOSED", _REPORTER, "评价"),  # a poor one starts RATE-FIX
        Transition("CLOSED", "follow_up", "CLOSED", _INTAKE, "登记回访整改", clocks_stopped=("RATE-FIX",)),
        *_each(_OPEN, "request_force_close", "", _LEADER, label="申请强制办结"),
        *_each(_OPEN, "force_close", "CLOSED", frozenset({Role.UNIT_LEADER, Role.SUPERVISOR}), label="同意强制办结"),
        *_each(
            ("VERIFIED_FALSE", "VERIFIED_FIXED", "VERIFIED_TRUE", "HANDED_OVER", "RECTIFIED", "CLOSED"),
            "confirm_timely",
            "",
            _LEADER,
            label="确认离线办理时间",
        ),
        *_each((*_OPEN, "CLOSED"), "judge_reuse", "", _LEADER, label="核对重复照片"),
    ],
    final=frozenset({"EMERGENCY_DIVERTED", "NOT_ACCEPTED", "MERGED", "CLOSED"}),
)

# docs/wording.md 1: also where a report of a fire is refused.
CALL_119 = "是否正在着火、冒烟或者有人被困?请立即拨打119。本平台不受理火警,在线上报不能代替报警。"

POOR_SCORE = 2  # 不满意, 非常不满意 (好差评)

REJECTION_REASONS = {
    "EMERGENCY_119": "属于火警,请拨打119",
    "NOT_FIRE_MATTER": "不属于消防安全问题",
    "INSUFFICIENT_INFO": "线索不足,无法核查",
    "STAFF_COMPLAINT": "属于对工作人员的检举控告",
    "CONSULTATION": "属于咨询",
    "OUT_OF_REGION": "不在本自治区范围内",
}

# One photo in several closures: what the leader found. It is evidence of neither until he has looked.
REUSE_VERDICTS = {"EXPLAINED": "情况属实,照片可以作为依据", "MISUSED": "照片不能作为依据,应另行取证"}


def may_dispute(until: datetime | None, disputed_at: datetime | None, moment: datetime) -> bool:
    """Once, as long as the reporter was told that he may."""
    return until is not None and disputed_at is None and moment <= until


def is_poor(rating: Mapping[str, Any] | None) -> bool:
    """True while nobody has followed up a poor rating."""
    return rating is not None and rating["score"] <= POOR_SCORE and "follow_up" not in rating


# Who took one of these steps, or signed one, decided the case, and leaves the review of it to somebody else.
DECISIONS = (
    "hazard.assigned", "hazard.verified_true", "hazard.verified_false", "hazard.fixed_on_site", "hazard.closed",
    "hazard.case_filed", "hazard.force_close_requested", "hazard.force_closed",
)  # fmt: skip


def may_close(
    state: str, *, told_at: datetime | None, is_telling_due: bool, case_no: str | None, handover_closed_at: datetime | None
) -> bool:
    """Public 办结 only after a passed recheck or 立案 with its number, and after the reporter was told (docs/sources.md)."""
    if told_at is None or is_telling_due:
        return False
    if state == "VERIFIED_TRUE":
        return case_no is not None
    if state == "HANDED_OVER":
        return handover_closed_at is not None and told_at >= handover_closed_at
    return True


def verify_rule(candidates: list[Rule]) -> Rule:
    """The clock of a report: the strictest of the codes behind its picture; 说不清 means 24 hours until triage."""
    return strictest(candidates)
