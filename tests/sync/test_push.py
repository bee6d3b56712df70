from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from accounts.actor import Role
from database.base import new_id
from problems import NotFound
from sync.problems import Busy, EpochChanged, Fork, Gap, QueueOwner, Wiped
from tests.sync.world import HOME, World, line, mid_of

MakeWorld = Callable[..., World]


def test_a_report_pushed_twice_is_applied_once(world: World) -> None:
    phone = world.phone(world.person())
    visit = phone.open()
    first = phone.push()
    again = phone.push()
    assert first[0]["outcome"] == "applied"
    assert first[0]["revision"] == 1
    assert again[0] == {**first[0], "duplicate": True}
    assert again[1] == first[1] == {"kind": "ack", "last_seq": 1, "durable_seq": 0}
    assert list(world.visits()) == [visit]
    assert world.scalar("SELECT count(*) FROM event") == 1


def test_copies_of_one_push_at_the_same_time_have_one_effect_and_one_answer(world: World) -> None:
    phone = world.phone(world.person())
    for number in range(30):
        phone.open(title=f"第{number}家")
    answers: list[Any] = []

    def push() -> None:
        try:
            answers.append([{**item, "duplicate": None} for item in phone.results()])
        except Busy:
            answers.append("busy")

    copies = [threading.Thread(target=push) for _ in range(8)]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join()
    whole = [answer for answer in answers if answer != "busy"]
    assert len(answers) == 8
    assert whole
    assert all(answer == whole[0] for answer in whole)
    assert len(world.visits()) == 30
    assert world.scalar("SELECT count(*) FROM event") == 30
    assert world.scalar("SELECT count(*) FROM receipt") == 30


