"""公众聚集场所投入使用、营业前消防安全检查: the life of an application and of the permit that comes of it. Pure.

Two routes of one table (docs/sources.md): 告知承诺 (`COMMITMENT`) is granted on paper and verified on site afterwards, the
ordinary route is inspected first. Sources: 消防法 15, 58; 行政许可法 32, 38, 42, 44, 45, 69, 70, 78, 79; 应急〔2021〕34号.
"""

from __future__ import annotations

from accounts.actor import Role
from workflow.state_machine import START, StateMachine, Transition

COMMITMENT, ORDINARY = "COMMITMENT", "ORDINARY"
ROUTES = {COMMITMENT: "告知承诺", ORDINARY: "不采用告知承诺(一般程序)"}

APPLICANTS = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.AGENT})
_RESPONSIBLE = frozenset({Role.UNIT_RESPONSIBLE})
_CLERK = frozenset({Role.PERMIT_CLERK})
_APPROVER = frozenset({Role.PERMIT_APPROVER})
_LEADER = frozenset({Role.UNIT_LEADER})
_OFFICER = frozenset({Role.FIRE_OFFICER})
_SYSTEM = frozenset({Role.SYSTEM})

_VISITS = ("VERIFY_PENDING", "VERIFY_DEFERRED")
_BEFORE_DECISION = ("SUBMITTED", "CORRECTION_REQUIRED", "ACCEPTED", "INSPECTED")
_DECIDE_CLOCKS = ("PM-A-1WD", "PM-B-10WD", "PM-B-3WD")

