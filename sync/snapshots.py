"""Snapshots: the living rows of a large scope as compressed chunks, made once for all devices (docs/sync-protocol.md 4).

Rows are grouped by a hash of their id, and a chunk is named by its content: what has not changed keeps its name, so that
a proxy, an object store or the device itself may still have it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json, new_id
from database.session import now
from problems import NotFound
from sync.engine import Engine

CHUNK_BYTES = 262_144  # of lines, before compression: about that many to a chunk
_MOST_BITS = 12
_GZIP = 31  # zlib's way to say: gzip framing; without a time in its header, so that the same rows give the same bytes
_GZIP_LEVEL = 6
# A device that begins with a snapshot pulls what changed since: when that is a quarter of the scope, a new one is due.
_STALE_SHARE = 4
_KEPT_FOR = timedelta(days=2)  # a slow device still loads the chunks of one that was replaced


@dataclass(frozen=True)
class Offer:
    """The newest snapshot of a scope: `upto` is the position to which it is complete."""

    id: UUID
    upto: int
    chunks: list[Json]  # {"sha256", "bytes", "rows"}


def offered(session: Session, scope_ids: Sequence[int], adopted: Sequence[UUID]) -> dict[int, Offer]:
    """For each scope the snapshot that the device has adopted, or else the newest; scopes without any are missing."""
    rows = session.execute(_OFFERED, {"scopes": list(scope_ids), "adopted": list(adopted)})
    return {row.scope_id: Offer(row.id, row.upto, row.chunks) for row in rows}


def manifest(engine: Engine, session: Session, actor: Actor, snapshot_id: UUID) -> Json:
    """What a snapshot is made of. Raises NotFound, also for a scope that the caller may not see."""
    keys = engine.catalog.scopes_for(actor)
    row = session.execute(_MANIFEST, {"id": snapshot_id, "keys": keys}).one_or_none()
    if row is None:
        raise NotFound
    return {"id": snapshot_id, "key": row.key, "upto": row.upto, "chunks": row.chunks}


def chunk_of(engine: Engine, session: Session, actor: Actor, snapshot_id: UUID, sha256: str) -> bytes:
    """The gzip bytes whose SHA-256 is the chunk's name: row lines as in a pull. Raises NotFound as `manifest`."""
    chunks = manifest(engine, session, actor, snapshot_id)["chunks"]
    if all(chunk["sha256"] != sha256 for chunk in chunks):
        raise NotFound
    body = session.scalar(text("SELECT body FROM sync_chunk WHERE sha256 = :sha"), {"sha": bytes.fromhex(sha256)})
    if body is None:
        raise NotFound
    return bytes(body)


def make_due(engine: Engine) -> int:
    """Make a snapshot of one large scope that has none, or an old one; how many were made (0 or 1). For the worker."""
    with engine.database.snapshot() as session:
        scope = session.execute(_DUE, {"rows": engine.settings.snapshot_rows, "share": _STALE_SHARE}).first()
        if scope is None:
            return 0
        chunks = _chunks_of(session, scope.id, scope.line_bytes)
        upto: int = scope.head
    with engine.database.transaction() as session:
        _keep(session, scope.id, upto, chunks)
    return 1