def test_the_same_mutation_in_two_queues_at_once_has_one_effect(world: World) -> None:
    person = world.person()
    phones = [world.phone(person) for _ in range(4)]
    sealed = [line("visit.open", new_id(), args={"region_code": HOME, "title": "查看"}) for _ in range(25)]
    threads = [threading.Thread(target=phone.push, args=(sealed,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.visits()) == 25
    assert world.scalar("SELECT count(*) FROM event") == 25
    for phone in phones:
        assert [item["outcome"] for item in phone.push(sealed)[:-1]] == ["applied"] * 25


def test_a_mutation_known_in_another_queue_of_the_owner_gives_its_stored_result(world: World) -> None:
    person = world.person()
    phone, copy = world.phone(person), world.phone(person)
    phone.open()
    first = phone.push()[0]
    assert copy.push(phone.lines)[0] == {**first, "duplicate": True}
    assert len(world.visits()) == 1
    assert copy.push(phone.lines)[0]["duplicate"] is True


def test_another_owners_mid_is_unknown(world: World) -> None:
    phone, other = world.phone(world.person()), world.phone(world.person())
    mid = new_id()
    phone.seal("visit.open", new_id(), mid=mid, args={"region_code": HOME, "title": "甲"})
    other.seal("visit.open", new_id(), mid=mid, args={"region_code": HOME, "title": "乙"})
    assert phone.push()[0]["outcome"] == "applied"
    assert other.push()[0] == {
        "kind": "result", "seq": 1, "mid": str(mid), "outcome": "applied", "revision": 1, "issues": [], "duplicate": False,
    }  # fmt: skip


def test_another_line_at_a_seq_that_passed_is_a_fork(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.push()
    with pytest.raises(Fork) as fork:
        phone.push([line("visit.open", new_id(), args={"region_code": HOME, "title": "另一家"})])
    assert fork.value.data == {"seq": 1}
    assert len(world.visits()) == 1


def test_another_line_under_a_known_mid_is_parked_and_stops_nothing(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.push()
    mid = mid_of(phone.lines[0])
    phone.open()
    phone.seal("visit.open", new_id(), mid=mid, args={"region_code": HOME, "title": "另一家"})
    phone.open()
    results = phone.push()
    assert [item["outcome"] for item in results[:-1]] == ["applied", "applied", "parked", "applied"]
    assert (results[2]["code"], len(results[2]["issues"])) == ("mid_taken", 1)
    assert len(world.visits()) == 3
    assert phone.push()[:-1] == [{**item, "duplicate": True} for item in results[:-1]]


def test_the_same_mid_twice_in_one_body_is_a_copy_or_parked(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    results = phone.push([phone.lines[0], phone.lines[0]])
    assert [item.get("duplicate") for item in results] == [False, True, None]
    assert len(world.visits()) == 1
    fork = world.phone(world.person())
    mid = new_id()
    fork.seal("visit.open", new_id(), mid=mid, args={"region_code": HOME, "title": "甲"})
    fork.seal("visit.open", new_id(), mid=mid, args={"region_code": HOME, "title": "乙"})
    assert [item.get("code") for item in fork.push()] == [None, "mid_taken", None]
    assert [visit.title for visit in world.visits().values() if visit.title == "乙"] == []


def test_lines_missing_in_between_are_a_gap_with_the_expected_seq(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.push()
    phone.open()
    phone.open()
    with pytest.raises(Gap) as gap:
        phone.push(phone.lines[2:], first_seq=3)
    assert gap.value.data == {"expected_seq": 2}
    assert phone.push(phone.lines[1:], first_seq=2)[-1]["last_seq"] == 3


def test_one_push_at_a_time_for_each_queue(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    with world.database.engine.connect() as other:
        other.execute(text("SELECT 1 FROM sync_queue WHERE id = :id FOR NO KEY UPDATE"), {"id": phone.queue})
        with pytest.raises(Busy):
            phone.push()
    assert phone.push()[0]["outcome"] == "applied"


def test_an_empty_push_reports_what_waits_and_tells_where_the_queue_stands(world: World) -> None:
    phone = world.phone(world.person())
    answer = phone.push([], pending=41, oldest_pending="2026-11-20T02:11:00Z")
    assert answer == [{"kind": "ack", "last_seq": 0, "durable_seq": 0}]
    queue = world.rows("SELECT pending, oldest_pending_at FROM sync_queue")[0]
    assert queue.pending == 41
    assert queue.oldest_pending_at.isoformat() == "2026-11-20T02:11:00+00:00"


def test_two_people_on_one_phone_do_not_hide_each_others_unsent_work(world: World) -> None:
    first = world.phone(world.person())
    second = world.phone(world.person(), install=first.install)
    first.push([], pending=40, oldest_pending="2026-11-20T02:11:00Z")
    second.push([], pending=0)
    assert [row.pending for row in world.rows("SELECT pending FROM sync_queue ORDER BY pending")] == [0, 40]


def test_what_waited_in_an_earlier_queue_of_a_device_waits_in_its_new_one(world: World) -> None:
    phone = world.phone(world.person())
    phone.push([], pending=40, oldest_pending="2026-11-20T02:11:00Z")
    phone.queue = uuid4()
    phone.register()
    phone.push([], pending=3, oldest_pending="2026-11-20T02:11:00Z")
    assert [row.pending for row in world.rows("SELECT pending FROM sync_queue ORDER BY pending")] == [0, 3]


def test_how_long_work_waits_is_counted_by_our_clock(world: World) -> None:
    phone = world.phone(world.person())
    phone.register(wall_clock=world.clock() + timedelta(days=400))
    phone.push([], pending=1, oldest_pending=(world.clock() + timedelta(days=398)).isoformat())
    assert world.scalar("SELECT oldest_pending_at FROM sync_queue") == world.clock() - timedelta(days=2)


def test_a_queue_is_its_owners(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    thief = world.phone(world.person())
    thief.queue = phone.queue
    with pytest.raises(QueueOwner):
        thief.push(phone.lines)
    thief.queue = uuid4()
    with pytest.raises(NotFound):
        thief.push(phone.lines)
    assert world.visits() == {}


def test_a_wiped_device_pushes_nothing(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    with world.database.transaction() as session:
        session.execute(text("UPDATE sync_device SET status = 'wiped'"))
    with pytest.raises(Wiped):
        phone.push()


def test_a_push_of_another_epoch_is_told_where_to_replay_from(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.push()
    with pytest.raises(EpochChanged) as changed:
        phone.push(epoch=str(uuid4()))
    assert changed.value.data == {"epoch": phone.epoch, "last_seq": 1}


def test_large_pushes_run_in_several_transactions(make_world: MakeWorld) -> None:
    world = make_world(push_chunk_mutations=4)
    phone = world.phone(world.person())
    for _ in range(10):
        phone.open()
    assert phone.push()[-1]["last_seq"] == 10
    assert world.scalar("SELECT count(DISTINCT transaction_id) FROM event") == 3


def test_a_slow_chunk_ends_early(make_world: MakeWorld) -> None:
    world = make_world(push_chunk_seconds=0.0)
    phone = world.phone(world.person(Role.FIRE_OFFICER))
    visit = phone.open(officer_ids=[phone.person.id])
    phone.push()
    for count in range(3):
        phone.seal("visit.edit", visit, changes={"count": [count, count + 1]}, base=1)
    assert phone.push()[-1]["last_seq"] == 4
    assert world.scalar("SELECT count(DISTINCT transaction_id) FROM event") == 4


@pytest.mark.parametrize("wall", ["1970", "yesterday", 7, None, {"deep": 1}, "9999-99-99T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_device_clock_may_say_anything(world: World, wall: Any) -> None:
    phone = world.phone(world.person())
    sealed = orjson.loads(line("visit.open", new_id(), args={"region_code": HOME, "title": "查看"}))
    phone.lines = [orjson.dumps({**sealed, "made_at": {"wall": wall}})]
    assert phone.push()[0]["outcome"] == "applied"


def test_bodies_are_kept_sealed_under_a_key_of_their_queue(world: World) -> None:
    phone = world.phone(world.person())
    phone.open(title="不可外传", reporter={"mobile": "13900000000"})
    phone.push()
    row = world.rows("SELECT m.body, m.body_sha256, q.body_key FROM sync_mutation m JOIN sync_queue q ON q.id = m.queue_id")[0]
    assert "不可外传".encode() not in row.body
    assert b"13900000000" not in row.body
    from sync.bodies import Bodies

    assert Bodies(world.ring, row.body_key).open(row.body, row.body_sha256) == phone.lines[0]
