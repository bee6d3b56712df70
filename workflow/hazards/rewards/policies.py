"""Policies of rewards: everybody reads them, the administrators of a division write its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.roles import region_prefix
from database.base import Json, new_id
from database.journal import record
from database.session import now
from places.regions import regions
from problems import Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error
from workflow.clocks import local_day
from workflow.hazards.rewards.models import RewardPolicy
from workflow.hazards.rewards.rules import POLICY_STATES, holds_on

_FIELDS = ("title", "source", "conditions", "least_fen", "most_fen", "valid_from", "valid_until", "state")


def policies(session: Session) -> list[Json]:
    """Every policy, the region's first."""
    found = session.scalars(select(RewardPolicy).order_by(RewardPolicy.region_code, RewardPolicy.id))
    return [facts(row) for row in found]


def policy(session: Session, policy_id: UUID) -> RewardPolicy:
    """One of them. Raises NotFound."""
    row = session.get(RewardPolicy, policy_id)
    if row is None:
        raise NotFound
    return row


def facts(row: RewardPolicy) -> Json:
    """A policy as everybody reads it."""
    members = ("id", "revision", "region_code", *_FIELDS)
    return {**{name: getattr(row, name) for name in members}, "state_label": POLICY_STATES[row.state]}


def create_policy(session: Session, actor: Actor, data: dict[str, Any]) -> RewardPolicy:
    """A policy of one's own division. Event: reward_policy.created. Raises RoleNotAllowed, Invalid."""
    if data["region_code"] not in regions():
        raise Invalid(field_error("region_code", "unknown_region", "没有这个区划"))
    _require(actor, data["region_code"])
    moment = now(session)
    row = RewardPolicy(id=new_id(), revision=1, created_at=moment, updated_at=moment, **data)
    session.add(row)
    session.flush()
    record(session, "reward_policy.created", row, actor, data={"title": row.title, "state": row.state})
    return row


def edit_policy(session: Session, actor: Actor, policy_id: UUID, data: dict[str, Any], seen_revision: int | None) -> RewardPolicy:
    """Replace what it says. Event: reward_policy.edited, with what changed.

    `seen_revision` None: any. Raises NotFound, RoleNotAllowed, StaleRevision. What was proposed by it before stands.
    """
    row = session.scalars(
        update(RewardPolicy)
        .where(RewardPolicy.id == policy_id)
        .values(revision=RewardPolicy.revision + 1, updated_at=now(session))
        .returning(RewardPolicy)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    _require(actor, row.region_code)
    if seen_revision not in (None, row.revision - 1):
        raise StaleRevision(current=row.revision - 1)
    before = {name: getattr(row, name) for name in _FIELDS}
    for name in _FIELDS:
        setattr(row, name, data[name])
    changes = {name: [_plain(before[name]), _plain(data[name])] for name in _FIELDS if before[name] != data[name]}
    record(session, "reward_policy.edited", row, actor, data={"changes": changes})
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _require(actor: Actor, region_code: str) -> None:
    if not actor.may_in(region_code, Role.SYS_ADMIN):
        raise RoleNotAllowed(action="edit_policy")


def policy_for(session: Session, policy_id: UUID, region_code: str) -> RewardPolicy:
    """A policy that is in force today where the case is. Raises Invalid."""
    row = session.get(RewardPolicy, policy_id)
    today = local_day(now(session))
    if row is None or not region_code.startswith(region_prefix(row.region_code)):
        raise Invalid(field_error("policy_id", "unknown_policy", "本地区没有这个奖励办法"))
    if not holds_on(row.state, row.valid_from, row.valid_until, today):
        raise Invalid(field_error("policy_id", "not_in_force", "该奖励办法未填报完整或者不在执行期内"))
    return row
