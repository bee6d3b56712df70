"""Pull: pages, snapshots and refills bring the base to a checkpoint."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from device.exchange import ACCEPTED, PULL_BYTES, Refused, lines_of
from device.pushing import Pushing
from device.storage import Line, Storage
from device.transport import NoNetwork, Transport

_GZIP = 31
REFILL_EVERY = timedelta(days=1)  # a scope whose digest differs is asked for again no oftener


class Pulling(Pushing):
    """The base, and how it comes down."""

    def __init__(self, transport: Transport, store: Storage, pause: Callable[[float], None]) -> None:
        super().__init__(transport, store, pause)
        self.page_bytes = PULL_BYTES  # how much a page may hold: less after each torn answer, more after each whole one
        self._refill: list[str] = []  # scopes whose digest differs: the next page is to begin them anew

    def pull(self) -> Line:
        """Pull until a checkpoint with nothing left; the last `end` line. Raises NoNetwork, Refused."""
        while True:
            try:
                end = self._patiently(self.pull_page)
            except Refused as refused:
                if refused.code != "epoch" or self.store.get("epoch") == refused.problem["epoch"]:
                    raise
                self._meet_epoch(refused.problem["epoch"])
                self.push()
                continue
            if end["more"] or self.store.get("cursor") != end["cursor"]:  # else somebody else was quicker
                continue
            self._refill = self._differing(end)
            if not self._refill:
                self.store.forget_safe(int(self.store.get("durable_seq") or 0))
                return end

    def pull_page(self) -> Line:
        """One page. A bad cursor starts anew; a torn answer is kept up to its last cursor. Raises NoNetwork if it is torn."""
        self._introduce()
        cursor = self.store.get("cursor")
        asked = {"queue": self.queue, "cursor": cursor, "schema": self.schema, "max_bytes": self.page_bytes,
                 "adopted": self.store.adopted(), "refill": self._refill}  # fmt: skip
        headers = {"Content-Type": "application/json", "Accept-Encoding": ACCEPTED}
        try:
            answer = self._authorised("/sync/pull", json.dumps(asked).encode(), headers)
        except Refused as refused:
            if refused.code == "bad_cursor" and cursor is not None:
                self.store.start_anew()
            elif refused.code == "not_found":  # the registration itself was lost
                self.register()
            else:
                raise
            return self.pull_page()
        lines = lines_of(answer)
        if lines and lines[0]["epoch"] != self.store.get("epoch"):  # without a cursor nobody refuses us
            self._meet_epoch(lines[0]["epoch"])
            self.push()
            return self.pull_page()
        end = self.take_page(cursor, lines)
        for line in lines:
            if line["kind"] == "snapshot":
                self._load(line)
        return end

    def take_page(self, cursor: str | None, lines: list[Line]) -> Line:
        """Apply a page up to its last cursor in one local transaction. Raises NoNetwork if its end is missing."""
        last = max((number for number, line in enumerate(lines) if line["kind"] in ("cursor", "end")), default=-1)
        if last >= 0:
            settled = None
            if lines[last]["kind"] == "end" and lines[last]["checkpoint"]:
                settled = int(lines[0]["last_seq"]) + self._offset
            if self.store.apply_page(cursor, lines[: last + 1], lines[last]["cursor"], settled):
                self._begun_anew()
        if not lines or lines[-1]["kind"] != "end":
            self.page_bytes = max(1, self.page_bytes // 2)  # down to one row: whatever the link lets through is progress
            raise NoNetwork("the answer of the pull was cut off")
        self.page_bytes = min(PULL_BYTES, self.page_bytes * 2)
        return lines[-1]

    # ---- large scopes ----

    def _load(self, offer: Line) -> None:
        """Load the chunks of a snapshot that are not here yet; with all of them the next pull says so. Raises NoNetwork."""
        scope, snapshot_id = offer["key"], offer["id"]
        self.store.begin_snapshot(scope, snapshot_id)
        for chunk in offer["chunks"]:
            sha256 = chunk["sha256"]
            if self.store.has_chunk(scope, sha256):
                continue
            try:
                body = self._authorised(f"/sync/snapshots/{snapshot_id}/{sha256}", None, {}, "GET").body
            except Refused as refused:
                if refused.code != "not_found":
                    raise
                return  # it was replaced: the next page offers another one
            if hashlib.sha256(body).hexdigest() != sha256:
                raise NoNetwork("a chunk arrived broken")
            self.store.take_chunk(scope, sha256, [json.loads(line) for line in zlib.decompress(body, _GZIP).splitlines()])
        self.store.adopt(scope, snapshot_id)

    # ---- digests ----

    def _begun_anew(self) -> None:
        """What was asked for again is on its way: the cursor that came says so, whatever is cut off after it."""
        for scope in self._refill:
            self.store.put(f"refilled {scope}", self.store.get("server_time"))
        self._refill = []

    def _differing(self, end: Line) -> list[str]:
        """Scopes that do not hold what the server counted, and were not begun anew within a day."""
        moment = self.store.get("server_time")
        wrong = []
        for scope, (_, live_rows, digest) in end["digests"].items():
            if self.store.digest(scope) == (live_rows, int(digest, 16)):
                continue
            asked_at = self.store.get(f"refilled {scope}")
            if moment and (asked_at is None or _moment(moment) - _moment(asked_at) >= REFILL_EVERY):
                wrong.append(scope)
        return wrong


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
