"""Who can help: what experts are good at, and whom the desk is proposed for a request, with the reason of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import ASSISTANCE_ROLES, Actor, Grant, Role
from accounts.models import Organisation, Person, RoleGrant
from accounts.queries import live_grant
from database.base import Json, new_id
from database.journal import record
from database.session import now
from problems import NotFound, RoleNotAllowed
from workflow.acting import get
from workflow.assistance.models import Assistance, ExpertProfile
from workflow.assistance.rules import EXPERTS, TOPICS, WITH_EXPERT
from workflow.assistance.synced import ASSISTANCE, roles_on

_NEAR = ("本旗县区", "本盟市", "自治区")


def experts(session: Session, actor: Actor) -> list[Json]:
    """Everybody who can help in the divisions of the desk, with what he is good at. Raises RoleNotAllowed."""
    if not actor.has(*ASSISTANCE_ROLES):
        raise RoleNotAllowed(action="list_experts")
    return [_facts(row) for row in _people(session) if actor.may_in(row.region_code, *ASSISTANCE_ROLES)]


def set_topics(session: Session, actor: Actor, person_id: UUID, topics: list[str]) -> Json:
    """What somebody is good at from now on. For the leader in whose division he helps.

    Event: expert_profile.edited. Raises RoleNotAllowed, NotFound for whoever is no expert there.
    """
    if not actor.has(Role.UNIT_LEADER):
        raise RoleNotAllowed(action="set_topics")
    his = [row for row in _people(session) if row.id == person_id and actor.may_in(row.region_code, Role.UNIT_LEADER)]
    if not his:
        raise NotFound
    moment = now(session)
    wanted = [topic for topic in TOPICS if topic in topics]
    profile = session.scalars(
        insert(ExpertProfile)
        .values(id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, person_id=person_id, topics=wanted)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_={"topics": wanted, "revision": ExpertProfile.revision + 1, "updated_at": moment},
        )
        .returning(ExpertProfile)
        .execution_options(populate_existing=True)
    ).one()
    record(session, "expert_profile.edited", profile, actor, data={"person_id": str(person_id), "topics": wanted})
    return {**_facts(his[0]), "topics": wanted}


def proposed(session: Session, actor: Actor, case_id: UUID) -> list[Json]:
    """Whom to send: who knows the topic, then who is near, then who has least in hand. For the desk; raises RoleNotAllowed."""
    case = get(session, ASSISTANCE, Assistance, case_id, actor)
    if not roles_on(case, actor) & ASSISTANCE_ROLES:
        raise RoleNotAllowed(action="list_experts")
    fitting: dict[UUID, Any] = {}
    for row in sorted(_people(session), key=lambda row: _distance(row, case)):
        is_of_here = row.role == Role.EXPERT or row.region_code == case.region_code
        if is_of_here and _covers(row, case) and row.id != case.applicant_id:
            fitting.setdefault(row.id, row)
    loads = _loads(session, list(fitting))
    found = [_proposal(row, case, loads.get(row.id, 0)) for row in fitting.values()]
    return sorted(found, key=lambda one: (not one["knows_topic"], one["distance"], one["open_requests"], str(one["id"])))


def _people(session: Session) -> list[Any]:
    """Every live grant of an expert or an officer, with his name, office and topics."""
    held = (
        select(
            Person.id, Person.staff_name, RoleGrant.role, RoleGrant.region_code, RoleGrant.org_id,
            Organisation.name.label("org_name"), ExpertProfile.topics,
        )
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == RoleGrant.org_id)
        .outerjoin(ExpertProfile, ExpertProfile.person_id == Person.id)
        .where(live_grant(now(session)), RoleGrant.role.in_(EXPERTS))
        .order_by(RoleGrant.region_code, RoleGrant.role, Person.id)
    )  # fmt: skip
    rows: list[Any] = list(session.execute(held).all())
    return rows


def _facts(row: Any) -> Json:
    return {
        "id": row.id, "name": row.staff_name, "role": row.role, "org_name": row.org_name, "region_code": row.region_code,
        "topics": row.topics or [],
    }  # fmt: skip


def _covers(row: Any, case: Assistance) -> bool:
    return case.region_code.startswith(Grant(Role(row.role), row.org_id, row.region_code).region_prefix)


def _distance(row: Any, case: Assistance) -> int:
    if row.region_code == case.region_code:
        return 0
    return 1 if row.region_code[:4] == case.region_code[:4] else 2


def _proposal(row: Any, case: Assistance, load: int) -> Json:
    knows = case.topic in (row.topics or [])
    distance = _distance(row, case)
    topic = f"擅长{TOPICS[case.topic]}" if knows else "未登记该项专长"
    reason = f"{topic};{_NEAR[distance]};在办{load}件"
    return {**_facts(row), "knows_topic": knows, "distance": distance, "open_requests": load, "reason": reason}


def _loads(session: Session, people: list[UUID]) -> dict[UUID, int]:
    """How many requests each of them has in hand."""
    held = (
        select(Assistance.expert_id, func.count())
        .where(Assistance.expert_id.in_(people), Assistance.state.in_(sorted(WITH_EXPERT)))
        .group_by(Assistance.expert_id)
    )
    return {person: count for person, count in session.execute(held) if person is not None}
