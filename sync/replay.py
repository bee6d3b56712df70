"""Resolving what was parked: a leader applies the chain in one act, or it is discarded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role
from accounts.models import RoleGrant
from database.crypto import KeyRing
from problems import GuardFailed, RoleNotAllowed
from sync.apply import Applier
from sync.envelope import read
from sync.issues import close, discard, may_resolve, take
from sync.models import Issue, SyncMutation, SyncQueue
from sync.mutations import Mutation, Origin
from sync.synced import ISSUE
from wire import StrictSchema

_DONE = ("applied", "merged", "noop", "conflict")


class ResolveSchema(StrictSchema):
    """Resolving needs no arguments."""


def author_as_he_was(session: Session, author_id: UUID) -> Actor:
    """The author with the powers that he ever held: a removed officer's work was lawful when he did it."""
    grants = tuple(
        Grant(Role(row.role), row.org_id, row.region_code)
        for row in session.scalars(select(RoleGrant).where(RoleGrant.person_id == author_id))
    )
    return Actor(id=author_id, name="", grants=grants, roles=frozenset({Role.CITIZEN, *(grant.role for grant in grants)}))


def apply_chain(session: Session, ring: KeyRing, applier: Applier, actor: Actor, issue: Issue) -> Issue:
    """Run the parked mutation and all that park behind it, in order, as their author. Stops at the first that is refused.

    Raises RoleNotAllowed, GuardFailed with the code of the refusal: then nothing of the chain was applied.
    """
    if not may_resolve(actor, issue):
        raise RoleNotAllowed(action="apply")
    if issue.kind not in ("parked", "fault"):
        raise GuardFailed(action="apply", reason="nothing_parked")
    queue = session.get_one(SyncQueue, issue.queue_id, with_for_update=True)
    author = author_as_he_was(session, issue.author_id)
    for mutation in _chain(session, issue):
        if mutation.body is None or mutation.mid is None:
            raise GuardFailed(action="apply", reason="unreadable")
        outcome = applier.run(session, author, queue, read(ring.open(mutation.body)))
        if outcome.outcome not in _DONE:
            raise GuardFailed(action="apply", reason=outcome.code or outcome.outcome, seq=mutation.seq)
        mutation.resolution = "applied"
        _close_issues(session, actor, mutation)
    return issue


def _chain(session: Session, issue: Issue) -> list[SyncMutation]:
    statement = select(SyncMutation).where(
        SyncMutation.queue_id == issue.queue_id,
        SyncMutation.entity_id == issue.subject_id,
        SyncMutation.outcome == "parked",
        SyncMutation.resolution.is_(None),
        SyncMutation.seq >= issue.seq,
    )
    return list(session.scalars(statement.order_by(SyncMutation.seq)))


def _close_issues(session: Session, actor: Actor, mutation: SyncMutation) -> None:
    """Every issue of a mutation is settled with it."""
    issues = session.scalars(
        select(Issue).where(Issue.queue_id == mutation.queue_id, Issue.seq == mutation.seq, Issue.state == "open")
    )
    for issue in issues:
        close(session, actor, issue, "applied")


def issue_mutations(ring: KeyRing, applier: Applier) -> list[Mutation]:
    """`issue.apply` and `issue.discard`; made at assembly, because applying needs the engine itself."""

    def apply(session: Session, actor: Actor, issue_id: UUID, _: dict[str, Any], __: Origin) -> Issue:
        issue = take(session, actor, issue_id, ISSUE.visible_to(actor))
        return apply_chain(session, ring, applier, actor, issue)

    def drop(session: Session, actor: Actor, issue_id: UUID, _: dict[str, Any], __: Origin) -> Issue:
        issue = take(session, actor, issue_id, ISSUE.visible_to(actor))
        return discard(session, actor, issue)

    return [
        Mutation("issue.apply", ResolveSchema, apply, summary="采用该记录及其后续记录"),
        Mutation("issue.discard", ResolveSchema, drop, summary="不予采用"),
    ]
