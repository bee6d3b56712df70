"""Roles as data: their names, who may hold them where, which may be stood in for, which exclude each other."""

from __future__ import annotations

from datetime import timedelta

from accounts.actor import OFFICE_ROLES, UNIT_ROLES, Role

ROLE_NAMES: dict[Role, str] = {
    Role.GUEST: "访客",
    Role.CITIZEN: "社会公众",
    Role.REPORTER: "举报投诉人",
    Role.UNIT_RESPONSIBLE: "消防安全责任人",
    Role.UNIT_MANAGER: "消防安全管理人",
    Role.UNIT_STAFF: "单位员工",
    Role.CONTROL_ROOM_OPERATOR: "消防控制室值班人员",
    Role.AGENT: "经办人",
    Role.GRID_WORKER: "网格员",
    Role.TOWN_OFFICER: "苏木乡镇(街道)消防工作人员",
    Role.HOTLINE_CLERK: "热线受理员",
    Role.INTAKE_CLERK: "举报受理员",
    Role.DISPATCHER: "派单员",
    Role.FIRE_OFFICER: "消防监督员",
    Role.FIREFIGHTER: "防灭火人员",
    Role.UNIT_LEADER: "消防救援机构负责人",
    Role.LEGAL_REVIEWER: "法制审核员",
    Role.PERMIT_CLERK: "许可受理员",
    Role.PERMIT_APPROVER: "许可审批人",
    Role.RECEIVER_CLERK: "移交收文员",
    Role.DEPT_HANDLER: "移交承办人",
    Role.SUPERVISOR: "督办员",
    Role.EXPERT: "消防专家",
    Role.CONTENT_EDITOR: "宣传培训编辑",
    Role.ANALYST: "研判员",
    Role.COMMANDER: "指挥员",
    Role.SYS_ADMIN: "系统管理员",
    Role.SEC_ADMIN: "安全管理员",
    Role.AUDITOR: "审计管理员",
    Role.DATA_PARTNER: "数据合作方",
    Role.FINANCE_CLERK: "财务人员",
    Role.SYSTEM: "系统",
}

BRIGADE_KINDS = frozenset({"CORPS", "DETACHMENT", "BATTALION"})
ORGANISATION_KINDS = (
    "BATTALION", "COMMITTEE_OFFICE", "CORPS", "DEPARTMENT", "DETACHMENT", "POLICE_STATION", "TOWN", "UTILITY",
)  # fmt: skip
# Kinds that administrators open and close; brigades and committee offices stand for their division, one each, from the seed.
OPENED_KINDS = ("DEPARTMENT", "POLICE_STATION", "TOWN", "UTILITY")
# Kinds that stand below a banner only (docs/sources.md, receiving bodies).
BANNER_KINDS = frozenset({"POLICE_STATION", "TOWN"})

# 三员分立: accounts, rights and the record of both are three people's work (GB/T 22239-2019, docs/sources.md).
ADMIN_ROLES = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDITOR})

_ANY = frozenset(ORGANISATION_KINDS)
_RECEIVING = frozenset({"DEPARTMENT", "COMMITTEE_OFFICE", "POLICE_STATION", "TOWN", "UTILITY"})

# In which kinds of organisation a role can be held. What is not here is not granted by an administrator.
ROLE_PLACES: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: frozenset({"TOWN"}),
    Role.TOWN_OFFICER: frozenset({"TOWN"}),
    Role.HOTLINE_CLERK: BRIGADE_KINDS,
    Role.INTAKE_CLERK: BRIGADE_KINDS,
    Role.DISPATCHER: BRIGADE_KINDS,
    Role.FIRE_OFFICER: BRIGADE_KINDS,
    Role.FIREFIGHTER: BRIGADE_KINDS,
    Role.UNIT_LEADER: BRIGADE_KINDS,
    Role.LEGAL_REVIEWER: BRIGADE_KINDS,
    Role.PERMIT_CLERK: BRIGADE_KINDS,
    Role.PERMIT_APPROVER: BRIGADE_KINDS,
    Role.RECEIVER_CLERK: _RECEIVING,
    Role.DEPT_HANDLER: _RECEIVING,
    Role.SUPERVISOR: BRIGADE_KINDS | {"COMMITTEE_OFFICE"},
    Role.EXPERT: _ANY,
    Role.CONTENT_EDITOR: _ANY,
    Role.ANALYST: _ANY,
    Role.COMMANDER: _ANY,
    Role.SYS_ADMIN: _ANY,
    Role.SEC_ADMIN: _ANY,
    Role.AUDITOR: _ANY,
    Role.FINANCE_CLERK: BRIGADE_KINDS,
}
STAFF_ROLES = frozenset(ROLE_PLACES)

_LEADING_ELSEWHERE = frozenset({Role.RECEIVER_CLERK, Role.TOWN_OFFICER, Role.SUPERVISOR})

# What a deputy (AB 角) takes over. Not the officer's own powers, which hang on his certificate, nor an administrator's.
DELEGABLE_ROLES = frozenset(
    {
        Role.UNIT_LEADER,
        Role.LEGAL_REVIEWER,
        Role.INTAKE_CLERK,
        Role.DISPATCHER,
        Role.PERMIT_CLERK,
        Role.PERMIT_APPROVER,
        Role.RECEIVER_CLERK,
        Role.DEPT_HANDLER,
        Role.SUPERVISOR,
    }
)

# Whoever stands in holds one of these himself, in that office or in the one above it: powers are lent among colleagues.
STAND_IN_ROLES = OFFICE_ROLES | DELEGABLE_ROLES
# Leave, illness, a course. Whoever stands in for longer has the post and is granted its role, which the security
# administrator decides and the auditor sees.
LONGEST_DEPUTYSHIP = timedelta(days=90)

UNIT_POWER_ROLES = UNIT_ROLES

# Why an account ends: a code, because the journal keeps it for ever and must hold nobody's words about a person.
REMOVAL_REASONS: dict[str, str] = {
    "LEFT": "离职",
    "MOVED_AWAY": "调出本系统",
    "RETIRED": "退休",
    "DISMISSED": "辞退或者开除",
    "DECEASED": "去世",
    "DOUBLE": "重复建立的账号",
    "OTHER": "其他",
}

# What an agent can be charged with: one of these at least.
AGENT_SCOPES: dict[str, str] = {
    "permits": "许可申请",
    "assistance": "技术帮扶",
    "rectifications": "隐患整改",
    "training": "培训演练",
}


def leading_roles(kind: str) -> frozenset[Role]:
    """Who leads an office of this kind: sets its roster and names deputies in it."""
    return frozenset({Role.UNIT_LEADER}) if kind in BRIGADE_KINDS else _LEADING_ELSEWHERE


def region_prefix(region_code: str) -> str:
    """15, 1501 or 150102: a division lies inside another if its code starts with that one's prefix."""
    code = region_code
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
