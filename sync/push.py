"""What a device sends: an ordered stream of sealed lines, each with exactly one outcome (docs/sync-protocol.md 4).

At most 25 lines or 150 ms to a transaction, with the queue's row locked. A whole chunk is tried at once; if anything in it
is not plainly applied, it is rolled back and done line by line, with the same outcomes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from marshmallow import EXCLUDE, fields, validate
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.crypto import KeyRing
from database.session import Database, now
from problems import Problem, Unavailable
from settings import Settings
from sync.apply import Applier, Outcome, holding, is_infrastructure
from sync.catalog import Catalog
from sync.envelope import Envelope, Unreadable, read
from sync.issues import open_issue, region_of_subject
from sync.models import Receipt, SyncDevice, SyncMutation, SyncQueue
from sync.problems import Busy, EpochChanged, Fork, Gap, QueueOwner
from sync.registration import epoch
from wire import Moment, StrictSchema

log = structlog.get_logger()

_TRIES = 3
_LOCKED = "55P03"


class PushHeadSchema(StrictSchema):
    """The first line of a push."""

    class Meta:
        unknown = EXCLUDE  # additive: a newer client may say more

    kind = fields.String(required=True, validate=validate.Equal("push"))
    queue = fields.UUID(required=True)
    first_seq = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**53))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(0, 200))
    epoch = fields.String(required=True, allow_none=True, validate=validate.Length(max=100))
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    pending = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 2**53))
    oldest_pending = Moment(load_default=None, allow_none=True)


class NotPlain(Exception):
    """A chunk that was tried at once holds a line that needs a savepoint of its own."""


@dataclass
class Chunk:
    """One transaction of a push as it grows: results to answer, rows to write at its end."""

    results: list[Json]
    receipts: list[Json]
    mutations: list[Json]
    last_seq: int


@dataclass(frozen=True)
class Push:
    """The engine's door for mutations."""

    database: Database
    catalog: Catalog
    ring: KeyRing
    settings: Settings
    applier: Applier

    def receive(self, authenticate: Callable[[Session], Actor], head: Json, lines: Sequence[bytes]) -> tuple[list[Json], Json]:
        """Every line's result, and the acknowledgement. Each chunk is on disk before the next one begins.

        Raises QueueOwner, Busy, Fork, Gap, EpochChanged, Unavailable. What was acknowledged by an earlier chunk stays.
        """
        results: list[Json] = []
        state: dict[str, int] = {"last_seq": 0, "durable_seq": 0}
        while True:
            rest = lines[len(results) :]
            done, state = self._retried(authenticate, head, head["first_seq"] + len(results), rest)
            results += done
            if len(results) == len(lines):
                return results, {"kind": "ack", **state}

    def _retried(
        self, authenticate: Callable[[Session], Actor], head: Json, first_seq: int, lines: Sequence[bytes]
    ) -> tuple[list[Json], dict[str, int]]:
        for attempt in range(_TRIES):
            try:
                return self._chunk(authenticate, head, first_seq, lines, at_once=attempt == 0)
            except NotPlain:
                return self._chunk(authenticate, head, first_seq, lines, at_once=False)
            except IntegrityError:
                log.info("a chunk met its twin and is tried again", attempt=attempt)
            except DBAPIError as error:
                if not is_infrastructure(error):
                    raise
                log.warning("a chunk was rolled back", attempt=attempt, sqlstate=getattr(error.orig, "sqlstate", None))
        raise Unavailable(retry_after_seconds=2)

    def _chunk(
        self, authenticate: Callable[[Session], Actor], head: Json, first_seq: int, lines: Sequence[bytes], *, at_once: bool
    ) -> tuple[list[Json], dict[str, int]]:
        until = time.monotonic() + self.settings.push_chunk_seconds
        with self.database.transaction() as session:
            actor = authenticate(session)
            queue = lock_queue(session, head["queue"], actor)
            self._check_epoch(session, queue, head)
            batch = [_parsed(line) for line in lines[: self.settings.push_chunk_mutations]]
            known = _ledger(session, actor, [item.mid for item in batch if isinstance(item, Envelope)])
            chunk = Chunk([], [], [], queue.last_seq)
            line_by_line = Lines(self, session, actor, queue, known, chunk, has_parked=has_parked(session, queue))
            if at_once and not actor.draining:
                self._take_at_once(session, line_by_line, first_seq, batch)
            else:
                for offset, item in enumerate(batch):
                    line_by_line.take(first_seq + offset, item, at_once=False)
                    if time.monotonic() > until:
                        break
            _write(session, chunk)
            queue.last_seq = chunk.last_seq
            _note_backlog(session, queue, head, now(session))
            return chunk.results, {"last_seq": queue.last_seq, "durable_seq": queue.durable_seq}

    def _take_at_once(self, session: Session, lines: Lines, first_seq: int, batch: list[Envelope | Unparsed]) -> None:
        """The whole chunk in one savepoint. Raises NotPlain for whatever a single line did, or made its followers do."""
        try:
            with self.database.savepoint(session):
                for offset, item in enumerate(batch):
                    lines.take(first_seq + offset, item, at_once=True)
        except (Problem, DBAPIError, NotPlain):
            raise
        except Exception as error:
            raise NotPlain from error

    def _check_epoch(self, session: Session, queue: SyncQueue, head: Json) -> None:
        current = epoch(session)
        if head["epoch"] is not None and head["epoch"] != current:
            raise EpochChanged(epoch=current, last_seq=queue.last_seq)


