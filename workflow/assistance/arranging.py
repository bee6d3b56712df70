"""What the desk does: take a request in or say who else can help, and arrange who helps and when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import ASSISTANCE_ROLES, Actor, Role
from database.session import now
from problems import Invalid, RoleNotAllowed, field_error
from sync.mutations import Origin
from workflow.assistance.acts import check_coming, due_in, expert, go, take
from workflow.assistance.models import Assistance
from workflow.assistance.rules import MODES
from workflow.assistance.synced import roles_on
from workflow.offices import people_with_role, staff_names


def accept(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """受理: whoever asked hears by when he will be rung up."""
    case, step = take(session, actor, case_id, "accept", origin)
    case.accepted_at = now(session)
    go(session, case, step, actor, "assistance.accepted", origin, due=due_in(session, "TA-PLAN"))
    return case


def decline(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """不予受理, with the reason."""
    case, step = take(session, actor, case_id, "decline", origin)
    case.decision = {"kind": step.target, "reason": data["reason"], "proper_body": None}
    go(session, case, step, actor, "assistance.declined", origin, reason=data["reason"])
    return case


def redirect(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """告知其他途径: what is another body's, or paid work of a 消防技术服务机构 (消防法 34); no firm is named."""
    case, step = take(session, actor, case_id, "redirect", origin)
    case.decision = {"kind": step.target, "reason": data["reason"], "proper_body": data["proper_body"]}
    go(
        session, case, step, actor, "assistance.redirected", origin,
        reason=data["reason"], proper_body=data["proper_body"],
    )  # fmt: skip
    return case


def schedule(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """安排专家: who helps, how and when. From then on it is his."""
    case, step = take(session, actor, case_id, "schedule", origin)
    _check_expert(session, case, data["expert_id"])
    when = check_coming(session, data["appointed_at"])
    case.expert_id = data["expert_id"]
    case.appointment = {"mode": data["mode"], "appointed_at": when, "note": data["note"], "agreed_at": None}
    name = "、".join(staff_names(session, expert(case)).values())
    go(
        session, case, step, actor, "assistance.scheduled", origin, {"expert": expert(case)},
        when=when, mode=MODES[data["mode"]], name=name,
    )  # fmt: skip
    return case


def reschedule(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """改约: another time with its reason; what was agreed lapses. The desk may send somebody else.

    Raises RoleNotAllowed (`experts_name_nobody`) where an expert names another one.
    """
    case, step = take(session, actor, case_id, "reschedule", origin)
    when = check_coming(session, data["appointed_at"])
    before, named = case.expert_id, data["expert_id"]
    if named is not None and named != before:
        if not roles_on(case, actor, origin) & ASSISTANCE_ROLES:
            raise RoleNotAllowed(action="reschedule", reason="experts_name_nobody")
        _check_expert(session, case, named)
        case.expert_id = named
    case.appointment = {**(case.appointment or {}), "appointed_at": when, "agreed_at": None}
    removed = [before] if before is not None and before != case.expert_id else []
    go(
        session, case, step, actor, "assistance.appointment_moved", origin,
        {"expert": expert(case), "removed_expert": removed}, when=when, reason=data["reason"],
    )  # fmt: skip
    return case


def _check_expert(session: Session, case: Assistance, person_id: UUID) -> None:
    """An expert of the division or above it, or an officer of the banner; nobody helps himself. Raises Invalid."""
    held = set[UUID]()
    for role in (Role.EXPERT, Role.FIRE_OFFICER):
        held |= people_with_role(session, [person_id], role, case.region_code)
    if person_id not in held or person_id == case.applicant_id:
        raise Invalid(field_error("expert_id", "not_an_expert", "请选择可以为本地提供帮扶的专家或者本旗县区的消防监督员"))
