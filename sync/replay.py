"""Running what was parked: on a supervisor's word, after a discarded head, or after a deployment (docs/sync-protocol.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.session import now
from problems import Problem
from sync import issues
from sync.bodies import Bodies
from sync.engine import Engine
from sync.execution import QueueState, Tried, attempt, parked
from sync.lines import Sent, read_line
from sync.models import Issue, SyncMeta, SyncMutation, SyncQueue
from sync.parking import Waiting, waits_for_another

log = structlog.get_logger()

# What another version of the program may understand, or no longer stumble over, and what waited behind that.
RETRIED = ("unknown_mutation", "unknown_version", "fault", issues.BEHIND_PARKED)
_DONE = ("applied", "merged", "noop", "conflict")


@dataclass(frozen=True)
class Replayed:
    """What came of a chain. `code` is why the first one that is not done is not."""

    done: int = 0
    refused: int = 0
    waiting: int = 0
    code: str | None = None


class _NothingDone(Exception):
    """The chain stands as it stood: the transaction is rolled back, so that nothing is published again."""


def members_of(session: Session, issue: Issue) -> list[SyncMutation]:
    """The unresolved mutations of an issue, each queue in its order. Their queues are held from here on."""
    mine = (SyncMutation.issue_id == issue.id, SyncMutation.outcome == "parked", SyncMutation.resolution.is_(None))
    queues = select(SyncMutation.queue_id).where(*mine)
    # In id order: two supervisors who resolve issues of the same queues cannot deadlock.
    session.execute(select(SyncQueue.id).where(SyncQueue.id.in_(queues)).order_by(SyncQueue.id).with_for_update(key_share=True))
    return list(
        session.scalars(
            select(SyncMutation)
            .join(SyncQueue, SyncQueue.id == SyncMutation.queue_id)
            .where(*mine)
            .order_by(SyncQueue.created_at, SyncQueue.id, SyncMutation.seq)
            .execution_options(populate_existing=True)
        )
    )


def run_chain(
    engine: Engine, session: Session, issue: Issue, members: Sequence[SyncMutation], approver: Actor | None
) -> Replayed:
    """Run the members in order, as their author. What is refused now becomes an issue of its own.

    A member behind one that stays parked stays parked too, also if that one is another issue's.
    """
    counts = {"done": 0, "refused": 0, "waiting": 0}
    first: str | None = None
    waiting = Waiting()
    for member in members:
        if member.body is None:  # a copy: resolved with the one that it repeats
            continue
        queue, author_then = _author(engine, session, issue, member)
        sent = _opened(engine, queue, member)
        if waiting.holds_up(sent) or waits_for_another(session, member.queue_id, sent, issue.id):
            tried = parked(issues.BEHIND_PARKED)
        elif author_then is None or not sent.is_good:
            tried = parked(member.reason or "bad_line")
        else:
            tried = attempt(engine, session, author_then, queue, sent, member.received_at, approver)
        if tried.outcome == "parked":
            waiting.add(sent.mid, member.entity_type, member.entity_id, issue.id)
            counts["waiting"] += 1
            if approver is None and member.reason in RETRIED:  # why it waits from now on, and whether a deployment may help
                member.reason = tried.code
        else:
            assert author_then is not None  # noqa: S101 - it was tried
            _settle(engine, session, issue, member, tried, author_then, queue, sent)
            counts["done" if tried.outcome in _DONE else "refused"] += 1
        if tried.outcome not in _DONE:
            first = first or tried.code
    return Replayed(**counts, code=first)


def _settle(
    engine: Engine, session: Session, issue: Issue, member: SyncMutation, tried: Tried, author: Actor,
    queue: QueueState, sent: Sent,
) -> None:  # fmt: skip
    resolution = "applied" if tried.outcome in _DONE else "discarded"
    resolve(session, issue, [member], resolution)
    if tried.lost or tried.outcome == "rejected" or tried.after_reassignment:
        issues.open_for(engine, session, author, queue, sent, tried)


def resolve(session: Session, issue: Issue, members: Sequence[SyncMutation], resolution: str) -> None:
    """Their resolution, also for the copies of them that stand in other queues of the author."""
    for member in members:
        session.execute(
            update(SyncMutation)
            .where(SyncMutation.issue_id == issue.id, SyncMutation.outcome == "parked", SyncMutation.resolution.is_(None))
            .where(
                SyncMutation.mid == member.mid
                if member.mid is not None
                else (SyncMutation.queue_id == member.queue_id) & (SyncMutation.seq == member.seq)
            )
            .values(resolution=resolution)
            .execution_options(synchronize_session="fetch")
        )


def _author(engine: Engine, session: Session, issue: Issue, member: SyncMutation) -> tuple[QueueState, Actor | None]:
    """The author with the powers that he had when he acted: at the arrival, or if these were removed, just before that."""
    row = session.get_one(SyncQueue, member.queue_id)
    epoch = session.get_one(SyncMeta, "epoch").value
    queue = QueueState(row.id, row.device_id, row.owner_id, row.region_code, row.body_key, row.last_seq, epoch)
    at: datetime = member.received_at
    if member.reason == issues.AFTER_REVOCATION:
        at = datetime.fromisoformat(issue.losing["explained"]["powers_at"])
    return queue, engine.author(session, row.owner_id, at)


def _opened(engine: Engine, queue: QueueState, member: SyncMutation) -> Sent:
    assert member.body is not None  # noqa: S101 - copies were passed over
    text = Bodies(engine.ring, queue.body_key).open(member.body, member.body_sha256)
    return read_line(member.seq, text, engine.settings.line_bytes)


def leave_behind(engine: Engine, session: Session, issue: Issue, members: Sequence[SyncMutation]) -> None:
    """What still waits when its issue is closed gets an issue of its own."""
    rest = [member for member in members if member.resolution is None and member.body is not None]
    if not rest:
        return
    first = rest[0]
    queue, author = _author(engine, session, issue, first)
    sent = _opened(engine, queue, first)
    tried = Tried("parked", first.reason or "bad_line", region_code=issue.region_code)
    opened = issues.open_for(engine, session, author or Actor(id=queue.owner_id, name=""), queue, sent, tried)
    session.execute(
        update(SyncMutation)
        .where(SyncMutation.issue_id == issue.id, SyncMutation.outcome == "parked", SyncMutation.resolution.is_(None))
        .values(issue_id=opened[0])
        .execution_options(synchronize_session=False)
    )


def replay_parked(engine: Engine) -> int:
    """After a deployment: try again what the last version did not know or stumbled over. How many mutations were done."""
    with engine.database.transaction() as session:
        waiting = list(
            session.scalars(select(Issue.id).where(Issue.state == "open", Issue.reason.in_(RETRIED)).order_by(Issue.id))
        )
    done = 0
    for issue_id in waiting:
        try:
            with engine.database.transaction() as session:
                done += _replay(engine, session, issue_id)
        except (_NothingDone, Problem) as nothing:
            log.info("still parked", issue=str(issue_id), why=type(nothing).__name__)
    return done


def _replay(engine: Engine, session: Session, issue_id: UUID) -> int:
    issue = session.scalars(
        select(Issue).where(Issue.id == issue_id, Issue.state == "open").with_for_update(skip_locked=True)
    ).one_or_none()
    if issue is None:
        raise _NothingDone
    members = members_of(session, issue)
    replayed = run_chain(engine, session, issue, members, approver=None)
    waiting = [member.reason for member in members if member.resolution is None and member.body is not None]
    if replayed.done + replayed.refused == 0 and waiting[:1] == [issue.reason]:
        raise _NothingDone
    issue.reason = (waiting[0] if waiting else None) or issue.reason
    issue.revision += 1
    issue.updated_at = now(session)
    if replayed.waiting == 0:
        issues.close(session, issue, SYSTEM, "applied" if replayed.done else "discarded")
    return replayed.done
