"""What each open case waits for, and whose turn it is. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.actor import ASSISTANCE_ROLES, Role

# A case that waits for the applicant has no deadline of ours; it sorts last.
NO_DEADLINE = datetime(2200, 1, 1, tzinfo=UTC)

# (entity type, state) -> what it waits for
WAITING_FOR: dict[tuple[str, str], str] = {
    ("hazard", "SUBMITTED"): "register",
    ("hazard", "REGISTERED"): "assign",
    ("hazard", "ASSIGNED"): "verify",
    ("hazard", "VERIFYING"): "verify",
    ("hazard", "VERIFIED_FALSE"): "tell",
    ("hazard", "VERIFIED_FIXED"): "tell",
    ("hazard", "VERIFIED_TRUE"): "rectify",
    ("hazard", "HANDED_OVER"): "receiver",
    ("hazard", "RECTIFIED"): "close",
    ("hazard", "REVIEWING"): "review",
    ("handover", "DRAFT"): "sign",
    ("handover", "SENT"): "sign_for",
    ("handover", "RECEIVED"): "accept",
    ("handover", "RETURNED"): "reroute",
    ("handover", "ARBITRATION"): "arbitrate",
    ("handover", "ACCEPTED"): "handle",
    ("handover", "FEEDBACK"): "confirm",
    ("rectification", "ORDERED"): "fix",
    ("rectification", "RECTIFYING"): "fix",
    ("rectification", "RECHECK_PENDING"): "recheck",
    ("rectification", "OVERDUE_NOT_FIXED"): "decide",
    ("inspection", "ASSIGNED"): "inspect",
    ("inspection", "IN_PROGRESS"): "inspect",
    ("inspection", "RECTIFYING"): "inspection_fix",
    ("measure", "OPEN"): "seal_prepare",
    ("measure", "PROPOSED"): "seal_decide",
    ("measure", "PROVISIONAL"): "seal_decide",
    ("measure", "DECIDED"): "seal_serve",
    ("measure", "SEALED"): "seal_removal",
    ("measure", "UNSEAL_APPLIED"): "measure_check",
    ("measure", "UNSEAL_CHECKED"): "measure_answer",
    ("measure", "EXPIRED"): "seal_lift",
    ("measure", "SUSPENDED"): "stop",
    ("measure", "NOT_STOPPED"): "stop_urge",
    ("measure", "URGED"): "stop_confirm",
    ("measure", "STOPPED"): "stop_removal",
    ("measure", "RESUME_APPLIED"): "measure_check",
    ("measure", "RESUME_CHECKED"): "measure_answer",
    ("major", "SUSPECTED"): "major_study",
    ("major", "EXPERT_REVIEW"): "major_experts",
    **{("major", state): "major_fix" for state in ("DETERMINED", "REPORTED", "SUPERVISED", "RECTIFYING")},
    ("major", "RECHECK_PENDING"): "major_recheck",
    ("major", "OVERDUE"): "major_overdue",
    ("major", "RECHECKED"): "major_cancel",
    ("transfer", "PROPOSED"): "transfer_decide",
    ("transfer", "APPROVED"): "transfer_deliver",
    ("transfer", "DELIVERED"): "transfer_reply",
    ("transfer", "DECLINED"): "transfer_answer",
    ("transfer", "OBJECTED"): "transfer_reply",
    ("transfer", "UPHELD"): "transfer_answer",
    ("transfer", "SUPERVISED"): "transfer_reply",
    ("transfer", "FILED"): "transfer_items",
    ("permit", "SUBMITTED"): "permit_accept",
    ("permit", "CORRECTION_REQUIRED"): "permit_correction",
    ("permit", "ACCEPTED"): "permit_handle",
    ("permit", "INSPECTED"): "permit_decide",
    ("permit", "VERIFY_PENDING"): "permit_visit",
    ("permit", "VERIFY_DEFERRED"): "permit_visit",
    ("permit", "VERIFY_FAILED"): "permit_fix",
    ("permit", "RECHECK"): "permit_visit",
    ("permit", "RECHECK_FAILED"): "permit_tell",
    ("permit", "REVOCATION_TOLD"): "permit_revocation",
    ("assistance", "SUBMITTED"): "assistance_accept",
    ("assistance", "ACCEPTED"): "assistance_arrange",
    ("assistance", "SCHEDULED"): "assistance_visit",
    ("assistance", "IN_SERVICE"): "assistance_advise",
    ("assistance", "ADVICE_ISSUED"): "assistance_follow",
    ("assistance", "CONFIRMED"): "assistance_follow",
}
# What is nobody's work: somebody's own paper still, and what a place was told while the report itself waits for its check.
UNTASKED = frozenset({("permit", "DRAFT"), ("rectification", "PROMPTED"), ("rectification", "PROMPT_ANSWERED")})

LABELS = {
    "register": "待受理",
    "assign": "待派单",
    "verify": "待核查",
    "tell": "待告知举报人",
    "rectify": "整改中",
    "receiver": "接收单位办理中",
    "close": "待办结",
    "review": "待复核异议",
    "sign": "待签发",
    "sign_for": "待签收",
    "accept": "待接受",
    "reroute": "被退回,待重新移送",
    "arbitrate": "待协调",
    "handle": "办理中",
    "confirm": "待确认反馈",
    "fix": "等待单位整改",
    "serve": "责令改正文书待送达",
    "extend": "待审批延期",
    "recheck": "待复查",
    "decide": "复查不合格,待处理",
    "follow_up": "评价不满意,待回访整改",
    "inspect": "待监督检查",
    "inspection_fix": "等待单位整改",
    "publish": "检查结果待公开",
    "seal_prepare": "拟临时查封,待两人签名",
    "seal_decide": "临时查封待集体研究",
    "seal_serve": "查封决定书待送达",
    "seal_removal": "等待单位消除隐患",
    "stop_removal": "等待单位整改",
    "seal_lift": "查封期满,待解除",
    "measure_check": "申请解除、恢复,待检查",
    "measure_answer": "申请解除、恢复,待决定",
    "stop": "等待单位停止",
    "stop_urge": "逾期未停止,待催告",
    "stop_confirm": "已催告,待核实",
    "major_study": "疑似重大火灾隐患,待集体研究",
    "major_experts": "重大火灾隐患专家论证中",
    "major_serve": "重大火灾隐患整改通知书待送达",
    "major_report": "重大火灾隐患待报告政府",
    "major_fix": "等待单位整改重大火灾隐患",
    "major_recheck": "重大火灾隐患待复查",
    "major_overdue": "重大火灾隐患逾期未消除,待处理",
    "major_cancel": "重大火灾隐患待销案",
    "transfer_decide": "涉罪移送待审批",
    "transfer_deliver": "涉罪移送待送达",
    "transfer_reply": "等待公安机关答复",
    "transfer_answer": "公安机关不予立案,待决定如何处理",
    "transfer_items": "已立案,待移交物品材料",
    "permit_accept": "许可申请待受理",
    "permit_correction": "等待申请人补正",
    "permit_handle": "许可申请办理中",
    "permit_decide": "许可申请待决定",
    "permit_visit": "许可待现场核查",
    "permit_fix": "等待申请人改正",
    "permit_tell": "待告知拟撤销许可",
    "permit_revocation": "撤销许可待决定",
    "assistance_accept": "帮扶申请待受理",
    "assistance_arrange": "待安排帮扶",
    "assistance_visit": "待开展帮扶",
    "assistance_advise": "待出具帮扶意见书",
    "assistance_follow": "帮扶回访中",
}

# The step that ends the waiting, the first that is open: what a card offers at once. Everything else is on the case.
NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "register": ("register",),
    "assign": ("assign",),
    "verify": ("cosign", "start", "verify_true", "precheck"),
    "tell": ("tell_reporter", "close"),
    "rectify": ("tell_reporter",),
    "receiver": ("tell_reporter",),
    "close": ("tell_reporter", "close"),
    "follow_up": ("follow_up",),
    "review": ("uphold",),
    "sign": ("approve",),
    "sign_for": ("sign_for",),
    "accept": ("accept",),
    "reroute": ("resend",),
    "arbitrate": ("decide",),
    "handle": ("finish",),
    "confirm": ("confirm",),
    "extend": ("grant_extension",),
    "serve": ("serve",),
    "recheck": ("cosign", "recheck_pass"),
    "decide": ("reorder",),
    "inspect": ("cosign", "start", "find_none"),
    "publish": ("publish",),
    "seal_prepare": ("cosign", "propose"),
    "seal_decide": ("decide",),
    "seal_serve": ("cosign", "serve"),
    "seal_lift": ("lift",),
    "measure_check": ("cosign", "check"),
    "measure_answer": ("lift", "resume", "keep"),
    "stop": ("cosign", "confirm_stopped"),
    "stop_urge": ("urge",),
    "stop_confirm": ("cosign", "confirm_stopped"),
    "major_study": ("review_legally", "determine"),
    "major_experts": ("note_experts",),
    "major_serve": ("cosign", "serve"),
    "major_report": ("report_to_government",),
    "major_recheck": ("cosign", "recheck_pass"),
    "major_overdue": ("extend", "put_under_supervision"),
    "major_cancel": ("cancel_record",),
    "transfer_decide": ("approve",),
    "transfer_deliver": ("deliver",),
    "transfer_reply": ("note_filed",),
    "transfer_answer": ("object", "suggest_supervision"),
    "transfer_items": ("hand_items",),
    "permit_accept": ("accept",),
    "permit_handle": ("grant", "assign", "cosign", "inspect_pass"),
    "permit_decide": ("grant", "refuse"),
    "permit_visit": ("cosign", "assign", "verify_pass", "recheck_pass"),
    "permit_tell": ("tell_revocation",),
    "permit_revocation": ("note_hearing", "appoint_hearing", "revoke"),
    "assistance_accept": ("accept",),
    "assistance_arrange": ("schedule",),
    "assistance_visit": ("start", "reschedule"),
    "assistance_advise": ("advise",),
}

# What waits for somebody outside the office: nobody's item until he has acted.
OUTSIDE = (
    "rectify",
    "receiver",
    "fix",
    "permit_correction",
    "permit_fix",
    "inspection_fix",
    "seal_removal",
    "stop_removal",
    "major_fix",
    "transfer_reply",
    "assistance_follow",
)

# Where the work is done by named people: without them the case waits to be assigned, whatever its state.
_NEEDS_PEOPLE = frozenset(
    {
        ("hazard", "ASSIGNED"),
        ("hazard", "VERIFYING"),
        ("rectification", "RECHECK_PENDING"),
        ("inspection", "ASSIGNED"),
        ("inspection", "IN_PROGRESS"),
        ("transfer", "APPROVED"),
        ("transfer", "FILED"),
        ("major", "RECHECK_PENDING"),
        *(("measure", state) for state in ("OPEN", "DECIDED", "UNSEAL_APPLIED", "URGED", "RESUME_APPLIED")),
    }
)

_OF_OFFICERS = frozenset({"major_serve", "major_recheck"})  # of what a case owes
_NOT_SERVED = frozenset({("rectification", "ORDERED"), ("rectification", "RECTIFYING")})

_LEADER = frozenset({Role.UNIT_LEADER})
_CLERKS = frozenset({Role.INTAKE_CLERK, Role.UNIT_LEADER})
_PERMIT_CLERK, _PERMIT_APPROVER = frozenset({Role.PERMIT_CLERK}), frozenset({Role.PERMIT_APPROVER})
_RECEIVERS = frozenset({Role.RECEIVER_CLERK, Role.DEPT_HANDLER})

# Whose roles may take the step that a case waits for: they alone may claim it. Officers get theirs by assignment.
TAKERS = {
    "register": _CLERKS | {Role.HOTLINE_CLERK},
    "assign": _LEADER,
    "verify": _LEADER,
    "tell": _CLERKS,
    "rectify": _CLERKS,
    "receiver": _CLERKS,
    "close": _CLERKS,
    "follow_up": _CLERKS,
    "review": _LEADER | {Role.SUPERVISOR},
    "sign": _LEADER,
    "sign_for": _RECEIVERS,
    "accept": _RECEIVERS,
    "reroute": _LEADER,
    "arbitrate": frozenset({Role.SUPERVISOR}),
    "handle": _RECEIVERS,
    "confirm": _LEADER | {Role.FIRE_OFFICER},
    "fix": _LEADER,
    "serve": _LEADER,
    "extend": _LEADER,
    "recheck": _LEADER,
    "decide": _LEADER,
    "inspect": _LEADER,
    "inspection_fix": frozenset(),  # its order goes on
    "publish": _LEADER,
    "seal_prepare": _LEADER,
    "seal_decide": _LEADER,
    "seal_serve": _LEADER,
    "seal_removal": _LEADER,
    "stop_removal": frozenset(),  # the unit applies when it is done
    "seal_lift": _LEADER,
    "measure_check": _LEADER,
    "measure_answer": _LEADER,
    "stop": _LEADER,
    "stop_urge": _LEADER,
    "stop_confirm": _LEADER,
    "major_study": _LEADER | {Role.LEGAL_REVIEWER},
    **dict.fromkeys(
        ("major_experts", "major_serve", "major_report", "major_fix", "major_recheck", "major_overdue", "major_cancel"), _LEADER
    ),
    **dict.fromkeys(("transfer_decide", "transfer_deliver", "transfer_reply", "transfer_answer", "transfer_items"), _LEADER),
    "permit_accept": _PERMIT_CLERK,
    "permit_correction": frozenset(),  # only the applicant can go on
    "permit_handle": _PERMIT_APPROVER | _LEADER,
    "permit_decide": _PERMIT_APPROVER,
    "permit_visit": _LEADER,
    "permit_fix": _PERMIT_CLERK,
    "permit_tell": _PERMIT_APPROVER,
    "permit_revocation": _PERMIT_APPROVER,
    "assistance_accept": ASSISTANCE_ROLES,
    "assistance_arrange": ASSISTANCE_ROLES,
    "assistance_visit": frozenset(),  # its expert has it
    "assistance_advise": frozenset(),
    "assistance_follow": frozenset(),
}
# Whom a leader may send: the pair of inspectors, and who looks in advance and signs nothing.
ASSIGNABLE = (Role.FIRE_OFFICER, Role.GRID_WORKER, Role.TOWN_OFFICER)
# Who may give back to the office what somebody else has claimed.
LEADING = frozenset({Role.UNIT_LEADER, Role.SUPERVISOR, Role.RECEIVER_CLERK, Role.TOWN_OFFICER})

BULK = ("assign", "hand_over", "close")  # steps that a leader may take for many hazards at once
MOST_COUNTED = 1000  # of a bucket: beyond it nobody reads the number, and a brigade may have a hundred thousand
CLAIM_LIVES = timedelta(hours=24)
UNTOUCHED = timedelta(minutes=30)  # then a report that has to be checked within hours rises to the office above
TOGETHER = 25  # what the timetable takes in one transaction; none of it is waited for

# The two buckets that depend on who looks: 等我签 and 等我派.
SIGN_BUCKET = {
    "sign": frozenset({Role.UNIT_LEADER}),
    "confirm": frozenset({Role.UNIT_LEADER}),
    "review": frozenset({Role.UNIT_LEADER, Role.SUPERVISOR}),
    "decide": frozenset({Role.UNIT_LEADER}),
    "extend": frozenset({Role.UNIT_LEADER}),
    "publish": _LEADER,
    **dict.fromkeys(("seal_decide", "seal_lift", "measure_answer", "stop_urge", "transfer_decide", "transfer_answer"), _LEADER),
    "major_study": _LEADER | {Role.LEGAL_REVIEWER},
    **dict.fromkeys(("major_experts", "major_report", "major_overdue", "major_cancel"), _LEADER),
    "sign_for": frozenset({Role.RECEIVER_CLERK, Role.DEPT_HANDLER}),
    "accept": frozenset({Role.RECEIVER_CLERK, Role.DEPT_HANDLER}),
    "arbitrate": frozenset({Role.SUPERVISOR}),
    "permit_handle": frozenset({Role.PERMIT_APPROVER}),
    "permit_decide": frozenset({Role.PERMIT_APPROVER}),
    "permit_tell": frozenset({Role.PERMIT_APPROVER}),
    "permit_revocation": frozenset({Role.PERMIT_APPROVER}),
}
ASSIGN_BUCKET = {
    "assign": frozenset({Role.UNIT_LEADER}),
    "reroute": frozenset({Role.UNIT_LEADER}),
    "register": frozenset({Role.INTAKE_CLERK, Role.HOTLINE_CLERK}),
    "permit_accept": frozenset({Role.PERMIT_CLERK}),
    "assistance_accept": ASSISTANCE_ROLES,
    "assistance_arrange": ASSISTANCE_ROLES,
}


def waiting_for(
    entity_type: str, state: str, *, is_held: bool = True, is_asked: bool = False, is_unserved: bool = False,
    owes: str | None = None,
) -> str | None:  # fmt: skip
    """What an open case waits for; None if its life has ended.

    `is_held`: there are people who have it. `is_asked`: its unit has asked for more time, and nobody has answered.
    `is_unserved`: the order has not come to its unit yet, so far as anybody put on record. `owes`: what comes before that for
    which its state waits.
    """
    if owes is not None:
        return owes if is_held or owes not in _OF_OFFICERS else "assign"
    if is_asked:
        return "extend"
    if is_unserved and (entity_type, state) in _NOT_SERVED:
        return "serve"
    if not is_held and (entity_type, state) in _NEEDS_PEOPLE:
        return "assign"
    return WAITING_FOR.get((entity_type, state))
