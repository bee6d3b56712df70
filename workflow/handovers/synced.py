"""Who may see a letter, and what officers' devices hold of it."""

from __future__ import annotations

from accounts.actor import Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from workflow.acting import roles_of
from workflow.handovers.models import Handover
from workflow.handovers.rules import LIFE, may_take
from workflow.state_machine import Transition

_SENDERS = frozenset({Role.UNIT_LEADER, Role.FIRE_OFFICER, Role.INTAKE_CLERK})
_RECEIVERS = frozenset({Role.RECEIVER_CLERK, Role.DEPT_HANDLER})


def line(handover: Handover) -> Json:
    """The letter as the banner's officers hold it."""
    return {
        "state": handover.state,
        "kind": handover.kind,
        "hazard_id": handover.hazard_id,
        "letter_no": handover.letter_no,
        "from_org_id": handover.from_org_id,
        "to_org_id": handover.to_org_id,
        "reason": handover.reason,
        "legal_basis": handover.legal_basis,
        "is_urgent": handover.is_urgent,
        "returns": handover.returns,
        "result": handover.result,
        "due_at": handover.due_at,
    }


HANDOVER = Synced(
    "handover",
    Handover,
    [Scope("region", "officer", Handover.region_code, line), Scope("org", "office", Handover.org_ids)],
    on_devices=lambda letter: letter.off_devices_at is None,
)


def roles_on(handover: Handover, actor: Actor) -> set[Role]:
    """Senders by jurisdiction, receivers by their office, the committee office by its division."""
    held = roles_of(actor, handover.region_code)
    roles = held & {Role.SYSTEM, Role.SUPERVISOR} | held & _SENDERS
    roles |= {grant.role for grant in actor.grants if grant.org_id == handover.to_org_id and grant.role in _RECEIVERS}
    return roles


def obstacle(handover: Handover, action: str) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(
        action,
        is_decided=handover.is_decided,
        is_extended=handover.is_extended,
        rejections=handover.rejections,
        entries=len(handover.progress),
    )


def offered(handover: Handover, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(handover.state, roles_on(handover, actor))
    return [step for step in steps if obstacle(handover, step.action) is None]
