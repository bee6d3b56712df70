"""One mutation, tried: the command in its savepoint, and what its end is called in the language of outcomes."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json, Revised
from database.errors import is_passing
from problems import AlreadySo, Kind, Problem
from sync.editing import is_visible
from sync.engine import Engine
from sync.leases import Standing, standing_of
from sync.lines import Sent
from sync.merge import Lost, acting, merges_of
from sync.mutations import Mutation, Origin
from wire import flatten

log = structlog.get_logger()

# Back-pressure, not a verdict: nothing is acknowledged, and the device comes again.
_NOT_NOW = (Kind.UNAVAILABLE, Kind.TOO_MANY)
# Who decides about what is parked or refused in his division.
RESOLVERS = (Role.SUPERVISOR, Role.UNIT_LEADER)
NOT_ANSWERED_FOR = "not_answered_for"
_NOT_MINE = (Kind.NOT_FOUND, Kind.FORBIDDEN)


@dataclass(frozen=True)
class QueueState:
    """The row of a queue while it is held."""

    id: UUID
    device_id: UUID
    owner_id: UUID
    region_code: str | None
    body_key: bytes
    last_seq: int
    epoch: str
    revoked_at: datetime | None = None  # its owner lost a right, and its device has not pulled since


@dataclass(frozen=True)
class Tried:
    """What came of it. `code` says why something was rejected or parked, `data` explains it without private values."""

    outcome: str
    code: str | None = None
    data: Json = field(default_factory=dict)
    revision: int | None = None
    lost: tuple[Lost, ...] = ()
    after_reassignment: bool = False
    region_code: str | None = None  # whose supervisor may look after what is left over


def parked(code: str, **data: Any) -> Tried:
    """Neither done nor refused: a person decides, or the next version."""
    return Tried("parked", code, data)


def origin_of(sent: Sent, queue: QueueState) -> Origin:
    """How a sealed line arrived."""
    return Origin(
        mid=sent.mid,
        line_sha256=sent.sha256,
        queue_id=queue.id,
        device_id=queue.device_id,
        made_at=sent.made_at,
        base_revision=sent.base_revision,
        is_of_other_epoch=sent.base_epoch is not None and str(sent.base_epoch) != queue.epoch,
    )


def load(engine: Engine, sent: Sent) -> tuple[Mutation, dict[str, Any]] | Tried:
    """The command and its arguments, or why there is none."""
    mutation = engine.mutations.by_name.get(sent.name)
    if mutation is None or not mutation.devices:
        return parked("unknown_mutation")
    if sent.version > mutation.version:
        return parked("unknown_version", version=mutation.version)
    try:
        return mutation, mutation.load(*mutation.lifted(sent.version, sent.args or {}, sent.changes or {}))
    except ValidationError as error:
        return parked("invalid_arguments", fields=_fields(error.messages))
    except Exception as error:  # noqa: BLE001 - a schema or a lift that breaks is a defect of ours and must not stop the queue
        return _fault(sent, error)


def attempt(
    engine: Engine, session: Session, actor: Actor, queue: QueueState, sent: Sent, moment: datetime,
    approver: Actor | None = None,
) -> Tried:  # fmt: skip
    """Run one understood mutation for its author. `moment` is when it was received: his lease is measured from there.

    On an approver's word the author may do what he could not any more, to what the approver himself sees and answers for.

    Raises only what is infrastructure's fault, and back-pressure.
    """
    loaded = load(engine, sent)
    if isinstance(loaded, Tried):
        return replace(loaded, region_code=_region(engine, session, actor, sent, Standing()))
    mutation, data = loaded
    if approver is not None and not mutation.creates and not _answers_for(engine, session, approver, sent):
        return parked(NOT_ANSWERED_FOR)  # it waits for whoever does
    approved_by = approver.id if approver is not None else None
    origin = replace(origin_of(sent, queue), approved_by=approved_by, held_at_last_pull=approved_by is not None)
    problem, tried = _run(engine, session, actor, mutation, sent, data, origin)
    if problem is None and tried.code is None:
        return tried
    standing = Standing()
    if problem is not None and problem.kind in _NOT_MINE and sent.entity_id is not None:
        standing = standing_of(
            session, queue.id, queue.owner_id, engine.catalog.scopes_for(actor),
            (sent.entity_type, sent.entity_id), moment, engine.settings.lease_lifetime,
        )  # fmt: skip
        if standing.is_leased and approved_by is None:
            problem, tried = _run(engine, session, actor, mutation, sent, data, replace(origin, held_at_last_pull=True))
            if problem is None:
                return replace(tried, after_reassignment=True)
        elif standing.is_deleted:
            tried = parked("deleted")
        elif standing.was_his and approved_by is None:
            tried = parked("after_lease")
    return replace(tried, region_code=_region(engine, session, actor, sent, standing))


def division_of(engine: Engine, session: Session, actor: Actor, queue: QueueState, sent: Sent, moment: datetime) -> str | None:
    """The division of a record that the author sees or saw, though he may do nothing with it any more."""
    if sent.entity_id is None:
        return None
    standing = standing_of(
        session, queue.id, queue.owner_id, engine.catalog.scopes_for(actor),
        (sent.entity_type, sent.entity_id), moment, engine.settings.lease_lifetime,
    )  # fmt: skip
    return _region(engine, session, actor, sent, standing)


def _answers_for(engine: Engine, session: Session, approver: Actor, sent: Sent) -> bool:
    """True if the approver sees the record, and it lies in a division in which he decides about what is left over."""
    synced = engine.catalog.by_type.get(sent.entity_type)
    if synced is None or sent.entity_id is None or not is_visible(session, synced, sent.entity_id, approver):
        return False
    region_code = getattr(session.get(synced.model, sent.entity_id), "region_code", None)
    return region_code is None or approver.may_in(region_code, *RESOLVERS)


def _run(
    engine: Engine, session: Session, actor: Actor, mutation: Mutation, sent: Sent, data: dict[str, Any], origin: Origin
) -> tuple[Problem | None, Tried]:
    assert sent.entity_id is not None  # noqa: S101 - a good line has one
    try:
        with acting(session, origin), engine.database.savepoint(session):
            merges_of(session)
            entity = mutation.run(session, actor, sent.entity_id, data, origin)
            merges = merges_of(session)
            session.flush()
    except AlreadySo as already:
        return None, Tried("noop", data=_explained(already))
    except Problem as problem:
        if problem.kind in _NOT_NOW:
            raise
        return problem, Tried("rejected", problem.code, _explained(problem))
    except Exception as error:
        if is_passing(error):
            raise
        return None, _fault(sent, error)
    lost = tuple(value for merge in merges for value in merge.lost)
    outcome = "conflict" if lost else "merged" if any(merge.met_others for merge in merges) else "applied"
    return None, Tried(outcome, revision=revision_of(entity, sent), lost=lost)


def revision_of(entity: Revised, sent: Sent) -> int | None:
    """The new revision of the mutation's own entity."""
    return entity.revision if entity.id == sent.entity_id else None


