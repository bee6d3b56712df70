"""Who acts for an enterprise: its legal person by his own claim, managers and agents (经办人) by his word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from accounts.legal_persons import own_credit_code, require_confirmed, require_legal_person
from accounts.models import Person, UnitPower
from accounts.people import citizen_by_phone
from accounts.problems import OwnAccount
from accounts.queries import live_power
from database.base import new_id
from database.crypto import KeyRing
from database.journal import record
from database.session import now
from places.models import Unit
from places.standing import require_standing
from places.units import name_people
from problems import AlreadySo, Invalid, NotFound, RoleNotAllowed, field_error

LONGEST_AGENCY = timedelta(days=3 * 366)
_UNITS_AT_ONCE = 100
_DIRECTORS = (Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER)


def claimable(session: Session, actor: Actor) -> tuple[str, Unit | None]:
    """The credit code of the enterprise whose legal person the caller is, and its entry in the register, if it has one.

    Raises AuthLevelTooLow, LegalPersonRequired.
    """
    uscc = own_credit_code(session, actor)
    return uscc, session.scalars(select(Unit).where(Unit.uscc == uscc)).one_or_none()


def claim_unit(session: Session, actor: Actor, unit_id: UUID, data: dict[str, Any]) -> UnitPower:
    """The legal person takes his enterprise in hand. Events: unit.people_named, unit.claimed.

    The identity provider must have confirmed, when this session was opened, that the caller is the legal person of this
    very credit code. A later legal person replaces an earlier one; managers and agents stay. Raises AuthLevelTooLow,
    LegalPersonRequired, AlreadySo; UnitMerged to the legal person of the one that stays; NotFound alike for no such unit and for
    another code than the unit's.
    """
    require_legal_person(session, actor, data["uscc"])
    unit = session.scalars(select(Unit).where(Unit.id == unit_id, Unit.uscc == data["uscc"]).with_for_update()).one_or_none()
    if unit is None:
        _refuse_merged(session, unit_id, data["uscc"])
        raise NotFound
    moment = now(session)
    earlier = session.scalars(
        select(UnitPower).where(
            UnitPower.unit_id == unit_id, UnitPower.role == Role.UNIT_RESPONSIBLE, UnitPower.ended_at.is_(None)
        )
    ).one_or_none()
    if earlier is not None:
        if earlier.person_id == actor.id:
            raise AlreadySo(unit_id=str(unit_id))
        earlier.ended_at, earlier.ended_by = moment, actor.id
        session.flush()
    power = UnitPower(
        id=new_id(), unit_id=unit_id, person_id=actor.id, role=Role.UNIT_RESPONSIBLE, scope=[], valid_from=moment,
        valid_until=None, granted_by=actor.id, ended_at=None,
    )  # fmt: skip
    session.add(power)
    session.flush()
    name_people(session, actor, unit_id, actor.id, unit.manager_ids)
    record(session, "unit.claimed", unit, actor, concerns={"managers": [actor.id, earlier.person_id if earlier else None]})
    return power


def name_agent(session: Session, ring: KeyRing, actor: Actor, unit_id: UUID, data: dict[str, Any]) -> UnitPower:
    """Charge somebody, named by his phone, with acting for the unit. Event: unit.agent_named.

    Whoever has no account yet finds this power when he first signs in with that number. Only the responsible person names
    managers; agents have a scope and always an end. Raises NotFound, AuthLevelTooLow for who did not sign in through the
    identity provider, RoleNotAllowed, OwnAccount, Invalid, AlreadySo.
    """
    role = Role(data["role"])
    unit = _unit_directed_by(session, actor, unit_id)
    require_confirmed(actor)
    if role is Role.UNIT_MANAGER and not _is(actor, unit_id, Role.UNIT_RESPONSIBLE):
        raise RoleNotAllowed(action="name_manager")
    moment = now(session)
    until = data["valid_until"]
    if role is Role.AGENT and until is None:
        raise Invalid(field_error("valid_until", "required", "经办人须有委托期限"))
    if role is Role.AGENT and not data["scope"]:
        raise Invalid(field_error("scope", "required", "请选择委托经办的事项"))
    if until is not None and not moment < until <= moment + LONGEST_AGENCY:
        raise Invalid(field_error("valid_until", "out_of_range", "委托期限应晚于当前时间,且不超过三年"))
    person = citizen_by_phone(session, ring, data["phone"], auth_level=0)
    if person.id == actor.id:
        raise OwnAccount(action="name_agent")
    session.execute(
        update(UnitPower)
        .where(UnitPower.unit_id == unit_id, UnitPower.ended_at.is_(None), UnitPower.valid_until <= moment)
        .values(ended_at=UnitPower.valid_until)
    )
    power = session.scalars(
        insert(UnitPower)
        .values(
            id=new_id(), unit_id=unit_id, person_id=person.id, role=role, scope=sorted(set(data["scope"])),
            valid_from=moment, valid_until=until, granted_by=actor.id,
        )
        .on_conflict_do_nothing()
        .returning(UnitPower)
    ).one_or_none()  # fmt: skip
    if power is None:
        raise AlreadySo(role=role)
    _name_managers(session, actor, unit)
    record(
        session, "unit.agent_named", unit, actor, concerns={"managers": [actor.id, person.id]},
        data={"power_id": str(power.id), "role": role, "scope": power.scope},
    )  # fmt: skip
    return power


def revoke_agent(session: Session, actor: Actor, unit_id: UUID, power_id: UUID) -> None:
    """End a power at once. Event: unit.agent_revoked. A person may also lay down his own, however he signed in.

    Raises NotFound, AuthLevelTooLow, RoleNotAllowed for a manager who would dismiss a manager, or anybody the responsible
    person.
    """
    unit = session.get(Unit, unit_id, with_for_update=True)
    power = session.get(UnitPower, power_id, with_for_update=True)
    if unit is None or power is None or power.unit_id != unit_id or power.ended_at is not None:
        raise NotFound
    if power.person_id != actor.id:
        _unit_directed_by(session, actor, unit_id)
        require_confirmed(actor)
        if power.role in _DIRECTORS and not _is(actor, unit_id, Role.UNIT_RESPONSIBLE):
            raise RoleNotAllowed(action="revoke_agent")
    power.ended_at, power.ended_by = now(session), actor.id
    session.flush()
    _name_managers(session, actor, unit)
    record(
        session, "unit.agent_revoked", unit, actor, concerns={"managers": [actor.id, power.person_id]},
        data={"power_id": str(power.id), "role": power.role},
    )  # fmt: skip


def end_expired_powers(session: Session) -> int:
    """End the powers that ran out and name those who are left: how many ended. Event: unit.agents_expired. For the timetable.

    A unit that somebody works on just now is left for the next time; so this may be repeated until it says 0.
    """
    moment = now(session)
    ran_out = (UnitPower.ended_at.is_(None), UnitPower.valid_until <= moment)
    with_some = select(UnitPower.unit_id).where(*ran_out).order_by(UnitPower.valid_until).limit(_UNITS_AT_ONCE)
    units = session.scalars(
        select(Unit)
        .where(Unit.id.in_(with_some))
        .order_by(Unit.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    count = 0
    for unit in units:
        ended = session.scalars(
            update(UnitPower)
            .where(UnitPower.unit_id == unit.id, *ran_out)
            .values(ended_at=UnitPower.valid_until, ended_by=SYSTEM.id)
            .returning(UnitPower)
        ).all()
        if not ended:
            continue
        _name_managers(session, SYSTEM, unit)
        record(
            session, "unit.agents_expired", unit, SYSTEM, concerns={"managers": [power.person_id for power in ended]},
            data={"power_ids": [str(power.id) for power in ended]},
        )  # fmt: skip
        count += len(ended)
    return count


def agents_of(session: Session, actor: Actor, unit_id: UUID) -> Sequence[tuple[UnitPower, Person]]:
    """The powers that hold now, with the people; at most 200. Raises NotFound for who does not direct the unit."""
    _unit_directed_by(session, actor, unit_id, lock=False)
    statement = (
        select(UnitPower, Person)
        .join(Person, Person.id == UnitPower.person_id)
        .where(UnitPower.unit_id == unit_id, live_power(now(session)))
        .order_by(UnitPower.id)
        .limit(200)
    )
    return [(power, person) for power, person in session.execute(statement)]


def _refuse_merged(session: Session, unit_id: UUID, uscc: str) -> None:
    stays = select(Unit.id).where(Unit.uscc == uscc)
    merged = session.scalars(select(Unit).where(Unit.id == unit_id, Unit.merged_into.in_(stays))).one_or_none()
    if merged is not None:
        require_standing(session, merged)


def _is(actor: Actor, unit_id: UUID, *roles: Role) -> bool:
    return any(power.unit_id == unit_id and power.role in roles for power in actor.units)


def _unit_directed_by(session: Session, actor: Actor, unit_id: UUID, *, lock: bool = True) -> Unit:
    if not _is(actor, unit_id, *_DIRECTORS):
        raise NotFound
    return session.get_one(Unit, unit_id, with_for_update=lock, populate_existing=True)


def _name_managers(session: Session, actor: Actor, unit: Unit) -> None:
    """The unit's own columns follow the powers, because feeds and visibility read them."""
    rows = session.execute(
        select(UnitPower.role, func.array_agg(UnitPower.person_id))
        .where(UnitPower.unit_id == unit.id, UnitPower.role.in_(_DIRECTORS), live_power(now(session)))
        .group_by(UnitPower.role)
    )
    named = {role: sorted(people) for role, people in rows}
    responsible = next(iter(named.get(Role.UNIT_RESPONSIBLE, [])), None)
    managers = named.get(Role.UNIT_MANAGER, [])
    if (unit.legal_person_id, sorted(unit.manager_ids)) != (responsible, managers):
        name_people(session, actor, unit.id, responsible, managers)
