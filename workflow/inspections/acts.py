"""What the commands on an inspection have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.session import now
from problems import GuardFailed
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import move, step_for
from workflow.inspections.models import Inspection
from workflow.inspections.rules import KINDS, LIFE
from workflow.inspections.synced import INSPECTION, obstacle, roles_on
from workflow.state_machine import Transition


def take(session: Session, actor: Actor, inspection_id: UUID, action: str, origin: Origin) -> tuple[Inspection, Transition]:
    """The inspection, locked, and the row of the table that applies. Raises GuardFailed where its condition does not hold."""
    inspection = lock(session, INSPECTION, Inspection, inspection_id, actor, origin)
    step = step_for(LIFE, inspection, action, roles_on(inspection, actor, origin))
    reason = obstacle(inspection, action, actor)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return inspection, step


def go(
    session: Session, inspection: Inspection, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, since: datetime | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. Every event names the inspection and its place. `since`: from when the clocks count that start."""
    if inspection.closed_at is None and step.target in LIFE.final:
        inspection.closed_at = now(session)
    facts = {"number": inspection.number, "venue": inspection.unit_name, "kind": KINDS[inspection.kind]}
    move(session, inspection, step, actor, event, concerns=concerns, data={**facts, **more}, origin=origin, since=since)
