"""Named commands, as features declare them. HTTP and push are two doors to the same function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json, Revised


@dataclass(frozen=True)
class Origin:
    """How a command arrived. Device time is evidence, never authority."""

    mid: UUID | None = None  # the mutation's identity; None over HTTP
    line_sha256: bytes | None = None  # of the sealed line: what a second officer signs
    queue_id: UUID | None = None
    device_id: UUID | None = None
    made_at: datetime | None = None  # the device's wall clock
    base_revision: int | None = None  # the revision last received, or If-Match over HTTP
    must_match: bool = False  # HTTP's If-Match: another revision refuses the command
    held_at_last_pull: bool = False  # the entity was in a scope of the author at his last pull, within the lease

    @property
    def is_online(self) -> bool:
        """True if the caller acts over HTTP, seen by the server at the moment of the act."""
        return self.mid is None


# (session, actor, entity id, loaded arguments, origin) -> the entity, locked, changed and flushed or to be flushed
Run = Callable[[Session, Actor, UUID, dict[str, Any], Origin], Revised]


@functools.cache
def _loader(schema: type[Schema]) -> Schema:
    """One instance for each schema: making one copies all its fields, which costs more than loading with it."""
    return schema()


@dataclass(frozen=True)
class Mutation:
    """One command: `<entity type>.<imperative verb>`, the schema of its arguments, and the function that does it."""

    name: str
    schema: type[Schema]
    run: Run
    creates: bool = False
    summary: str = ""  # what OpenAPI and buttons say
    devices: bool = True  # False: HTTP only
    edits: bool = False  # an edit: `run` gets the mutation's `changes` ({field: [was, new]}) instead of its arguments

    def load(self, data: Json) -> dict[str, Any]:
        """Arguments as the schema loads them. Raises marshmallow's ValidationError."""
        loaded: dict[str, Any] = _loader(self.schema).load(data)
        return loaded

    @property
    def entity_type(self) -> str:
        """The part before the dot."""
        return self.name.split(".", 1)[0]

    @property
    def action(self) -> str:
        """The part after the dot."""
        return self.name.split(".", 1)[1]


class Mutations:
    """Every mutation by name. Assembled once, in `api/app.py`."""

    def __init__(self, declared: Iterable[Mutation]) -> None:
        self.by_name: dict[str, Mutation] = {}
        self.add(declared)

    def add(self, declared: Iterable[Mutation]) -> None:
        """Commands that can be declared only after the engine was made."""
        self.by_name.update({mutation.name: mutation for mutation in declared})

    def of_type(self, entity_type: str) -> list[Mutation]:
        """The mutations of one entity type, in the order of their declaration."""
        return [mutation for mutation in self.by_name.values() if mutation.entity_type == entity_type]


_NEVER_KEPT = ("reporter", "tracking_code")


def evidence_of(data: Json) -> Json:
    """Arguments as they may be kept in an issue: without what identifies a reporter."""
    return {key: value for key, value in data.items() if key not in _NEVER_KEPT}
