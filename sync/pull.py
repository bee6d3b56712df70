"""Pull: the state of the scopes that a device may see, from where it stands to now (docs/sync-protocol.md 4).

What is read is one snapshot, closed before a byte is sent. Lines are stored bytes; PostgreSQL joins them into blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from database.session import now
from problems import NotFound
from sync import leases, snapshots
from sync.cursors import Cursor, Place, decode, encode
from sync.engine import Authenticate, Engine
from sync.problems import AppOutdated, EpochChanged, QueueOwner, ServerBehind, Wiped
from sync.scope_reading import BLOCK_BYTES, Block, read_blocks

log = structlog.get_logger()

CURSOR_BYTES = 65_536  # a cursor comes at least that often
_PERSONAL = ("user", "reporter", "unit")


@dataclass(frozen=True)
class PullRequest:
    """A loaded PullSchema."""

    queue: UUID
    cursor: str | None
    schema: int
    max_bytes: int
    adopted: Sequence[UUID]
    refill: Sequence[str]
    snapshots: bool = True


@dataclass(frozen=True)
class Head:
    """A scope as it stands in the snapshot."""

    id: int
    key: str
    head: int
    floor: int
    live_rows: int
    digest: int  # sum of the living rows' hashes modulo 2^64


@dataclass(frozen=True)
class State:
    """What one statement reads: the queue, the epoch, and the heads of the authorised scopes."""

    device_id: UUID
    last_seq: int
    durable_seq: int
    epoch: str
    pulled_at: datetime | None
    revoked_at: datetime | None
    scopes: list[Head]


@dataclass(frozen=True)
class Pulled:
    """The answer, and what has to be remembered once the snapshot is closed."""

    body: bytes
    device_id: UUID
    moment: datetime
    held: dict[str, list[int]]
    renews: bool


class Pull:
    """One pull."""

    def __init__(self, engine: Engine, authenticate: Authenticate) -> None:
        self._engine = engine
        self._authenticate = authenticate

    def run(self, request: PullRequest) -> bytes:
        """The NDJSON answer.

        Raises BadCursor, EpochChanged, QueueOwner, Wiped, NotFound, Unauthenticated, ServerBehind, AppOutdated.
        """
        versions = self._engine.versions
        if request.schema > versions.current:
            raise ServerBehind(current=versions.current)
        if request.schema < versions.min_pull:
            raise AppOutdated(min_pull=versions.min_pull)
        with self._engine.database.snapshot() as session:
            pulled = self._read(session, request)
        if pulled.renews or request.refill:
            with self._engine.database.transaction() as session:
                if request.refill:
                    log.warning("scopes asked for again", queue=str(request.queue), scopes=len(request.refill))
                leases.renew(session, request.queue, pulled.moment, pulled.held, refills=len(request.refill))
                session.execute(
                    _SEEN,
                    {
                        "device": pulled.device_id,
                        "moment": pulled.moment,
                        "before": pulled.moment - leases.RENEWED_EVERY,
                    },
                )
        return pulled.body

    def _read(self, session: Session, request: PullRequest) -> Pulled:
        engine = self._engine
        actor = self._authenticate(session)
        state = self._state(session, request.queue, actor)
        asked = Cursor(state.epoch)
        if request.cursor is not None:
            asked = decode(engine.ring, actor.id, request.cursor)
        if asked.epoch != state.epoch:
            raise EpochChanged(epoch=state.epoch, last_seq=state.last_seq)
        page = _Page(engine, session, actor, asked, min(request.max_bytes, engine.settings.pull_bytes))
        page.hello(state)
        page.drop(state.scopes)
        self._fill(page, state, request)
        body = page.end(state.scopes, engine.settings.poll_seconds)
        held = {
            str(scope_id): [asked.places[scope_id].position if scope_id in asked.places else 0, place.position]
            for scope_id, place in page.cursor.places.items()
        }
        since = max(now(session) - leases.RENEWED_EVERY, state.revoked_at or datetime.min.replace(tzinfo=UTC))
        is_due = state.pulled_at is None or state.pulled_at < since
        return Pulled(body, state.device_id, now(session), held, renews=is_due or page.cursor != asked)

    def _state(self, session: Session, queue_id: UUID, actor: Actor) -> State:
        keys = self._engine.catalog.scopes_for(actor)
        rows = session.execute(_STATE, {"queue": queue_id, "keys": keys}).all()
        if not rows:
            raise NotFound
        first = rows[0]
        if first.owner_id != actor.id:
            raise QueueOwner
        if first.status == "wiped":
            raise Wiped
        heads = {
            row.key: Head(row.id, row.key, row.head, row.floor, row.live_rows, int(row.digest))
            for row in rows
            if row.key is not None
        }
        ordered = [heads[key] for key in keys if key in heads]
        return State(first.device_id, first.last_seq, first.durable_seq, first.epoch, first.pulled_at, first.revoked_at, ordered)

    def _fill(self, page: _Page, state: State, request: PullRequest) -> None:
        """What the device follows comes first; then what is new to it: personal scopes, and of the others the small ones."""
        refill = set(request.refill)
        starts = page.adopt([(scope, page.start_of(scope, refill)) for scope in state.scopes], request)
        followed = [item for item in starts if not item[1][1].is_beginning]
        beginning = [item for item in starts if item[1][1].is_beginning]
        beginning.sort(key=lambda item: (item[0].key.split(":", 1)[0] not in _PERSONAL, item[1][1].upto - item[1][1].position))
        for scope, (action, place) in beginning:
            if action == "resync":  # whatever this page has no room for is still outstanding in the next
                page.cursor = page.cursor.moved(scope.id, place)
        for scope, (action, place) in (*followed, *beginning):
            if page.is_full:
                return
            page.scope(scope, action, place)


class _Page:
    """One answer while it is written."""

    def __init__(self, engine: Engine, session: Session, actor: Actor, asked: Cursor, budget: int) -> None:
        self.cursor = asked
        self._engine = engine
        self._session = session
        self._actor = actor
        self._budget = budget
        self._parts: list[bytes] = []
        self._since_cursor = 0

    @property
    def is_full(self) -> bool:
        """True if nothing more fits."""
        return self._budget <= 0

    def hello(self, state: State) -> None:
        """The first line."""
        self._line(
            {"kind": "hello", "epoch": state.epoch, "server_time": now(self._session),
             "last_seq": state.last_seq, "durable_seq": state.durable_seq}
        )  # fmt: skip

    def drop(self, authorised: Sequence[Head]) -> None:
        """Scopes that the device has and may see no longer; on every pull, so that an interrupted revocation repeats."""
        gone = self.cursor.places.keys() - {scope.id for scope in authorised}
        if not gone:
            return
        keys = {row.id: row.key for row in self._session.execute(_KEYS, {"ids": sorted(gone)})}
        for scope_id in sorted(gone):
            if scope_id not in keys:
                self._history_went_back()
            self._line({"kind": "drop", "key": keys[scope_id], "reason": "reassigned"})
            self.cursor = self.cursor.without(scope_id)

    def start_of(self, scope: Head, refill: set[str]) -> tuple[str, Place]:
        """How a scope goes on: `begin` if it is new, `resync` if it has to be sent again, else `continue`."""
        place = self.cursor.places.get(scope.id)
        if place is None:
            return "begin", Place(0, scope.head)
        if max(place.position, place.upto) > scope.head:
            self._history_went_back()
        # What a beginning scope is sent first are living rows: tombstones up to `upto` concern it as little as one that is new.
        reached = place.upto if place.is_beginning else place.position
        if reached < scope.floor or scope.key in refill or (place.is_beginning and place.position == 0):
            return "resync", Place(0, scope.head)
        return "continue", place

    def adopt(self, starts: list[tuple[Head, tuple[str, Place]]], request: PullRequest) -> list[tuple[Head, tuple[str, Place]]]:
        """The same without the large scopes that begin: of these a snapshot is offered, and followed once it is adopted."""
        rows = self._engine.settings.snapshot_rows
        large = {
            scope.id for scope, (_, place) in starts
            if place.is_beginning and place.position == 0 and scope.live_rows > rows and request.snapshots
        }  # fmt: skip
        found = snapshots.offered(self._session, sorted(large), request.adopted) if large else {}
        left = []
        for scope, (action, place) in starts:
            offer = found.get(scope.id)
            if offer is None or not scope.floor <= offer.upto <= scope.head:
                left.append((scope, (action, place)))
            elif offer.id in request.adopted:
                self.cursor = self.cursor.moved(scope.id, Place(offer.upto))
                left.append((scope, ("continue", Place(offer.upto))))
            else:
                self.cursor = self.cursor.without(scope.id)
                self._line({"kind": "snapshot", "key": scope.key, "id": offer.id, "upto": offer.upto, "chunks": offer.chunks})
        return left

    def scope(self, scope: Head, action: str, place: Place) -> None:
        """Send a scope as far as it fits: what lives, if it is beginning; then what changed since, with tombstones."""
        if place.is_beginning:
            place = self._send(scope, action, place, place.upto, living_only=True)
            action = "continue"
        elif action == "begin":  # nothing was ever in it
            self.cursor = self.cursor.moved(scope.id, place)
        if not place.is_beginning and not self.is_full and place.position < scope.head:
            self._send(scope, action, Place(place.position), scope.head, living_only=False)

    def _send(self, scope: Head, action: str, place: Place, upto: int, *, living_only: bool) -> Place:
        start, place_of_line = place.position, len(self._parts)
        self._parts.append(b"")  # written last: only then it is known whether the page holds the whole of it
        for block in self._blocks(scope, place.position, upto, living_only=living_only):
            if self._since_cursor and self._since_cursor + len(block.lines) > CURSOR_BYTES:
                self._cursor_line(self.cursor)
            self._parts.append(block.lines)
            self._budget -= len(block.lines)
            position = upto if block.is_last else block.position
            place = Place(position, upto if living_only and position < upto else 0)
            self.cursor = self.cursor.moved(scope.id, place)
            self._since_cursor += len(block.lines)
            if self._since_cursor >= BLOCK_BYTES // 2:
                # Whoever goes on from here must still be told that the scope is whole, or he waits for more for ever.
                last = Place(upto - 1, upto) if living_only and block.is_last else place
                self._cursor_line(self.cursor.moved(scope.id, last))
        self._parts[place_of_line] = _document(
            {"kind": "scope", "key": scope.key, "action": action, "from": start, "to": upto, "whole": place.position == upto}
        )
        return place

    def _cursor_line(self, cursor: Cursor) -> None:
        self._line({"kind": "cursor", "cursor": self._token(cursor)})
        self._since_cursor = 0

    def _blocks(self, scope: Head, after: int, upto: int, *, living_only: bool) -> Iterator[Block]:
        return read_blocks(self._session, scope.id, after, upto, self._budget, living_only=living_only)

    def end(self, scopes: Sequence[Head], poll_seconds: int) -> bytes:
        """The last line, and the whole answer."""
        places = [(scope, self.cursor.places.get(scope.id)) for scope in scopes]
        beginning = any(place is None or place.is_beginning for _, place in places)
        behind = any(place is not None and not place.is_beginning and place.position < scope.head for scope, place in places)
        more = beginning or behind
        digests = {
            scope.key: [scope.head, scope.live_rows, f"{scope.digest:016x}"]
            for scope, place in places
            if place is not None and not place.is_beginning and place.position == scope.head
        }
        self._line(
            {"kind": "end", "more": more, "checkpoint": not behind, "cursor": self._token(self.cursor),
             "digests": digests, "retry_seconds": 0 if more else poll_seconds}
        )  # fmt: skip
        return b"".join(self._parts)

    def _token(self, cursor: Cursor) -> str:
        return encode(self._engine.ring, self._actor.id, cursor)

    def _line(self, document: Json) -> None:
        self._parts.append(_document(document))

    def _history_went_back(self) -> None:
        """A cursor of ours that is ahead of us: this database is older than one that answered before."""
        log.error("history went back", alarm=True, epoch=self.cursor.epoch)
        raise EpochChanged(epoch=self.cursor.epoch)


def _document(document: Json) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


_STATE = text(
    """
    SELECT q.owner_id, q.device_id, q.last_seq, q.durable_seq, d.status, h.pulled_at, q.revoked_at,
           (SELECT value FROM sync_meta WHERE name = 'epoch') AS epoch, s.id, s.key, s.head, s.floor, s.live_rows, s.digest
      FROM sync_queue q
      JOIN sync_device d ON d.id = q.device_id
      LEFT JOIN sync_hold h ON h.queue_id = q.id
      LEFT JOIN sync_scope s ON s.key = ANY(:keys)
     WHERE q.id = :queue
    """
)
_KEYS = text("SELECT id, key FROM sync_scope WHERE id = ANY(:ids)")
_SEEN = text(
    "UPDATE sync_device SET last_seen_at = :moment WHERE id = :device AND (last_seen_at IS NULL OR last_seen_at < :before)"
)
