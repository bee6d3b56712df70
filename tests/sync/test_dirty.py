"""What changes thousands of records at once goes to devices in small batches, while others go on working."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from accounts.actor import Role
from sync import dirty
from tests.sync.checks import REGION, digests_are_sums, no_line_is_stale, positions_have_no_gap
from tests.sync.world import ELSEWHERE, HOME, Phone, World

MOVED = 130


def merge(world: World) -> int:
    with world.database.transaction() as session:
        return dirty.move_region(world.engine, session, "visit", HOME, ELSEWHERE)


def publish(world: World) -> int:
    with world.database.transaction() as session:
        return dirty.publish(world.engine, session)


def phones(world: World) -> tuple[Phone, Phone, Phone]:
    here, there = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.UNIT_LEADER, region=ELSEWHERE))
    writer = world.phone(world.person(Role.UNIT_LEADER))
    for number in range(MOVED):
        writer.open(title=f"第{number}家")
    writer.push()
    return here, there, writer


def test_a_merged_banner_moves_on_devices_batch_by_batch(world: World) -> None:
    here, there, _ = phones(world)
    here.pull()
    assert merge(world) == MOVED
    assert len(here.held()[REGION]) == MOVED, "nothing was told yet"
    sizes = []
    while size := publish(world):
        sizes.append(size)
        here.pull()
        there.pull()
        both = len(here.held().get(REGION, ())) + len(there.held().get(f"region:{ELSEWHERE}#officer", ()))
        assert both == MOVED, "each record is in one banner or the other"
    assert sizes == [dirty.BATCH, dirty.BATCH, MOVED - 2 * dirty.BATCH]
    assert here.held().get(REGION) is None
    no_line_is_stale(world)
    positions_have_no_gap(world)
    digests_are_sums(world)


def test_who_works_on_a_marked_record_meanwhile_is_told_at_once_and_loses_nothing(world: World) -> None:
    _, there, _ = phones(world)
    merge(world)
    visit = next(iter(world.visits()))
    result = there.do("visit.shake", visit)
    assert result["outcome"] == "applied"
    there.pull()
    assert there.held()[f"region:{ELSEWHERE}#officer"] == {str(visit)}
    while publish(world):
        pass
    there.pull()
    assert len(there.held()[f"region:{ELSEWHERE}#officer"]) == MOVED
    assert world.visits()[visit].count == 1
    no_line_is_stale(world)


def test_a_record_that_is_being_changed_keeps_its_mark(world: World) -> None:
    phones(world)
    merge(world)
    visit = world.rows("SELECT entity_id FROM sync_dirty ORDER BY marked_at, entity_id LIMIT 1")[0].entity_id
    with world.database.engine.begin() as other:
        other.execute(text("UPDATE visit SET count = count WHERE id = :id"), {"id": visit})
        assert publish(world) == dirty.BATCH - 1
    assert world.scalar("SELECT count(*) FROM sync_dirty") == MOVED - dirty.BATCH + 1
    while publish(world):
        pass
    no_line_is_stale(world)


@pytest.mark.deep
def test_five_thousand_records_of_a_merged_banner_move_while_others_go_on_working(
    make_world: Callable[..., World], record_property: Callable[[str, object], None]
) -> None:
    world = make_world(lock_timeout_ms=30_000)
    here, there = world.phone(world.person(Role.UNIT_LEADER)), world.phone(world.person(Role.UNIT_LEADER, region=ELSEWHERE))
    source = world.phone(world.person(Role.UNIT_LEADER))
    for first in range(0, 5_000, 200):
        for number in range(200):
            source.open(title=f"第{first + number}家")
        source.push(source.lines[first:], first_seq=first + 1)
    here.pull()
    done, waits, reads = threading.Event(), [], []

    def write(region: str) -> None:
        phone = world.phone(world.person(Role.UNIT_LEADER, region=region))
        while not done.is_set():
            visit = phone.open(region_code=region)
            began = time.monotonic()
            results = phone.push(phone.lines[-1:], first_seq=len(phone.lines))
            waits.append(time.monotonic() - began)
            assert (results[0]["outcome"], visit in world.visits()) == ("applied", True)

    def read() -> None:
        phone = world.phone(world.person(Role.UNIT_LEADER, region=ELSEWHERE))
        while not done.is_set():
            phone.pull()
            reads.append(len(phone.held().get(f"region:{ELSEWHERE}#officer", ())))

    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(write, HOME), pool.submit(write, ELSEWHERE), pool.submit(read)]
        try:
            assert merge(world) >= 5_000
            batches = 0
            while publish(world):
                batches += 1
        finally:
            done.set()
        for other in others:
            other.result()
    for phone in (here, there):
        phone.pull()
    at_home = {str(row.id) for row in world.rows("SELECT id FROM visit WHERE region_code = :code", code=HOME)}
    assert here.held().get(REGION, set()) == at_home, "only what was opened there since"
    assert len(there.held()[f"region:{ELSEWHERE}#officer"]) == world.scalar("SELECT count(*) FROM visit") - len(at_home)
    assert reads == sorted(reads)
    assert len(waits) > batches / 2, "nobody stood still"
    told = f"5,000 records in {batches} batches; meanwhile {len(waits)} pushes, the longest {max(waits) * 1000:.0f} ms"
    record_property("figures", told)
    no_line_is_stale(world)
    positions_have_no_gap(world)
    digests_are_sums(world)
