"""A server that ends itself with SIGKILL at the n-th point of its work: around each SQL statement, each commit and each answer.

`python -m tests.sync.kill_server PORT`, with the settings in the environment. It reads numbers from stdin, one a line: for
each it forks a server that is killed at that point (0: never, until the next line), and says "ended" once it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import event
from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import create_app
from settings import Settings


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log(self, *_: Any, **__: Any) -> None:
        """Nothing."""


class Points:
    """Counts what is passed, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._passed = 0
        self._lock = threading.Lock()

    def pass_one(self, *_: Any) -> None:
        """One more point."""
        with self._lock:
            self._passed += 1
            if self._passed == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Any) -> None:
        """Around every statement and before every COMMIT of this engine; what follows a COMMIT is seen by `answering`."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
            event.listen(engine, name, self.pass_one)

    def answering(self, application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The application, with a point before its answer is sent and one in the middle of it."""

        def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
            body = b"".join(application(environ, start_response))
            self.pass_one()
            yield body[: len(body) // 2]
            self.pass_one()
            yield body[len(body) // 2 :]

        return answer


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(port: int) -> None:
    """Fork a server for each number; ends with stdin."""
    app = create_app(Settings.from_environment())
    engine = app.extensions["fire"].database.engine
    engine.dispose()  # what starting has opened: each server makes its own
    _say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            points = Points(int(line))
            points.watch(engine)
            make_server("127.0.0.1", port, points.answering(app), threaded=True, request_handler=Quiet).serve_forever()
        _say(str(child))
        os.waitpid(child, 0)
        _say("ended")


if __name__ == "__main__":
    main(int(sys.argv[1]))
