from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import event, text

from accounts.actor import Grant, Role
from problems import NotFound
from sync.engine import Versions
from sync.problems import AppOutdated, QueueOwner, ServerBehind, Wiped
from sync.pull import Pull, PullRequest
from tests.sync.world import ELSEWHERE, HOME, Json, Phone, World

MakeWorld = Callable[..., World]
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


def test_a_first_pull_gives_everything_that_one_may_see_and_says_where_to_go_on(
    world: World, officer: Phone, writer: Phone
) -> None:
    mine = write(writer, 2, officer_ids=[officer.person.id])
    theirs = write(writer, 1)
    elsewhere = write(writer, 1, region_code=ELSEWHERE)
    lines = officer.pull()
    assert kinds(lines) == ["hello", "scope", "row", "row", "scope", "row", "row", "row", "end"]
    assert lines[1] == {
        "kind": "scope", "key": f"user:{officer.person.id}#own", "action": "begin", "from": 0, "to": 2, "whole": True,
    }  # fmt: skip
    assert lines[-1]["checkpoint"] is True
    assert lines[-1]["retry_seconds"] == 300
    assert lines[-1]["digests"].keys() == {f"user:{officer.person.id}#own", REGION}
    assert lines[-1]["digests"][REGION] == [3, 3, f"{sum(int(row['hash'], 16) for row in lines[5:8]) % 2**64:016x}"]
    assert officer.held() == {
        f"user:{officer.person.id}#own": {str(visit) for visit in mine},
        REGION: {str(visit) for visit in (*mine, *theirs)},
    }
    assert str(elsewhere[0]) not in str(officer.held())


def test_projections_differ_by_scope_and_share_the_revision(officer: Phone, writer: Phone) -> None:
    [visit] = write(writer, 1, officer_ids=[officer.person.id], words="原话")
    officer.pull()
    own = officer.rows[f"user:{officer.person.id}#own"]["visit", str(visit)]
    region = officer.rows[REGION]["visit", str(visit)]
    assert own["revision"] == region["revision"] == 1
    assert own["data"]["words"] == "原话"
    assert "words" not in region["data"]
    assert own["hash"] != region["hash"]


def test_an_idle_pull_sends_nothing_and_asks_two_questions(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 3)
    officer.pull()
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    lines = officer.pull()
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert kinds(lines) == ["hello", "end"]
    assert len(statements) == 1, "besides the one that asks who calls"
    assert lines[-1]["cursor"] == officer.cursor


def test_a_change_moves_the_row_and_is_sent_once(officer: Phone, writer: Phone) -> None:
    first, second = write(writer, 2)
    officer.pull()
    writer.do("visit.cancel", first, base=1)
    lines = officer.pull()
    assert [line for line in lines if line["kind"] == "scope"] == [
        {"kind": "scope", "key": REGION, "action": "continue", "from": 2, "to": 3, "whole": True}
    ]
    assert [(line["id"], line["revision"]) for line in lines if line["kind"] == "row"] == [(str(first), 2)]
    assert str(second) in officer.held()[REGION]


def test_what_leaves_a_scope_leaves_a_tombstone(officer: Phone, writer: Phone) -> None:
    moved, removed, stays = write(writer, 3)
    officer.pull()
    writer.do("visit.move", moved, base=1, args={"region_code": ELSEWHERE})
    writer.do("visit.remove", removed, base=1)
    gone = {line["id"]: line["gone"] for line in officer.pull() if line["kind"] == "row"}
    assert gone == {str(moved): "left", str(removed): "deleted"}
    assert officer.held() == {REGION: {str(stays)}}


def test_a_beginning_scope_sends_only_what_lives(officer: Phone, writer: Phone) -> None:
    gone, stays = write(writer, 2)
    writer.do("visit.remove", gone, base=1)
    rows = [line for line in officer.pull() if line["kind"] == "row"]
    assert [row["id"] for row in rows] == [str(stays)]


