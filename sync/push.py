"""Push: an ordered stream of sealed mutations, each with one outcome for ever (docs/sync-protocol.md 4)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.errors import is_passing
from database.session import now
from problems import NotFound, Problem, Unavailable
from sync import ledger
from sync.bodies import Bodies, new_body_key
from sync.chunk import Chunk
from sync.engine import Authenticate, Engine
from sync.execution import QueueState
from sync.leases import RENEWED_EVERY
from sync.lines import Sent
from sync.problems import Busy, EpochChanged, Fork, Gap, QueueOwner, Wiped
from sync.reading import PushHeader, PushRequest

log = structlog.get_logger()

_TRIES = 3
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True)
class _Done:
    """What one transaction got through: how many lines of the body, their answers, and where the queue stands."""

    count: int
    answers: list[bytes]
    last_seq: int
    durable_seq: int


class Push:
    """One push, in as many transactions as it takes."""

    def __init__(self, engine: Engine, authenticate: Authenticate) -> None:
        self._engine = engine
        self._authenticate = authenticate

    def run(self, request: PushRequest) -> bytes:
        """Apply a push and return its NDJSON answer.

        Raises Busy, Fork, Gap, EpochChanged, QueueOwner, Wiped, NotFound (unknown queue), Unauthenticated, and
        Unavailable when infrastructure failed three times: then nothing is acknowledged. What earlier chunks did stays
        done, and is answered as duplicates when the same lines come again.
        """
        answers: list[bytes] = []
        done = self._some(request.header, request.lines, is_first=True)
        answers += done.answers
        position = done.count
        while position < len(request.lines):
            done = self._some(request.header, request.lines[position:], is_first=False)
            answers += done.answers
            position += done.count
        answers.append(b'{"kind":"ack","last_seq":%d,"durable_seq":%d}\n' % (done.last_seq, done.durable_seq))
        return b"".join(answers)

    def _some(self, header: PushHeader, lines: Sequence[Sent], *, is_first: bool) -> _Done:
        for attempt in range(1, _TRIES + 1):
            try:
                with self._engine.database.transaction() as session:
                    return self._chunk(session, header, lines, is_first=is_first)
            except (Gap, Fork, EpochChanged):
                self._note_waiting(header)
                raise
            except ledger.TwinCommitted:
                log.info("push met its twin", queue=str(header.queue), attempt=attempt)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("push chunk rolled back", queue=str(header.queue), attempt=attempt, error=type(error).__name__)
        self._note_waiting(header)
        raise Unavailable(retry_after_seconds=random.randint(2, 6))  # noqa: S311 - jitter, no secret

    def _note_waiting(self, header: PushHeader) -> None:
        """Whoever watches the queues sees one that never gets through, though nothing else of its pushes stays."""
        try:
            with self._engine.database.transaction() as session:
                queue, _ = self._take_queue(session, header, self._authenticate(session), any_epoch=True)
                ledger.note_backlog(session, queue, header.pending, header.oldest_pending, now(session), RENEWED_EVERY)
        except Exception as error:
            if not isinstance(error, Problem) and not is_passing(error):  # what failed the push may fail this too
                raise

    def _chunk(self, session: Session, header: PushHeader, lines: Sequence[Sent], *, is_first: bool) -> _Done:
        actor = self._authenticate(session)
        queue, durable_seq = self._take_queue(session, header, actor)
        if lines and lines[0].seq > queue.last_seq + 1:
            raise Gap(expected_seq=queue.last_seq + 1)
        settings = self._engine.settings
        if is_first:
            left = max(header.pending - header.count, 0)  # once this push is through
            oldest = header.oldest_pending if left else None
            ledger.note_backlog(session, queue, left, oldest, now(session), RENEWED_EVERY)
        past = [sent for sent in lines if sent.seq <= queue.last_seq]
        answers = self._repeated(session, queue, past)
        fresh = lines[len(past) : len(past) + settings.push_chunk_mutations]
        if not fresh:
            return _Done(len(past), answers, queue.last_seq, durable_seq)
        chunk = Chunk(self._engine, session, actor, queue)
        entries = chunk.run(fresh)
        last_seq = entries[-1].sent.seq
        ledger.write(session, queue, self._bodies(session, queue), entries, now(session))
        ledger.advance(session, queue, last_seq)
        answers += [answer(entry.sent.seq, entry.sent.mid, entry.result, duplicate=entry.is_copy) for entry in entries]
        return _Done(len(past) + len(entries), answers, last_seq, durable_seq)

    def _bodies(self, session: Session, queue: QueueState) -> Bodies:
        """What seals this queue's lines: under a new key, if the old one was destroyed with all that it had sealed."""
        body_key = queue.body_key
        if not body_key:
            body_key = new_body_key(self._engine.ring)
            session.execute(_NEW_KEY, {"queue": queue.id, "body_key": body_key})
        return Bodies(self._engine.ring, body_key)

    def _take_queue(
        self, session: Session, header: PushHeader, actor: Actor, *, any_epoch: bool = False
    ) -> tuple[QueueState, int]:
        """Hold the queue's row: one push at a time."""
        try:
            row = session.execute(_TAKE_QUEUE, {"queue": header.queue}).one_or_none()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Busy(retry_after_seconds=random.randint(1, 3)) from error  # noqa: S311 - jitter, no secret
            raise
        if row is None:
            raise NotFound
        if row.owner_id != actor.id:
            raise QueueOwner
        if row.status == "wiped":
            raise Wiped
        if row.epoch != str(header.epoch) and not any_epoch:
            raise EpochChanged(epoch=row.epoch, last_seq=row.last_seq)
        return (
            QueueState(
                row.id, row.device_id, row.owner_id, row.region_code, bytes(row.body_key), row.last_seq, row.epoch, row.revoked_at
            ),
            row.durable_seq,
        )

    def _repeated(self, session: Session, queue: QueueState, lines: Sequence[Sent]) -> list[bytes]:
        """The stored answers of lines that came before. Raises Fork where another line stands."""
        if not lines:
            return []
        past = ledger.past_of(session, queue, lines[0].seq, lines[-1].seq)
        for sent in lines:
            if past[sent.seq].sha256 != sent.sha256:
                log.warning("fork", queue=str(queue.id), seq=sent.seq)
                raise Fork(seq=sent.seq)
        return [answer(sent.seq, past[sent.seq].mid, past[sent.seq].result, duplicate=True) for sent in lines]


def answer(seq: int, mid: UUID | None, result: bytes, *, duplicate: bool) -> bytes:
    """One result line: the stored part, and where it stood in this push."""
    mid_json = orjson.dumps(mid)
    flag = b"true" if duplicate else b"false"
    return b'{"kind":"result","seq":%d,"mid":%s,%s,"duplicate":%s}\n' % (seq, mid_json, result[1:-1], flag)


_NEW_KEY = text("UPDATE sync_queue SET body_key = :body_key WHERE id = :queue")
_TAKE_QUEUE = text(
    """
    SELECT q.id, q.device_id, q.owner_id, q.region_code, q.body_key, q.last_seq, q.durable_seq, d.status,
           CASE WHEN q.revoked_at > COALESCE((SELECT h.pulled_at FROM sync_hold h WHERE h.queue_id = q.id), '-infinity')
                THEN q.revoked_at END AS revoked_at,
           (SELECT value FROM sync_meta WHERE name = 'epoch') AS epoch
      FROM sync_queue q JOIN sync_device d ON d.id = q.device_id
     WHERE q.id = :queue
       FOR NO KEY UPDATE OF q NOWAIT
    """
)
