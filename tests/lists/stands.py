"""Neighbours on this machine that answer over HTTP, for the contracts of what we ask of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Stand(BaseHTTPRequestHandler):
    """Answers with JSON; `reply` is the neighbour. What it was asked is in `asked`."""

    asked: list[tuple[str, dict[str, str], Any]]

    def reply(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Status and document; bytes go out as they are. This one knows nothing: each neighbour says what it knows."""
        return 404, {}

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null"))

    def _answer(self, body: Any) -> None:
        path, query = urlsplit(self.path).path, {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append((path, query, body))
        status, document = self.reply(path, query, body)
        sent = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        if status in (301, 302, 307):
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def standing(handler: type[Stand]) -> Iterator[str]:
    """The address of such a neighbour, while it lasts."""
    handler.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