def test_what_goes_while_a_scope_is_beginning_is_told_after_it(officer: Phone, writer: Phone) -> None:
    visits = write(writer, 10)
    first = officer.take(officer.ask(None, max_bytes=600))
    sent = [line["id"] for line in first if line["kind"] == "row"]
    assert first[-1]["more"] is True
    assert first[-1]["checkpoint"] is True, "a scope that is beginning does not hold up the others"
    writer.do("visit.remove", UUID(sent[0]), base=1)
    writer.do("visit.remove", visits[-1], base=1)
    lines = officer.pull(max_bytes=600)
    scopes = [line for line in lines if line["kind"] == "scope"]
    assert {line["action"] for line in scopes} == {"continue"}
    assert [line["whole"] for line in scopes if line["to"] == 10][-1] is True
    assert officer.held() == {REGION: {str(visit) for visit in visits} - {sent[0], str(visits[-1])}}


def test_a_page_keeps_to_its_bytes_but_sends_at_least_one_row(officer: Phone, writer: Phone) -> None:
    write(writer, 20)
    body = officer.ask(None, max_bytes=1)
    lines = officer.take(body)
    assert kinds(lines).count("row") == 1
    body = officer.ask(officer.cursor, max_bytes=1500)
    rows = sum(len(text_) for text_ in body.splitlines() if b'"kind":"row"' in text_)
    assert 1200 < rows < 2000
    officer.pull(max_bytes=1)
    assert len(officer.held()[REGION]) == 20


def test_a_cursor_comes_at_least_every_64_kilobytes(officer: Phone, writer: Phone) -> None:
    for _ in range(4):
        write(writer, 25, officer_ids=[officer.person.id], words="长" * 1500)
    body = officer.ask(None)
    assert len(body) > 400_000
    since, largest = 0, 0
    for text_ in body.splitlines(keepends=True):
        since = 0 if text_.startswith((b'{"kind":"cursor"', b'{"kind":"end"')) else since + len(text_)
        largest = max(largest, since)
    assert largest <= 65_536


def test_a_pull_cut_at_any_byte_resumes_and_reaches_the_end(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 8, words="长" * 50)
    [changed, removed, *_] = write(writer, 6, officer_ids=[officer.person.id])
    begun = officer.ask(None, max_bytes=1)
    reader = world.phone(officer.person)
    reader.pull()
    writer.do("visit.cancel", changed, base=1)
    writer.do("visit.remove", removed, base=1)
    reader.pull()
    expected = reader.held()
    resumed: set[str] = set()
    for body in (officer.ask(None, max_bytes=4096), begun):
        assert len(body) > 500
        for length in range(len(body) + 1):
            officer.cursor, officer.rows, officer._filling = None, {}, {}
            officer.take(body[:length])
            state = repr((officer.cursor, officer.held(), officer._filling))
            if state not in resumed:  # the same state goes on in the same way
                resumed.add(state)
                officer.pull()
                assert officer.held() == expected, length


def test_replaying_any_page_again_is_harmless(officer: Phone, writer: Phone) -> None:
    write(writer, 30)
    pages = []
    cursor = None
    while True:
        page = officer.ask(cursor, max_bytes=1000)
        pages.append(page)
        cursor = orjson.loads(page.splitlines()[-1])["cursor"]
        if not orjson.loads(page.splitlines()[-1])["more"]:
            break
    for page in pages:
        officer.take(page)
        officer.take(page)
    assert len(officer.held()[REGION]) == 30