def _region(engine: Engine, session: Session, actor: Actor, sent: Sent, standing: Standing) -> str | None:
    """The division of a record that the author may see, or once saw; None tells nothing of any other."""
    synced = engine.catalog.by_type.get(sent.entity_type)
    if synced is None or sent.entity_id is None or not hasattr(synced.model, "region_code"):
        return None
    if not standing.was_known and not is_visible(session, synced, sent.entity_id, actor):
        return None
    entity: Any = session.get(synced.model, sent.entity_id)
    return None if entity is None else entity.region_code


def _explained(problem: Problem) -> Json:
    """What a refusal says of itself, without values that the device sent."""
    data: Json = {key: value for key, value in problem.data.items() if isinstance(value, (str, int)) and key != "errors"}
    errors = problem.data.get("errors")
    if isinstance(errors, list):
        data["fields"] = {str(error["field"])[:100]: str(error["code"])[:50] for error in errors[:20]}
    return {key: value[:200] if isinstance(value, str) else value for key, value in data.items()}


def _fields(messages: Any) -> Json:
    """The names of the first wrong fields, with what is wrong with each."""
    return {entry["field"][:100]: entry["message"][:100] for entry in islice(flatten(messages), 20)}


def _fault(sent: Sent, error: Exception) -> Tried:
    """A defect of ours. The message may hold what somebody wrote, so only its place is logged."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("mutation fault", alarm=True, mutation=sent.name, mid=str(sent.mid), error=type(error).__name__, where=where)
    return parked("fault", error=type(error).__name__)
