"""The follow-up ends by itself. One request for each call, in the caller's transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from database.session import now
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import step_for
from workflow.assistance.acts import go
from workflow.assistance.models import Assistance
from workflow.assistance.rules import LIFE
from workflow.assistance.synced import ASSISTANCE
from workflow.models import Clock
from workflow.state_machine import Transition
from workflow.turns import first, in_order

_FOLLOWED = sorted({step.source for step in LIFE.steps("end_follow_up")})


def end_follow_up(session: Session, case: Assistance, step: Transition) -> None:
    """回访期满: it is closed; whoever asked may still rate."""
    go(session, case, step, SYSTEM, "assistance.follow_up_ended", Origin())


def run_due(session: Session) -> int:
    """The oldest date first; a request that somebody holds is passed by, and comes again in a minute."""
    waiting = (
        select(Clock.entity_id)
        .where(Clock.entity_type == "assistance", Clock.rule_id == "TA-FOLLOW", Clock.due_at < now(session))
        .where(Clock.met_at.is_(None), Clock.cancelled_at.is_(None), Clock.paused_at.is_(None))
    )
    candidates = in_order(session, waiting, Clock.due_at, Clock.id)
    return first(session, "end_follow_ups", candidates, lambda found: _run(session, *found))


def _run(session: Session, case_id: UUID) -> bool:
    free = select(Assistance.id).where(Assistance.id == case_id, Assistance.state.in_(_FOLLOWED))
    if session.scalar(free.with_for_update(skip_locked=True)) is None:
        return False
    case = lock(session, ASSISTANCE, Assistance, case_id, SYSTEM, Origin())
    end_follow_up(session, case, step_for(LIFE, case, "end_follow_up", SYSTEM.roles))
    return True
