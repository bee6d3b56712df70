"""`issue.apply` and `issue.discard`: a person decides about what was parked, refused or lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Revised
from problems import AlreadySo, GuardFailed, IllegalTransition
from sync import issues
from sync.editing import lock
from sync.engine import Engine
from sync.models import Issue, SyncMutation
from sync.mutations import Mutation, Origin
from sync.replay import Replayed, leave_behind, members_of, resolve, run_chain
from sync.synced import ISSUE
from wire import StrictSchema


class ResolveSchema(StrictSchema):
    """A decision needs no arguments."""


def apply(engine: Engine, session: Session, actor: Actor, issue_id: UUID, origin: Origin) -> Issue:
    """Do what was parked or refused after all, as its author, on the word of the caller; or let the losing value stand.

    What was done by somebody whose case it was no more is done already: this takes note of it.

    Events: issue.applied, and those of the commands. Raises NotFound, RoleNotAllowed, AlreadySo, IllegalTransition, and
    GuardFailed with the reason if nothing can be done with it.
    """
    _hold_subject(engine, session, issue_id)
    issue = _take(session, actor, issue_id, origin, "apply")
    if issue.kind == "conflict":
        _write_losing(engine, session, actor, issue)
    elif issue.kind != "reassigned":  # that is done already, and now somebody has seen it
        members = members_of(session, issue) if issue.kind != "rejected" else _refused(session, issue)
        replayed = run_chain(engine, session, issue, members, approver=actor)
        _require_effect(replayed)
        if replayed.waiting:
            return issue  # it stays open for those that still cannot run
    issues.close(session, issue, actor, "applied")
    return issue


def discard(engine: Engine, session: Session, actor: Actor, issue_id: UUID, origin: Origin) -> Issue:
    """Let it be. Mutations that only waited behind what is discarded run now. Event: issue.discarded. Raises as `apply`."""
    issue = _take(session, actor, issue_id, origin, "discard")
    if issue.kind in ("parked", "fault"):
        members = members_of(session, issue)
        resolve(session, issue, [item for item in members if item.reason != issues.BEHIND_PARKED], "discarded")
        followers = [item for item in members if item.reason == issues.BEHIND_PARKED]
        run_chain(engine, session, issue, followers, approver=None)
        leave_behind(engine, session, issue, followers)
    issues.close(session, issue, actor, "discarded")
    return issue


def _hold_subject(engine: Engine, session: Session, issue_id: UUID) -> None:
    """Of a conflict the record first, then the issue, as a push does that adds to it: nobody writes it until this is decided."""
    asked = select(Issue.subject_type, Issue.subject_id).where(Issue.id == issue_id, Issue.kind == "conflict")
    found = session.execute(asked).one_or_none()
    if found is not None and found.subject_type in engine.catalog.by_type:
        model: Any = engine.catalog.by_type[found.subject_type].model
        session.execute(select(model.id).where(model.id == found.subject_id).with_for_update())


def _take(session: Session, actor: Actor, issue_id: UUID, origin: Origin, action: str) -> Issue:
    issue = lock(session, ISSUE, Issue, issue_id, actor, origin)
    issues.may_resolve(issue, actor, action)
    if issue.state != "open":
        wanted = "applied" if action == "apply" else "discarded"
        refusal = AlreadySo if issue.state == wanted else IllegalTransition
        raise refusal(state=issue.state, action=action)
    return issue


def _refused(session: Session, issue: Issue) -> list[SyncMutation]:
    member = session.get(SyncMutation, (issue.queue_id, issue.seq))
    return [] if member is None else [member]


def _require_effect(replayed: Replayed) -> None:
    if replayed.done == 0:
        raise GuardFailed(action="apply", reason=replayed.code or "nothing_to_apply")


def _write_losing(engine: Engine, session: Session, actor: Actor, issue: Issue) -> None:
    mutation = engine.mutations.by_name.get(f"{issue.subject_type}.edit")
    if mutation is None or issue.field is None or issue.field not in mutation.fields or issue.subject_id is None:
        raise GuardFailed(action="apply", reason="not_editable")
    model: Any = engine.catalog.by_type[issue.subject_type].model
    subject = session.get(model, issue.subject_id, populate_existing=True)  # held since `_hold_subject`
    standing = getattr(subject, mutation.fields[issue.field].column or issue.field, None)
    if orjson.dumps(standing) != orjson.dumps(issue.losing["standing"]):
        raise GuardFailed(action="apply", reason="changed_since")
    data = mutation.load({}, {issue.field: [issue.losing["standing"], issue.losing["losing"]]})
    try:
        mutation.run(session, actor, issue.subject_id, data, Origin())
    except AlreadySo:
        return  # somebody set it meanwhile


def declare_resolutions(engine: Engine) -> None:
    """Add the two decisions to the engine's mutations, for devices; HTTP calls `apply` and `discard`."""

    def run_apply(session: Session, actor: Actor, issue_id: UUID, _: dict[str, Any], origin: Origin) -> Revised:
        return apply(engine, session, actor, issue_id, origin)

    def run_discard(session: Session, actor: Actor, issue_id: UUID, _: dict[str, Any], origin: Origin) -> Revised:
        return discard(engine, session, actor, issue_id, origin)

    engine.mutations.add(
        Mutation("issue.apply", ResolveSchema, run_apply, summary="采纳"),
        Mutation("issue.discard", ResolveSchema, run_discard, summary="不采纳"),
    )
