"""Lost phones."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import LoginSession, Person
from accounts.sessions import close_sessions_on
from database.base import Json
from database.journal import record
from problems import AlreadySo, NotFound, RoleNotAllowed
from sync.models import SyncDevice, SyncQueue


def report_loss(session: Session, actor: Actor, device_id: UUID) -> Json:
    """A phone is lost: it is told to wipe itself when next seen, its sessions end now. Event: person.device_lost.

    For the security administrator and the leader of whoever was signed in there. Raises RoleNotAllowed; NotFound for a
    device that no member of his staff uses; AlreadySo. The answer says what they had not handed in.
    """
    if not actor.has(Role.SEC_ADMIN, Role.UNIT_LEADER):
        raise RoleNotAllowed(action="report_loss")
    owners = session.scalars(
        select(Person)
        .where(
            Person.kind == "staff",
            Person.id.in_(select(LoginSession.person_id).where(LoginSession.device_id == device_id)),
        )
        .order_by(Person.id)
        .with_for_update()
    ).all()
    mine = [person for person in owners if actor.may_in(person.region_code or "", Role.SEC_ADMIN, Role.UNIT_LEADER)]
    if not mine:
        raise NotFound
    wiped = session.scalars(
        insert(SyncDevice)
        .values(id=device_id, status="wiped")
        .on_conflict_do_update(index_elements=[SyncDevice.id], set_={"status": "wiped"}, where=SyncDevice.status != "wiped")
        .returning(SyncDevice)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if wiped is None:
        raise AlreadySo(device_id=str(device_id))
    close_sessions_on(session, device_id)
    queues = {queue.owner_id: queue for queue in session.scalars(_queues(device_id, mine))}
    for person in mine:
        record(
            session, "person.device_lost", person, actor, concerns={"officers": [person.id]},
            data={"device_id": str(device_id), "pending": queues[person.id].pending if person.id in queues else 0},
        )  # fmt: skip
    return {
        "install": wiped.id, "status": wiped.status, "last_seen_at": wiped.last_seen_at,
        "pending": sum(queue.pending for queue in queues.values()),
        "oldest_pending_at": min((q.oldest_pending_at for q in queues.values() if q.oldest_pending_at), default=None),
    }  # fmt: skip


def _queues(device_id: UUID, people: Sequence[Person]) -> Select[SyncQueue]:
    """Their queues on the device, of each person's the latest last."""
    mine = SyncQueue.owner_id.in_([person.id for person in people])
    return select(SyncQueue).where(SyncQueue.device_id == device_id, mine).order_by(SyncQueue.created_at)
