"""Who leads an organisation now, and who stands in for whom (AB 角): so that every case always has somebody."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, delete, exists, select, text, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Deputy, DutyShift, Organisation, Person, RoleGrant
from accounts.problems import OwnAccount, ShiftsOverlap
from accounts.queries import live_grant
from accounts.roles import DELEGABLE_ROLES, LONGEST_DEPUTYSHIP, STAND_IN_ROLES, leading_roles
from database.base import new_id
from database.journal import record
from database.session import now
from problems import Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error

# Who leads if the roster is silent, the first kind that somebody there holds.
_LEADERS = (Role.UNIT_LEADER, Role.SUPERVISOR, Role.RECEIVER_CLERK, Role.TOWN_OFFICER, Role.DEPT_HANDLER, Role.INTAKE_CLERK)

_CHAIN = text(
    """
    WITH RECURSIVE chain (id, parent_id) AS (
        SELECT id, parent_id FROM organisation WHERE id = :org_id
        UNION ALL
        SELECT o.id, o.parent_id FROM organisation o JOIN chain ON o.id = chain.parent_id
    )
    SELECT id FROM chain
    """
).columns(id=Uuid())

# The shift's person or, if he has no power there any more, his deputy; else whoever holds a leading role, longest first;
# else the same question to the parent organisation.
_ON_DUTY = text(
    """
    WITH RECURSIVE chain (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM organisation WHERE id = :org_id
        UNION ALL
        SELECT o.id, o.parent_id, chain.depth + 1 FROM organisation o JOIN chain ON o.id = chain.parent_id
    ),
    holder AS (
        SELECT g.person_id, g.org_id, array_position(CAST(:leaders AS text[]), g.role) AS rank, g.granted_at
          FROM role_grant g JOIN chain ON chain.id = g.org_id
         WHERE g.ended_at IS NULL AND g.valid_from <= :at AND (g.valid_until IS NULL OR g.valid_until > :at)
    ),
    shift AS (
        SELECT d.org_id, d.person_id FROM duty_shift d JOIN chain ON chain.id = d.org_id
         WHERE d.starts_at <= :at AND d.ends_at > :at
    ),
    candidate AS (
        SELECT shift.org_id, shift.person_id, 0 AS turn, CAST(NULL AS timestamptz) AS since
          FROM shift JOIN person p ON p.id = shift.person_id AND p.removed_at IS NULL
         WHERE EXISTS (SELECT FROM holder WHERE holder.person_id = shift.person_id)
        UNION ALL
        SELECT y.org_id, y.deputy_id, 1, y.starts_at
          FROM shift JOIN deputy y ON y.person_id = shift.person_id AND y.org_id = shift.org_id
          JOIN person p ON p.id = y.deputy_id AND p.removed_at IS NULL
         WHERE y.ended_at IS NULL AND y.starts_at <= :at AND y.ends_at > :at
           AND EXISTS (SELECT FROM holder WHERE holder.person_id = y.deputy_id)
        UNION ALL
        SELECT holder.org_id, holder.person_id, 1 + holder.rank, holder.granted_at FROM holder WHERE holder.rank IS NOT NULL
    )
    SELECT candidate.person_id
      FROM candidate JOIN chain ON chain.id = candidate.org_id
     ORDER BY chain.depth, candidate.turn, candidate.since, candidate.person_id
     LIMIT 1
    """
)


def on_duty(session: Session, org_id: UUID, at: datetime) -> UUID | None:
    """The person to whom what reaches this organisation at `at` goes.

    None only if neither it nor any organisation above it has anybody at all.
    """
    person_id: UUID | None = session.scalar(_ON_DUTY, {"org_id": org_id, "at": at, "leaders": list(_LEADERS)})
    return person_id


def shifts_of(session: Session, org_id: UUID, since: datetime) -> Sequence[DutyShift]:
    """The shifts that end after `since`, in order; at most 200."""
    statement = select(DutyShift).where(DutyShift.org_id == org_id, DutyShift.ends_at > since)
    return session.scalars(statement.order_by(DutyShift.starts_at).limit(200)).all()


def deputies_in(session: Session, org_id: UUID, since: datetime) -> Sequence[Deputy]:
    """The deputyships that end after `since` and were not ended, in order; at most 200."""
    statement = select(Deputy).where(Deputy.org_id == org_id, Deputy.ended_at.is_(None), Deputy.ends_at > since)
    return session.scalars(statement.order_by(Deputy.starts_at, Deputy.id).limit(200)).all()


def set_roster(
    session: Session, actor: Actor, org_id: UUID, seen_revision: int | None, shifts: list[dict[str, Any]]
) -> Organisation:
    """Replace all shifts that have not ended by these. What is over stays as it was. Event: organisation.roster_set.

    For who leads the organisation or one above it. Raises NotFound, RoleNotAllowed, StaleRevision, Invalid, ShiftsOverlap.
    """
    org = _organisation_seen(session, actor, org_id)
    if not leads(session, actor, org):
        raise RoleNotAllowed(action="set_roster")
    if seen_revision not in (None, org.revision):
        raise StaleRevision(current=org.revision)
    moment = now(session)
    people = {shift["person_id"] for shift in shifts}
    near = RoleGrant.person_id.in_(people) & RoleGrant.org_id.in_(_chain(session, org_id))
    known = set(session.scalars(select(RoleGrant.person_id).where(near, live_grant(moment))))
    for index, shift in enumerate(shifts):
        if shift["ends_at"] <= max(moment, shift["starts_at"]):
            raise Invalid(field_error(f"shifts.{index}.ends_at", "ends_too_early", "结束时间应晚于开始时间和当前时间"))
        if shift["person_id"] not in known:
            raise Invalid(field_error(f"shifts.{index}.person_id", "not_on_staff", "值班人员应为本单位或者上级单位的在岗人员"))
    ordered = sorted(shifts, key=lambda shift: shift["starts_at"])
    for earlier, later in itertools.pairwise(ordered):
        if later["starts_at"] < earlier["ends_at"]:
            raise ShiftsOverlap(starts_at=later["starts_at"])
    session.execute(delete(DutyShift).where(DutyShift.org_id == org_id, DutyShift.starts_at >= moment))
    running = session.scalars(select(DutyShift).where(DutyShift.org_id == org_id, DutyShift.ends_at > moment)).one_or_none()
    if running is not None:  # its past is history: whoever was on duty stays named
        running.ends_at = moment
        session.flush()
    session.add_all(
        DutyShift(
            id=new_id(), org_id=org_id, person_id=shift["person_id"],
            starts_at=max(shift["starts_at"], moment), ends_at=shift["ends_at"],
        )
        for shift in ordered
    )  # fmt: skip
    org.revision += 1
    org.updated_at = moment
    session.flush()
    record(session, "organisation.roster_set", org, actor, concerns={"leaders": people}, data={"shifts": len(shifts)})
    return org


def name_deputy(session: Session, actor: Actor, data: dict[str, Any]) -> Deputy:
    """Somebody stands in for somebody (代签) in one organisation, from a moment to a moment. Event: person.deputy_named.

    One names his own deputy; the organisation's leader and the security administrator name anybody's, but never themselves.
    Raises NotFound, RoleNotAllowed, OwnAccount, Invalid.
    """
    org = _organisation_seen(session, actor, data["org_id"])
    person_id, deputy_id = data["person_id"] or actor.id, data["deputy_id"]
    if person_id != actor.id and not leads(session, actor, org) and not actor.may_in(org.region_code, Role.SEC_ADMIN):
        raise RoleNotAllowed(action="name_deputy")
    if deputy_id == actor.id:
        raise OwnAccount(action="name_deputy")
    moment = now(session)
    if deputy_id == person_id:
        raise Invalid(field_error("deputy_id", "same_person", "代理人不能是本人"))
    starts_at = max(data["starts_at"], moment)  # nobody stood in for somebody yesterday: acts of then would be judged by it
    if data["ends_at"] <= starts_at:
        raise Invalid(field_error("ends_at", "ends_too_early", "结束时间应晚于开始时间和当前时间"))
    if data["ends_at"] > starts_at + LONGEST_DEPUTYSHIP:
        raise Invalid(field_error("ends_at", "out_of_range", f"代理期限不超过{LONGEST_DEPUTYSHIP.days}天,期满可重新指定"))
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or not _holds(session, person_id, moment, _delegable(org.id)):
        raise Invalid(field_error("person_id", "nothing_to_delegate", "该人员在本单位没有可代理的职责"))
    if not _holds(session, deputy_id, moment, _may_stand_in(org)):
        raise Invalid(field_error("deputy_id", "not_a_colleague", "代理人应为本单位或者上级单位的在岗人员"))
    deputy = Deputy(
        id=new_id(), org_id=org.id, person_id=person_id, deputy_id=deputy_id, starts_at=starts_at,
        ends_at=data["ends_at"], named_by=actor.id, ended_at=None,
    )  # fmt: skip
    session.add(deputy)
    session.flush()
    record(
        session, "person.deputy_named", person, actor, concerns={"officers": [person_id, deputy_id]},
        data={"org_id": str(org.id), "deputy_id": str(deputy_id), "ends_at": data["ends_at"].isoformat()},
    )  # fmt: skip
    return deputy


def end_deputy(session: Session, actor: Actor, deputy_row_id: UUID) -> None:
    """Take a deputyship back before its time. For whoever could have named it. Event: person.deputy_ended."""
    row = session.get(Deputy, deputy_row_id, with_for_update=True)
    org = session.get(Organisation, row.org_id) if row else None
    if row is None or org is None or row.ended_at is not None:
        raise NotFound
    if row.person_id != actor.id and not leads(session, actor, org) and not actor.may_in(org.region_code, Role.SEC_ADMIN):
        raise NotFound
    person = session.get_one(Person, row.person_id, with_for_update=True)
    row.ended_at = now(session)
    record(
        session, "person.deputy_ended", person, actor, concerns={"officers": [row.person_id, row.deputy_id]},
        data={"deputy_id": str(row.deputy_id)},
    )  # fmt: skip


def roster_seen(session: Session, actor: Actor, org_id: UUID) -> Organisation:
    """The organisation whose roster the actor may read: his own, or one in a division that he works for. Else NotFound."""
    org = session.get(Organisation, org_id)
    if org is None or not _may_see(actor, org):
        raise NotFound
    return org


def leads(session: Session, actor: Actor, org: Organisation) -> bool:
    """A brigade is led by the leaders of its chain, every other office by who answers for it or for one above it."""
    return not actor.org_ids(*leading_roles(org.kind)).isdisjoint(_chain(session, org.id))


def _organisation_seen(session: Session, actor: Actor, org_id: UUID) -> Organisation:
    roster_seen(session, actor, org_id)
    return session.get_one(Organisation, org_id, with_for_update=True, populate_existing=True)


def _may_see(actor: Actor, org: Organisation) -> bool:
    return org.id in actor.org_ids() or any(org.region_code.startswith(grant.region_prefix) for grant in actor.grants)


def leave_rosters(session: Session, person_id: UUID) -> None:
    """He is nobody's deputy any more, nobody is his, and his shifts end now."""
    _end_deputyships(session, (Deputy.person_id == person_id) | (Deputy.deputy_id == person_id))
    _end_shifts(session, person_id, DutyShift.org_id.is_not(None))


