"""One mutation: from its line to its one outcome (docs/sync-protocol.md 4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from marshmallow import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json, Revised
from database.session import Database, now
from problems import AlreadySo, IdTaken, Kind, Problem
from sync.envelope import Envelope
from sync.merge import Conflict, conflicts_of
from sync.models import SyncQueue
from sync.mutations import Mutation, Mutations, Origin

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation. `code` is a problem code or a reason of parking; never a reporter's data."""

    outcome: str
    revision: int | None = None
    code: str | None = None
    details: Json = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True)
class Applier:
    """Runs mutations; knows every command by name and no feature."""

    database: Database
    mutations: Mutations
    lease: timedelta

    def run(self, session: Session, actor: Actor, queue: SyncQueue, envelope: Envelope) -> Outcome:
        """Apply in a savepoint of its own. Raises only what is the infrastructure's fault."""
        mutation = self.mutations.by_name.get(envelope.name)
        if mutation is None or not mutation.devices:
            return Outcome("parked", code="unknown_name")
        try:
            data = mutation.load(envelope.changes if mutation.edits else envelope.args)
        except ValidationError as error:
            return Outcome("parked", code="bad_arguments", details={"errors": _fields(error.messages)})
        origin = self._origin(queue, envelope)
        outcome = self._attempt(session, actor, mutation, envelope, data, origin)
        if outcome.code not in ("not_found", "role_not_allowed"):
            return outcome
        held = holding(session, queue, envelope.entity_type, envelope.entity_id)
        if not held:
            return outcome
        if queue.pulled_at is None or now(session) - queue.pulled_at > self.lease:
            return Outcome("parked", code="after_lease")
        # What the device still held at its last pull it may still do: applied, flagged, shown to the supervisor.
        return self._attempt(session, actor, mutation, envelope, data, replace(origin, held_at_last_pull=True))

    def run_plain(self, session: Session, actor: Actor, queue: SyncQueue, envelope: Envelope) -> Outcome:
        """Apply without a savepoint, for a chunk that is tried at once. Whatever is not plainly applied answers as parked."""
        mutation = self.mutations.by_name.get(envelope.name)
        if mutation is None or not mutation.devices:
            return Outcome("parked")
        try:
            data = mutation.load(envelope.changes if mutation.edits else envelope.args)
            entity = mutation.run(session, actor, envelope.entity_id, data, self._origin(queue, envelope))
        except (ValidationError, Problem):
            return Outcome("parked")
        return _applied(session, entity)

    @staticmethod
    def _origin(queue: SyncQueue, envelope: Envelope) -> Origin:
        return Origin(
            mid=envelope.mid,
            line_sha256=envelope.sha256,
            queue_id=queue.id,
            device_id=queue.device_id,
            made_at=envelope.made_at,
            base_revision=envelope.base_revision,
        )

    def _attempt(
        self, session: Session, actor: Actor, mutation: Mutation, envelope: Envelope, data: dict[str, Any], origin: Origin
    ) -> Outcome:
        try:
            with self.database.savepoint(session):
                entity = mutation.run(session, actor, envelope.entity_id, data, origin)
        except AlreadySo as already:
            return Outcome("noop", code=already.code)
        except Problem as problem:
            if problem.kind is Kind.UNAVAILABLE:
                raise
            return Outcome("rejected", code=problem.code, details=_json(problem.data))
        except DBAPIError as error:
            if is_infrastructure(error):
                raise
            if taken_id(error):
                return Outcome("rejected", code=IdTaken.code)
            return _fault(envelope, error)
        except Exception as error:  # noqa: BLE001 - a defect of a handler parks its mutation and nothing else
            return _fault(envelope, error)
        return _applied(session, entity)


def _applied(session: Session, entity: Revised) -> Outcome:
    lost, merged = conflicts_of(session)
    outcome = "conflict" if lost else "merged" if merged else "applied"
    return Outcome(outcome, revision=entity.revision, conflicts=tuple(lost))


def _fault(envelope: Envelope, error: Exception) -> Outcome:
    log.critical("a handler failed: the mutation is parked", name=envelope.name, mid=str(envelope.mid), exc_info=error)
    return Outcome("parked", code="fault")


def _json(data: Json) -> Json:
    return {key: value for key, value in data.items() if isinstance(value, (str, int, bool, list, type(None)))}


def _fields(messages: Any, path: str = "") -> list[str]:
    """Dotted paths of the wrong fields; their values are not repeated."""
    if isinstance(messages, dict):
        return [found for key, value in messages.items() for found in _fields(value, f"{path}.{key}".strip("."))]
    return [path or "args"]


# Lock and statement timeouts, deadlock, serialisation, connections: passing trouble that is nobody's mutation.
_PASSING = {"55P03", "57014", "40P01", "40001", "53300", "53100", "57P01", "57P02", "57P03"}


def is_infrastructure(error: DBAPIError) -> bool:
    """True if the database, not the mutation, is to blame."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or sqlstate is None or sqlstate in _PASSING or sqlstate.startswith("08")


def taken_id(error: DBAPIError) -> bool:
    """True if a record with this client-made id is there already."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or "").startswith("pk_")


_HOLDING = text(
    """
    SELECT EXISTS (
        SELECT FROM sync_feed f
          JOIN jsonb_each_text(CAST(:held AS jsonb)) AS held(scope, position) ON f.scope_id = held.scope::bigint
         WHERE f.entity_type = :type AND f.entity_id = :id
           AND (f.gone IS NULL OR f.position > held.position::bigint)
    )
    """
)


def holding(session: Session, queue: SyncQueue, entity_type: str, entity_id: UUID) -> bool:
    """True if the device had this record at its last pull: it is there still, or left after that pull."""
    values = {"held": orjson.dumps(queue.held).decode(), "type": entity_type, "id": entity_id}
    return bool(session.execute(_HOLDING, values).scalar_one())