LIFE = StateMachine(
    "permit",
    {
        "DRAFT": "草稿",
        "DISCARDED": "草稿已删除",
        "SUBMITTED": "已提交,待受理",
        "CORRECTION_REQUIRED": "待补正",
        "NOT_NEEDED": "不需要许可",
        "NOT_COMPETENT": "不予受理",
        "ABANDONED": "逾期未补正,已终止",
        "WITHDRAWN": "申请已撤回",
        "ACCEPTED": "已受理",
        "INSPECTED": "已现场检查,待决定",
        "REFUSED": "不同意投入使用、营业",
        "VERIFY_PENDING": "已许可,待现场核查",
        "VERIFY_DEFERRED": "已许可,核查未能进行",
        "VERIFY_FAILED": "核查不符合,限期改正",
        "RECHECK": "待复查",
        "RECHECK_FAILED": "复查不符合",
        "REVOCATION_TOLD": "拟撤销许可,听取陈述申辩",
        "ACTIVE": "许可有效",
        "REVOKED": "许可已撤销",
        "CANCELLED": "许可已注销",
        "RETRACTED": "许可已撤回",
    },
    [
        # The applicant prepares; nobody else sees it before it is submitted.
        Transition(START, "prepare", "DRAFT", APPLICANTS, "填写申请"),
        Transition("DRAFT", "fill_in", "DRAFT", APPLICANTS, "修改草稿"),
        Transition("DRAFT", "sign_commitment", "DRAFT", _RESPONSIBLE, "签署告知承诺书"),
        Transition("DRAFT", "submit", "SUBMITTED", APPLICANTS, "提交申请", clocks_started=("PM-5D",)),
        Transition("DRAFT", "discard", "DISCARDED", APPLICANTS, "删除草稿"),
        *[
            Transition(state, "withdraw", "WITHDRAWN", APPLICANTS, "撤回申请",
                       clocks_stopped=("PM-5D", "PM-FIX", *_DECIDE_CLOCKS))
            for state in _BEFORE_DECISION
        ],
        # 行政许可法 32: what becomes of the papers within five working days. The route sets the clock of an accepted one.
        Transition("SUBMITTED", "accept", "ACCEPTED", _CLERK, "受理", clocks_stopped=("PM-5D",)),
        Transition("SUBMITTED", "deem_accepted", "ACCEPTED", _SYSTEM, "逾期未告知,视为受理", clocks_stopped=("PM-5D",)),
        Transition("SUBMITTED", "require_correction", "CORRECTION_REQUIRED", _CLERK, "一次性告知补正",
                   clocks_started=("PM-FIX",), clocks_stopped=("PM-5D",)),
        Transition("SUBMITTED", "find_not_needed", "NOT_NEEDED", _CLERK, "告知不需要许可", clocks_stopped=("PM-5D",)),
        Transition("SUBMITTED", "find_not_competent", "NOT_COMPETENT", _CLERK, "不属于本机关职权,不予受理",
                   clocks_stopped=("PM-5D",)),
        Transition("CORRECTION_REQUIRED", "supplement", "SUBMITTED", APPLICANTS, "提交补正材料",
                   clocks_started=("PM-5D",), clocks_stopped=("PM-FIX",)),
        Transition("CORRECTION_REQUIRED", "abandon", "ABANDONED", _SYSTEM, "逾期未补正", clocks_stopped=("PM-FIX",)),
        # 行政许可法 45: hearing, inspection, test and expert review are outside the term; the applicant is told in writing.
        *[Transition(state, "pause", state, _APPROVER | _LEADER, "暂停计算期限") for state in ("ACCEPTED", "INSPECTED")],
        *[Transition(state, "resume", state, _APPROVER | _LEADER, "恢复计算期限") for state in ("ACCEPTED", "INSPECTED")],
        # Officers are sent by their leader, whose assignment is the approval of the visit.
        *[
            Transition(state, "assign", state, _LEADER, "指派监督员")
            for state in ("ACCEPTED", *_VISITS, "VERIFY_FAILED", "RECHECK")
        ],
        # The ordinary route: inspected within ten working days, decided within three.
        Transition("ACCEPTED", "inspect_pass", "INSPECTED", _OFFICER, "现场检查符合",
                   clocks_started=("PM-B-3WD",), clocks_stopped=("PM-B-10WD",), officers=2),
        Transition("ACCEPTED", "inspect_fail", "INSPECTED", _OFFICER, "现场检查不符合",
                   clocks_started=("PM-B-3WD",), clocks_stopped=("PM-B-10WD",), officers=2),
        Transition("INSPECTED", "grant", "ACTIVE", _APPROVER, "准予许可", clocks_stopped=("PM-B-3WD",)),
        Transition("INSPECTED", "refuse", "REFUSED", _APPROVER, "不同意投入使用、营业", clocks_stopped=("PM-B-3WD",)),
        # The commitment route: granted on complete papers, verified within twenty working days.
        Transition("ACCEPTED", "grant", "VERIFY_PENDING", _APPROVER, "准予许可",
                   clocks_started=("PM-A-20WD",), clocks_stopped=("PM-A-1WD",)),
        Transition("ACCEPTED", "refuse", "REFUSED", _APPROVER, "不同意投入使用、营业",
                   clocks_stopped=("PM-A-1WD", "PM-B-10WD")),
        Transition("VERIFY_PENDING", "defer", "VERIFY_DEFERRED", _OFFICER, "核查未能进行"),
        *[
            Transition(state, action, target, _OFFICER, label,
                       clocks_started=started, clocks_stopped=("PM-A-20WD",), officers=2)
            for state in _VISITS
            for action, target, label, started in (
                ("verify_pass", "ACTIVE", "核查符合承诺", ()),
                ("verify_fail", "VERIFY_FAILED", "核查不符合承诺", ("PM-A-3WD",)),
            )
        ],
        Transition("VERIFY_FAILED", "apply_recheck", "RECHECK", APPLICANTS, "申请复查",
                   clocks_started=("PM-RE",), clocks_stopped=("PM-TERM", "PM-A-3WD")),
        Transition("VERIFY_FAILED", "expire", "RECHECK", _SYSTEM, "改正期限届满",
                   clocks_started=("PM-RE",), clocks_stopped=("PM-TERM", "PM-A-3WD")),
        Transition("RECHECK", "recheck_pass", "ACTIVE", _OFFICER, "复查符合", clocks_stopped=("PM-RE",), officers=2),
        Transition("RECHECK", "recheck_fail", "RECHECK_FAILED", _OFFICER, "复查不符合",
                   clocks_started=("PM-TELL",), clocks_stopped=("PM-RE",), officers=2),
        *[
            Transition(state, "cosign", state, _OFFICER, "第二名监督员签名")
            for state in ("ACCEPTED", *_VISITS, "RECHECK")
        ],
        # Nothing is revoked before its holder was told why and could answer.
        *[
            Transition(state, "tell_revocation", "REVOCATION_TOLD", _APPROVER, "告知拟撤销许可",
                       clocks_started=("PM-HEAR",), clocks_stopped=("PM-TELL",))
            for state in ("RECHECK_FAILED", "ACTIVE")
        ],
        # What is due next depends on whether a hearing is asked for: PM-HOLD, or PM-REVOKE.
        Transition("REVOCATION_TOLD", "answer_revocation", "REVOCATION_TOLD", APPLICANTS, "陈述申辩",
                   clocks_stopped=("PM-HEAR",)),
        Transition("REVOCATION_TOLD", "end_hearing", "REVOCATION_TOLD", _SYSTEM, "陈述申辩期届满",
                   clocks_started=("PM-REVOKE",), clocks_stopped=("PM-HEAR",)),
        Transition("REVOCATION_TOLD", "appoint_hearing", "REVOCATION_TOLD", _APPROVER | _LEADER, "通知听证"),
        Transition("REVOCATION_TOLD", "note_hearing", "REVOCATION_TOLD", _APPROVER | _LEADER, "登记听证笔录",
                   clocks_started=("PM-REVOKE",), clocks_stopped=("PM-HOLD",)),
        Transition("REVOCATION_TOLD", "revoke", "REVOKED", _APPROVER, "撤销许可", clocks_stopped=("PM-REVOKE",)),
        Transition("REVOCATION_TOLD", "uphold", "ACTIVE", _APPROVER, "采纳申辩,维持许可",
                   clocks_stopped=("PM-REVOKE", "PM-HOLD")),
        Transition("ACTIVE", "cancel", "CANCELLED", _APPROVER, "注销许可"),
        Transition("ACTIVE", "retract", "RETRACTED", _APPROVER, "撤回许可"),
        *[
            Transition(state, "serve", state, _CLERK | _OFFICER, "登记送达", clocks_stopped=("PM-SERVE", "PM-A-3WD"))
            for state in (*_VISITS, "VERIFY_FAILED", "ACTIVE", "REFUSED", "REVOKED")
        ],
    ],
    final=frozenset(
        {
            "DISCARDED", "NOT_NEEDED", "NOT_COMPETENT", "ABANDONED", "WITHDRAWN", "REFUSED", "ACTIVE", "REVOKED", "CANCELLED",
            "RETRACTED",
        }
    ),
)  # fmt: skip