def lock_queue(session: Session, queue_id: UUID, actor: Actor) -> SyncQueue:
    """The queue's row, held by this push alone. Raises Busy, QueueOwner."""
    try:
        queue = session.get(SyncQueue, queue_id, with_for_update={"nowait": True})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCKED:
            raise Busy(retry_after_seconds=1) from error
        raise
    if queue is None or queue.owner_id != actor.id:
        raise QueueOwner
    return queue


@dataclass(frozen=True)
class Unparsed:
    """A line that is no mutation."""

    line: bytes
    sha256: bytes
    reason: str


def _parsed(line: bytes) -> Envelope | Unparsed:
    try:
        return read(line)
    except Unreadable as error:
        return Unparsed(line, hashlib.sha256(line).digest(), str(error)[:200])


def _ledger(session: Session, actor: Actor, mids: list[UUID]) -> dict[UUID, Receipt]:
    if not mids:
        return {}
    rows = session.scalars(select(Receipt).where(Receipt.owner_id == actor.id, Receipt.key.in_(mids)))
    return {receipt.key: receipt for receipt in rows}


@dataclass
class Lines:
    """The lines of one chunk, one after the other."""

    push: Push
    session: Session
    actor: Actor
    queue: SyncQueue
    known: dict[UUID, Receipt]
    chunk: Chunk
    has_parked: bool  # spares the look behind for queues in good order

    def take(self, seq: int, item: Envelope | Unparsed, *, at_once: bool) -> None:
        """Find or make the outcome of one line. Raises Fork, Gap; NotPlain if it cannot be done at once."""
        if seq <= self.chunk.last_seq:
            self.chunk.results.append(self._stored(seq, item))
            return
        if seq != self.chunk.last_seq + 1:
            raise Gap(expected_seq=self.chunk.last_seq + 1)
        if isinstance(item, Unparsed):
            self._plain_only(at_once=at_once)
            self._park_unparsed(seq, item)
        elif item.mid in self.known:
            self._repeat(seq, item)
        else:
            self._decide(seq, item, at_once=at_once)
        self.chunk.last_seq = seq

    def _plain_only(self, *, at_once: bool) -> None:
        if at_once:
            raise NotPlain

    def _stored(self, seq: int, item: Envelope | Unparsed) -> Json:
        stored = self.session.get(SyncMutation, (self.queue.id, seq))
        if stored is None or stored.body_sha256 != item.sha256:
            raise Fork(seq=seq)
        if stored.mid is None:
            return {"kind": "result", "seq": seq, "outcome": "parked", "code": "unreadable", "issues": [], "duplicate": True}
        receipt = self.session.get_one(Receipt, (self.actor.id, stored.mid))
        return _result(seq, orjson.loads(receipt.result), duplicate=True)

    def _repeat(self, seq: int, envelope: Envelope) -> None:
        """This mid has its outcome already, from another queue of the same person."""
        receipt = self.known[envelope.mid]
        if receipt.body_sha256 != envelope.sha256:
            raise Fork(seq=seq)
        self.chunk.results.append(_result(seq, orjson.loads(receipt.result), duplicate=True))
        self.chunk.mutations.append(self._row(seq, envelope, receipt.status))

    def _decide(self, seq: int, envelope: Envelope, *, at_once: bool) -> None:
        reason = self._reason_to_park(envelope, at_once=at_once)
        if reason is not None:
            outcome = Outcome("parked", code=reason)
        elif at_once:
            outcome = self.push.applier.run_plain(self.session, self.actor, self.queue, envelope)
        else:
            outcome = self.push.applier.run(self.session, self.actor, self.queue, envelope)
        if outcome.outcome != "applied":
            self._plain_only(at_once=at_once)
        stored = {
            "mid": str(envelope.mid),
            "outcome": outcome.outcome,
            "revision": outcome.revision,
            "issues": [str(issue) for issue in self._issues(seq, envelope, outcome)],
            "code": outcome.code,
        }
        self.chunk.results.append(_result(seq, stored, duplicate=False))
        self.chunk.receipts.append(
            {
                "owner_id": self.actor.id,
                "key": envelope.mid,
                "body_sha256": envelope.sha256,
                "status": outcome.outcome,
                "result": orjson.dumps(stored),
                "at": now(self.session),
            }
        )
        self.chunk.mutations.append(self._row(seq, envelope, outcome.outcome))
        if outcome.outcome == "parked":
            # What comes behind it in this very chunk has to see it.
            _write(self.session, self.chunk)
            self.has_parked = True

    def _reason_to_park(self, envelope: Envelope, *, at_once: bool) -> str | None:
        if self.actor.draining:
            return "after_revocation"
        if self.has_parked and parked_before(self.session, self.queue, envelope):
            self._plain_only(at_once=at_once)
            return "behind_parked"
        return None

    def _issues(self, seq: int, envelope: Envelope, outcome: Outcome) -> list[UUID]:
        quiet = outcome.outcome in ("applied", "merged", "noop")
        if (quiet and not outcome.conflicts) or (outcome.outcome == "rejected" and outcome.code == "not_found"):
            return []
        synced = self.push.catalog.by_type.get(envelope.entity_type)
        held = holding(self.session, self.queue, envelope.entity_type, envelope.entity_id)
        region = region_of_subject(self.session, synced, envelope.entity_id, self.actor, held=held)
        if outcome.conflicts:
            return [
                open_issue(
                    self.session, self.actor, self.queue, seq, "conflict", "field_conflict", envelope, region_code=region,
                    field=lost.field, losing={"losing": lost.losing, "kept": lost.kept},
                ).id
                for lost in outcome.conflicts
            ]  # fmt: skip
        kind = "fault" if outcome.code == "fault" else outcome.outcome
        reason = outcome.code or outcome.outcome
        return [open_issue(self.session, self.actor, self.queue, seq, kind, reason, envelope, region_code=region).id]

    def _park_unparsed(self, seq: int, item: Unparsed) -> None:
        region = region_of_subject(self.session, None, self.queue.id, self.actor, held=False)
        issue = open_issue(self.session, self.actor, self.queue, seq, "parked", "unreadable", None, region_code=region)
        result = {"kind": "result", "seq": seq, "outcome": "parked", "code": "unreadable", "issues": [str(issue.id)]}
        self.chunk.results.append({**result, "duplicate": False})
        self.chunk.mutations.append(
            {
                **self._common(seq, item.line, item.sha256, "parked"),
                "mid": None,
                "name": "",
                "version": 0,
                "entity_type": "",
                "entity_id": None,
            }
        )

    def _row(self, seq: int, envelope: Envelope, outcome: str) -> Json:
        return {
            **self._common(seq, envelope.line, envelope.sha256, outcome),
            "mid": envelope.mid,
            "name": envelope.name,
            "version": min(envelope.version, 2**31 - 1),
            "entity_type": envelope.entity_type,
            "entity_id": envelope.entity_id,
        }

    def _common(self, seq: int, line: bytes, sha256: bytes, outcome: str) -> Json:
        return {
            "queue_id": self.queue.id,
            "seq": seq,
            "outcome": outcome,
            "body_sha256": sha256,
            "body": self.push.ring.seal(line),
            "received_at": now(self.session),
        }


