"""The application in this process, on a line of its own: the client that it gives out can be exchanged, and its answers met."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import assemble, create_app
from api.web import read_client
from operations.client import DIST

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

    from settings import Settings

_API = "/api/v1/"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the interface's
        pass


class Line:
    """Before the application. `meet` calls somebody at one of the next requests."""

    def __init__(self, server: Flask) -> None:
        self.server = server
        self.url = ""
        self._turn = threading.Lock()
        self._left = 0
        self._path = ""
        self._is_answered = False
        self._somebody: Callable[[], None] | None = None

    def meet(self, nth: int, somebody: Callable[[], None], *, path: str = _API, is_answered: bool = False) -> None:
        """He is called once, at the `nth` request from now on under that path: when it came, or when it was answered."""
        with self._turn:
            self._left, self._path, self._is_answered, self._somebody = nth, path, is_answered, somebody

    def meet_nobody(self) -> None:
        """From now on nobody is called."""
        with self._turn:
            self._somebody = None

    def give_out(self, client: Path) -> None:
        """From now on this build of the client."""
        self.server.extensions["client"] = read_client(client)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A request. Of one whose sender went before it was answered the application hears too."""
        somebody = self._met(environ["PATH_INFO"])
        if somebody is not None and not self._is_answered:
            somebody()
        answer = [b"".join(self.server.wsgi_app(environ, start_response))]
        if somebody is not None and self._is_answered:
            somebody()
        return answer

    def _met(self, path: str) -> Callable[[], None] | None:
        with self._turn:
            if self._somebody is None or not path.startswith(self._path):
                return None
            self._left -= 1
            if self._left > 0:
                return None
            somebody, self._somebody = self._somebody, None
            return somebody


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """On the time that is, as the browser has it."""
    parts = assemble(settings)
    yield create_app(settings, parts)
    parts.database.dispose()


@contextmanager
def listening(server: Flask) -> Iterator[Line]:
    """At a free port of this machine, until the end of the test."""
    line = Line(server)
    listener = make_server("127.0.0.1", 0, line, threaded=True, request_handler=Quiet)
    line.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield line
    listener.shutdown()
    thread.join()
    listener.server_close()


def version_of_client(directory: Path, version: str) -> Path:
    """The same build with another page, as its worker would know it."""
    shutil.copytree(DIST, directory, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    page, worker = directory / "index.html", directory / "service-worker.js"
    page.write_bytes(page.read_bytes().replace(b"<html ", f'<html data-version="{version}" '.encode()))
    digest = base64.b64encode(hashlib.sha256(page.read_bytes()).digest()).decode()
    changed, count = re.subn(r'("url":"/","integrity":)"[^"]+"', rf'\1"sha256-{digest}"', worker.read_text(encoding="utf-8"))
    assert count == 1
    name = hashlib.sha256(version.encode()).hexdigest()[:16]
    worker.write_text(re.sub(r'"[0-9a-f]{16}"', f'"{name}"', changed), encoding="utf-8")
    return directory
