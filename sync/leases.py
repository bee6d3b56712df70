"""What a device held at its last pull, and for how long it may still act on it (docs/sync-protocol.md 4, permission)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.session import now

RENEWED_EVERY = timedelta(minutes=10)  # an idle pull writes no oftener


@dataclass(frozen=True)
class Standing:
    """What an author's device had to do with a record."""

    was_known: bool = False  # it is or was in one of his scopes: that it exists is no secret to him
    was_his: bool = False  # it was in a scope that names himself, and left it
    # It was his at his last pull, and that is not too long ago. It may still be: somebody who was transferred lost the role.
    is_leased: bool = False
    is_deleted: bool = False  # it was in one of his scopes and is in none of anybody's any more


def standing_of(
    session: Session,
    queue_id: UUID,
    author_id: UUID,
    scope_keys: Sequence[str],
    entity: tuple[str, UUID],
    moment: datetime,
    lease: timedelta,
) -> Standing:
    """Read from the feed, of which a `left` row remains. `scope_keys` are those that the author replicates now."""
    rows = session.execute(_ROWS, {"queue": queue_id, "keys": list(scope_keys), "type": entity[0], "id": entity[1]}).all()
    his = [row for row in rows if row.gone != "deleted" and row.key.startswith(f"user:{author_id}#")]
    return Standing(
        was_known=bool(rows),
        was_his=any(row.gone == "left" for row in his),
        # A pull with an old cursor, from a phone that was set back, lets nothing be held again that left it long ago.
        is_leased=any(
            row.was_held and row.pulled_at >= moment - lease and (row.gone_at is None or row.gone_at >= moment - lease)
            for row in his
        ),
        is_deleted=bool(rows) and all(row.gone == "deleted" for row in rows),
    )


def renew(session: Session, queue_id: UUID, moment: datetime, scopes: dict[str, list[int]], *, refills: int) -> None:
    """Remember what this queue's device holds after a pull: scope id -> [position before it, position after it].

    `refills`: how many scopes it asked for again.
    """
    session.execute(_RENEW, {"queue": queue_id, "moment": moment, "scopes": _json(scopes), "refills": refills})


def revoke(session: Session, person_id: UUID) -> None:
    """He has lost a right: what his queues bring until their next pull he did while he had it, and a person decides about it."""
    session.execute(_REVOKE, {"person": person_id, "moment": now(session)})


def _json(scopes: dict[str, list[int]]) -> str:
    pairs = ",".join(f'"{scope}":[{before},{after}]' for scope, (before, after) in scopes.items())
    return "{" + pairs + "}"


# Held: it had come into the scope by the end of that pull, and had not left it before that pull began.
_ROWS = text(
    """
    SELECT s.key, f.gone, f.gone_at, h.pulled_at,
           COALESCE(f.entered <= CAST(h.scopes -> CAST(s.id AS text) ->> 1 AS bigint)
                    AND (f.gone IS NULL OR f.position > CAST(h.scopes -> CAST(s.id AS text) ->> 0 AS bigint)), FALSE) AS was_held
      FROM sync_feed f
      JOIN sync_scope s ON s.id = f.scope_id
      LEFT JOIN sync_hold h ON h.queue_id = :queue
     WHERE f.entity_type = :type AND f.entity_id = :id
       AND (s.key = ANY(:keys) OR h.scopes ? CAST(s.id AS text))
    """
)
_REVOKE = text(
    """
    UPDATE sync_queue q SET revoked_at = :moment
     WHERE q.owner_id = :person
       AND (q.revoked_at IS NULL OR EXISTS (SELECT FROM sync_hold h WHERE h.queue_id = q.id AND h.pulled_at > q.revoked_at))
    """
)
_RENEW = text(
    """
    INSERT INTO sync_hold (queue_id, pulled_at, scopes, refills) VALUES (:queue, :moment, CAST(:scopes AS jsonb), :refills)
    ON CONFLICT (queue_id) DO UPDATE
        SET pulled_at = excluded.pulled_at, scopes = excluded.scopes, refills = sync_hold.refills + excluded.refills
    """
)
