"""Issues: what a person has to look at. Opened by the engine, resolved by mutation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, Actor
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from problems import RoleNotAllowed
from sync.engine import Engine
from sync.execution import RESOLVERS, QueueState, Tried
from sync.lines import Sent
from sync.merge import Lost
from sync.models import Issue, SyncHold, SyncMutation, SyncQueue
from sync.synced import ISSUE, author_line, loser_line, officer_line

AFTER_REVOCATION = "after_revocation"
AFTER_REASSIGNMENT = "after_reassignment"  # done within the lease by somebody whose case it was no more: to be looked at
BEHIND_PARKED = "behind_parked"
_NOT_UNDERSTOOD = ("invalid_arguments", "unknown_version")  # what stands there may be anything, a phone number too
_KINDS = {"parked": "parked", "rejected": "rejected"}
_EVIDENCE_BYTES = 32_768  # a line of the feed stays well below `line_bytes`


def open_for(engine: Engine, session: Session, author: Actor, queue: QueueState, sent: Sent, tried: Tried) -> list[UUID]:
    """The issues that an outcome leaves behind, for the author and for whoever has jurisdiction."""
    is_staff = (queue.region_code is not None or bool(author.grants)) and not _reports(engine, session, author, sent)
    if tried.lost:
        return [_lost(engine, session, author, queue, sent, lost, is_staff=is_staff) for lost in tried.lost]
    if tried.outcome not in _KINDS and not tried.after_reassignment:
        return []
    kind = "fault" if tried.code == "fault" else _KINDS.get(tried.outcome, "reassigned")
    evidence = _evidence(engine, sent, tried)
    reason = tried.code or (AFTER_REASSIGNMENT if kind == "reassigned" else "")
    issue = _new(session, queue, sent, kind, reason, evidence, is_staff=is_staff)
    issue.region_code = _jurisdiction(queue, tried)
    return [_opened(session, issue, author)]


def _reports(engine: Engine, session: Session, author: Actor, sent: Sent) -> bool:
    """True if he acts as the reporter of this record: then nobody is shown who he is, though he be a colleague."""
    synced = engine.catalog.by_type.get(sent.entity_type)
    columns = [scope.column for scope in synced.scopes if scope.kind == "reporter"] if synced is not None else []
    if synced is None or not columns:
        return False
    mutation = engine.mutations.by_name.get(sent.name)
    model: Any = synced.model
    named = select(model.id).where(model.id == sent.entity_id, or_(*(column == author.id for column in columns)))
    return (mutation is not None and mutation.creates) or session.scalar(named) is not None


def _jurisdiction(queue: QueueState, tried: Tried) -> str | None:
    """The record's division; else where the author works; else the region's own office, so that somebody decides.

    What the author may not see is nobody else's business either.
    """
    if tried.region_code is not None or tried.code == "not_found":
        return tried.region_code
    return queue.region_code or REGION_CODE


def _lost(
    engine: Engine, session: Session, author: Actor, queue: QueueState, sent: Sent, lost: Lost, *, is_staff: bool
) -> UUID:  # fmt: skip
    """A field that this queue already lost joins its open issue.

    Of what only some of the staff may see, both values are for the two who wrote them.
    """
    issue = session.scalars(
        select(Issue)
        .where(
            Issue.queue_id == queue.id, Issue.subject_id == sent.entity_id, Issue.field == lost.field,
            Issue.kind == "conflict", Issue.state == "open",
        )
        .with_for_update()
    ).first()  # fmt: skip
    evidence = lost.evidence()
    if issue is not None:
        issue.revision += 1
        issue.updated_at = now(session)
        issue.losing = {**evidence, "earlier": [*issue.losing.get("earlier", []), issue.losing["losing"]][-20:]}
        issue.loser_ids = sorted({*issue.loser_ids, *_losers(session, author, lost)})
        return issue.id
    issue = _new(session, queue, sent, "conflict", "field_conflict", evidence, is_staff=is_staff)
    issue.field = lost.field
    issue.region_code = (
        None if engine.catalog.by_type[sent.entity_type].is_told_to_some else getattr(lost.entity, "region_code", None)
    )
    issue.loser_ids = _losers(session, author, lost)
    return _opened(session, issue, author)


def _losers(session: Session, author: Actor, lost: Lost) -> list[UUID]:
    """Who had written the value whose place the author's took, as the journal tells; nobody if it was himself."""
    if lost.written_in is None:
        return []
    wrote = select(Event.actor_id).where(
        Event.entity_type == type(lost.entity).__tablename__, Event.entity_id == lost.entity.id,
        Event.revision == lost.written_in, Event.actor_id != author.id,
    )  # fmt: skip
    return list(session.scalars(wrote.distinct()))


def _new(session: Session, queue: QueueState, sent: Sent, kind: str, reason: str, losing: Json, *, is_staff: bool) -> Issue:
    moment = now(session)
    return Issue(
        id=new_id(),
        revision=1,
        stamps={},
        created_at=moment,
        updated_at=moment,
        kind=kind,
        state="open",
        author_id=queue.owner_id,
        author_is_staff=is_staff,
        queue_id=queue.id,
        seq=sent.seq,
        mid=sent.mid,
        mutation=sent.name,
        subject_type=sent.entity_type,
        subject_id=sent.entity_id,
        reason=reason,
        losing=losing,
    )