def _chunks_of(session: Session, scope_id: int, line_bytes: int) -> list[tuple[bytes, bytes, int]]:
    """SHA-256, compressed lines and rows of each chunk, from the snapshot that the session reads."""
    bits = min(max((line_bytes // CHUNK_BYTES).bit_length(), 0), _MOST_BITS)
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    chunks = []
    with connection.cursor("snapshot", withhold=False) as cursor:  # on the server: one chunk in memory at a time
        cursor.itersize = 4
        cursor.execute(_LINES, {"scope": scope_id, "bits": bits}, binary=True)
        for lines, rows in cursor:
            packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
            body = packer.compress(lines) + packer.flush()
            chunks.append((hashlib.sha256(body).digest(), body, rows))
    return chunks


def _keep(session: Session, scope_id: int, upto: int, chunks: Sequence[tuple[bytes, bytes, int]]) -> None:
    listed = [{"sha256": sha.hex(), "bytes": len(body), "rows": rows} for sha, body, rows in chunks]
    for sha, body, _ in chunks:
        session.execute(_KEEP_CHUNK, {"sha": sha, "body": body, "moment": now(session)})
    session.execute(
        _KEEP,
        {"id": new_id(), "scope": scope_id, "upto": upto, "chunks": orjson.dumps(listed).decode(), "moment": now(session)},
    )


def forget_old(session: Session) -> int:
    """Remove snapshots that were replaced two days ago, and chunks that none has any more; how many rows that were."""
    before = now(session) - _KEPT_FOR
    gone: Any = session.execute(_FORGET, {"before": before})
    left: Any = session.execute(_FORGET_CHUNKS, {"before": before})
    return int(gone.rowcount + left.rowcount)


_OFFERED = text(
    """
    SELECT DISTINCT ON (scope_id) id, scope_id, upto, chunks
      FROM sync_snapshot
     WHERE scope_id = ANY(:scopes)
     ORDER BY scope_id, (id = ANY(CAST(:adopted AS uuid[]))) DESC, made_at DESC
    """
)
_MANIFEST = text(
    "SELECT s.key, p.upto, p.chunks FROM sync_snapshot p JOIN sync_scope s ON s.id = p.scope_id"
    " WHERE p.id = :id AND s.key = ANY(:keys)"
)
_DUE = text(
    """
    SELECT s.id, s.head, (SELECT sum(octet_length(f.line)) FROM sync_feed f
                           WHERE f.scope_id = s.id AND f.gone IS NULL)::bigint AS line_bytes
      FROM sync_scope s
      LEFT JOIN LATERAL (SELECT upto FROM sync_snapshot p WHERE p.scope_id = s.id ORDER BY made_at DESC LIMIT 1) p ON TRUE
     WHERE s.live_rows > :rows AND (p.upto IS NULL OR p.upto < s.floor OR (s.head - p.upto) * :share > s.live_rows)
     ORDER BY s.id LIMIT 1
    """
)
# The first bits of the MD5 of the id spread rows evenly, which UUIDv7's own, times, do not.
_LINES = """
    SELECT string_agg(line, ''::bytea ORDER BY entity_type, entity_id), count(*)::int4
      FROM sync_feed
     WHERE scope_id = %(scope)s AND gone IS NULL
     GROUP BY ('x' || left(md5(entity_id::text), 4))::bit(16)::int >> (16 - %(bits)s::int)
     ORDER BY ('x' || left(md5(entity_id::text), 4))::bit(16)::int >> (16 - %(bits)s::int)
"""
_KEEP_CHUNK = text(
    "INSERT INTO sync_chunk (sha256, body, made_at) VALUES (:sha, :body, :moment)"
    " ON CONFLICT (sha256) DO UPDATE SET made_at = excluded.made_at"
)
_KEEP = text(
    "INSERT INTO sync_snapshot (id, scope_id, upto, chunks, made_at) VALUES (:id, :scope, :upto, CAST(:chunks AS jsonb), :moment)"
)
_FORGET = text(
    """
    DELETE FROM sync_snapshot old
     WHERE EXISTS (SELECT FROM sync_snapshot new
                    WHERE new.scope_id = old.scope_id AND new.made_at > old.made_at AND new.made_at < :before)
    """
)
_FORGET_CHUNKS = text(
    """
    DELETE FROM sync_chunk c
     WHERE c.made_at < :before
       AND NOT EXISTS (SELECT FROM sync_snapshot p, jsonb_array_elements(p.chunks) AS chunk
                        WHERE chunk ->> 'sha256' = encode(c.sha256, 'hex'))
    """
)
