"""Edits of scalars, merged field by field (docs/sync-protocol.md 5). The rule of a field is declared beside its model.

A conflict exists if the field's stamp is later than the base, by another queue, and the current value is neither `was`
nor `new`. `office` keeps the server's value, `observed` takes the later arrival; the loser becomes an issue either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from database.base import Revised
from sync.mutations import Origin

_CONFLICTS = "merge_conflicts"
_MERGED = "merge_merged"
OFFICE = "office"
OBSERVED = "observed"


@dataclass(frozen=True)
class Conflict:
    """A value that lost."""

    field: str
    losing: Any
    kept: Any


def merge(session: Session, entity: Revised, changes: Mapping[str, list[Any]], kinds: Mapping[str, str], origin: Origin) -> None:
    """Write `changes` ({field: [was, new]}) into a locked entity. What lost is left for `conflicts_of`."""
    queue = str(origin.queue_id or "")
    stamps = dict(entity.stamps)
    before = entity.revision - 1  # the lock has taken one
    for name, (was, new) in changes.items():
        current = getattr(entity, name)
        if current == new:
            continue
        stamped_at, stamped_by = stamps.get(name, [0, ""])
        late = stamped_at > (origin.base_revision or 0) and stamped_by != queue
        if late and current != was:
            _lose(session, name, new if kinds[name] == OFFICE else current, current if kinds[name] == OFFICE else new)
            if kinds[name] == OFFICE:
                continue
        setattr(entity, name, new)
        stamps[name] = [entity.revision, queue]
    entity.stamps = stamps
    if before > (origin.base_revision or before):
        session.info[_MERGED] = True


def _lose(session: Session, name: str, losing: Any, kept: Any) -> None:
    lost: list[Conflict] = session.info.setdefault(_CONFLICTS, [])
    lost.append(Conflict(name, losing, kept))


def conflicts_of(session: Session) -> tuple[list[Conflict], bool]:
    """What the last edit lost, and whether it met other changes; taken once."""
    return session.info.pop(_CONFLICTS, []), session.info.pop(_MERGED, False)