# While officers have it, the item is theirs.
WITH_OFFICERS = frozenset({"ACCEPTED", *_VISITS, "RECHECK"})

# What the steps of a visit say of the place; a draft of one becomes effective with the second signature.
CONFORMS = frozenset({"inspect_pass", "verify_pass", "recheck_pass"})
VISITS = CONFORMS | {"inspect_fail", "verify_fail", "recheck_fail"}

# What is looked at before a place opens, in the order of 消防监督检查规定 9.
VISIT_ITEMS = (
    "已依法通过消防验收,或者已备案且符合消防技术标准",
    "消防安全制度、灭火和应急疏散预案已制定",
    "自动消防系统操作人员持证上岗,员工经过岗前消防安全培训",
    "消防设施、器材符合消防技术标准并完好有效",
    "疏散通道、安全出口和消防车通道畅通",
    "室内装修材料符合消防技术标准",
    "外墙门窗上没有影响逃生和灭火救援的障碍物",
)

# Why an application is refused or a permit revoked: code -> (words, years of no new application). 行政许可法 38, 69, 78, 79.
REFUSALS = {
    "NOT_CONFORMING": ("经检查不符合消防安全要求", 0),
    "FALSE_MATERIALS": ("隐瞒有关情况或者提供虚假材料", 1),
}
REVOCATIONS = {
    "NOT_CONFORMING": ("逾期不整改或者整改后仍达不到要求", 0),
    "UNLAWFUL_GRANT": ("许可决定不符合法定条件、程序或者权限", 0),
    "DECEIT": ("以欺骗、贿赂等不正当手段取得许可", 3),
}
PAUSES = {"HEARING": "听证", "TEST": "检验、检测", "EXPERT": "鉴定、专家评审"}
CANCELLATIONS = {"CLOSED": "场所终止营业", "ENTITY_ENDED": "法人或者其他组织依法终止", "OTHER_BY_LAW": "法律、法规规定的其他情形"}


def may_take(
    action: str, state: str, *, route: str, is_paused: bool, is_signed: bool, conforms: bool | None, may_be_heard: bool,
    is_by_acceptor: bool, is_served: bool, hearing: str | None,
) -> str | None:  # fmt: skip
    """Why a step that the table has cannot be taken now, as a stable code; None if it can.

    `conforms`: what the last visit found, None before one. `is_by_acceptor`: whoever accepted the papers is about to decide.
    `hearing`: WANTED, APPOINTED or HELD; None where nobody has asked for one.
    """
    match action:
        case "submit" if route == COMMITMENT and not is_signed:
            return "commitment_not_signed"
        case "sign_commitment" if route != COMMITMENT:
            return "another_route"
        case "inspect_pass" | "inspect_fail" if route != ORDINARY:
            return "another_route"
        case "assign" if state == "ACCEPTED" and route != ORDINARY:
            return "nothing_to_visit_yet"
        case "grant" if state == "ACCEPTED" and route != COMMITMENT:
            return "not_inspected"
        case "pause" if is_paused:
            return "already_paused"
        case "resume" if not is_paused:
            return "not_paused"
        case "grant" | "refuse" | "inspect_pass" | "inspect_fail" if is_paused:
            return "term_is_paused"
        case "grant" | "refuse" if is_by_acceptor:
            return "acceptor_does_not_decide"  # 受理与审批分离
        case "grant" if state == "INSPECTED" and not conforms:
            return "does_not_conform"
        case "revoke" | "uphold" if may_be_heard:
            return "may_still_be_heard"
        case "revoke" if hearing in ("WANTED", "APPOINTED"):
            return "hearing_not_held"
        case "appoint_hearing" if hearing not in ("WANTED", "APPOINTED"):
            return "no_hearing_is_due"
        case "note_hearing" if hearing != "APPOINTED":
            return "no_hearing_is_due" if hearing != "WANTED" else "hearing_not_appointed"
        case "answer_revocation" if not may_be_heard:
            return "hearing_has_ended"
        case "serve" if is_served:
            return "nothing_to_serve"
        case _:
            return None