def test_personal_scopes_come_first_and_a_large_new_scope_does_not_delay_small_ones(
    world: World, officer: Phone, writer: Phone
) -> None:
    write(writer, 40)
    write(writer, 3, region_code=ELSEWHERE)
    officer.pull()
    for _ in range(4):
        write(writer, 25, region_code="150104")
    grants = [Grant(Role.FIRE_OFFICER, uuid4(), code) for code in (HOME, "150104", ELSEWHERE)]
    world.change(officer.person, grants=tuple(grants))
    [held] = write(writer, 1, officer_ids=[officer.person.id])
    lines = officer.take(officer.ask(officer.cursor, max_bytes=3000))
    assert [line["key"] for line in lines if line["kind"] == "scope"] == [
        REGION, f"user:{officer.person.id}#own", f"region:{ELSEWHERE}#officer", "region:150104#officer",
    ]  # fmt: skip
    assert str(held) in officer.held()[f"user:{officer.person.id}#own"]


# ---- permission ----


def test_a_scope_that_one_may_see_no_longer_is_dropped_on_every_pull(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 3)
    officer.pull()
    world.change(officer.person, grants=(Grant(Role.FIRE_OFFICER, uuid4(), ELSEWHERE),))
    cursor = officer.cursor
    for _ in range(2):
        lines = [orjson.loads(text_) for text_ in officer.ask(cursor).splitlines()]
        assert {"kind": "drop", "key": REGION, "reason": "reassigned"} in lines
    officer.pull()
    assert officer.held() == {}
    assert "drop" not in kinds(officer.pull())


def test_what_is_granted_begins_again_from_the_start(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 3)
    before = world.people[officer.person.id].grants
    officer.pull()
    world.change(officer.person, grants=())
    officer.pull()
    world.change(officer.person, grants=before)
    assert [line["action"] for line in officer.pull() if line["kind"] == "scope"] == ["begin"]
    assert len(officer.held()[REGION]) == 3


def test_league_and_region_staff_replicate_no_region_scope(world: World, writer: Phone) -> None:
    write(writer, 2)
    league = world.phone(world.person(Role.SUPERVISOR, region="150100"))
    league.pull()
    assert league.held() == {}


def test_a_queue_is_its_owners(world: World, officer: Phone) -> None:
    stranger = world.phone(world.person())
    stranger.queue = officer.queue
    with pytest.raises(QueueOwner):
        stranger.ask()
    stranger.queue = uuid4()
    with pytest.raises(NotFound):
        stranger.ask()


def test_a_wiped_device_is_told_so(world: World, officer: Phone) -> None:
    with world.database.transaction() as session:
        session.execute(text("UPDATE sync_device SET status = 'wiped' WHERE id = :id"), {"id": officer.install})
    with pytest.raises(Wiped):
        officer.ask()


def test_a_newer_client_waits_for_the_rollout(world: World, officer: Phone) -> None:
    with pytest.raises(ServerBehind):
        Pull(world.engine, officer.authenticate).run(PullRequest(officer.queue, None, 2, 1000, [], []))


def test_a_client_too_old_to_be_sent_anything_still_hands_in_what_it_saved(world: World, officer: Phone) -> None:
    world.engine = replace(world.engine, versions=Versions(current=3, min_pull=2))
    assert officer.register()["schema"] == {"current": 3, "min_pull": 2, "min_push": 1}
    with pytest.raises(AppOutdated) as refused:
        officer.ask()
    assert refused.value.data == {"min_pull": 2}
    officer.open()
    assert [result["outcome"] for result in officer.results()] == ["applied"]


def test_a_pull_is_remembered_seldom_when_nothing_moves(world: World, officer: Phone, writer: Phone) -> None:
    write(writer, 1)

    def pulled_at() -> Any:
        return world.scalar("SELECT pulled_at FROM sync_hold WHERE queue_id = :queue", queue=officer.queue)

    officer.pull()
    first = pulled_at()
    world.clock.advance(minutes=9)
    officer.pull()
    assert pulled_at() == first
    world.clock.advance(minutes=2)
    officer.pull()
    assert pulled_at() == world.clock.now
    assert world.scalar("SELECT last_seen_at FROM sync_device WHERE id = :id", id=officer.install) == world.clock.now
