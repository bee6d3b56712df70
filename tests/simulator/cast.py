"""Who takes part: people of two banners with phones and desks, signed in once in a template that every seed copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from accounts.actor import Role
from device.client import Device
from device.storage import Sealed
from device.store import Store
from device.transport import Answer
from tests.clock import Clock
from tests.people import ELSEWHERE, HOME, demo_accounts
from tests.servers import RunningCluster
from tests.simulator.ids import deterministic_ids
from tests.simulator.network import Radio, Request
from tests.simulator.prologue import begin_cases
from tests.simulator.server import SimulatedServer

REGION = "150000"
LINES = 1_000_000  # more than any outbox has

# name, role, division, which of several
_PHONES = (
    ("officer-1", Role.FIRE_OFFICER, HOME, 0),
    ("officer-2", Role.FIRE_OFFICER, HOME, 1),
    ("officer-3", Role.FIRE_OFFICER, HOME, 2),
    ("leader", Role.UNIT_LEADER, HOME, 0),
    ("clerk", Role.INTAKE_CLERK, HOME, 0),
    ("grid", Role.GRID_WORKER, HOME, 0),
    ("manager", Role.UNIT_MANAGER, HOME, 0),
    ("expert", Role.EXPERT, HOME, 0),
    ("firefighter", Role.FIREFIGHTER, HOME, 0),
    ("officer-4", Role.FIRE_OFFICER, ELSEWHERE, 0),
    ("officer-5", Role.FIRE_OFFICER, ELSEWHERE, 1),
    ("leader-2", Role.UNIT_LEADER, ELSEWHERE, 0),
)
_DESKS = (
    *((f"{role.value}.{code}", role, code, 0) for code in (HOME, ELSEWHERE)
      for role in (Role.UNIT_LEADER, Role.INTAKE_CLERK, Role.RECEIVER_CLERK, Role.SUPERVISOR, Role.PERMIT_CLERK,
                   Role.PERMIT_APPROVER)),
    ("region", Role.UNIT_LEADER, REGION, 0),
    ("sysadmin", Role.SYS_ADMIN, REGION, 0),
    ("secadmin", Role.SEC_ADMIN, REGION, 0),
)  # fmt: skip
_CITIZENS = {"citizen-1": "13711110001", "citizen-2": "13711110002", "citizen-3": "13711110003"}


class DeviceClock:
    """What a phone takes for the time: the server's, and wrong by `wrong_by`. No two readings are the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readings = 0
        self.wrong_by = timedelta(0)

    def __call__(self) -> datetime:
        self._readings += 1
        return self._clock() + self.wrong_by + timedelta(microseconds=self._readings)


@dataclass(frozen=True)
class DirectLine:
    """A line on which nothing goes wrong."""

    server: SimulatedServer

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Straight to the server."""
        return self.server.answer(Request("desk", method, path, headers, body))


@dataclass
class Phone:
    """A device in somebody's hands. `is_over`: wiped, or its session ended for good; it is owed nothing any more."""

    name: str
    device: Device
    clock: DeviceClock
    way: dict[str, Any]
    role: Role
    region_code: str = ""
    is_over: bool = False
    carrier: str | None = None  # of an anonymous report: whose phone it came from
    rotten: set[str] = field(default_factory=set)  # scopes of which it lost a row
    sealed: dict[str, bytes] = field(default_factory=dict)  # mid -> line, all that was ever saved on it

    def start(self, app: type[Device] | None = None) -> None:
        """Its process starts again, perhaps with another app; what was saved is there."""
        self.device = (app or type(self.device))(self.device.transport, unpacked(packed(self.store)), self.clock)

    @property
    def store(self) -> Store:
        """What it keeps."""
        assert isinstance(self.device.store, Store)
        return self.device.store

    def kept(self, mid: str) -> Sealed | None:
        """A line of its outbox; None for one that a backup holds and that it forgot."""
        try:
            return self.store.sealed(mid)
        except KeyError:
            return None

    @property
    def address(self) -> str:
        """Of its line."""
        assert isinstance(self.device.transport, Radio)
        return self.device.transport.address

    @property
    def person_id(self) -> str:
        """Of its owner; none before a guest has a session."""
        return str(self.device.user.get("id", ""))


@dataclass(frozen=True)
class Member:
    """Somebody of the template."""

    name: str
    role: Role
    region_code: str
    way: dict[str, Any]
    device: Device

    @cached_property
    def store(self) -> bytes:
        """What his device held in the end, as bytes of SQLite."""
        assert isinstance(self.device.store, Store)
        return packed(self.device.store)


@dataclass(frozen=True)
class Template:
    """A database in which everybody has signed in, and what their phones and desks then held."""

    database: str
    phones: list[Member]
    desks: list[Member]


def make_template(cluster: RunningCluster, worker_id: str, seeded: str) -> Template:
    """Sign everybody in, and begin some cases, so that a seed sees the end of one."""
    clock = Clock()
    server = SimulatedServer(cluster, f"fire_simulated_{worker_id}", seeded, f"simulator_{worker_id}", clock)
    try:
        with deterministic_ids("template", clock):
            server.work()  # the public scopes have snapshots
            phones = [_member(server, clock, name, role, code, _way(role, code, nth)) for name, role, code, nth in _PHONES]
            phones += [
                _member(server, clock, name, Role.CITIZEN, "", {"phone": number, "code": "000000"})
                for name, number in _CITIZENS.items()
            ]
            desks = [_member(server, clock, name, role, code, _way(role, code, nth)) for name, role, code, nth in _DESKS]
            everybody = {member.name: member.device for member in (*phones, *desks)}
            begin_cases(everybody, _legal_person(server, clock), clock)
            for device in everybody.values():
                device.pull()
    finally:
        server.parts.database.dispose()
    return Template(f"fire_simulated_{worker_id}", phones, desks)


def _way(role: Role, region_code: str, nth: int) -> dict[str, Any]:
    return demo_accounts(role, region_code)[nth].way_in()


def _member(server: SimulatedServer, clock: Clock, name: str, role: Role, code: str, way: dict[str, Any]) -> Member:
    device = Device(DirectLine(server), Store(), clock)
    device.sign_in(**way)
    device.register()
    return Member(name, role, code, way, device)


def _legal_person(server: SimulatedServer, clock: Clock) -> Device:
    """Of the enterprise, as the identity provider confirms him."""
    device = Device(DirectLine(server), Store(), clock)
    [way] = device.call("GET", f"/auth/providers?install={device.install}", token=False)["items"]
    asked = urlsplit(way["authorize_url"])
    path = f"{asked.path}?{asked.query}&identity=responsible.{HOME}"
    back = device.transport.send("GET", path, {}, b"").headers["location"]
    said = {name: value for name, [value] in parse_qs(urlsplit(back).query).items() if name in ("code", "state")}
    device.sign_in(provider=way["provider"], **said)
    return device


def packed(store: Store) -> bytes:
    """A store's content, to be opened again."""
    return store._db.serialize()


def unpacked(content: bytes) -> Store:
    """A store with this content."""
    store = Store()
    store._db.deserialize(content)
    return store
