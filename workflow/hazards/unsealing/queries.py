"""Requests to unseal as their readers see them: who asks, who decides, who audits. What they open is in none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.session import now
from problems import NotFound
from workflow.acting import roles_of
from workflow.hazards.models import Hazard
from workflow.hazards.unsealing.models import Unsealing
from workflow.hazards.unsealing.rules import APPROVERS, BASES, LIFE, REQUESTERS, STATES, WATCHERS, is_viewable
from workflow.offices import staff_names


def roles_in(region_code: str, actor: Actor) -> set[Role]:
    """Which of the two persons somebody may be in this division."""
    return roles_of(actor, region_code) & (REQUESTERS | APPROVERS)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The requests of the divisions in which he asks, decides or audits."""
    roles = REQUESTERS | APPROVERS | WATCHERS
    prefixes = {grant.region_prefix for grant in actor.grants if grant.role in roles}
    conditions = [Unsealing.region_code.startswith(prefix, autoescape=True) for prefix in sorted(prefixes)]
    return or_(*conditions) if conditions else false()


def requests(actor: Actor, filters: Mapping[str, Any]) -> Select[Unsealing]:
    """The requests that this actor may see, narrowed by state and division."""
    statement = select(Unsealing).where(seen_by(actor))
    for name in ("state", "region_code"):
        if filters[name]:
            statement = statement.where(getattr(Unsealing, name) == filters[name])
    return statement


def request_seen_by(session: Session, actor: Actor, unsealing_id: UUID) -> Unsealing:
    """One of them. Raises NotFound."""
    row = session.scalars(select(Unsealing).where(Unsealing.id == unsealing_id, seen_by(actor))).one_or_none()
    if row is None:
        raise NotFound
    return row


def shown(session: Session, rows: Sequence[Unsealing], actor: Actor) -> list[Json]:
    """As the API tells them."""
    ids = [row.hazard_id for row in rows]
    numbers = {found.id: found.number for found in session.execute(select(Hazard.id, Hazard.number).where(Hazard.id.in_(ids)))}
    names = staff_names(session, [person for row in rows for person in (row.requested_by, row.decided_by) if person])
    moment = now(session)
    return [{**_shown(row, names, actor, moment), "hazard_number": numbers[row.hazard_id]} for row in rows]


def _shown(row: Unsealing, names: Mapping[str, str], actor: Actor, moment: datetime) -> Json:
    members = (
        "id", "revision", "state", "region_code", "hazard_id", "basis", "authority", "letter_no", "reason", "tells_reporter",
        "silence_reason", "created_at", "decided_at", "decision_note", "viewable_until", "view_count", "last_viewed_at",
    )  # fmt: skip
    is_own = actor.id == row.requested_by
    steps = LIFE.offered(row.state, roles_in(row.region_code, actor))
    return {
        **{name: getattr(row, name) for name in members},
        "state_label": STATES[row.state],
        "basis_label": BASES[row.basis],
        "requested_by": names.get(str(row.requested_by), ""),
        "decided_by": names.get(str(row.decided_by), ""),
        "is_viewable": is_own and is_viewable(row.state, row.viewable_until, moment),
        "actions": [step.as_offer() for step in steps if (step.action == "withdraw") == is_own],
    }
