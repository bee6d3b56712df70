"""Clients that cost little: requests are sealed before the clock starts, answers are read and hardly looked at."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from device.client import Device
from device.exchange import API, SCHEMA, new_id
from device.transport import HttpTransport
from operations.bench.figures import Figure

PULL_BYTES = 524_288
_GZIP = 31
_KEPT_ALIVE_SECONDS = 10  # the server ends a connection that was idle for long
_LON, _LAT = 111.6856, 40.8455  # in the measured banner


def report_body(words: str, landmark: str = "", **more: Any) -> dict[str, Any]:
    """A named report at the place, without what only HTTP wants (its id)."""
    position = {"lon": _LON, "lat": _LAT, "crs": "wgs84", "accuracy_m": 12, "source": "gps"}
    place = {"position": position, **({"landmark": landmark} if landmark else {})}
    return {"picture": "EXIT", "description": words, "place": place, "photos": [], "report_mode": "REAL_NAME", **more}


class Phone:
    """Somebody's signed-in device, and one connection that is kept alive."""

    def __init__(self, url: str, way_in: dict[str, Any]) -> None:
        self.device = Device(HttpTransport(url))
        self.user = self.device.sign_in(**way_in)
        self.device.register()
        self._queue, self._install = self.device.queue, self.device.install
        self._token, self._refresh_token = (self.device.store.get(name) for name in ("access_token", "refresh_token"))
        address = urlsplit(url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._used_at = time.monotonic()

    def ask(self, figure: Figure, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """One timed request; the body of its answer, unpacked. Raises RuntimeError unless it is a 2xx.

        Whoever is told that the server is crowded comes again when it said, and who is told that his token has expired gets
        another, as every device does; the wait is part of the time.
        """
        sent = {"Authorization": f"Bearer {self._token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        with figure.timed():
            while True:
                answer, content = self._exchange(method, path, body, sent)
                if answer.status == HTTPStatus.UNAUTHORIZED and b'"expired":true' in content:
                    self._renew()
                    sent["Authorization"] = f"Bearer {self._token}"
                elif answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    time.sleep(int(answer.headers["Retry-After"]))
                else:
                    break
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return zlib.decompress(content, _GZIP) if answer.headers.get("Content-Encoding") == "gzip" else content

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        if time.monotonic() - self._used_at > _KEPT_ALIVE_SECONDS:
            self._connection.close()  # the next request opens another
        self._connection.request(method, API + path, body=body, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used_at = time.monotonic()
        return answer, content

    def _renew(self) -> None:
        """New tokens; here and not by the device, whose store belongs to the thread that made it."""
        body = json.dumps({"refresh_token": self._refresh_token, "install": self._install}).encode()
        _, content = self._exchange("POST", "/auth/sessions/refresh", body, {"Content-Type": "application/json"})
        opened = json.loads(content)
        self._token, self._refresh_token = opened["access_token"], opened["refresh_token"]

    def post(self, figure: Figure, path: str, document: dict[str, Any]) -> dict[str, Any]:
        """One JSON document there and back."""
        answer: dict[str, Any] = json.loads(self.ask(figure, "POST", path, json.dumps(document).encode()))
        return answer

    def sealed_push(self, count: int) -> tuple[bytes, dict[str, str]]:
        """The next request of so many reports, ready to be sent."""
        body = report_body("楼道堆放杂物,影响疏散")
        return self.device.push_request([self.device.mutate("hazard.submit", new_id(), body) for _ in range(count)])

    def push(self, figure: Figure, body: bytes, headers: dict[str, str], count: int) -> None:
        """Send a prepared push. Raises RuntimeError unless all of it was applied."""
        applied = self.ask(figure, "POST", "/sync/push", body, **headers).count(b'"outcome":"applied"')
        if applied != count:
            raise RuntimeError(f"{applied} of {count} mutations were applied")

    def pull(self, figure: Figure, cursor: str | None) -> tuple[int, dict[str, Any]]:
        """One page: how many rows came, and its last line."""
        document = {"queue": self._queue, "cursor": cursor, "schema": SCHEMA, "max_bytes": PULL_BYTES,
                    "snapshots": False}  # fmt: skip
        body = self.ask(figure, "POST", "/sync/pull", json.dumps(document).encode(), Accept_Encoding="gzip")
        return body.count(b'{"kind":"row"'), json.loads(body[body.rstrip().rfind(b"\n") + 1 :])

    def bootstrap(self, figure: Figure) -> Iterator[None]:
        """Everything from nothing, page by page."""
        cursor, more = None, True
        while more:
            rows, end = self.pull(figure, cursor)
            figure.count += rows
            cursor, more = end["cursor"], end["more"]
            yield
        self.cursor = cursor

    def idle(self, figure: Figure, times: int) -> Iterator[None]:
        """Ask again and again where nothing has changed. Raises RuntimeError if something has."""
        for _ in range(times):
            rows, _end = self.pull(figure, self.cursor)
            if rows:
                raise RuntimeError("an idle pull brought rows")
            figure.count += 1
            yield
