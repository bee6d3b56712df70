"""A chunk of fresh lines inside one transaction: all at once where that is safe, else one by one, with the same outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Revised
from database.errors import is_passing
from database.session import now
from sync import issues, ledger
from sync.engine import Engine
from sync.execution import QueueState, Tried, attempt, division_of, load, origin_of, parked, revision_of
from sync.ledger import Entry
from sync.lines import Sent
from sync.merge import merges_of
from sync.mutations import Mutation, batching
from sync.parking import Waiting, waiting_before
from sync.synced import ISSUE

log = structlog.get_logger()

# Its owner's ledger has another line under this mid: a defect of his client, which must not stop his queue.
MID_TAKEN = "mid_taken"


class Chunk:
    """Runs the lines of one chunk; the caller writes what they leave in the ledger."""

    def __init__(self, engine: Engine, session: Session, actor: Actor, queue: QueueState) -> None:
        self._engine = engine
        self._session = session
        self._actor = actor
        self._queue = queue
        self._entries: list[Entry] = []
        self._results: dict[UUID, ledger.Known] = {}
        self._waiting = Waiting()

    @property
    def _drains(self) -> bool:
        """True if the owner has lost a right: what he did before he knew is neither done nor refused."""
        return self._actor.draining or self._queue.revoked_at is not None

    def run(self, lines: Sequence[Sent]) -> list[Entry]:
        """Entries of as many lines as fit into the chunk's time, at least one."""
        started = self._engine.stopwatch()
        limit = self._engine.settings.push_chunk_seconds
        self._results = ledger.known_of(self._session, self._queue.owner_id, [sent.mid for sent in lines if sent.mid is not None])
        self._waiting = waiting_before(self._session, self._queue.id, lines)
        position = self._at_once(lines)
        while position < len(lines) and (not self._entries or self._engine.stopwatch() - started < limit):
            # A decision about what is parked may free this queue, and has to find in the ledger what its neighbours parked.
            is_decision = lines[position].entity_type == ISSUE.type
            if is_decision and self._entries:
                break
            self._one(lines[position])
            position += 1
            if is_decision:
                break
        return self._entries

    # ---- all at once ----

    def _at_once(self, lines: Sequence[Sent]) -> int:
        """Run the leading lines that are independent creations together; how many that were. On any failure: none."""
        batch = self._batch(lines)
        if len(batch) < 2:
            return 0
        session = self._session
        try:
            with self._engine.database.savepoint(session):
                with batching(session):
                    made: list[Revised] = [
                        mutation.run(session, self._actor, sent.entity_id, data, origin_of(sent, self._queue))
                        for sent, mutation, data in batch
                        if sent.entity_id is not None
                    ]
                merges_of(session)
        except Exception as error:  # whatever it was shows again, one by one, and is answered there
            if is_passing(error):
                raise
            log.info("batch done one by one", queue=str(self._queue.id), error=type(error).__name__)
            return 0
        for (sent, _, _), entity in zip(batch, made, strict=True):
            tried = Tried("applied", revision=revision_of(entity, sent))
            self._keep(ledger.entry_of(sent, tried, [], is_forgotten=self._forgets(sent, tried)))
        return len(batch)

    def _batch(self, lines: Sequence[Sent]) -> list[tuple[Sent, Mutation, dict[str, object]]]:
        batch: list[tuple[Sent, Mutation, dict[str, object]]] = []
        if self._drains:
            return batch
        entities: set[UUID | None] = set()
        mids: set[UUID | None] = set()
        for sent in lines:
            if not sent.is_good or sent.mid in self._results or self._waiting.holds_up(sent):
                break
            if sent.mid in mids or sent.entity_id in entities:
                break
            declared = self._engine.mutations.by_name.get(sent.name)
            if declared is None or not declared.batched:
                break
            loaded = load(self._engine, sent)
            if isinstance(loaded, Tried):
                break
            batch.append((sent, *loaded))
            entities.add(sent.entity_id)
            mids.add(sent.mid)
        return batch

    # ---- one by one ----

    def _one(self, sent: Sent) -> None:
        known = self._results.get(sent.mid) if sent.mid is not None else None
        if known is not None and known.sha256 == sent.sha256:
            self._keep(ledger.copy_of(self._session, self._queue, sent, known))
            return
        tried, behind = (parked(MID_TAKEN), None) if known is not None else self._try(sent)
        opened = [behind] if behind is not None else self._open(sent, tried)
        forgets = self._forgets(sent, tried)
        self._keep(ledger.entry_of(sent, tried, opened, has_receipt=known is None, is_forgotten=forgets))

    def _forgets(self, sent: Sent, tried: Tried) -> bool:
        """What is parked is kept until somebody has decided."""
        mutation = self._engine.mutations.by_name.get(sent.name)
        return tried.outcome != "parked" and mutation is not None and mutation.forgets(sent.args or {})

    def _try(self, sent: Sent) -> tuple[Tried, UUID | None]:
        """What came of it, and the issue that it joins."""
        if not sent.is_good:
            return parked("bad_line"), None
        if self._drains:
            moment = now(self._session)
            region = division_of(self._engine, self._session, self._actor, self._queue, sent, moment) or self._queue.region_code
            powers = issues.powers_at(self._session, self._queue)
            tried = Tried("parked", issues.AFTER_REVOCATION, powers, region_code=region)
            return tried, issues.revocation_issue(self._session, self._queue.id, powers, region)
        if self._waiting.holds_up(sent):
            return parked(issues.BEHIND_PARKED), self._waiting.issue_before(sent)
        return attempt(self._engine, self._session, self._actor, self._queue, sent, now(self._session)), None

    def _open(self, sent: Sent, tried: Tried) -> list[UUID]:
        if not tried.lost and not tried.after_reassignment and tried.outcome not in ("rejected", "parked"):
            return []
        with self._engine.database.savepoint(self._session):
            return issues.open_for(self._engine, self._session, self._actor, self._queue, sent, tried)

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        sent = entry.sent
        if sent.mid is not None and entry.has_receipt:
            self._results[sent.mid] = ledger.Known(sent.sha256, entry.outcome, entry.result)
        if entry.outcome == "parked" and entry.resolution is None:
            self._waiting.add(sent.mid if entry.has_receipt else None, sent.entity_type, sent.entity_id, entry.issue_id)
