"""What the demo's experts are good at. Existing rows are left as kept."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Role
from accounts.demo import accounts
from database.base import new_id
from database.session import now
from workflow.assistance.models import ExpertProfile

# One topic is missing on purpose: nobody of the demo knows the internet of things.
_TOPICS = {
    Role.EXPERT: ["PERMIT_GUIDE", "DESIGN_CONSULT", "HAZARD_RECTIFY", "STANDARD_QA"],
    Role.FIRE_OFFICER: ["FACILITY_USE", "PLAN_DRILL", "TRAINING", "MICRO_STATION", "PASTORAL"],
}


def seed_demo(session: Session) -> None:
    """Insert what is missing. Repeatable."""
    moment = now(session)
    fresh = {"revision": 1, "stamps": {}, "created_at": moment, "updated_at": moment}
    rows = [
        {"id": new_id(), "person_id": account.id, "topics": _TOPICS[account.role], **fresh}
        for account in accounts()
        if account.role in _TOPICS and not account.key.startswith(("officer2.", "officer3."))
    ]
    session.execute(insert(ExpertProfile).on_conflict_do_nothing(), rows)
