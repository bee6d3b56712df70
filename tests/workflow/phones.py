"""The phones of a banner's officers, over years, on a line that loses answers and delivers twice."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask.testing import FlaskClient

from accounts.actor import Role
from device.client import Device
from device.transport import NoNetwork
from tests.clock import Clock
from tests.device.conftest import Line, lost
from tests.people import Caller, demo_accounts, staff
from tests.wsgi import WsgiTransport

SIGN_IN_AGAIN = timedelta(days=25)
LOSES, DOUBLES = 0.15, 0.2  # how often an answer is lost and all is sent again; how often what was answered comes again


@dataclass
class Phone:
    """An officer's phone, until it is lost."""

    client: FlaskClient
    clock: Clock
    region_code: str
    nth: int
    line: Line = field(init=False)
    device: Device = field(init=False)
    signed_in_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """A new one."""
        self.line = Line(WsgiTransport(self.client.application.wsgi_app))
        self.device = Device(self.line, None, self.clock)
        self._sign_in()

    @property
    def whose(self) -> tuple[str, int]:
        """The same for each phone of one officer."""
        return self.region_code, self.nth

    @property
    def officer(self) -> Caller:
        """Whose it is, at a desk."""
        return staff(self.client, Role.FIRE_OFFICER, self.region_code, self.nth)

    def _sign_in(self) -> None:
        self.device.sign_in(**demo_accounts(Role.FIRE_OFFICER, self.region_code)[self.nth].way_in())
        self.device.register()
        self.signed_in_at = self.clock.now

    def push(self, chance: random.Random, happened: Counter[str]) -> list[str]:
        """What became of what waits."""
        if self.clock.now - self.signed_in_at > SIGN_IN_AGAIN:
            self._sign_in()
        device = self.device
        waiting = device.store.lines_from(device.store.first_waiting(), 10)
        if chance.random() < LOSES:
            self.line.tampers = [lost]
            with contextlib.suppress(NoNetwork):
                device.push()
        results = device.push()
        happened["answers lost"] += sum(result["duplicate"] for result in results)
        if chance.random() < DOUBLES:
            again = device.push_lines(waiting)
            assert all(result["duplicate"] for result in again)
            assert [result["outcome"] for result in again] == [result["outcome"] for result in results]
            happened["sent twice"] += len(again)
        return [result["outcome"] for result in results]