def has_parked(session: Session, queue: SyncQueue) -> bool:
    """True if anything of this queue waits for a person."""
    return session.execute(_parked(queue).limit(1)).first() is not None


def _parked(queue: SyncQueue) -> Select[int]:
    return select(SyncMutation.seq).where(
        SyncMutation.queue_id == queue.id, SyncMutation.outcome == "parked", SyncMutation.resolution.is_(None)
    )


def parked_before(session: Session, queue: SyncQueue, envelope: Envelope) -> bool:
    """True if an unresolved parked mutation of this queue is on the same record, or is one that this one depends on."""
    same = SyncMutation.entity_id == envelope.entity_id
    if envelope.depends_on:
        same = same | SyncMutation.mid.in_(envelope.depends_on)
    return session.execute(_parked(queue).where(same).limit(1)).first() is not None


def _result(seq: int, stored: Json, *, duplicate: bool) -> Json:
    return {"kind": "result", "seq": seq, **stored, "duplicate": duplicate}


def _write(session: Session, chunk: Chunk) -> None:
    """Receipts and bodies of the chunk, in two statements; a twin of the same person that was faster fails the chunk."""
    if chunk.receipts:
        session.execute(insert(Receipt), chunk.receipts)
    if chunk.mutations:
        session.execute(insert(SyncMutation), chunk.mutations)
    chunk.receipts, chunk.mutations = [], []


def _note_backlog(session: Session, queue: SyncQueue, head: Json, moment: datetime) -> None:
    """What the device says still waits: operators see it, and a supervisor if the device is lost."""
    device = session.get_one(SyncDevice, queue.device_id)
    device.pending, device.oldest_pending_at = head["pending"], head["oldest_pending"]
    device.last_seen_at = moment
