"""What happens to applications by itself when a date has passed. One for each call, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.session import now
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import step_for
from workflow.models import Clock
from workflow.permits.acts import go
from workflow.permits.deciding import deem_accepted, end_hearing
from workflow.permits.models import Permit
from workflow.permits.rules import LIFE
from workflow.permits.synced import PERMIT
from workflow.permits.visiting import expire
from workflow.state_machine import Transition
from workflow.turns import first, in_order


def abandon(session: Session, permit: Permit, step: Transition) -> None:
    """Nobody corrected it in time."""
    go(session, permit, step, SYSTEM, "permit.abandoned", Origin())


# Clock -> the state in which its end leads somewhere, the step, and who takes it.
_TIMERS: dict[str, tuple[str, str, Callable[[Session, Permit, Transition], None]]] = {
    "PM-5D": ("SUBMITTED", "deem_accepted", deem_accepted),
    "PM-FIX": ("CORRECTION_REQUIRED", "abandon", abandon),
    "PM-TERM": ("VERIFY_FAILED", "expire", expire),
    "PM-HEAR": ("REVOCATION_TOLD", "end_hearing", end_hearing),
}


def run_due(session: Session) -> int:
    """The oldest date first; an application that somebody holds is passed by, and comes again in a minute."""
    waiting = (
        select(Clock.entity_id, Clock.rule_id)
        .where(Clock.entity_type == "permit", Clock.rule_id.in_(_TIMERS), Clock.due_at < now(session))
        .where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None), Clock.paused_at.is_(None))
    )
    candidates = in_order(session, waiting, Clock.due_at, Clock.id)
    return first(session, "run_permit_timers", candidates, lambda found: _run(session, *found))


def _run(session: Session, permit_id: UUID, rule_id: str) -> bool:
    state, action, take = _TIMERS[rule_id]
    free = select(Permit.id).where(Permit.id == permit_id, Permit.state == state).with_for_update(skip_locked=True)
    if session.scalar(free) is None:
        return False
    permit = lock(session, PERMIT, Permit, permit_id, SYSTEM, Origin())
    take(session, permit, step_for(LIFE, permit, action, SYSTEM.roles))
    return True
