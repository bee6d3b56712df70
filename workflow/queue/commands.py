"""Keeping one task for each open case; claiming and releasing it; assigning many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.base import Json, new_id
from database.journal import record
from database.session import now, savepoint
from problems import AlreadySo, NotFound, Problem, RoleNotAllowed, StaleRevision
from sync.editing import lock
from sync.feed import touch
from sync.mutations import Mutation, Origin
from wire import NothingSchema
from workflow import timekeeping
from workflow.hazards.closing import close
from workflow.hazards.models import Hazard
from workflow.hazards.passing_on import hand_over
from workflow.hazards.synced import HAZARD
from workflow.hazards.triage import assign
from workflow.queue.models import Task
from workflow.queue.placing import spot_of
from workflow.queue.ranking import weight_of
from workflow.queue.rules import BULK, LEADING, NO_DEADLINE, TAKERS, waiting_for
from workflow.queue.synced import TASK


def reflect(
    session: Session, case: Any, org_id: UUID, people: list[UUID], title: Json, *, is_new: bool, owes: str | None = None
) -> None:
    """Bring the task of a case up to date: what it waits for, who holds it, until when. Called under the case's lock.

    `owes`: what comes before that for which its state waits.
    """
    kind = type(case).__tablename__
    is_asked = getattr(case, "extension", None) is not None
    is_unserved = kind == "rectification" and case.served_at is None
    waits = waiting_for(kind, case.state, is_held=bool(people), is_asked=is_asked, is_unserved=is_unserved, owes=owes)
    if is_new:
        if waits is not None:
            session.add(_new_task(session, case, kind, org_id, people, title, waits))
        return
    weight = weight_of(session, case) if waits is not None else (0, [])
    task = session.scalars(
        update(Task)
        .where(Task.subject_type == kind, Task.subject_id == case.id)
        .values(revision=Task.revision + 1, updated_at=now(session))
        .returning(Task)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if task is None:
        if waits is not None:
            session.add(_new_task(session, case, kind, org_id, people, title, waits))
        return
    touch(session, task)
    if waits is None:
        task.is_open, task.claimed_by, task.claimed_at, task.holder_ids, task.signer_ids = False, None, None, [], []
        task.state = case.state
        return
    if task.waiting_for != waits or task.org_id != org_id:
        task.claimed_by = task.claimed_at = task.escalated_to = None  # a claim is for one step of the work
    task.is_open = True
    task.waiting_for, task.state, task.org_id, task.title = waits, case.state, org_id, title
    task.due_at = timekeeping.first_due(session, case) or NO_DEADLINE
    task.hours_up, task.ranked_up = weight
    task.lon, task.lat = spot_of(session, case)
    task.holder_ids = people or ([task.claimed_by] if task.claimed_by else [])
    task.signer_ids = _signers(case)


def _signers(case: Any) -> list[UUID]:
    """Whose signature the drafted act still lacks: the other one's of the pair."""
    act = getattr(case, "pending_act", None)
    return [officer for officer in case.officer_ids[:2] if str(officer) != act["by"]] if act else []


def _new_task(
    session: Session, case: Any, kind: str, org_id: UUID, people: list[UUID], title: Json, waits: str
) -> Task:  # fmt: skip
    moment = now(session)
    hours_up, ranked_up = weight_of(session, case)
    lon, lat = spot_of(session, case)
    return Task(
        id=new_id(),
        revision=1,
        created_at=moment,
        updated_at=moment,
        stamps={},
        subject_type=kind,
        subject_id=case.id,
        region_code=case.region_code,
        org_id=org_id,
        holder_ids=people,
        signer_ids=[],
        waiting_for=waits,
        state=case.state,
        title=title,
        lon=lon,
        lat=lat,
        due_at=timekeeping.first_due(session, case) or NO_DEADLINE,
        hours_up=hours_up,
        ranked_up=ranked_up,
        is_open=True,
    )


