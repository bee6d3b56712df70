"""How every command on a case goes on once it holds the row: find the step in the table, move the state, tell the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, SYSTEM, UNIT_ROLES, Actor, Role
from database.base import Json, Revised
from database.journal import Event, record
from database.session import now
from problems import AlreadySo, GuardFailed, IllegalTransition, NotFound
from sync.catalog import Synced
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.state_machine import StateMachine, Transition

R = TypeVar("R", bound=Revised)

_CAME_OF = ("hazard_id", "inspection_id")  # of a letter or an order


class Case(Protocol):
    """What acts need of a record: its state."""

    id: Any
    state: Any
    due_at: Any


def lock_below(session: Session, synced: Synced, model: type[R], entity_id: UUID, actor: Actor, origin: Origin) -> R:
    """Take a letter or an order: the row that it came of first, then its own, as whoever ends the hazard does.

    The other way round the two would wait for each other.
    """
    table: Any = model
    for owner in (table.__table__.c[name] for name in _CAME_OF if name in table.__table__.c):
        above = next(iter(owner.foreign_keys)).column
        of_child = select(owner).where(model.id == entity_id).scalar_subquery()
        session.execute(select(above).where(above == of_child).with_for_update(key_share=True))
    return lock(session, synced, model, entity_id, actor, origin)


def behind(session: Session, model: type[Revised], came_of: Mapping[str, UUID | None]) -> Json | None:
    """The columns of the report or the inspection that a new record of this kind comes of; None if there is none."""
    table: Any = model
    for name, entity_id in came_of.items():
        if entity_id is not None:
            above = next(iter(table.__table__.c[name].foreign_keys)).column
            row = session.execute(select(above.table).where(above == entity_id).with_for_update(key_share=True)).mappings()
            found = row.one_or_none()
            return dict(found) if found else None
    return None


def get(session: Session, synced: Synced, model: type[R], entity_id: UUID, actor: Actor) -> R:
    """The record as this actor may see it. Raises NotFound."""
    row = session.scalars(select(model).where(model.id == entity_id, synced.visible_to(actor))).one_or_none()
    if row is None:
        raise NotFound
    return row


def step_for(life: StateMachine, case: Case, action: str, roles: Iterable[Role]) -> Transition:
    """The row of the table that applies. Raises AlreadySo where the case already stands where the step leads."""
    try:
        return life.find(case.state, action, roles)
    except IllegalTransition:
        if any(case.state == step.target != step.source for step in life.steps(action)):
            raise AlreadySo(state=case.state, action=action) from None
        raise


def move(
    session: Session,
    case: Any,
    step: Transition,
    actor: Actor,
    event: str,
    *,
    concerns: Mapping[str, Iterable[UUID | None]] | None = None,
    data: Json | None = None,
    origin: Origin | None = None,
    since: datetime | None = None,
) -> Event:
    """Enter the target state, start and stop the clocks of the row, and record the event with both states.

    `since`: from when the clocks count that start, where a paper says so; now otherwise.
    """
    before, case.state = case.state, step.target
    if step.action != "request_force_close" and getattr(case, "force_close", None) is not None:
        case.force_close = None  # it was asked for as the case then stood
    made_at = origin.made_at if origin else None
    begins = _end_of_term(session, case, step) if step.action == "expire" else since or now(session)
    timekeeping.stop(session, case, *step.clocks_stopped, claimed_at=made_at)
    for rule_id in step.clocks_started:
        timekeeping.start(session, case, rule_id, begins)
    details: Json = {"from": before, "to": step.target, "action": step.action, **(data or {})}
    if made_at is not None:
        details["made_at"] = made_at.isoformat()
    if origin is not None and origin.held_at_last_pull:
        details["after_reassignment"] = True
    return record(session, event, case, actor, concerns=concerns, data=details)


def _end_of_term(session: Session, case: Any, step: Transition) -> datetime:
    """What follows when a term has passed counts from its end, however late the timer comes (消防监督检查规定 20)."""
    terms = timekeeping.TERMS & set(step.clocks_stopped)
    ended = [clock.due_at for clock in timekeeping.open_clocks(session, case) if clock.rule_id in terms]
    return min([*ended, now(session)])


def guard(condition: bool, action: str, reason: str) -> None:  # noqa: FBT001 - reads as a sentence at the call
    """Refuse a step whose condition is not met. `reason` is a stable code."""
    if not condition:
        raise GuardFailed(action=action, reason=reason)


def is_of_the_unit(case: Any, unit_id: UUID | None, actor: Actor) -> bool:
    """True for those who see a case with `officer_ids` and `region_code` only because they act for this unit."""
    is_office = roles_of(actor, case.region_code) & BRIGADE_ROLES or actor.id in case.officer_ids
    return not is_office and any(power.unit_id == unit_id for power in actor.units)


def roles_of_officers_and_unit(case: Any, unit_id: UUID | None, actor: Actor, origin: Origin | None) -> set[Role]:
    """On what two officers order of a unit: the brigade by jurisdiction, the two while it is theirs, the unit by its powers."""
    held = roles_of(actor, case.region_code)
    roles = held & ((BRIGADE_ROLES - {Role.FIRE_OFFICER}) | {Role.SYSTEM})
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & {Role.FIRE_OFFICER}
    elif actor.id in case.officer_ids:
        roles |= held & {Role.FIRE_OFFICER}
    powers = [power for power in actor.units if power.unit_id == unit_id and power.covers("rectifications")]
    return roles | {power.role for power in powers if power.role in UNIT_ROLES}


def roles_of(actor: Actor, region_code: str) -> set[Role]:
    """The roles that an actor holds for a division, and SYSTEM for timers and reactions."""
    if actor is SYSTEM:
        return {Role.SYSTEM}
    return {grant.role for grant in actor.grants if region_code.startswith(grant.region_prefix)}
