"""Named commands, as features declare them. HTTP and push are two doors to the same function."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from marshmallow import Schema
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json, Revised
from problems import Invalid, field_error

R = TypeVar("R", bound=Revised)

_BATCHING = "batching"


@dataclass(frozen=True)
class Origin:
    """How a command arrived. Device time is evidence, never authority."""

    mid: UUID | None = None  # the mutation's identity; None over HTTP
    line_sha256: bytes | None = None  # of the sealed line: what a second officer signs
    queue_id: UUID | None = None
    device_id: UUID | None = None
    made_at: datetime | None = None  # the device's wall clock
    base_revision: int | None = None  # the revision last received, or If-Match over HTTP
    is_of_other_epoch: bool = False  # the base counts in a history that a restore has ended: it compares with nothing here
    must_match: bool = False  # HTTP's If-Match: another revision refuses the command
    # The record was in a scope of the author himself (`user:<id>`) at his last pull, within the lease, and without that he
    # may not do this any more.
    held_at_last_pull: bool = False
    approved_by: UUID | None = None  # the supervisor who applies what was parked


# (session, actor, entity id, loaded arguments, origin) -> the entity, locked, changed and flushed or to be flushed
Run = Callable[[Session, Actor, UUID, dict[str, Any], Origin], Revised]

# (arguments, changes) as the version before sealed them -> as this one wants them. Pure: the same line may be lifted again. Of
# what it does not understand it changes nothing; the schema then says what is wrong.
Lift = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[Json, Json]]


@dataclass(frozen=True)
class FieldKind:
    """How a scalar merges (docs/sync-protocol.md 5); made by `office` and `observed`. `schema_field` is a marshmallow field."""

    kind: str
    schema_field: Any
    column: str = ""  # the model's attribute, where it has another name than on the wire


def office(schema_field: Any, column: str = "") -> FieldKind:
    """A value that the office owns (a unit's name, a licence number): on conflict the server's stays."""
    return FieldKind("office", schema_field, column)


def observed(schema_field: Any, column: str = "") -> FieldKind:
    """A value that somebody saw or measured: on conflict the later arrival stands, the earlier one is kept in an issue."""
    return FieldKind("observed", schema_field, column)


@dataclass(frozen=True)
class Mutation:
    """One command: `<entity type>.<imperative verb>`, the schema of its arguments, and the function that does it.

    `fields` may be edited beside the act: they arrive as `changes`, and `run` finds them, loaded, in `data["changes"]`
    and hands them to `sync.merge.merge` (`sync.editing.edit` makes a mutation that does just that).
    """

    name: str
    schema: type[Schema]
    run: Run
    creates: bool = False
    summary: str = ""  # what OpenAPI and buttons say
    devices: bool = True  # False: HTTP only
    lifts: Sequence[Lift] = ()  # from version 1 to 2, from 2 to 3, …: an act that was sealed long ago still means what it meant
    fields: Mapping[str, FieldKind] = field(default_factory=dict)
    # Arguments that may identify a reporter: they stay in the sealed body and enter no issue.
    private: frozenset[str] = frozenset({"reporter"})
    # True of arguments of which nothing may be kept once they are answered: no body, no evidence.
    forgets: Callable[[Json], bool] = lambda _: False
    # True: makes a new record through `create` and reads nothing that its neighbours in a chunk write, so that a whole
    # chunk may be flushed at once.
    batched: bool = False

    @property
    def entity_type(self) -> str:
        """The part before the dot."""
        return self.name.split(".", 1)[0]

    @property
    def action(self) -> str:
        """The part after the dot."""
        return self.name.split(".", 1)[1]

    @property
    def version(self) -> int:
        """The one that `schema` describes; a device may still hand in any earlier one."""
        return len(self.lifts) + 1

    @cached_property
    def _loader(self) -> Schema:
        return self.schema()  # making a schema costs more than loading with it

    def load(self, args: Json, changes: Json) -> dict[str, Any]:
        """Arguments as the command wants them. Raises marshmallow's ValidationError."""
        loaded: dict[str, Any] = self._loader.load({**args, "changes": changes} if self.fields or changes else args)
        return loaded

    def lifted(self, version: int, args: Json, changes: Json) -> tuple[Json, Json]:
        """Arguments and changes of an earlier version, step by step as today's."""
        for lift in self.lifts[version - 1 :]:
            args, changes = lift(args, changes)
        return args, changes

    def evidence(self, version: int, args: Json, changes: Json) -> Json:
        """What an issue may keep of the arguments: those that we know, and nothing that identifies a reporter."""
        try:
            args, changes = self.lifted(version, args, changes)
        except Exception:  # noqa: BLE001 - a lift that stumbles is a fault where the act is tried; the issue must be opened
            return {}
        if self.forgets(args):
            return {}
        kept: Json = {name: value for name, value in args.items() if name in self._loader.fields and name not in self.private}
        return {**kept, "changes": changes} if changes else kept


class Mutations:
    """Every mutation by name. Assembled once, in `api/app.py`."""

    def __init__(self, declared: Iterable[Mutation]) -> None:
        self.by_name: dict[str, Mutation] = {}
        self.add(*declared)

    def add(self, *declared: Mutation) -> None:
        """Declare more of them. Raises ValueError for a name that is taken."""
        for mutation in declared:
            if mutation.name in self.by_name:
                raise ValueError(f"two mutations are called {mutation.name}")
            self.by_name[mutation.name] = mutation


def create(session: Session, entity: R, unique: Mapping[str, str] | None = None) -> R:
    """Insert a record with a client-made id. Inside a batch the insert waits for its neighbours.

    `unique` names what else of it the client made: unique constraint -> field. Raises Invalid if the id or such a field is
    taken; in a batch that shows later, and the batch is done again one by one.
    """
    session.add(entity)
    if session.info.get(_BATCHING):
        return entity
    try:
        session.flush()
    except IntegrityError as error:
        field = {f"pk_{_table(entity)}": "id", **(unique or {})}.get(_constraint(error) or "")
        if field is None:
            raise
        raise Invalid(field_error(field, f"{field}_taken", "编号已被使用")) from error
    return entity


@contextlib.contextmanager
def batching(session: Session) -> Iterator[None]:
    """What is created in here is inserted together, at the next flush after it."""
    session.info[_BATCHING] = True
    try:
        with session.no_autoflush:
            yield
    finally:
        session.info.pop(_BATCHING, None)


def _constraint(error: IntegrityError) -> str | None:
    name: str | None = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return name


def _table(entity: Any) -> str:
    name: str = type(entity).__tablename__
    return name
