"""A server that has much to do: what can wait is refused in its order, and devices come again as they are told."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from device.client import Device
from device.exchange import Refused
from device.transport import Answer
from tests.clock import Clock
from tests.device.conftest import Line
from tests.device.test_links import stored
from tests.device.test_push import snap
from tests.media.makers import telling_photo
from tests.people import HOME, demo_accounts

pytestmark = pytest.mark.usefixtures("fresh_database")  # hundreds of reports, which other tests would pull too
THREADS = 8


@dataclass
class Crowd:
    """Requests of others that are under way in this process."""

    app: Flask
    others: list[ExitStack] = field(default_factory=list)

    def come(self, count: int) -> None:
        for _ in range(count):
            self.others.append(ExitStack())
            self.others[-1].enter_context(self.app.extensions["admission"].under_way())

    def go(self, count: int | None = None) -> None:
        for _ in range(len(self.others) if count is None else count):
            self.others.pop().close()


@pytest.fixture
def crowd(app: Flask) -> Iterator[Crowd]:
    made = Crowd(app)
    yield made
    made.go()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def device(line: Line, clock: Clock, pauses: list[float]) -> Device:
    made = Device(line, None, clock, pauses.append)
    made.sign_in(**demo_accounts(Role.FIRE_OFFICER, HOME)[0].way_in())
    made.register()
    return made


def pull(device: Device, cursor: str | None) -> None:
    device.store.put("cursor", cursor)
    device.pull_page()


def large_push(device: Device) -> None:
    device.push_lines(device.store.lines_from(device.store.first_waiting(), 100))


def photo(device: Device) -> None:
    device._announce(device.store.photos()[0], telling_photo())


def has_room(work: Callable[[], object]) -> bool:
    try:
        work()
    except Refused as refused:
        if (refused.status, refused.code) == (503, "crowded"):
            return False
        raise
    return True


def test_what_can_wait_is_refused_in_its_order_as_a_process_fills_up(device: Device, crowd: Crowd) -> None:
    device.pull()
    cursor = device.store.get("cursor")
    snap(device, 70)
    device.add_photo(telling_photo())
    works: dict[str, Callable[[], object]] = {
        "small push": lambda: device.push_lines(device.store.lines_from(1, 2)),
        "incremental pull": lambda: pull(device, cursor),
        "large push": lambda: large_push(device),
        "bootstrap": lambda: pull(device, None),
        "photo": lambda: photo(device),
    }
    taken_up = []
    for _ in range(THREADS):
        taken_up.append([name for name, work in works.items() if has_room(work)])
        crowd.come(1)
    everything = list(works)
    assert taken_up == [*[everything] * 4, everything[:4], everything[:3], everything[:2], everything[:1]]


def test_who_finds_no_room_hears_when_to_come_again_before_his_body_is_read(
    device: Device, client: FlaskClient, crowd: Crowd, parts: Parts
) -> None:
    class Unread(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

    snap(device, 70)
    body, headers = device.push_request(device.store.lines_from(1, 70))
    token = {"Authorization": f"Bearer {device.store.get('access_token')}"}
    crowd.come(THREADS - 1)
    waits = set()
    for _ in range(40):
        answer = client.post("/api/v1/sync/push", headers={**headers, **token}, input_stream=Unread(body))
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.json is not None
        assert answer.json["retry_after_seconds"] == int(answer.headers["Retry-After"])
        waits.add(answer.json["retry_after_seconds"])
    assert waits == {1, 2, 3}, "who were refused together do not come back together"
    assert stored(parts, device) == (0, 0)


def test_a_large_push_is_one_however_small_it_was_packed(device: Device, line: Line, crowd: Crowd, parts: Parts) -> None:
    snap(device, 70)
    body, headers = device.push_request(device.store.lines_from(1, 70))
    packed = gzip.compress(body)
    assert len(packed) < parts.settings.small_push_bytes < len(body)
    digest = base64.b64encode(hashlib.sha256(packed).digest()).decode()
    sent = {**headers, "Content-Digest": f"sha-256=:{digest}:", "Content-Encoding": "gzip"}
    sent["Authorization"] = f"Bearer {device.store.get('access_token')}"
    crowd.come(THREADS - 1)
    assert line.send("POST", "/api/v1/sync/push", sent, packed).status == 503
    assert stored(parts, device) == (0, 0)
    crowd.go()
    assert line.send("POST", "/api/v1/sync/push", sent, packed).status == 200


def test_a_push_that_finds_no_room_is_halved_after_each_pause_until_it_is_a_small_one(
    device: Device, crowd: Crowd, pauses: list[float], line: Line
) -> None:
    """However crowded the server is, what was done in the field comes through."""
    snap(device, 200)
    crowd.come(THREADS - 1)
    assert [result["outcome"] for result in device.push()] == ["applied"] * 200
    assert len(pauses) >= 2
    assert all(1 <= seconds <= 3 for seconds in pauses)
    crowd.go()
    before = len(line.sent)
    snap(device, 100)
    device.push()
    assert len(line.sent) == before + 1, "and a server that has room again is sent all at once"


def test_a_portion_grows_again_with_each_that_gets_through(device: Device, crowd: Crowd, line: Line) -> None:
    snap(device, 400)
    crowd.come(THREADS - 1)
    device._pause = lambda _: crowd.go()
    sizes: list[int] = []

    def count(path: str, body: bytes) -> bytes:
        sizes.append(body.count(b"\n") - 1)
        return body

    line.before = [count] * 20
    device.push()
    assert sizes == [200, 100, 125, 156, 19]


def test_photos_and_a_first_pull_wait_until_there_is_room(device: Device, crowd: Crowd, pauses: list[float]) -> None:
    device.add_photo(telling_photo())

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        crowd.go(1)

    device._pause = pause
    crowd.come(5)
    assert device.send_photos() == []
    assert device.store.photos() == []
    assert len(pauses) == 2
    crowd.come(3)
    device.pull()
    assert len(pauses) == 4


def test_a_server_that_stays_crowded_is_left_alone_and_nothing_is_lost(device: Device, crowd: Crowd, pauses: list[float]) -> None:
    photo_ids = [device.add_photo(telling_photo()) for _ in range(3)]
    crowd.come(THREADS - 1)
    with pytest.raises(Refused):
        device.pull()
    waited = len(pauses)
    assert 5 <= waited < 50
    assert device.send_photos() == []
    assert len(pauses) <= 2 * waited, "the next photo would find it as crowded"
    assert [photo.id for photo in device.store.photos()] == photo_ids
    crowd.go()
    device.sync()
    assert device.store.photos() == []


def test_a_wait_of_hours_is_left_to_a_later_sync(device: Device, line: Line, pauses: list[float]) -> None:
    problem = {"type": "/problems/upload_allowance_used", "status": 429, "retry_after_seconds": 7200}
    device.add_photo(telling_photo())
    line.tampers = [lambda _: Answer(429, {}, json.dumps(problem).encode())]
    device.send_photos()
    assert pauses == []
    assert len(device.store.photos()) == 1
