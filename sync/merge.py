"""Three-way merging of scalar fields, and the stamps that it rests on (docs/sync-protocol.md 5).

A stamp says in which revision a field was last written, by which queue, and when by that device's clock. Stamps are set
for every declared field at each flush, whoever writes it, so that no writer can forget them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import flag_modified

from database.base import Json, Revised
from sync.mutations import FieldKind, Mutation, Origin
from wire import StrictSchema

_MERGES = "merges"
_ORIGIN = "origin"


@dataclass(frozen=True)
class Change:
    """What a device saw and what it wants instead: `was` as it stood on the wire, `new` as the model holds it."""

    was: Any
    new: Any


@dataclass(frozen=True)
class Lost:
    """A value that did not become, or did not remain, the record's: a person has to look at it."""

    entity: Revised
    field: str
    was: Any  # what the device had seen
    losing: Any
    standing: Any
    losing_made_at: str | None
    standing_made_at: str | None
    later_stands: bool = False  # of what somebody saw on the spot, the later arrival
    written_in: int | None = None  # then the revision in which the losing value was written, if an edit wrote it

    def evidence(self) -> Json:
        """As it is kept in the issue."""
        return {
            "field": self.field,
            "was": self.was,
            "losing": self.losing,
            "standing": self.standing,
            "losing_made_at": self.losing_made_at,
            "standing_made_at": self.standing_made_at,
            "later_stands": self.later_stands,
        }


@dataclass(frozen=True)
class Merged:
    """What came of the changes of one mutation."""

    written: tuple[str, ...]
    lost: tuple[Lost, ...]
    met_others: bool  # other people's later writes are on the record too


class ChangeField(fields.Field[Change]):
    """`[was, new]`; `new` is validated as the field itself is."""

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        shape = {"type": "array", "items": {}, "minItems": 2, "maxItems": 2, "description": "[was, new]"}
        super().__init__(metadata=shape, **kwargs)
        self.inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Change:
        if not isinstance(value, list) or len(value) != 2:
            raise ValidationError("应为 [原值, 新值]")
        was, new = value
        return Change(was, None if new is None and self.inner.allow_none else self.inner.deserialize(new, attr, data))


def changes_schema(name: str, kinds: Mapping[str, FieldKind]) -> type[Schema]:
    """The schema of a mutation's `changes`."""
    members: dict[str, Any] = {field: ChangeField(kind.schema_field) for field, kind in kinds.items()}
    members["__doc__"] = "`[was, new]` of each field that the device changed."
    return type(f"{name}ChangesSchema", (StrictSchema,), members)


def merge(
    session: Session, entity: Revised, changes: Mapping[str, Change], kinds: Mapping[str, FieldKind], origin: Origin
) -> Merged:
    """Write the changes into a locked row, field by field. What is lost is noted for the engine (`merges_of`).

    A field conflicts if another queue wrote it after the base, and it now holds neither what the device saw nor what it
    wants; across a restore the second is enough. Then an `office` field stays as it is, and an `observed` one takes the
    later arrival.
    """
    base = entity.revision - 1 if origin.base_revision is None else origin.base_revision
    written: list[str] = []
    lost: list[Lost] = []
    for name, change in changes.items():
        kind = kinds[name]
        column = kind.column or name
        standing, wanted = _on_wire(kind, getattr(entity, column)), _on_wire(kind, change.new)
        if standing == wanted:
            continue
        if standing != change.was and (origin.is_of_other_epoch or _foreign(entity.stamps.get(name), base, origin)):
            stamp = entity.stamps.get(name)  # none where nobody has edited it since it was made
            theirs, mine = stamp[2] if stamp else None, origin.made_at.isoformat() if origin.made_at else None
            if kind.kind == "office":
                lost.append(Lost(entity, name, change.was, wanted, standing, mine, theirs))
                continue
            written_in = stamp[0] if stamp else None
            lost.append(Lost(entity, name, change.was, standing, wanted, theirs, mine, later_stands=True, written_in=written_in))
        setattr(entity, column, change.new)
        written.append(name)
    met_others = any(_foreign(stamp, base, origin) for stamp in entity.stamps.values())
    merged = Merged(tuple(written), tuple(lost), met_others)
    session.info.setdefault(_MERGES, []).append(merged)
    return merged


def _on_wire(kind: FieldKind, value: Any) -> Any:
    return kind.schema_field.serialize("value", {"value": value})


def _foreign(stamp: list[Any] | None, base: int, origin: Origin) -> bool:
    """True if somebody else wrote the field after the base."""
    return stamp is not None and stamp[0] > base and stamp[1] != _queue(origin)


def _queue(origin: Origin) -> str | None:
    return str(origin.queue_id) if origin.queue_id else None


def merges_of(session: Session) -> list[Merged]:
    """What was merged since this was last asked."""
    merges: list[Merged] = session.info.pop(_MERGES, [])
    return merges


@contextlib.contextmanager
def acting(session: Session, origin: Origin) -> Iterator[None]:
    """Whose writes the flushes in here are: their stamps carry this origin."""
    before = session.info.get(_ORIGIN)
    session.info[_ORIGIN] = origin
    try:
        yield
    finally:
        session.info[_ORIGIN] = before


class Stamps:
    """Stamps the declared fields of every record that a session changes."""

    def __init__(self, mutations: Iterable[Mutation], models: Mapping[str, type[Any]]) -> None:
        self._fields: dict[type[Any], dict[str, str]] = {}  # model -> column -> name on the wire
        for mutation in mutations:
            if mutation.fields:
                columns = self._fields.setdefault(models[mutation.entity_type], {})
                columns.update({kind.column or name: name for name, kind in mutation.fields.items()})

    def watch(self, maker: Any) -> None:
        """Stamp at every flush of this maker's sessions."""
        if self._fields:
            event.listen(maker, "before_flush", self._stamp)

    def _stamp(self, session: Session, _: UOWTransaction, __: Any) -> None:
        for entity in session.dirty:
            columns = self._fields.get(type(entity))
            if columns is None:
                continue
            state = inspect(entity)
            changed = [name for column, name in columns.items() if state.attrs[column].history.has_changes()]
            if changed:
                origin: Origin | None = session.info.get(_ORIGIN)
                made_at = origin.made_at.isoformat() if origin and origin.made_at else None
                stamp = [entity.revision, _queue(origin) if origin else None, made_at]
                entity.stamps = {**entity.stamps, **dict.fromkeys(changed, stamp)}
                flag_modified(entity, "stamps")
