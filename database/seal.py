"""The sealer: every ten seconds it chains a Merkle root over the events whose transactions have ended.

An event is sealed once no transaction with its id or a smaller one can still commit: its `transaction_id` lies below
`pg_snapshot_xmin(pg_current_snapshot())`. A slow writer holds that horizon back, so its event lands in a later seal and
in no other. Seals cover adjoining ranges of transaction ids: nothing between two seals can be slipped in or taken out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, LargeBinary, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.journal import Event, event_digest
from database.session import now

MAX_EVENTS = 50_000  # in one seal, unless a single transaction wrote more
_TURN = 0x5EA1  # the advisory lock: one sealer at a time
_BATCH = 1_000


class HistoryWentBack(Exception):
    """Transaction ids are smaller than those already sealed: the journal was copied into another cluster.

    Raised instead of leaving new events unsealed for ever. The operator verifies the copied chain and begins a new one.
    """


class EventSeal(Base):
    """One link of the chain over `from_xid <= transaction_id < to_xid`. Insert-only, like the events."""

    __tablename__ = "event_seal"
    __table_args__ = (
        CheckConstraint("from_xid < to_xid", name="range_grows"),
        CheckConstraint("count > 0", name="covers_events"),
        CheckConstraint("(no = 1) = (previous_hash IS NULL)", name="first_has_no_previous"),
    )

    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_xid: Mapped[int] = mapped_column(unique=True)
    to_xid: Mapped[int] = mapped_column(unique=True)
    count: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Broken:
    """The first thing that does not fit. `what` is `event` or `seal`; `id` is the event's id or the seal's number."""

    what: str
    id: UUID | int
    reason: str  # digest_differs, previous_missing, previous_twice, seal_hash_differs, chain_differs, root_differs


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 9162 section 2.1.1 over event hashes; leaves and nodes are told apart by a first byte.

    Raises ValueError for no hashes at all.
    """
    if not hashes:
        raise ValueError("nothing to seal")
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in hashes]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[index] + level[index + 1]).digest() for index in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]  # an odd one rises unchanged
    return level[0]


def seal_digest(seal: EventSeal) -> bytes:
    """SHA-256 over the previous seal's hash and the canonical JSON of this one."""
    content = orjson.dumps(
        {
            "no": seal.no,
            "xids": [seal.from_xid, seal.to_xid],
            "count": seal.count,
            "root": seal.root.hex(),
            "at": seal.at,
        },
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return hashlib.sha256((seal.previous_hash or b"") + content).digest()


def seal_finished(session: Session) -> EventSeal | None:
    """Seal what has ended since the last seal; None if there is nothing, or if another sealer is at work.

    Raises HistoryWentBack if the cluster's transaction ids are behind the chain.
    """
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:turn)"), {"turn": _TURN}):
        return None
    # Read after the lock: the previous sealer has committed by now.
    last = session.scalars(select(EventSeal).order_by(EventSeal.no.desc()).limit(1)).one_or_none()
    from_xid = last.to_xid if last else 0
    horizon = int(session.scalar(text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")) or 0)
    if horizon < from_xid:
        raise HistoryWentBack(f"next transaction {horizon}, sealed up to {from_xid}")
    rows = _finished(session, from_xid, horizon, MAX_EVENTS + 1)
    if not rows:
        return None
    to_xid = horizon
    if len(rows) > MAX_EVENTS:
        # Cut between two transactions, never through one.
        to_xid = rows[-1][0] if rows[-1][0] > rows[0][0] else rows[0][0] + 1
        rows = _finished(session, from_xid, to_xid, None)
    seal = EventSeal(
        no=last.no + 1 if last else 1,
        from_xid=from_xid,
        to_xid=to_xid,
        count=len(rows),
        root=merkle_root([event_hash for _, event_hash in rows]),
        previous_hash=last.hash if last else None,
        at=now(session),
    )
    seal.hash = seal_digest(seal)
    session.add(seal)
    session.flush()
    return seal


def _finished(session: Session, from_xid: int, to_xid: int, limit: int | None) -> list[tuple[int, bytes]]:
    rows = session.execute(
        text(
            "SELECT CAST(CAST(transaction_id AS text) AS bigint), hash FROM event"
            " WHERE transaction_id >= CAST(CAST(:from_xid AS text) AS xid8)"
            "   AND transaction_id < CAST(CAST(:to_xid AS text) AS xid8)"
            " ORDER BY transaction_id, id LIMIT :limit"
        ),
        {"from_xid": str(from_xid), "to_xid": str(to_xid), "limit": limit},
    )
    return [(int(xid), bytes(event_hash)) for xid, event_hash in rows]


def verify_chain(session: Session) -> Broken | None:
    """Walk the whole journal: each event, each entity's chain, each seal. The first that does not fit, or None.

    Reads everything, in batches; run it in `Database.snapshot()` so that all of it is one moment.
    """
    return _broken_event(session) or _broken_entity_chain(session) or next(_broken_seals(session), None)


def _broken_event(session: Session) -> Broken | None:
    with session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=_BATCH)) as events:
        for event in events:
            if event_digest(event) != bytes(event.hash):
                return Broken("event", event.id, "digest_differs")
            session.expunge(event)
    return None


def _broken_entity_chain(session: Session) -> Broken | None:
    """An event whose predecessor is gone, or two that claim the same one: something was deleted or forged."""
    row: Any = session.execute(
        text(
            """
            SELECT id, predecessors FROM (
                SELECT e.id,
                       (SELECT count(*) FROM event p WHERE p.entity_type = e.entity_type AND p.entity_id = e.entity_id
                           AND p.hash = e.previous_hash) AS predecessors,
                       count(*) OVER (PARTITION BY e.entity_type, e.entity_id, e.previous_hash) AS twins,
                       e.previous_hash
                  FROM event e
            ) AS chained
             WHERE twins > 1 OR (previous_hash IS NOT NULL AND predecessors <> 1)
             ORDER BY id LIMIT 1
            """
        )
    ).one_or_none()
    if row is None:
        return None
    return Broken("event", row.id, "previous_missing" if row.predecessors == 0 else "previous_twice")


def _broken_seals(session: Session) -> Iterator[Broken]:
    previous: EventSeal | None = None
    for seal in session.scalars(select(EventSeal).order_by(EventSeal.no)):
        broken = broken_seal(session, seal, previous)
        if broken is not None:
            yield broken
        previous = seal


def broken_seal(session: Session, seal: EventSeal, previous: EventSeal | None) -> Broken | None:
    """What does not fit between this seal, the one before it, and the events that it covers."""
    expected_no = previous.no + 1 if previous else 1
    if seal_digest(seal) != bytes(seal.hash):
        return Broken("seal", seal.no, "seal_hash_differs")
    if (seal.no, seal.from_xid) != (expected_no, previous.to_xid if previous else 0) or seal.previous_hash != (
        previous.hash if previous else None
    ):
        return Broken("seal", seal.no, "chain_differs")
    rows = _finished(session, seal.from_xid, seal.to_xid, None)
    if len(rows) != seal.count or merkle_root([event_hash for _, event_hash in rows]) != bytes(seal.root):
        return Broken("seal", seal.no, "root_differs")
    return None
