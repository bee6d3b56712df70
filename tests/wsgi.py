"""A device's way straight into the application of this process, where a real one goes over the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any

from device.transport import Answer


class WsgiTransport:
    """A `device.transport.Transport` (PEP 3333); no socket is involved."""

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
