"""Parked mutations: what waits behind what, and how a chain runs once a person, or the next version, has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from sync.lines import Sent

EntityKey = tuple[str, UUID]


@dataclass
class Waiting:
    """The parked mutations of a queue that matter to the lines at hand, each with its issue."""

    entities: dict[EntityKey, UUID | None] = field(default_factory=dict)
    mids: dict[UUID, UUID | None] = field(default_factory=dict)

    def add(self, mid: UUID | None, entity_type: str, entity_id: UUID | None, issue_id: UUID | None) -> None:
        """One more that is parked."""
        if mid is not None:
            self.mids[mid] = issue_id
        if entity_id is not None:
            self.entities[entity_type, entity_id] = issue_id

    def holds_up(self, sent: Sent) -> bool:
        """True if this line has to wait behind one of them."""
        return self._first(sent) is not None

    def issue_before(self, sent: Sent) -> UUID | None:
        """The issue of the one that it waits behind."""
        first = self._first(sent)
        return None if first is None else first[0]

    def _first(self, sent: Sent) -> tuple[UUID | None] | None:
        if sent.entity_id is not None and (sent.entity_type, sent.entity_id) in self.entities:
            return (self.entities[sent.entity_type, sent.entity_id],)
        return next(((self.mids[mid],) for mid in sent.depends_on if mid in self.mids), None)


def waits_for_another(session: Session, queue_id: UUID, sent: Sent, issue_id: UUID) -> bool:
    """True if an earlier mutation of the queue, which another issue looks after, is still parked on its entity or named by it."""
    values = {"queue": queue_id, "seq": sent.seq, "issue": issue_id, "entity": sent.entity_id, "type": sent.entity_type,
              "mids": list(sent.depends_on)}  # fmt: skip
    return bool(session.scalar(_BEHIND_ANOTHER, values))


def waiting_before(session: Session, queue_id: UUID, lines: Sequence[Sent]) -> Waiting:
    """What is parked and unresolved in this queue on the entities of these lines, or named by them."""
    rows = session.execute(
        _WAITING,
        {
            "queue": queue_id,
            "entities": [sent.entity_id for sent in lines if sent.entity_id is not None],
            "mids": [mid for sent in lines for mid in sent.depends_on],
        },
    )
    waiting = Waiting()
    for mid, entity_type, entity_id, issue_id in rows:
        waiting.add(mid, entity_type, entity_id, issue_id)
    return waiting


_WAITING = text(
    """
    SELECT mid, entity_type, entity_id, issue_id FROM sync_mutation
     WHERE queue_id = :queue AND outcome = 'parked' AND resolution IS NULL
       AND (entity_id = ANY(:entities) OR mid = ANY(:mids))
     ORDER BY seq
    """
)
_BEHIND_ANOTHER = text(
    """
    SELECT EXISTS (SELECT FROM sync_mutation
                    WHERE queue_id = :queue AND seq < :seq AND outcome = 'parked' AND resolution IS NULL
                      AND issue_id IS DISTINCT FROM :issue
                      AND (entity_type = :type AND entity_id = :entity OR mid = ANY(:mids)))
    """
)
