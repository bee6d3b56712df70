"""Devices that talk to the real application, over a line that a test may cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from accounts.actor import Role
from device.client import Device
from device.store import Store
from device.transport import Answer, NoNetwork
from tests.clock import Clock
from tests.people import HOME, demo_accounts
from tests.wsgi import WsgiTransport


class Line:
    """A transport whose next answers a test may lose, cut or change."""

    def __init__(self, inner: WsgiTransport) -> None:
        self._inner = inner
        self.sent: list[str] = []
        self.tampers: list[Callable[[Answer], Answer]] = []  # one for each of the next answers
        self.before: list[Callable[[str, bytes], bytes]] = []  # one for each of the next bodies

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append(path)
        if self.before:
            body = self.before.pop(0)(path, body)
        answer = self._inner.send(method, path, headers, body)
        return self.tampers.pop(0)(answer) if self.tampers else answer


def lost(_: Answer) -> Answer:
    """The server did it; the device never hears of it."""
    raise NoNetwork("lost")


def cut(length: int) -> Callable[[Answer], Answer]:
    """The answer ends after that many bytes."""
    return lambda answer: replace(answer, body=answer.body[:length])


@pytest.fixture
def line(app: Flask) -> Line:
    return Line(WsgiTransport(app.wsgi_app))


@pytest.fixture
def make_device(line: Line, clock: Clock) -> Callable[..., Device]:
    """A device in the hands of an officer (`nth`) of the home banner, of a new citizen (`phone`), or of whom `way` signs in."""

    def make(
        *,
        nth: int = 0,
        phone: str | None = None,
        store: Store | None = None,
        role: Role = Role.FIRE_OFFICER,
        way: dict[str, Any] | None = None,
    ) -> Device:
        device = Device(line, store, clock)
        if way is None:
            way = {"phone": phone, "code": "000000"} if phone else demo_accounts(role, HOME)[nth].way_in()
        device.sign_in(**way)
        device.register()
        return device

    return make
