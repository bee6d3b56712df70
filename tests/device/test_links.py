"""Lines that are cut anywhere, in both directions: what arrived is a prefix, and the end is the same."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from database.crypto import Key, KeyRing
from device.client import Device, TooLong
from device.exchange import PULL_BYTES
from device.store import Store
from device.transport import Answer, NoNetwork
from sync import cursors
from tests.accounts.makers import brigade, hire, staff
from tests.device.conftest import Line, cut
from tests.device.test_push import snap
from tests.makers import make_hazard
from tests.people import ELSEWHERE, HOME

MakeDevice = Callable[..., Device]
_phones = itertools.count(1)
PUSH = "/api/v1/sync/push"


@pytest.fixture
def citizen(make_device: MakeDevice) -> Device:
    return make_device(phone=f"1350000{next(_phones):04d}")


@pytest.fixture
def officer(make_device: MakeDevice) -> Device:
    return make_device()


# ---- up ----


def whole_push(device: Device, line: Line) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a push of all that waits; it goes out, and never arrives."""
    kept: list[tuple[bytes, dict[str, str]]] = []
    send = line.send

    def overhear(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        kept.append((body, dict(headers)))
        raise NoNetwork("overheard")

    line.send = overhear  # type: ignore[method-assign]
    with pytest.raises(NoNetwork):
        device.push()
    line.send = send  # type: ignore[method-assign]
    return kept[0]


def stored(parts: Parts, device: Device) -> tuple[int, int]:
    """How many mutations the server has of this queue, and how far it says to be."""
    with parts.database.snapshot() as session:
        statement = text(
            "SELECT (SELECT count(*) FROM sync_mutation WHERE queue_id = :queue), last_seq FROM sync_queue WHERE id = :queue"
        )
        row = session.execute(statement, {"queue": device.queue}).one()
    return row[0], row[1]


def test_a_push_cut_at_every_byte_applies_nothing_and_comes_to_the_same_end(citizen: Device, line: Line, parts: Parts) -> None:
    ids = snap(citizen, 3)
    body, headers = whole_push(citizen, line)
    for length in range(len(body)):
        answer = line.send("POST", PUSH, headers, body[:length])
        assert answer.status == 400, length
        assert b"torn_body" in answer.body, length
    assert stored(parts, citizen) == (0, 0)
    assert [item["outcome"] for item in citizen.sync()] == ["applied"] * 3
    assert all(citizen.shown("hazard", hazard_id) for hazard_id in ids)


def test_a_body_that_ends_before_its_declared_length_is_torn(app: Flask, citizen: Device, line: Line, parts: Parts) -> None:
    """A connection that breaks looks to the application like a clean end of the body."""
    snap(citizen, 3)
    body, headers = whole_push(citizen, line)

    def longer(environ: dict[str, Any], start_response: Any) -> Any:
        environ["CONTENT_LENGTH"] = str(len(body))
        return app.wsgi_app(environ, start_response)

    line._inner._application = longer
    for length in range(0, len(body), 41):
        digest = base64.b64encode(hashlib.sha256(body[:length]).digest()).decode()
        answer = line.send("POST", PUSH, {**headers, "Content-Digest": f"sha-256=:{digest}:"}, body[:length])
        assert answer.status == 400, length
        assert b"torn_body" in answer.body, length
    assert stored(parts, citizen) == (0, 0)


def test_a_push_without_its_digest_or_with_another_one_applies_nothing(citizen: Device, line: Line, parts: Parts) -> None:
    snap(citizen)
    body, headers = whole_push(citizen, line)
    other = base64.b64encode(hashlib.sha256(b"another body").digest()).decode()
    for digest in (None, "", "sha-256=", f"sha-256=:{other}:", f"sha-512=:{other}:"):
        sent = {name: value for name, value in headers.items() if name != "Content-Digest"}
        answer = line.send("POST", PUSH, sent if digest is None else {**sent, "Content-Digest": digest}, body)
        assert answer.status == 400
        assert b"torn_body" in answer.body
    assert stored(parts, citizen) == (0, 0)


def test_lines_that_arrive_are_a_prefix_whatever_part_of_the_batch_gets_through(
    citizen: Device, line: Line, parts: Parts
) -> None:
    """The device halves its batch; each request that arrives whole is applied, and none out of order."""
    ids = snap(citizen, 7)
    seen: list[int] = []

    def tear_large_ones(path: str, body: bytes) -> bytes:
        seen.append(stored(parts, citizen)[1])
        return body[:-1] if path == PUSH and body.count(b"\n") > 3 else body

    line.before = [tear_large_ones] * 40
    assert [item["seq"] for item in citizen.push()] == list(range(1, 8))
    line.before = []
    assert seen == sorted(seen)
    assert stored(parts, citizen) == (7, 7)
    citizen.pull()
    assert all(citizen.shown("hazard", hazard_id) for hazard_id in ids)


def test_what_is_too_long_for_a_line_is_not_said_to_be_saved(citizen: Device) -> None:
    """A line that the server cannot take would stand before all others for ever."""
    with pytest.raises(TooLong):
        citizen.mutate("hazard.submit", "01960000-0000-7000-8000-000000000001", {"description": "长" * 30_000})
    assert citizen.store.count_waiting() == 0


# ---- down ----


@dataclass(frozen=True)
class Canned:
    """A line on which the beginning of one answer arrives."""

    answer: Answer
    length: int

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return replace(self.answer, body=self.answer.body[: self.length])


def copy_of(device: Device, *, emptied: bool = False) -> Device:
    """The same device once more, as it stands or with an empty base."""
    store = Store()
    assert isinstance(device.store, Store)
    device.store._db.backup(store._db)
    if emptied:
        store.forget_base()
    return Device(device.transport, store, device._clock)


def base_of(device: Device) -> frozenset[tuple[str, str, str, int]]:
    kinds = ("hazard", "task", "inbox_item", "division", "law")
    return frozenset((row.scope, row.type, row.id, row.revision) for kind in kinds for row in device.store.rows(kind))


def test_a_pull_cut_at_every_byte_holds_a_prefix_and_resumes_to_the_same_end(
    client: FlaskClient, officer: Device, line: Line
) -> None:
    make_hazard(client, "ASSIGNED")
    officer.pull()
    device = copy_of(officer, emptied=True)
    seen, cuts = [base_of(device)], 0
    while cuts < 4000:
        device.page_bytes = 1300
        before = copy_of(device)
        pages: list[Answer] = []

        def overhear(answer: Answer, pages: list[Answer] = pages) -> Answer:
            pages.append(answer)
            return answer

        line.tampers = [overhear]
        device.pull_page()
        body = pages[0].body
        for length in range(len(body)):
            torn = copy_of(before)
            torn.transport = Canned(pages[0], length)
            try:
                torn.pull_page()
            except NoNetwork:
                assert base_of(torn) in seen, "a prefix of what came, and nothing else"
            else:  # of a packed answer all lines are there before its last bytes, a checksum, have come
                assert base_of(torn) == base_of(device)
                assert length >= len(body) - 12
        cuts += len(body)
        if base_of(device) not in seen:
            assert seen[-1] < base_of(device)
            seen.append(base_of(device))
        resumed = copy_of(device)
        resumed.pull()
        assert base_of(resumed) == base_of(officer)
        assert not resumed.store.filling()
    assert len(seen) > 2


def test_a_poor_link_gets_smaller_pages_until_they_come_through(client: FlaskClient, officer: Device, line: Line) -> None:
    """No more than a few rows survive on this line: the device asks for less, and comes to the end."""
    for _ in range(4):
        make_hazard(client, "ASSIGNED")
    rounds = 0
    while True:
        line.tampers = [cut(6000)] * 200
        rounds += 1
        assert rounds < 60
        try:
            officer.pull()
        except NoNetwork:
            continue
        break
    line.tampers = []
    walked = base_of(officer)
    assert officer.page_bytes < PULL_BYTES
    fresh = copy_of(officer, emptied=True)
    fresh.pull()
    assert base_of(fresh) == walked


def test_pages_of_one_row_come_to_the_same_end(client: FlaskClient, officer: Device) -> None:
    make_hazard(client, "ASSIGNED")
    officer.pull()
    walker = copy_of(officer, emptied=True)
    pages = 0
    while True:
        walker.page_bytes = 1
        pages += 1
        if not walker.pull_page()["more"]:
            break
    assert base_of(walker) == base_of(officer)
    assert pages >= len(base_of(officer))
    assert not walker.store.filling()


# ---- cursors ----


def test_a_cursor_that_another_server_signed_starts_the_base_anew_and_leaves_the_outbox(
    client: FlaskClient, officer: Device, parts: Parts
) -> None:
    make_hazard(client)
    officer.pull()
    before = officer.store.scopes()
    officer.mutate("hazard.unheard_of", str(make_hazard(client).id), {})
    other = KeyRing({"cursors": [Key("another server", b"k" * 32)]})
    there = cursors.Cursor(str(officer.store.get("epoch")), {1: cursors.Place(1)})
    forged = cursors.encode(other, UUID(officer.user["id"]), there)
    officer.store.put("cursor", forged)
    officer.pull()
    assert officer.store.scopes().keys() == before.keys()
    assert officer.store.get("cursor") != forged
    assert officer.store.count_waiting() == 1


def test_a_scope_that_was_taken_away_while_the_cursor_was_lost_is_not_kept(
    client: FlaskClient, make_device: MakeDevice, parts: Parts
) -> None:
    """Without a cursor the server cannot say what to drop: what does not begin again is not ours any more."""
    make_hazard(client)
    person = hire(client, Role.FIRE_OFFICER)
    device = make_device(way=person.way)
    device.pull()
    assert f"region:{HOME}#officer" in device.store.scopes()
    device.store.put("cursor", "nonsense")
    moved = staff(client, Role.SYS_ADMIN, "150000").post(
        f"/accounts/staff/{person.id}/transfer", {"org_id": str(brigade(ELSEWHERE))}
    )
    assert moved.status_code == 200
    device.pull()
    assert f"region:{HOME}#officer" not in device.store.scopes()
    assert device.store.scopes() != {}
