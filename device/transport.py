"""How a device reaches the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

NDJSON = "application/x-ndjson"


class NoNetwork(Exception):
    """The server cannot be reached, or the answer was cut off: try again later."""


@dataclass(frozen=True)
class Answer:
    """A whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends one request and returns the whole answer; of lines (NDJSON) also the part that came before a cut.

    Raises NoNetwork.
    """

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


class HttpTransport:
    """Over HTTP, with short timeouts and one connection kept alive."""

    def __init__(self, base_url: str, timeout_seconds: float = 30.0) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=timeout_seconds)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request; a broken connection is NoNetwork, whatever its cause."""
        pieces: list[bytes] = []
        try:
            with self._client.stream(method, path, headers={"Accept-Encoding": "identity", **headers}, content=body) as response:
                try:
                    for piece in response.iter_raw():
                        pieces.append(piece)  # noqa: PERF402 - what came before a cut is kept
                except httpx.TransportError:
                    if response.headers.get("content-type") != NDJSON:
                        raise
        except httpx.TransportError as error:
            raise NoNetwork(str(error)) from error
        return Answer(response.status_code, response.headers, b"".join(pieces))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
