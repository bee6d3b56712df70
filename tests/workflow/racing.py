"""Requests that many people send in the same moment, each from a thread of his own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from flask import Flask
from werkzeug.test import TestResponse

from tests.people import BASE, Caller, Json

Ask = tuple[Caller, str, Json]  # who, which path below `/api/v1`, with which body


class Racers:
    """As many threads as take part in a race. `with Racers(app, 32) as racers: answers = racers.all_at_once(asks)`."""

    def __init__(self, app: Flask, count: int) -> None:
        self._app = app
        self._start = threading.Barrier(count)
        self._pool = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def all_at_once(self, asks: Sequence[Ask]) -> list[TestResponse]:
        """What each was answered, in the order of the asks; nobody begins before all are there."""
        headers = [who.headers for who, _, _ in asks]  # whoever has to sign in again does it before the race
        return list(self._pool.map(self._ask, asks, headers))

    def _ask(self, ask: Ask, headers: dict[str, str]) -> TestResponse:
        _, path, body = ask
        client = self._app.test_client()
        self._start.wait()
        return client.post(f"{BASE}{path}", json=body, headers=headers)
