"""One seed: 150 steps of virtual time in one thread, then quiet. The same seed gives the same steps."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from accounts.actor import Role
from device.client import Device, Refused
from device.transport import NoNetwork
from tests.clock import START, Clock
from tests.servers import RunningCluster
from tests.simulator.calendar import calendar
from tests.simulator.cast import LINES, DeviceClock, DirectLine, Phone, Template, unpacked
from tests.simulator.ids import deterministic_ids
from tests.simulator.network import Network, Radio
from tests.simulator.releases import NewApp
from tests.simulator.server import SimulatedServer
from tests.simulator.worker import scaled_down

STEPS = 150
# Refusals after which a phone comes again another time.
_LATER = ("busy", "torn_body", "server_behind", "app_outdated")
ROUNDS = 8  # within which everything must be quiet once the faults have stopped


class Simulation:
    """The world of one seed."""

    def __init__(self, cluster: RunningCluster, template: Template, seed: int, *, clocks_jump: bool = True) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.clocks_jump = clocks_jump
        self.clock = Clock()
        self.step = 0
        self.trace: list[str] = []
        self.broken: list[str] = []  # what a check saw while the steps ran
        self.server = SimulatedServer(cluster, f"{template.database}_seed", template.database, f"simulator_{seed}", self.clock)
        self.network = Network(self.rng, self.server, self.tell)
        self.phones: list[Phone] = []
        self.last_bytes: dict[str, int] = {}  # phone -> what its last exchange took, when nothing was left to say
        self.removed: set[str] = set()  # people whom no leader sends anywhere any more
        self.desks: dict[str, Device] = {}
        self._ways: dict[str, dict[str, Any]] = {}
        self.clock.now = START + timedelta(minutes=1)
        for member in template.phones:
            self.add(member.name, member.role, member.region_code, member.way, member.store)
        for member in template.desks:
            self.desks[member.name] = Device(DirectLine(self.server), unpacked(member.store), self.clock)
            self._ways[member.name] = member.way

    # ---- who takes part ----

    def add(
        self,
        name: str,
        role: Role,
        region_code: str,
        way: dict[str, Any],
        store: bytes | None = None,
        *,
        app: type[Device] = Device,
        address: str = "",
    ) -> Phone:
        """One more phone. `address`: of the line, if somebody else's phone uses it too."""
        clock = DeviceClock(self.clock)
        radio = Radio(self.network, name, address or f"198.51.100.{len(self.phones) + 1}")
        phone = Phone(name, app(radio, unpacked(store) if store is not None else None, clock), clock, way, role, region_code)
        phone.sealed = {row.mid: row.line for row in phone.store.lines_from(1, LINES)}
        self.phones.append(phone)
        return phone

    def of_role(self, *roles: Role) -> list[Phone]:
        """Phones of people in these roles that still work."""
        return [phone for phone in self.phones if phone.role in roles and not phone.is_over]

    def desk(self, role: Role, region_code: str) -> Device:
        """An office that works over HTTP."""
        return self.desks[f"{role.value}.{region_code}"]

    def at_desk(self, desk: Device, method: str, path: str, body: dict[str, Any] | None = None) -> str:
        """A request of the office; how it ended. A session that a restore forgot is opened anew."""
        for _ in range(2):
            try:
                desk.call(method, path, body if body is not None else {})
            except Refused as refused:
                if refused.status != 401:
                    return refused.code
                self.open_desk(desk)
            else:
                return "done"
        return "signed out"

    def open_desk(self, desk: Device) -> None:
        """Sign the office in."""
        name = next(name for name, other in self.desks.items() if other is desk)
        desk.sign_in(**self._ways[name])

    # ---- what phones do ----

    def seal(self, phone: Phone, name: str, entity_id: str, args: dict[str, Any] | None = None, **more: Any) -> bytes:
        """Save one act on a phone. What was saved must never be lost."""
        sealed = phone.device.mutate(name, entity_id, args, **more)
        phone.sealed[sealed.mid] = sealed.line
        return sealed.line

    def exchange(self, phone: Phone, what: str = "sync") -> str:
        """Let a phone talk to the server; a session that ended is opened anew, once, as is an app too old. How it went."""
        before, sent = phone.store.get("cursor"), len(self.network.order)
        end = self._exchange(phone, what)
        for _ in range(2):
            if end in ("signed in again", "updated"):
                end = self._exchange(phone, what)
        is_whole = end == "done" and what != "push" and not self.network.is_calm
        order = [path for _, path in self.network.order[sent:]]
        self._look(phone, before, order, is_whole=is_whole)
        return end

    def _look(self, phone: Phone, cursor_before: str | None, order: list[str], *, is_whole: bool) -> None:
        from tests.simulator import device_invariants as holds  # they need this class

        found = [
            *holds.nothing_saved_vanishes(phone),
            *holds.a_cursor_never_goes_back(self, phone, cursor_before),
            *holds.records_come_before_photos(phone, order),
            *holds.own_acts_are_contained(phone),
            *holds.digests_differ_for_a_reason(phone),
        ]
        if is_whole:
            found += holds.at_a_checkpoint(self, phone)
        self.broken += [f"step {self.step}: {wrong}" for wrong in found]

    def _exchange(self, phone: Phone, what: str) -> str:
        try:
            getattr(phone.device, what)()
        except NoNetwork:
            return "no network"
        except Refused as refused:
            if refused.status == 401:
                return self._sign_in_again(phone)
            if refused.code == "wipe":
                phone.is_over = True
            elif refused.code == "app_outdated" and self.network.is_calm:
                return self.update(phone)
            elif refused.status != 503 and refused.code not in _LATER:
                raise
            return refused.code
        return "done"

    def _sign_in_again(self, phone: Phone) -> str:
        try:
            phone.device.sign_in(**phone.way)
        except NoNetwork:
            return "no network"
        except Refused as refused:
            is_removed = refused.code == "too_many_requests" and phone.person_id in self.removed  # all his phones try in vain
            phone.is_over = phone.is_over or refused.status in (401, 403) or is_removed
            return f"signed out: {refused.code}"
        return "signed in again"

    def update(self, phone: Phone) -> str:
        """A phone gets the app of the new release; what it holds stays."""
        phone.start(NewApp)
        return "updated"

    # ---- time ----

    def tell(self, line: str) -> None:
        """Add to the trace."""
        self.trace.append(line)

    def run(self) -> None:
        """All steps, then quiet."""
        from tests.simulator import acts  # it needs this class

        with deterministic_ids(f"ids {self.seed}", self.clock), scaled_down():
            happens = calendar(self.seed, self.rng, self.server, STEPS)
            for self.step in range(STEPS):
                self.network.step = self.step
                self.clock.advance(seconds=self.rng.choice((1, 2, 5, 10, 20, 30, 60, 90, 1200)))
                self.network.arrive()
                for told, do in happens.get(self.step, ()):
                    do()
                    self.tell(f"  the server {told}")
                self.tell(f"{self.step:3} {self.clock.now:%d %H:%M:%S} {acts.take(self)}")
            self.settle()

    def settle(self) -> None:
        """Faults stop; everybody syncs until nothing moves any more."""
        self.network.is_calm = True
        self.network.arrive()
        self.server.work()  # marks of many records are sent out
        for round_ in range(ROUNDS):
            self.step = STEPS + round_
            self.clock.advance(minutes=1)
            before = [self._stands(phone) for phone in self.phones]
            ends = [self._idle_exchange(phone) for phone in self.phones]
            self.tell(f"{self.step:3} quiet round: {', '.join(sorted(set(ends)))}")
            if before == [self._stands(phone) for phone in self.phones] and not any(end == "no network" for end in ends):
                return
        self.broken.append(f"9 liveness: not quiet within {ROUNDS} rounds")

    def _idle_exchange(self, phone: Phone) -> str:
        before = self.network.bytes_carried
        end = self.exchange(phone, "push" if phone.is_over else "sync")
        self.last_bytes[phone.name] = self.network.bytes_carried - before
        return end

    @staticmethod
    def _stands(phone: Phone) -> tuple[Any, ...]:
        store = phone.store
        return store.count_waiting(), store.get("cursor"), phone.device.queue, len(store.photos())

    def stop(self) -> None:
        """Drop the server. What the phones hold can still be looked at."""
        self.server.stop()
