"""Reports that were made on a grid worker's round: that the round is his own, and what became of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.base import Json
from database.journal import Event
from problems import Invalid, field_error
from workflow.hazards.models import Hazard
from workflow.hazards.rules import LIFE
from workflow.patrols.models import Patrol


def check_patrol(session: Session, event: Event) -> None:
    """Reaction: the round on which a report was made has to be that of whoever reports. Raises Invalid."""
    patrol_id = session.get_one(Hazard, event.entity_id).patrol_id
    own = select(Patrol.id).where(Patrol.id == patrol_id, Patrol.patroller_id == event.actor_id)
    if patrol_id is not None and session.scalar(own) is None:
        raise Invalid(field_error("patrol_id", "unknown_patrol", "没有这条巡查记录"))


def made_on(session: Session, patrol_id: UUID) -> list[Json]:
    """The reports that were made on a round, by number and how they stand: of what was reported nothing."""
    made = select(Hazard.number, Hazard.state).where(Hazard.patrol_id == patrol_id).order_by(Hazard.id)
    return [{"number": number, "state_label": LIFE.labels[state]} for number, state in session.execute(made)]
