"""How a device reaches the server: over the network, or in tests straight into the WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

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


class WsgiTransport:
    """Into an application in the same process (PEP 3333); no socket is involved."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request."""
        path_info, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path_info,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "device.test",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        seen: dict[str, Any] = {}

        def start_response(status: str, response_headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], Any]:
            seen["status"], seen["headers"] = int(status.split(maxsplit=1)[0]), dict(response_headers)
            return lambda data: None

        chunks = self._application(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return Answer(seen["status"], {name.lower(): value for name, value in seen["headers"].items()}, content)
