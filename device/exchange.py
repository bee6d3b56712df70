"""One request at a time between a device and the server: tokens, problems, lines."""

from __future__ import annotations

import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import uuid_utils

from device.storage import Storage
from device.transport import Answer, Transport

try:
    from backports import zstd
except ImportError:  # a device does without it
    ACCEPTED = "gzip"
else:
    ACCEPTED = "zstd, gzip;q=0.5"

API = "/api/v1"
SCHEMA = 1  # the version of the protocol and of the lines
PULL_BYTES = 524_288
Result = TypeVar("Result")
_GZIP = 31  # zlib's way to say: gzip framing only
_FRAMES = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # how they begin: a proxy may have unpacked it already


_LONGEST_PAUSE_SECONDS = 60  # who is to stay away for longer comes back in a later sync
_MOST_PAUSES = 20  # in a row


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

    @property
    def pause_seconds(self) -> int | None:
        """How long a server that has too much to do wants to be left alone; None if that is not why, or longer than we wait."""
        asked = self.problem.get("retry_after_seconds")
        return asked if self.status in (429, 503) and isinstance(asked, int) and asked <= _LONGEST_PAUSE_SECONDS else None


class Exchange(ABC):
    """One queue's traffic with the server. Whatever is cut off or refused, the outbox keeps its lines."""

    schema = SCHEMA

    def __init__(self, transport: Transport, store: Storage, pause: Callable[[float], None]) -> None:
        self.transport = transport
        self.store = store
        self._pause = pause
        self.queue = self.store.kept("queue", new_id)

    @abstractmethod
    def register(self) -> dict[str, Any]:
        """Make the queue known to the server. Repeatable."""

    @abstractmethod
    def refresh(self) -> None:
        """New tokens."""

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

    def _authorised(self, path: str, body: bytes | None, headers: dict[str, str], method: str = "POST") -> Answer:
        answer = self._send(method, path, body, headers, token=True)
        if answer.status == 401 and self.store.get("refresh_token"):
            self.refresh()
            answer = self._send(method, path, body, headers, token=True)
        if answer.status >= 400:
            self._read(answer)
        return answer

    def _patiently(self, act: Callable[[], Result]) -> Result:
        """Again after each pause that a crowded server asks for. Raises Refused where it is not that, or goes on and on."""
        for _ in range(_MOST_PAUSES):
            try:
                return act()
            except Refused as refused:
                if refused.pause_seconds is None:
                    raise
                self._pause(refused.pause_seconds)
        return act()

    @property
    def _offset(self) -> int:
        """How many lines went out in earlier queues of this device."""
        return int(self.store.get("queue_offset") or 0)

    def _meet_epoch(self, epoch: str) -> None:
        """The server's history is another one now: what it lost is sent again, what it has is asked for from the start."""
        self.store.begin_epoch(epoch, new_id())
        if self.store.get("queue") != self.queue:
            self.queue = str(self.store.get("queue"))
            self.register()

    def _introduce(self) -> None:
        """Register, if no answer to that ever arrived."""
        if self.store.get("epoch") is None:
            self.register()


def new_id() -> str:
    """A UUIDv7, as text."""
    return str(uuid_utils.uuid7())


def lines_of(answer: Answer) -> list[dict[str, Any]]:
    """The whole lines of an NDJSON answer; a line that was cut is none."""
    body = answer.body
    encoding = answer.headers.get("content-encoding", "")
    if encoding in _FRAMES and body.startswith(_FRAMES[encoding]):  # of a cut answer, what came
        body = zstd.ZstdDecompressor().decompress(body) if encoding == "zstd" else zlib.decompressobj(_GZIP).decompress(body)
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
