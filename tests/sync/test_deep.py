"""A minute of sixteen writers and four pollers on one scope, some of them pausing where it hurts most."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from accounts.actor import Role
from tests.sync.checks import REGION, digests_are_sums, no_line_is_stale, nothing_is_missed, positions_have_no_gap
from tests.sync.stops import Runner
from tests.sync.world import HOME, Phone, World

MakeWorld = Callable[..., World]
WRITERS, POLLERS, SECONDS, LONGEST_PAUSE_SECONDS = 16, 4, 60, 2.0


@pytest.mark.deep
def test_a_minute_of_sixteen_writers_and_four_pollers_misses_nothing(
    make_world: MakeWorld, record_property: Callable[[str, object], None]
) -> None:
    never = threading.Event()
    chances = threading.local()
    commits = [0] * WRITERS

    def pause(_: Session) -> None:
        """One in twenty of the pausing writers' transactions rests before it takes its heads."""
        chance: random.Random | None = getattr(chances, "chance", None)
        if chance is not None and chance.random() < 0.05:
            never.wait(chance.uniform(0, LONGEST_PAUSE_SECONDS))

    world = make_world(before_heads=[pause], lock_timeout_ms=30_000)
    ends_at = time.monotonic() + SECONDS

    acknowledged: dict[str, int] = {}  # visit -> the revision that its writer was told
    removed: set[str] = set()

    def write(number: int) -> None:
        phone = world.phone(world.person(Role.UNIT_LEADER))
        chance = random.Random(number)
        if number % 2:
            chances.chance = chance
        mine = [phone.open()]
        phone.push()
        while time.monotonic() < ends_at:
            act = chance.random()
            if act < 0.4:
                mine.append(visit := phone.open())
            elif act < 0.9:
                visit = chance.choice(mine)
                phone.seal("visit.shake", visit)
            else:
                visit = mine.pop(chance.randrange(len(mine)))
                mine.append(phone.open())
                phone.seal("visit.remove", visit)
                removed.add(str(visit))
            count = 2 if act >= 0.9 else 1
            results = phone.push(phone.lines[-count:], first_seq=len(phone.lines) - count + 1)
            assert {item["outcome"] for item in results[:-1]} == {"applied"}
            acknowledged[str(visit)] = results[-2]["revision"]
            commits[number] += 1

    finished = threading.Event()

    def poll(phone: Phone) -> int:
        """What was acknowledged before a pull began is on the device at its checkpoint."""
        pulls = 0
        while not finished.is_set():
            known = dict(acknowledged)
            phone.pull(max_bytes=20_000)
            held = {id_: row["revision"] for (kind, id_), row in phone.rows.get(REGION, {}).items() if kind == "visit"}
            late = {id_: revision for id_, revision in known.items() if held.get(id_, 0) < revision and id_ not in removed}
            assert not late
            pulls += 1
        return pulls

    readers = [world.phone(world.person(Role.FIRE_OFFICER)) for _ in range(POLLERS)]
    polling = [Runner(f"poller {number}", lambda phone=phone: poll(phone)) for number, phone in enumerate(readers)]  # type: ignore[misc]
    writing = [Runner(f"writer {number}", lambda number=number: write(number)) for number in range(WRITERS)]  # type: ignore[misc]
    for runner in writing:
        runner.join(SECONDS * 3)
        runner.done()
    finished.set()
    pulls = sum(runner.done() for runner in polling)
    for phone in readers:
        nothing_is_missed(world, phone)
    no_line_is_stale(world)
    positions_have_no_gap(world)
    digests_are_sums(world)
    record_property(
        "figures", f"{sum(commits) / SECONDS:.0f} commits a second, {pulls / SECONDS:.0f} pulls a second, banner {HOME}"
    )
