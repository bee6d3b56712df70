"""How the people of the demo reach the server: patiently, and with a radio that can be switched off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from device.transport import Answer, NoNetwork, Transport

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1.0
_AWAY = (502, 503, 504)
_TEAR_TIMEOUT_SECONDS = 10
_UPLOAD_BUSY = 423  # the writer of a torn upload is not known to be gone yet


class Patient:
    """Sends again what got no answer, for a while. Every write of the demo may be repeated: it carries a key, or is one.

    So a server that is killed and started again costs time and nothing else. Refusals are answers and are not repeated.
    """

    def __init__(
        self, inner: Transport, patience_seconds: float, *, url: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.inner = inner
        self.url = url  # empty: the application is in this process, and there is no line to cut
        self.patience_seconds = patience_seconds
        self.sleep = sleep
        self.repeated = 0

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request, as often as it takes. Raises NoNetwork when the patience is over."""
        until, wait_seconds = time.monotonic() + self.patience_seconds, _FIRST_WAIT_SECONDS
        while True:
            try:
                answer = self.inner.send(method, path, headers, body)
            except NoNetwork:
                if time.monotonic() > until:
                    raise
            else:
                if not _is_busy(answer) or time.monotonic() > until:
                    return answer
            self.repeated += 1
            self.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)


def _is_busy(answer: Answer) -> bool:
    """True if the same request may fare better soon."""
    return answer.status in (*_AWAY, _UPLOAD_BUSY) or (answer.status == 409 and b'"/problems/busy"' in answer.body)


class Radio:
    """One phone's network. Off, nothing leaves it; `sent` counts what did."""

    def __init__(self, network: Patient) -> None:
        self.network = network
        self.is_on = True
        self.sent = 0

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request. Raises NoNetwork at once while the radio is off."""
        if not self.is_on:
            raise NoNetwork("the radio is off")
        self.sent += 1
        return self.network.send(method, path, headers, body)

    def tear(self, method: str, path: str, headers: Mapping[str, str], body: bytes, declared_bytes: int) -> None:
        """Begin a request that declares more bytes than it sends, and lose the connection in the middle of it."""
        self.sent += 1
        if not self.network.url:
            with suppress(NoNetwork):
                self.network.inner.send(method, path, headers, body)
            return
        address = urlsplit(self.network.url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=_TEAR_TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body=iter([body]), headers={**headers, "Content-Length": str(declared_bytes)})
        except (OSError, HTTPException):
            return  # the line was cut already
        finally:
            connection.close()

    @contextmanager
    def off(self) -> Iterator[None]:
        """Out of reach for a while."""
        self.is_on = False
        try:
            yield
        finally:
            self.is_on = True