def claim(session: Session, actor: Actor, task_id: UUID, _: dict[str, Any], origin: Origin) -> Task:
    """Take an item that nobody holds, in one statement: under any race there is one winner. Not an assignment."""
    task = session.scalars(
        update(Task)
        .where(Task.id == task_id, TASK.visible_to(actor), Task.is_open, Task.claimed_by.is_(None))
        .where(Task.holder_ids == [])
        .values(
            revision=Task.revision + 1,
            updated_at=now(session),
            claimed_by=actor.id,
            claimed_at=now(session),
            holder_ids=[actor.id],
        )
        .returning(Task)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if task is None:
        held = session.scalars(select(Task).where(Task.id == task_id, TASK.visible_to(actor), Task.is_open)).one_or_none()
        if held is None:
            raise NotFound
        raise AlreadySo(action="claim", holder_ids=[str(person) for person in held.holder_ids])
    if origin.must_match and origin.base_revision != task.revision - 1:
        raise StaleRevision(current=task.revision - 1)
    if not _is_his(task, actor):
        raise RoleNotAllowed(action="claim", reason="another_office")
    if not may_claim(task, actor):
        raise RoleNotAllowed(action="claim", reason="another_role")
    touch(session, task)
    record(session, "task.claimed", task, actor, data={"subject_id": str(task.subject_id)})
    return task


def _is_his(task: Task, actor: Actor, *roles: Role) -> bool:
    """An item of an office of his, or one that has risen to it."""
    return not actor.org_ids(*roles).isdisjoint({task.org_id, *([task.escalated_to] if task.escalated_to else [])})


def may_claim(task: Task, actor: Actor) -> bool:
    """True if a role that he holds in the office may take the step that the item waits for."""
    takers = TAKERS[task.waiting_for]
    return bool(takers) and _is_his(task, actor, *takers)


def may_release(task: Task, actor: Actor) -> bool:
    """One's own claim, and as the leader anybody's."""
    return task.claimed_by is not None and (task.claimed_by == actor.id or _is_his(task, actor, *LEADING))


def release(session: Session, actor: Actor, task_id: UUID, _: dict[str, Any], origin: Origin) -> Task:
    """Give an item back to the office."""
    task = lock(session, TASK, Task, task_id, actor, origin)
    if not may_release(task, actor):
        raise RoleNotAllowed(action="release")
    unclaim(session, task, actor)
    return task


def unclaim(session: Session, task: Task, actor: Actor) -> None:
    """Nobody has it any more. The task's row is locked."""
    task.holder_ids = [person for person in task.holder_ids if person != task.claimed_by]
    task.claimed_by = task.claimed_at = None
    record(session, "task.released", task, actor, data={"subject_id": str(task.subject_id)})


def bulk(session: Session, actor: Actor, data: dict[str, Any]) -> list[dict[str, Any]]:
    """One step for each hazard in a savepoint of its own: one refusal does not undo the others. Results in the order asked."""
    step = next(step for step in BULK if step in data)
    results: dict[UUID, dict[str, Any]] = {}
    for asked in sorted(data["hazards"], key=lambda asked: asked["id"]):  # in id order, so that two leaders cannot deadlock
        result = {"id": asked["id"], "outcome": "applied", "code": None, "reason": None}
        try:
            with savepoint(session):
                _take_one(session, actor, asked, step, dict(data[step]))
        except Problem as problem:
            result |= {"outcome": "refused", "code": problem.code, "reason": problem.data.get("reason")}
        results[asked["id"]] = result
    return [results[asked["id"]] for asked in data["hazards"]]


def _take_one(session: Session, actor: Actor, asked: dict[str, Any], step: str, arguments: dict[str, Any]) -> None:
    hazard = lock(session, HAZARD, Hazard, asked["id"], actor, Origin())
    held = select(Task.holder_ids).where(Task.subject_type == "hazard", Task.subject_id == hazard.id).with_for_update()
    if (hazard.state, session.scalars(held).one_or_none()) != (asked["state"], asked["holder_ids"]):
        raise StaleRevision(current=hazard.revision - 1)  # its officers have arrived meanwhile, or a colleague sent others
    if step == "assign":
        arguments["grid_worker_id"] = arguments["grid_worker_id"] or next(iter(hazard.officer_ids[2:]), None)
    _STEPS[step](session, actor, hazard.id, arguments, Origin())


_STEPS: dict[str, Callable[..., Hazard]] = {"assign": assign, "hand_over": hand_over, "close": close}


def hold_open(session: Session, case: Any) -> None:
    """A date of the case moved without a step of its life (the calendar changed): the task follows."""
    task = session.scalars(
        update(Task)
        .where(Task.subject_type == type(case).__tablename__, Task.subject_id == case.id, Task.is_open)
        .values(revision=Task.revision + 1, updated_at=now(session), due_at=timekeeping.first_due(session, case) or NO_DEADLINE)
        .returning(Task)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if task is not None:
        touch(session, task)
        record(session, "task.rescheduled", task, SYSTEM, data={"subject_id": str(case.id)})


MUTATIONS = [
    Mutation("task.claim", NothingSchema, claim, summary="领取"),
    Mutation("task.release", NothingSchema, release, summary="退回队列"),
]
