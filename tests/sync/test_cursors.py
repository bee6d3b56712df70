from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from accounts.actor import Role
from database.base import new_id
from sync import cursors
from sync.problems import BadCursor, EpochChanged
from tests.sync.world import HOME, Json, Phone, World

REGION = f"region:{HOME}#officer"


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


@pytest.fixture
def writer(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


def write(phone: Phone, count: int, **args: Any) -> list[UUID]:
    """That many visits, committed."""
    visits = [phone.open(title=f"第{number}家", **args) for number in range(count)]
    phone.push(phone.lines[-count:], first_seq=len(phone.lines) - count + 1)
    return visits


def kinds(lines: list[Json]) -> list[str]:
    return [line["kind"] for line in lines]


@pytest.mark.parametrize("token", ["", "x", "AAAA", "é", "A" * 500, "===="])
def test_a_cursor_that_is_not_ours_is_refused(officer: Phone, token: str) -> None:
    with pytest.raises(BadCursor):
        officer.ask(token)


def test_a_cursor_with_any_byte_changed_is_refused(officer: Phone, writer: Phone) -> None:
    write(writer, 1)
    officer.pull()
    assert officer.cursor is not None
    for place in range(len(officer.cursor) - 1):
        other = "A" if officer.cursor[place] != "A" else "B"
        with pytest.raises(BadCursor):
            officer.ask(officer.cursor[:place] + other + officer.cursor[place + 1 :])


def test_a_cursor_is_of_use_to_its_owner_only(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 1)
    officer.pull()
    with pytest.raises(BadCursor):
        world.phone(world.person(Role.FIRE_OFFICER)).ask(officer.cursor)
    assert kinds([orjson.loads(t) for t in world.phone(officer.person).ask(officer.cursor).splitlines()]) == ["hello", "end"]


def test_a_valid_cursor_beyond_the_head_proves_that_history_went_back(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 2)
    officer.pull()
    with world.database.transaction() as session:
        session.execute(text("UPDATE sync_scope SET head = 1"))
    with capture_logs() as logged, pytest.raises(EpochChanged):
        officer.ask(officer.cursor)
    assert [(entry["event"], entry["alarm"]) for entry in logged] == [("history went back", True)]
    unheard_of = cursors.Cursor(officer.epoch, {987_654: cursors.Place(1)})
    with pytest.raises(EpochChanged):
        officer.ask(cursors.encode(world.ring, officer.person.id, unheard_of))


def test_a_cursor_of_another_epoch_is_told_where_to_replay_from(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 1)
    officer.pull()
    with world.database.transaction() as session:
        session.execute(text("UPDATE sync_meta SET value = :value"), {"value": str(uuid4())})
    with pytest.raises(EpochChanged) as changed:
        officer.ask(officer.cursor)
    assert changed.value.data["last_seq"] == 0
    assert kinds([orjson.loads(t) for t in officer.ask(None).splitlines()])[-1] == "end"


def test_a_cursor_below_the_floor_and_a_refill_send_the_scope_again(world: World, officer: Phone, writer: Phone) -> None:
    gone, stays = write(writer, 2)
    officer.pull()
    writer.do("visit.remove", gone, base=1)
    with world.database.transaction() as session:  # its tombstone was thrown away
        session.execute(text("DELETE FROM sync_feed WHERE gone IS NOT NULL"))
        session.execute(text("UPDATE sync_scope SET floor = 3 WHERE key = :key"), {"key": REGION})
    lines = officer.pull()
    assert [line["action"] for line in lines if line["kind"] == "scope"] == ["resync"]
    assert officer.held() == {REGION: {str(stays)}}
    officer.rows[REGION]["visit", str(new_id())] = {"type": "visit"}
    officer.pull(refill=[REGION])
    assert officer.held() == {REGION: {str(stays)}}


def test_a_page_cut_behind_any_cursor_still_comes_to_its_end(officer: Phone, writer: Phone) -> None:
    """A cursor behind the last row of a beginning scope: who resumes there must still hear that the scope is whole."""
    for _ in range(2):
        write(writer, 25, officer_ids=[officer.person.id], words="长" * 1500)
    body = officer.ask(None)
    ends = [place + 1 for place, byte in enumerate(body) if byte == ord("\n")]
    cursors_sent = [end for end in ends if body[:end].splitlines()[-1].startswith(b'{"kind":"cursor"')]
    assert len(cursors_sent) > 5
    for end in cursors_sent:
        officer.cursor, officer._filling = None, {}
        officer.rows = {key: {("visit", "left over"): {}} for key in (REGION, f"user:{officer.person.id}#own")}
        officer.take(body[:end])
        officer.pull()
        assert officer._filling == {}, end
        assert [len(ids) for ids in officer.held().values()] == [50, 50], end
