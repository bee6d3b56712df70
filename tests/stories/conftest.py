"""The demo's stage over the application in this process: the same stories as `make demo`, without a socket."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from flask import Flask

from api.context import Parts
from device.transport import Answer, NoNetwork, Transport
from operations.demo.ledger import Ledger
from operations.demo.people import Stage
from operations.demo.printing import silent
from operations.demo.transport import Patient
from tests.application import work_off
from tests.clock import Clock
from tests.wsgi import WsgiTransport

SEED = 20261123


class LosesThings:
    """A bad line: some requests never arrive, and of some that did, the answer is lost. By a seed, so it repeats."""

    def __init__(self, inner: Transport, rng: random.Random) -> None:
        self._inner = inner
        self._rng = rng
        self.lost_requests = 0
        self.lost_answers = 0

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        fate = self._rng.random()
        if fate < 0.1:
            self.lost_requests += 1
            raise NoNetwork("the request was lost")
        answer = self._inner.send(method, path, headers, body)
        if fate < 0.4:
            self.lost_answers += 1
            raise NoNetwork("the answer was lost")
        return answer


def patient(transport: Transport) -> Patient:
    """Asks again at once: nothing in this process has to be waited for."""
    return Patient(transport, patience_seconds=60, sleep=lambda _: None)


@pytest.fixture
def transport(app: Flask) -> WsgiTransport:
    """Into the application."""
    return WsgiTransport(app.wsgi_app)


@pytest.fixture
def stage(transport: WsgiTransport, parts: Parts, clock: Clock) -> Stage:
    """An empty stage, whose worker works when somebody waits for it."""
    return Stage(patient(transport), Ledger(SEED), silent(), random.Random(SEED), clock=clock, idle=lambda: work_off(parts))
