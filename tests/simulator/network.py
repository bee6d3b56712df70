"""The line between phones and the server: it drops, doubles, delays, reorders, tears and cuts, as the seed says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

from device.transport import NDJSON, Answer, NoNetwork

LONGEST_DELAY = 25  # in steps
_KEPT_ANSWERS = 6
_LONGEST_NAME = 30
PULL, PUSH = "/api/v1/sync/pull", "/api/v1/sync/push"

# What happens to a request on a bad line, and how often in a hundred.
FAULTS = {"drop": 5, "delay": 6, "double": 6, "tear": 4, "lose": 7, "cut": 8, "crash": 3}


class ServerBroke(AssertionError):
    """The server answered with a defect of its own."""


class PowerCut(BaseException):
    """The server's process ends here. No handler of errors sees it, as none would."""


@dataclass(frozen=True)
class Request:
    """One request as it was sent."""

    who: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def short_path(self) -> str:
        """For the trace, without ids: those of uploads are another one in each run."""
        return "/".join(part if len(part) < _LONGEST_NAME else "…" for part in self.path.removeprefix("/api/v1").split("/"))

    @property
    def cursor(self) -> str | None:
        """Of a pull, the cursor that it asks with."""
        found: str | None = json.loads(self.body)["cursor"]
        return found


class Server(Protocol):
    """What receives requests. `crash` names the point at which it shall lose power; it is started again at once."""

    crash: str | None

    def answer(self, request: Request) -> Answer: ...

    def restart(self) -> None: ...


CRASHES = ("before the commit", "heads taken", "after the commit")


class Network:
    """All lines at once. `is_calm`: nothing goes wrong any more."""

    def __init__(self, rng: Random, server: Server, tell: Callable[[str], None]) -> None:
        self.is_calm = False
        self.step = 0
        self.bytes_carried = 0
        self.order: list[tuple[str, str]] = []  # (who, path) of all that was sent
        self.heard: dict[str, list[tuple[str | None, bytes]]] = {}  # who -> cursor asked with, whole answer of a pull
        self._late: list[tuple[int, Request]] = []
        self._rng = rng
        self._server = server
        self._tell = tell

    def send(self, request: Request) -> Answer:
        """Carry one request, or not. Raises NoNetwork."""
        request = replace(request, headers={name: value for name, value in request.headers.items() if name != "Accept-Encoding"})
        self.order.append((request.who, request.path))
        fault = self._fault(request)
        if fault:
            self._tell(f"    {request.who} {request.short_path}: {fault}")
        if fault == "drop":
            raise NoNetwork("dropped")
        if fault == "delay":
            self._late.append((self.step + self._rng.randint(1, LONGEST_DELAY), request))
            raise NoNetwork("delayed")
        if fault == "tear":
            request = replace(request, body=request.body[: int(len(request.body) * self._rng.random())])
        if fault == "double":
            self._deliver(request)
        if fault == "crash":
            self._server.crash = self._rng.choice(CRASHES)
        answer = self._deliver(request)
        if fault == "lose" or (fault == "cut" and answer.headers.get("content-type") != NDJSON):
            raise NoNetwork("the answer was lost")
        if fault == "cut":
            return replace(answer, body=_beginning(answer.body, self._rng.random()))
        return answer

    def arrive(self) -> None:
        """Requests that were held up arrive, those due at the same step in the order of the seed; nobody hears the answers."""
        due = [item for item in self._late if item[0] <= self.step or self.is_calm]
        self._late = [item for item in self._late if item not in due]
        self._rng.shuffle(due)
        for _, request in due:
            self._tell(f"    late: {request.who} {request.short_path}")
            try:
                self._deliver(request)
            except NoNetwork:
                continue

    def _fault(self, request: Request) -> str | None:
        if self.is_calm:
            return None
        mark = self._rng.randrange(100)
        for fault, chance in FAULTS.items():
            mark -= chance
            if mark < 0:
                return fault if _fits(fault, request) else None
        return None

    def _deliver(self, request: Request) -> Answer:
        try:
            answer = self._server.answer(request)
        except PowerCut as cut:
            self._server.restart()
            raise NoNetwork(str(cut)) from cut
        finally:
            self._server.crash = None
        if answer.status >= 500 and answer.status != 503:
            raise ServerBroke(f"{request.method} {request.path}: {answer.status} {answer.body[:2000].decode()}")
        self.bytes_carried += len(request.body) + len(answer.body)
        if request.path == PULL and answer.status == 200:
            kept = self.heard.setdefault(request.who, [])
            kept.append((request.cursor, answer.body))
            del kept[:-_KEPT_ANSWERS]
        return answer


def _beginning(body: bytes, part: float) -> bytes:
    """The whole lines of a part of them, and a torn one: where it is cut does not depend on how long a clock's text is."""
    lines = body.splitlines(keepends=True)
    whole = int(len(lines) * part)
    return b"".join(lines[:whole]) + lines[whole][:-2]


def _fits(fault: str, request: Request) -> bool:
    if fault == "cut":  # another answer that is cut is no answer, as if it were lost
        return request.path in (PULL, PUSH)
    if fault == "tear":
        return request.path == PUSH
    if fault == "delay":  # somebody who signs in waits for the answer
        return "/auth/" not in request.path
    return True


@dataclass(frozen=True)
class Radio:
    """The transport of one phone."""

    network: Network
    who: str
    address: str

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Through the network, whose proxy says where it came from. Raises NoNetwork."""
        return self.network.send(Request(self.who, method, path, {**headers, "X-Forwarded-For": self.address}, body))