def _opened(session: Session, issue: Issue, author: Actor) -> UUID:
    session.add(issue)
    session.flush()
    record(
        session, "issue.opened", issue, author, concerns={"author": [issue.author_id]},
        data={"issue_kind": issue.kind, "reason": issue.reason, "subject_type": issue.subject_type,
              "subject_id": str(issue.subject_id) if issue.subject_id else None},
    )  # fmt: skip
    return issue.id


def _evidence(engine: Engine, sent: Sent, tried: Tried) -> Json:
    """What the device sent, as far as we know what may be shown of it; the whole line is kept sealed."""
    synced = engine.catalog.by_type.get(sent.entity_type)
    is_for_all = tried.code not in _NOT_UNDERSTOOD and (synced is None or not synced.is_told_to_some)
    mutation = engine.mutations.by_name.get(sent.name) if is_for_all else None
    kept: Json = {"explained": tried.data, "made_at": sent.made_at.isoformat() if sent.made_at else None}
    if mutation is not None and mutation.devices:  # what no device may hand in was judged by nobody for others' eyes
        kept["args"] = mutation.evidence(sent.version, sent.args or {}, sent.changes or {})
    if len(orjson.dumps(kept)) > _EVIDENCE_BYTES:
        kept["args"] = None
    return kept


def powers_at(session: Session, queue: QueueState) -> Json:
    """The last moment at which a removed person had the powers with which he acted: on a supervisor's word he has them again."""
    if queue.revoked_at is not None:
        at = queue.revoked_at - timedelta(microseconds=1)
    else:
        hold = session.get(SyncHold, queue.id)
        at = hold.pulled_at if hold is not None else session.get_one(SyncQueue, queue.id).created_at
    return {"powers_at": at.isoformat()}


def revocation_issue(session: Session, queue_id: UUID, powers: Json, region_code: str | None) -> UUID | None:
    """The one open issue of a division that collects what a removed person's queue still hands in."""
    return session.scalar(
        select(Issue.id).where(
            Issue.queue_id == queue_id, Issue.reason == AFTER_REVOCATION, Issue.state == "open",
            Issue.losing["explained"] == powers, Issue.region_code.is_not_distinct_from(region_code),
        )
    )  # fmt: skip


def may_resolve(issue: Issue, actor: Actor, action: str) -> None:
    """A supervisor or leader of the division resolves; the author may discard. Raises RoleNotAllowed."""
    in_office = issue.region_code is not None and actor.may_in(issue.region_code, *RESOLVERS)
    if not in_office and not (action == "discard" and actor.id == issue.author_id):
        raise RoleNotAllowed(action=action)


def close(session: Session, issue: Issue, actor: Actor, state: str) -> None:
    """The issue's end, told to its author. The caller holds the row."""
    issue.state = state
    issue.resolved_by = actor.id
    record(
        session, f"issue.{state}", issue, actor, concerns={"author": [issue.author_id]},
        data={"issue_kind": issue.kind, "reason": issue.reason, "subject_type": issue.subject_type,
              "subject_id": str(issue.subject_id) if issue.subject_id else None},
    )  # fmt: skip


def seen_by(actor: Actor, filters: dict[str, Any]) -> Select[Any]:
    """Issues in one state that this actor may see: his own, and unless he is draining, those of his jurisdiction."""
    mine = or_(Issue.author_id == actor.id, Issue.loser_ids.contains([actor.id]))
    statement = select(Issue).where(mine if actor.draining or filters.get("mine") else ISSUE.visible_to(actor))
    statement = statement.where(Issue.state == filters["state"])
    if filters.get("subject_id"):
        statement = statement.where(Issue.subject_id == filters["subject_id"])
    return statement


def shown_to(session: Session, actor: Actor, rows: Sequence[Issue]) -> list[Json]:
    """As the list shows them: who reported is told to nobody but himself; the evidence, to those who decide.

    `acts` are the parked mutations that the decision is about and that still wait.
    """
    acts = _waiting_acts(session, [row.id for row in rows])
    return [{"id": row.id, "revision": row.revision, "acts": acts.get(row.id, 0), "data": _line(row, actor)} for row in rows]


def _line(issue: Issue, actor: Actor) -> Json:
    if actor.id == issue.author_id:
        return author_line(issue)
    return loser_line(issue) if actor.id in issue.loser_ids else {**officer_line(issue), "losing": issue.losing}


def _waiting_acts(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    counted = (
        select(SyncMutation.issue_id, func.count())
        .where(SyncMutation.issue_id.in_(ids), SyncMutation.outcome == "parked", SyncMutation.resolution.is_(None))
        .where(SyncMutation.body.is_not(None))  # a copy of what came before is the same act
        .group_by(SyncMutation.issue_id)
    )
    return {issue_id: count for issue_id, count in session.execute(counted) if issue_id is not None}
