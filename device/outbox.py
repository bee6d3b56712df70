"""The outbox: what a person saved, in order. Nothing leaves it before its receipt is safe on the server's side too."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from device.storage import Sealed
from device.values import Values

# How long acknowledged lines are kept where the server names no position up to which a backup was verified.
KEPT_FOR = timedelta(days=30)
KEPT_BYTES = 20_000_000

_COLUMNS = "seq, mid, name, entity_type, entity_id, line, outcome, result"


class Outbox(Values, ABC):
    """Sealed lines. Their seq counts all that this device ever sealed; `queue_offset` were sent in earlier queues."""

    def append(self, mid: str, name: str, entity_type: str, entity_id: str, line: bytes) -> int:
        """Add a sealed line at the end of the queue and return its seq, counted from 1."""
        with self._transaction():
            seq = self._last_sealed() + 1
            values = [seq, mid, name, entity_type, entity_id, line]
            self._db.execute(f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", values)  # noqa: S608
            self.put("last_sealed", str(seq))
        return seq

    def _last_sealed(self) -> int:
        return self._number("last_sealed")

    def first_waiting(self) -> int:
        """The seq of the first line without a receipt, or of the next one to be sealed."""
        found = self._db.execute("SELECT min(seq) FROM outbox WHERE outcome IS NULL").fetchone()[0]
        return int(found) if found is not None else self._last_sealed() + 1

    def lines_from(self, seq: int, limit: int) -> list[Sealed]:
        """Lines in order, with and without a receipt: a server that was restored may have to hear old ones again."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?", [seq, limit])  # noqa: S608
        return [_sealed(row) for row in rows]

    def count_waiting(self) -> int:
        """How many lines have no receipt."""
        return int(self._db.execute("SELECT count(*) FROM outbox WHERE outcome IS NULL").fetchone()[0])

    def sealed(self, mid: str) -> Sealed:
        """One line by its mid. Raises KeyError."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM outbox WHERE mid = ?", [mid]).fetchone()  # noqa: S608
        if row is None:
            raise KeyError(mid)
        return _sealed(row)

    def last_pending_on(self, entity_id: str) -> str | None:
        """The mid of the latest unacknowledged mutation on a record."""
        row = self._db.execute(
            "SELECT mid FROM outbox WHERE entity_id = ? AND outcome IS NULL ORDER BY seq DESC LIMIT 1", [entity_id]
        ).fetchone()
        return None if row is None else str(row[0])

    def overlay(self) -> list[Sealed]:
        """What the base does not show yet: lines that the last checkpoint did not contain, but for those that came to nothing.

        A line without a receipt is not contained, whatever the checkpoint says: that may tell of a cloned phone's lines. At a
        checkpoint while a scope was beginning, lines wait on a record whose row, as they made it, may still come: revisions
        of before a restore say nothing. The rows of a snapshot are of an earlier moment than the checkpoint, until the next
        page brings them up to date.
        """
        contains = (
            "EXISTS (SELECT 1 FROM base b WHERE b.type = entity_type AND b.id = entity_id"
            " AND b.revision >= coalesce(json_extract(result, '$.revision'), 0)"
        )
        is_of_a_snapshot = (
            "EXISTS (SELECT 1 FROM base b JOIN meta m ON m.name IN ('snapshot ' || b.scope, 'adopted ' || b.scope)"
            " WHERE b.type = entity_type AND b.id = entity_id)"
        )
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE outcome IS NULL OR outcome NOT IN ('rejected', 'parked')"  # noqa: S608
            f" AND (seq > ? AND (seq > ? OR NOT {contains}"
            " AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'limbo ' || b.scope)))"
            f" OR {is_of_a_snapshot} AND NOT {contains})) ORDER BY seq",
            [self._number("whole_seq"), self._number("settled_seq")],
        )
        return [_sealed(row) for row in rows]

    # ---- receipts ----

    def acknowledge(self, results: Iterable[dict[str, Any]], offset: int = 0) -> None:
        """Write the receipts; an outcome never changes. `offset` is what a seq of ours is more than the queue's."""
        moment = self.get("server_time")
        with self._transaction():
            self._db.executemany(
                "UPDATE outbox SET outcome = ?, result = ?, acknowledged_at = ? WHERE seq = ? AND outcome IS NULL",
                [(result["outcome"], json.dumps(result), moment, result["seq"] + offset) for result in results],
            )

    def forget_safe(self, durable_seq: int) -> int:
        """Forget receipted lines that a verified backup contains (up to `durable_seq` of this queue); how many.

        Without such a position: what was acknowledged 30 days ago, by the server's clock, or does not fit into 20 MB, oldest
        first. What the base does not show yet stays.
        """
        last = min(self._number("whole_seq"), self.first_waiting() - 1)
        with self._transaction():
            if durable_seq:
                upto = min(last, durable_seq + self._number("queue_offset"))
                return self._db.execute("DELETE FROM outbox WHERE outcome IS NOT NULL AND seq <= ?", [upto]).rowcount
            moment = self.get("server_time")
            before = (datetime.fromisoformat(moment) - KEPT_FOR).isoformat() if moment else ""
            return self._db.execute(
                "DELETE FROM outbox WHERE outcome IS NOT NULL AND seq <= ? AND (datetime(acknowledged_at) < datetime(?)"
                " OR seq <= (SELECT coalesce(max(seq), 0) FROM (SELECT seq, sum(length(line)) OVER (ORDER BY seq DESC) AS bytes"
                " FROM outbox) WHERE bytes > ?))",
                [last, before, KEPT_BYTES],
            ).rowcount

    # ---- queues and epochs ----

    def begin_queue(self, queue: str) -> None:
        """What waits goes out in a new queue, counted from 1 again; what was parked too, before what depends on it."""
        with self._transaction():
            parked = self._db.execute("SELECT min(seq) FROM outbox WHERE outcome = 'parked'").fetchone()[0]
            self._begin_queue(queue, min(self.first_waiting(), parked or self._last_sealed() + 1))

    def _begin_queue(self, queue: str, first: int) -> None:
        self.put("queue_offset", str(first - 1))
        self.put("queue", queue)
        self.put("durable_seq", None)  # of the new queue no backup holds anything yet
        for mark in ("settled_seq", "whole_seq"):  # the old queue's checkpoints told of a clone's lines too
            self.put(mark, str(min(self._number(mark), first - 1)))

    def begin_epoch(self, epoch: str, queue: str) -> None:
        """The server was restored: all that is kept is sent again, and the base is asked for from the start.

        What the server still has answers with its receipt. Not only what follows its last seq: a clone of this phone may have
        filled our queue meanwhile, and only our own lines show that (as a fork). A device that had earlier queues sends all in
        a new one (`queue`).
        """
        with self._transaction():
            if self._number("queue_offset"):
                self._send_all_anew(queue)
            else:
                self._forget_receipts()
            self.put("epoch", epoch)
            self._leave_history()

    def send_all_anew(self, queue: str) -> None:
        """All that is kept goes out in a new queue, and the base begins anew; the queue is not known to the server yet."""
        with self._transaction():
            self._send_all_anew(queue)
            self.put("epoch", None)
            self._leave_history()

    def _send_all_anew(self, queue: str) -> None:
        first = int(self._db.execute("SELECT coalesce(min(seq), ?) FROM outbox", [self._last_sealed() + 1]).fetchone()[0])
        self._begin_queue(queue, first)
        self._forget_receipts()

    def _forget_receipts(self) -> None:
        self._db.execute("UPDATE outbox SET outcome = NULL, result = NULL")
        for mark in ("settled_seq", "whole_seq", "durable_seq"):
            self.put(mark, None)

    @abstractmethod
    def _leave_history(self) -> None:
        """What the base does when the server's history is another one."""


def _sealed(row: tuple[Any, ...]) -> Sealed:
    seq, mid, name, entity_type, entity_id, line, outcome, result = row
    return Sealed(seq, mid, name, entity_type, entity_id, line, outcome, None if result is None else json.loads(result))
