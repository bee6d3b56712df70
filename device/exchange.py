"""The device's side of the protocol: what leaves the outbox, and what comes into the base."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import uuid_utils

from device.store import Sealed, Store
from device.transport import Answer, NoNetwork, Transport

API = "/api/v1"
SCHEMA = 1
PUSH_MUTATIONS = 200
PULL_BYTES = 524_288
BIGINT = 2**63 - 1
_GZIP = 31  # zlib's way to say: gzip framing only
_MOST_RECOVERIES = 20  # in one push; more would be a server that contradicts itself


class Refused(Exception):
    """The server answered with a problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(status, problem.get("type"), problem)
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code at the end of the problem's type."""
        return str(self.problem.get("type", "")).rsplit("/", 1)[-1]


class Exchange:
    """One queue's traffic with the server. Whatever is cut off or refused, the outbox keeps its lines."""

    def __init__(self, transport: Transport, store: Store) -> None:
        self.transport = transport
        self.store = store
        self.queue = self.store.kept("queue", new_id)
        self.page_bytes = PULL_BYTES  # how much a page may hold: less after each torn answer, more after each whole one

    def register(self) -> dict[str, Any]:
        """Make the queue known to the server. Repeatable."""
        raise NotImplementedError

    def refresh(self) -> None:
        """New tokens."""
        raise NotImplementedError

    # ---- on line ----

    def call(self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, token: bool = True) -> Any:
        """One request of the HTTP API; the decoded JSON. An expired access token is refreshed once. Raises Refused."""
        answer = self._send(method, path, body, headers or {}, token=token)
        if answer.status == 401 and token and self.store.get("refresh_token"):
            self.refresh()
            answer = self._send(method, path, body, headers or {}, token=token)
        return self._read(answer)

    def _read(self, answer: Answer) -> Any:
        """The JSON of an answer. Raises Refused; a phone that was reported lost forgets its base first."""
        try:
            return _decoded(answer)
        except Refused as refused:
            if refused.code == "wipe":
                self.store.forget_base()
            raise

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str], *, token: bool) -> Answer:
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        sent = {"Content-Type": "application/json", "Accept": "*/*", **headers} if content else dict(headers)
        access = self.store.get("access_token")
        if token and access:
            sent["Authorization"] = f"Bearer {access}"
        return self.transport.send(method, API + path, sent, content)

    def _authorised(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        answer = self._send("POST", path, body, headers, token=True)
        if answer.status == 401 and self.store.get("refresh_token"):
            self.refresh()
            answer = self._send("POST", path, body, headers, token=True)
        if answer.status >= 400:
            self._read(answer)
        return answer

    def _introduce(self) -> None:
        """Register, if no answer to that ever arrived."""
        if self.store.get("epoch") is None:
            self.register()

    # ---- up ----

    def push(self, batch: int = PUSH_MUTATIONS, first_seq: int | None = None) -> list[dict[str, Any]]:
        """Send what waits, in order; the results of this round. Raises NoNetwork if the answer was cut off, Refused.

        `first_seq`: begin there, also with what was acknowledged: a server that was set back has lost it.

        A torn or too large body halves the batch; a gap and a new epoch send again from where the server stands; a fork (this
        phone was cloned) opens a new queue, in which the unacknowledged lines go out unchanged.
        """
        results: list[dict[str, Any]] = []
        start, recoveries = min(self.store.first_waiting(), first_seq or BIGINT), 0
        while waiting := self.store.lines_from(start, batch):
            try:
                received = self.push_lines(waiting)
            except Refused as refused:
                recoveries += 1
                if recoveries > _MOST_RECOVERIES:
                    raise
                start, batch = self._recovered(refused, start, min(batch, len(waiting)))
                continue
            self.store.acknowledge(received, self._offset)
            results += received
            if len(received) < len(waiting):
                raise NoNetwork("the answer of the push was cut off")
            start = waiting[-1].seq + 1
        return results

    def _recovered(self, refused: Refused, start: int, batch: int) -> tuple[int, int]:
        """Where and in what portions to go on after a refusal. Raises it where one cannot."""
        if refused.code in ("torn_body", "body_too_large") and batch > 1:
            return start, batch // 2
        if refused.code == "gap":
            return int(refused.problem["expected_seq"]) + self._offset, batch
        if refused.code == "fork":
            self.queue = new_id()
            self.store.begin_queue(self.queue)
            self.register()
            return self.store.first_waiting(), batch
        if refused.code == "not_found":  # the answer of the registration was lost, and with it perhaps the registration
            self.register()
            return start, batch
        if refused.code == "epoch":
            self._meet_epoch(refused)
            return int(refused.problem["last_seq"]) + 1 + self._offset, batch
        raise refused

    @property
    def _offset(self) -> int:
        """How many lines went out in earlier queues of this device."""
        return int(self.store.get("queue_offset") or 0)

    def _meet_epoch(self, refused: Refused) -> None:
        """The server's history is another one now: what it lost is sent again, what it has is asked for from the start."""
        self.store.put("epoch", refused.problem["epoch"])
        self.store.start_anew()

    def push_lines(self, waiting: list[Sealed]) -> list[dict[str, Any]]:
        """One request with these lines; the results that came back."""
        self._introduce()
        lines = _lines(self._authorised("/sync/push", *self.push_request(waiting)))
        return [line for line in lines if line["kind"] == "result"]

    def push_request(self, waiting: list[Sealed]) -> tuple[bytes, dict[str, str]]:
        """The body and the headers that carry these lines."""
        head = {
            "kind": "push",
            "queue": self.queue,
            "first_seq": waiting[0].seq - self._offset,
            "count": len(waiting),
            "epoch": self.store.get("epoch"),
            "schema": SCHEMA,
            "pending": self.store.count_waiting(),
            "oldest_pending": json.loads(waiting[0].line)["made_at"]["wall"],
        }
        body = b"\n".join([json.dumps(head).encode(), *(sealed.line for sealed in waiting)]) + b"\n"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return body, {"Content-Type": "application/x-ndjson", "Content-Digest": f"sha-256=:{digest}:"}

    # ---- down ----

    def pull(self) -> dict[str, Any]:
        """Pull until a checkpoint with nothing left; the last `end` line. Raises NoNetwork, Refused."""
        while True:
            try:
                end = self.pull_page()
            except Refused as refused:
                if refused.code != "epoch" or self.store.get("epoch") == refused.problem["epoch"]:
                    raise
                self._meet_epoch(refused)
                last_seq = refused.problem.get("last_seq")
                self.push(first_seq=None if last_seq is None else int(last_seq) + 1 + self._offset)
                continue
            if not end["more"] and self.store.get("cursor") == end["cursor"]:  # else somebody else was quicker
                return end

    def pull_page(self) -> dict[str, Any]:
        """One page. A bad cursor starts anew; a torn answer is kept up to its last cursor. Raises NoNetwork if it is torn."""
        self._introduce()
        cursor = self.store.get("cursor")
        asked = {"queue": self.queue, "cursor": cursor, "schema": SCHEMA, "max_bytes": self.page_bytes}
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
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
        return self.take_page(cursor, _lines(answer))

    def take_page(self, cursor: str | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Apply a page up to its last cursor in one local transaction. Raises NoNetwork if its end is missing."""
        last = max((number for number, line in enumerate(lines) if line["kind"] in ("cursor", "end")), default=-1)
        if last >= 0:
            settled = None
            if lines[last]["kind"] == "end" and lines[last]["checkpoint"]:
                settled = int(lines[0]["last_seq"]) + self._offset
            self.store.apply_page(cursor, lines[: last + 1], lines[last]["cursor"], settled)
        if not lines or lines[-1]["kind"] != "end":
            self.page_bytes = max(1, self.page_bytes // 2)  # down to one row: whatever the link lets through is progress
            raise NoNetwork("the answer of the pull was cut off")
        self.page_bytes = min(PULL_BYTES, self.page_bytes * 2)
        return lines[-1]


def new_id() -> str:
    """A UUIDv7, as text."""
    return str(uuid_utils.uuid7())


def _lines(answer: Answer) -> list[dict[str, Any]]:
    """The whole lines of an NDJSON answer; a line that was cut is none."""
    body = answer.body
    if answer.headers.get("content-encoding") == "gzip" and body[:2] == b"\x1f\x8b":
        body = zlib.decompressobj(_GZIP).decompress(body)  # of a cut answer, what came
    whole = body[: body.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines() if line]


def _decoded(answer: Answer) -> Any:
    """The JSON of an answer. Raises Refused."""
    try:
        document = json.loads(answer.body) if answer.body else None
    except ValueError:
        document = None
    if answer.status >= 400:
        raise Refused(answer.status, document if isinstance(document, dict) else {"type": "", "status": answer.status})
    return document