def leave_rosters_without_right(session: Session, person_id: UUID) -> None:
    """The same, but only where the rights that he has left do not carry it: after one of them was revoked."""
    moment = now(session)
    running = (Deputy.person_id == person_id) | (Deputy.deputy_id == person_id)
    for row in session.scalars(select(Deputy).where(running, Deputy.ended_at.is_(None), Deputy.ends_at > moment)):
        needed = (
            _delegable(row.org_id) if row.person_id == person_id else _may_stand_in(session.get_one(Organisation, row.org_id))
        )
        if not _holds(session, person_id, moment, needed):
            _end_deputyships(session, Deputy.id == row.id)
    shifts = select(DutyShift.org_id).where(DutyShift.person_id == person_id, DutyShift.ends_at > moment).distinct()
    for org_id in session.scalars(shifts):
        if not _holds(session, person_id, moment, RoleGrant.org_id.in_(_chain(session, org_id))):
            _end_shifts(session, person_id, DutyShift.org_id == org_id)


def _end_deputyships(session: Session, condition: ColumnElement[bool]) -> None:
    session.execute(update(Deputy).where(condition, Deputy.ended_at.is_(None)).values(ended_at=now(session)))


def _end_shifts(session: Session, person_id: UUID, condition: ColumnElement[bool]) -> None:
    moment = now(session)
    session.execute(delete(DutyShift).where(DutyShift.person_id == person_id, condition, DutyShift.starts_at >= moment))
    session.execute(
        update(DutyShift).where(DutyShift.person_id == person_id, condition, DutyShift.ends_at > moment).values(ends_at=moment)
    )


def _chain(session: Session, org_id: UUID) -> Sequence[UUID]:
    """The organisation and those above it."""
    return session.scalars(_CHAIN, {"org_id": org_id}).all()


def _delegable(org_id: UUID) -> ColumnElement[bool]:
    return (RoleGrant.org_id == org_id) & RoleGrant.role.in_(DELEGABLE_ROLES)


def _may_stand_in(org: Organisation) -> ColumnElement[bool]:
    """What a deputy must hold himself: a right in that office or the one above it (`accounts/tokens.py` asks again)."""
    return RoleGrant.org_id.in_([org.id, org.parent_id]) & RoleGrant.role.in_(STAND_IN_ROLES)


def _holds(session: Session, person_id: UUID, moment: datetime, condition: ColumnElement[bool]) -> bool:
    found = select(exists().where(RoleGrant.person_id == person_id, live_grant(moment), condition))
    return bool(session.scalar(found))
