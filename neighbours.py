"""How we speak with the systems around us: a bearer key, JSON, short patience, bounded answers, and nobody followed elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

_CONNECT_SECONDS = 5.0
_PUSHED_TIMEOUT = httpx.Timeout(10.0, connect=_CONNECT_SECONDS)  # of those whom we tell, one after the other
_MOST_BYTES = 8 * 1024 * 1024
_LONGEST_WAIT = timedelta(hours=6)


class NeighbourFailed(Exception):
    """It did not answer, or not as agreed. The message says what, in one line without the key."""


class Neighbour:
    """One system, by its address and the key that it gave us."""

    def __init__(self, url: str, key: str, patience_seconds: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._patience_seconds = patience_seconds

    def ask(self, path: str, params: Mapping[str, str]) -> bytes:
        """The document behind an address. Raises NeighbourFailed."""
        return self._answer("GET", path, (httpx.codes.OK,), params=params)

    def order(self, path: str, document: Any, key: str) -> bytes:
        """What it makes of a document. The same `key` again says that it is the same one. Raises NeighbourFailed."""
        made = (httpx.codes.OK, httpx.codes.CREATED)
        return self._answer("POST", path, made, json=document, headers={"Idempotency-Key": key})

    def tell(self, path: str, document: Any, key: str) -> None:
        """Hand a document over. The same `key` again says that it is the same one. Raises NeighbourFailed."""
        taken = (httpx.codes.OK, httpx.codes.CREATED, httpx.codes.NO_CONTENT)
        self._answer("POST", path, taken, json=document, headers={"Idempotency-Key": key})

    def _answer(self, method: str, path: str, wanted: tuple[int, ...], **request: Any) -> bytes:
        headers = {**self._headers, **request.pop("headers", {})}
        timeout = httpx.Timeout(self._patience_seconds, connect=min(self._patience_seconds, _CONNECT_SECONDS))
        until = time.monotonic() + 2 * self._patience_seconds
        try:
            with httpx.stream(method, self._url + path, headers=headers, timeout=timeout, **request) as answer:
                if answer.status_code not in wanted:
                    raise NeighbourFailed(f"answered {answer.status_code}")
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        raise NeighbourFailed(f"answered more than {_MOST_BYTES} bytes")
                    if time.monotonic() > until:
                        raise NeighbourFailed("answered too slowly")
                return body
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise NeighbourFailed(f"{type(error).__name__} on the way") from error


def retry_after(attempts: int) -> timedelta:
    """How long to wait with what failed so many times: two minutes, four, eight, up to six hours."""
    return min(timedelta(minutes=2 ** min(attempts, 10)), _LONGEST_WAIT)


def hand_over(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Give somebody what he asked to be told, as signed: any 2xx is a receipt, and what else he says is not read.

    Raises NeighbourFailed.
    """
    try:
        with httpx.stream("POST", url, content=body, headers=headers, timeout=_PUSHED_TIMEOUT, follow_redirects=False) as answer:
            if not answer.is_success:
                raise NeighbourFailed(f"answered {answer.status_code}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NeighbourFailed(f"{type(error).__name__} on the way") from error
