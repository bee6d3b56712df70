"""Issues: what a person has to look at. Each is a synced entity that its author and the banner's leaders see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json, new_id
from database.journal import record
from database.session import now
from problems import GuardFailed, NotFound, RoleNotAllowed
from sync.catalog import Synced
from sync.envelope import Envelope
from sync.models import Issue, SyncMutation, SyncQueue
from sync.mutations import evidence_of

_MAX_EVIDENCE = 50  # fields of a mutation that an issue repeats


def open_issue(
    session: Session,
    actor: Actor,
    queue: SyncQueue,
    seq: int,
    kind: str,
    reason: str,
    envelope: Envelope | None,
    *,
    region_code: str | None = None,
    field: str | None = None,
    losing: Json | None = None,
) -> Issue:
    """Keep what a device sent where a person will find it, without what identifies a reporter."""
    moment = now(session)
    evidence = losing if losing is not None else _evidence(envelope)
    issue = Issue(
        id=new_id(),
        revision=1,
        created_at=moment,
        updated_at=moment,
        stamps={},
        kind=kind,
        state="open",
        author_id=actor.id,
        region_code=region_code,
        queue_id=queue.id,
        seq=seq,
        mid=envelope.mid if envelope else None,
        subject_type=envelope.entity_type if envelope else "",
        subject_id=envelope.entity_id if envelope else None,
        field=field,
        reason=reason,
        losing=evidence,
    )
    session.add(issue)
    session.flush()
    record(session, "issue.opened", issue, actor, concerns={"author": [actor.id]}, data={"kind": kind, "reason": reason})
    return issue


def _evidence(envelope: Envelope | None) -> Json:
    if envelope is None:
        return {}
    args = dict(list(evidence_of(envelope.args).items())[:_MAX_EVIDENCE])
    return {"name": envelope.name, "args": args, "changes": envelope.changes}


def region_of_subject(session: Session, synced: Synced | None, entity_id: UUID, actor: Actor, *, held: bool) -> str | None:
    """The banner whose leaders see the issue: of the record, or else the author's own.

    A record counts only if the author sees it, or his device `held` it at its last pull: the issue comes back to him, and
    would tell him where somebody else's case is.
    """
    if synced is not None and hasattr(synced.model, "region_code"):
        model: Any = synced.model
        seen = true() if held else synced.visible_to(actor)
        found: str | None = session.scalars(select(model.region_code).where(model.id == entity_id, seen)).one_or_none()
        if found is not None:
            return found
    banners = sorted(grant.region_code for grant in actor.grants if not grant.region_code.endswith("00"))
    return banners[0] if banners else None


def take(session: Session, actor: Actor, issue_id: UUID, condition: Any) -> Issue:
    """Lock an open issue that this actor may see. Raises NotFound, GuardFailed."""
    issue = session.scalars(select(Issue).where(Issue.id == issue_id, condition).with_for_update()).one_or_none()
    if issue is None:
        raise NotFound
    if issue.state != "open":
        raise GuardFailed(action="resolve", reason="already_resolved")
    return issue


def may_resolve(actor: Actor, issue: Issue) -> bool:
    """Leaders and the committee office of the banner decide; the author may withdraw his own."""
    return issue.region_code is not None and actor.may_in(issue.region_code, Role.UNIT_LEADER, Role.SUPERVISOR)


def close(session: Session, actor: Actor, issue: Issue, state: str) -> Issue:
    """`applied` or `discarded`; the mutation's outcome stays, its resolution is written."""
    issue.state, issue.resolved_by = state, actor.id
    issue.revision += 1
    issue.updated_at = now(session)
    mutation = session.get(SyncMutation, (issue.queue_id, issue.seq))
    if mutation is not None and mutation.resolution is None:
        mutation.resolution = state
    record(session, f"issue.{state}", issue, actor, concerns={"author": [issue.author_id]}, data={"kind": issue.kind})
    return issue


def discard(session: Session, actor: Actor, issue: Issue) -> Issue:
    """Leave it as it is. The author may discard his own."""
    if actor.id != issue.author_id and not may_resolve(actor, issue):
        raise RoleNotAllowed(action="discard")
    return close(session, actor, issue, "discarded")
