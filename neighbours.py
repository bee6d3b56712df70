"""How we speak with the systems around us: a bearer key, JSON, short patience, bounded answers, and nobody followed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_PUSHED_TIMEOUT = httpx.Timeout(10.0, connect=5.0)  # of those whom we tell, one after the other
_MOST_BYTES = 8 * 1024 * 1024


class NeighbourFailed(Exception):
    """It did not answer, or not as agreed. The message says what, in one line without the key."""


class Neighbour:
    """One system, by its address and the key that it gave us."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}

    def ask(self, path: str, params: Mapping[str, str]) -> bytes:
        """The document behind an address. Raises NeighbourFailed."""
        try:
            with httpx.stream("GET", self._url + path, params=params, headers=self._headers, timeout=_TIMEOUT) as answer:
                _require(answer, httpx.codes.OK)
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        raise NeighbourFailed(f"answered more than {_MOST_BYTES} bytes")
                return body
        except httpx.HTTPError as error:
            raise NeighbourFailed(f"{type(error).__name__} on the way") from error

    def tell(self, path: str, document: Any, key: str) -> None:
        """Hand a document over. The same `key` again says that it is the same one. Raises NeighbourFailed."""
        headers = {**self._headers, "Idempotency-Key": key}
        try:
            answer = httpx.post(self._url + path, json=document, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise NeighbourFailed(f"{type(error).__name__} on the way") from error
        _require(answer, httpx.codes.OK, httpx.codes.CREATED, httpx.codes.NO_CONTENT)


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


def _require(answer: httpx.Response, *wanted: int) -> None:
    if answer.status_code not in wanted:
        raise NeighbourFailed(f"answered {answer.status_code}")
