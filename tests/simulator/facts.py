"""What the tables say at the end, read once for all invariants."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.app import MUTATIONS
from database.base import Json
from sync.bodies import Bodies
from tests.contracts.cases import LIVES
from tests.simulator.cast import LINES, Phone
from tests.simulator.simulation import Simulation

DONE = ("applied", "merged", "conflict")
CREATING = frozenset(mutation.name for mutation in MUTATIONS if mutation.creates)
# In effect with the second signature.
SIGNED_BY_TWO = frozenset(
    f"{kind}.{step.action}" for kind, life in LIVES.items() for step in life.transitions if step.officers == 2
)


@dataclass
class Facts:
    """Tables of the server, and every line that was ever sealed."""

    sim: Simulation
    mutations: list[Any] = field(default_factory=list)
    receipts: dict[tuple[str, str], Any] = field(default_factory=dict)  # (owner, mid)
    issues: dict[UUID, Any] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    sealed: dict[str, tuple[Phone, Json]] = field(default_factory=dict)  # mid -> phone, line
    acts: dict[tuple[str, str, str], str] = field(default_factory=dict)  # (owner, entity, made at) -> mid
    drafts: dict[tuple[str, str], str] = field(default_factory=dict)  # (entity, made at) -> mid of an act of two officers

    def __post_init__(self) -> None:
        """Read."""
        rows = self.sim.server.rows
        self.mutations = rows(
            "SELECT m.*, q.owner_id, q.body_key FROM sync_mutation m JOIN sync_queue q ON q.id = m.queue_id ORDER BY 1, 2"
        )
        self.receipts = {(str(row.owner_id), str(row.key)): row for row in rows("SELECT * FROM receipt")}
        self.issues = {row.id: row for row in rows("SELECT * FROM issue")}
        self.events = rows("SELECT id, name, entity_type, entity_id, revision, actor_id, data FROM event ORDER BY id")
        for phone in self.sim.phones:
            for mid, line in phone.sealed.items():
                document = json.loads(line)
                self.sealed[mid] = phone, document
        for row in self.mutations:
            if row.mid is not None and str(row.mid) in self.sealed:
                act = self.sealed[str(row.mid)][1]
                entity_id, made_at = act["entity"]["id"], act["made_at"]["wall"]
                self.acts[str(row.owner_id), entity_id, made_at] = str(row.mid)
                if row.name in SIGNED_BY_TWO:
                    self.drafts[entity_id, made_at] = str(row.mid)

    def bodies_of(self, mid: str, owner: str) -> list[Any]:
        """The rows of this owner that hold the mutation's body; copies in other queues hold none."""
        return [row for row in self.mutations if (str(row.mid), str(row.owner_id)) == (mid, owner) and row.body is not None]

    def opened(self, row: Any) -> bytes:
        """The line as it was sent."""
        return Bodies(self.sim.server.parts.ring, bytes(row.body_key)).open(bytes(row.body), bytes(row.body_sha256))

    def events_of(self) -> dict[str, list[Any]]:
        """mid -> the events that its act caused, as far as events tell when the act was made.

        What two officers do is caused by the act of the first, whoever hands in the signature of the second.
        """
        found: dict[str, list[Any]] = {}
        for event in self.events:
            entity_id, made_at = str(event.entity_id), str((event.data or {}).get("made_at"))
            mid = self.acts.get((str(event.actor_id), entity_id, made_at)) or self.drafts.get((entity_id, made_at))
            if mid is not None:
                found.setdefault(mid, []).append(event)
        return found


Outcome = tuple[str, str, str, str | None, str | None]  # phone, name of the act, record, outcome, and why


def outcomes(sim: Simulation) -> list[Outcome]:
    """What became of every act that was saved on a phone."""
    return [
        (phone.name, row.name, row.entity_id, row.outcome, (row.result or {}).get("code"))
        for phone in sim.phones
        for row in phone.device.store.lines_from(1, LINES)
    ]
