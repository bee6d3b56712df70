"""Push: what waits in the outbox goes up in order, whatever the line and the server do meanwhile."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from device.exchange import Exchange, Refused, lines_of, new_id
from device.storage import Sealed
from device.transport import NoNetwork

PUSH_MUTATIONS = 200
_MOST_RECOVERIES = 20  # without one new line getting through; more would be a server that contradicts itself


class Pushing(Exchange):
    """The outbox on its way up."""

    def push(self, batch: int = PUSH_MUTATIONS) -> list[dict[str, Any]]:
        """Send what waits, in order; the results of this round. Raises NoNetwork if the answer was cut off, Refused.

        A torn or too large body halves the portion, which grows again with each that gets through, and so does a crowded
        server after a pause; a gap and a new epoch send again from where the server stands; a fork (this phone was cloned)
        opens a new queue, in which the unacknowledged lines go out unchanged.
        """
        results: list[dict[str, Any]] = []
        start, portion, recoveries = self.store.first_waiting(), batch, 0
        while waiting := self.store.lines_from(start, portion):
            try:
                received = self.push_lines(waiting)
            except Refused as refused:
                recoveries += 1
                if recoveries > _MOST_RECOVERIES:
                    raise
                start, portion = self._recovered(refused, start, min(portion, len(waiting)))
                continue
            self.store.acknowledge(received, self._offset)
            results += received
            if len(received) < len(waiting):
                raise NoNetwork("the answer of the push was cut off")
            start = waiting[-1].seq + 1
            portion = min(batch, portion + max(portion // 4, 1))
            if not all(result["duplicate"] for result in received):
                recoveries = 0
        return results

    def _recovered(self, refused: Refused, start: int, batch: int) -> tuple[int, int]:
        """Where and in what portions to go on after a refusal. Raises it where one cannot."""
        if refused.pause_seconds is not None:
            self._pause(refused.pause_seconds)
            return start, max(batch // 2, 1)
        if refused.code in ("torn_body", "body_too_large") and batch > 1:
            return start, batch // 2
        expected = int(refused.problem["expected_seq"]) + self._offset if refused.code == "gap" else 0
        if expected and (kept := self.store.lines_from(1, 1)) and kept[0].seq <= expected:
            return expected, batch
        if refused.code in ("gap", "fork"):  # a gap that cannot be filled: the server was set back further than lines are kept
            self.queue = new_id()
            self.store.begin_queue(self.queue)
            self.register()
            return self._offset + 1, batch
        if refused.code == "not_found":  # the answer of the registration was lost, and with it perhaps the registration
            self.register()
            return self.store.first_waiting(), batch
        if refused.code == "epoch":
            self._meet_epoch(refused.problem["epoch"])
            return self.store.first_waiting(), batch
        raise refused

    def push_lines(self, waiting: list[Sealed]) -> list[dict[str, Any]]:
        """One request with these lines; the results that came back."""
        self._introduce()
        lines = lines_of(self._authorised("/sync/push", *self.push_request(waiting)))
        for line in lines:
            if line["kind"] == "ack":
                self.store.put("durable_seq", str(line["durable_seq"]))
        return [line for line in lines if line["kind"] == "result"]

    def push_request(self, waiting: list[Sealed]) -> tuple[bytes, dict[str, str]]:
        """The body and the headers that carry these lines."""
        head = {
            "kind": "push",
            "queue": self.queue,
            "first_seq": waiting[0].seq - self._offset,
            "count": len(waiting),
            "epoch": self.store.get("epoch"),
            "schema": self.schema,
            "pending": self.store.count_waiting(),
            "oldest_pending": json.loads(waiting[0].line)["made_at"]["wall"],
        }
        body = b"\n".join([json.dumps(head).encode(), *(sealed.line for sealed in waiting)]) + b"\n"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return body, {"Content-Type": "application/x-ndjson", "Content-Digest": f"sha-256=:{digest}:"}
