"""Roles as data: their names, who may hold them where, which may be stood in for, which exclude each other."""

from __future__ import annotations

from accounts.actor import Role

ROLE_NAMES: dict[Role, str] = {
    Role.GUEST: "访客",
    Role.CITIZEN: "社会公众",
    Role.REPORTER: "举报投诉人",
    Role.UNIT_RESPONSIBLE: "消防安全责任人",
    Role.UNIT_MANAGER: "消防安全管理人",
    Role.UNIT_STAFF: "单位员工",
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
    Role.SYSTEM: "系统",
}

BRIGADE_KINDS = frozenset({"CORPS", "DETACHMENT", "BATTALION"})
ORGANISATION_KINDS = ("BATTALION", "COMMITTEE_OFFICE", "CORPS", "DEPARTMENT", "DETACHMENT", "TOWN")

# 三员分立: accounts, rights and the record of both are three people's work (GB/T 22239-2019, docs/sources.md).
ADMIN_ROLES = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDITOR})

_ANY = frozenset(ORGANISATION_KINDS)
_RECEIVING = frozenset({"DEPARTMENT", "COMMITTEE_OFFICE", "TOWN"})

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
}
STAFF_ROLES = frozenset(ROLE_PLACES)

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

UNIT_POWER_ROLES = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER, Role.UNIT_STAFF, Role.AGENT})

# What an agent can be charged with; an empty list means all of it.
AGENT_SCOPES: dict[str, str] = {
    "permits": "许可申请",
    "assistance": "技术帮扶",
    "rectifications": "隐患整改",
    "training": "培训演练",
}


def region_prefix(region_code: str) -> str:
    """15, 1501 or 150102: a division lies inside another if its code starts with that one's prefix."""
    code = region_code
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
