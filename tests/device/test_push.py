from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.context import Parts
from database.base import new_id
from device.client import Device, NamedStore, Refused
from device.store import Store
from device.transport import Answer, NoNetwork
from operations.reference import ROOT
from tests.device.conftest import Line, cut, lost
from tests.makers import report

MakeDevice = Callable[..., Device]
_phones = itertools.count(1)


@pytest.fixture
def citizen(make_device: MakeDevice) -> Device:
    return make_device(phone=f"1360000{next(_phones):04d}")


def snap(device: Device, count: int = 1, **fields: Any) -> list[str]:
    """Reports in the outbox; their ids."""
    ids = []
    for _ in range(count):
        body: dict[str, Any] = report(None, description="灭火器过期", **fields)  # type: ignore[arg-type]
        hazard_id = body.pop("id")
        device.mutate("hazard.submit", hazard_id, body)
        ids.append(hazard_id)
    return ids


def test_what_was_saved_off_line_is_sent_once_and_has_its_outcome(client: FlaskClient, citizen: Device) -> None:
    [hazard_id] = snap(citizen)
    assert citizen.store.count_waiting() == 1
    [result] = citizen.sync()
    assert result["outcome"] == "applied"
    assert citizen.store.count_waiting() == 0
    assert citizen.push() == []
    shown = citizen.shown("hazard", hazard_id)
    assert shown is not None
    assert shown["state"] == "SUBMITTED"


def test_a_lost_answer_is_asked_for_again(citizen: Device, line: Line) -> None:
    snap(citizen, 3)
    line.tampers = [lost]
    with pytest.raises(NoNetwork):
        citizen.push()
    assert citizen.store.count_waiting() == 3
    assert [item["duplicate"] for item in citizen.push()] == [True] * 3


def test_an_answer_cut_at_any_byte_keeps_what_came(citizen: Device, line: Line) -> None:
    snap(citizen, 3)
    whole: list[bytes] = []

    def overhear(answer: Answer) -> Answer:
        whole.append(answer.body)
        return answer

    line.tampers = [overhear]
    citizen.push()
    results = [place + 1 for place, byte in enumerate(whole[0]) if byte == ord("\n")][:3]
    for length in range(0, results[-1], 11):
        store = citizen.store
        assert isinstance(store, Store)
        store._db.execute("UPDATE outbox SET outcome = NULL, result = NULL")
        line.tampers = [cut(length)]
        with pytest.raises(NoNetwork):
            citizen.push()
        assert citizen.store.count_waiting() == 3 - sum(end <= length for end in results)
        citizen.push()
        assert citizen.store.count_waiting() == 0


def test_a_torn_body_halves_the_batch(citizen: Device, line: Line) -> None:
    snap(citizen, 8)

    def tear(path: str, body: bytes) -> bytes:
        return body[:-3]

    line.before = [tear, tear]
    assert [item["outcome"] for item in citizen.push()] == ["applied"] * 8
    assert line.sent.count("/api/v1/sync/push") == 2 + 3, "of 2, 3 and 3 lines: portions grow again"


def test_a_line_stays_the_same_text_whatever_happens(citizen: Device, line: Line) -> None:
    snap(citizen)
    before = citizen.store.lines_from(1, 1)[0].line
    line.tampers = [lost]
    with pytest.raises(NoNetwork):
        citizen.push()
    citizen.sync()
    assert citizen.store.lines_from(1, 1)[0].line == before


def test_a_cloned_phone_opens_a_new_queue_and_loses_nothing(citizen: Device, make_device: MakeDevice, parts: Parts) -> None:
    clone = Device(citizen.transport, Store(), citizen._clock)
    for name in ("install", "queue", "access_token", "refresh_token", "epoch", "user"):
        clone.store.put(name, citizen.store.get(name))
    clone = Device(citizen.transport, clone.store, citizen._clock)
    snap(citizen, 2)
    citizen.push()
    mine = snap(clone, 3)
    queue = clone.queue
    assert [item["outcome"] for item in clone.sync()] == ["applied"] * 3
    assert clone.queue != queue
    assert all(clone.shown("hazard", hazard_id) for hazard_id in mine)
    snap(clone)
    assert [item["seq"] for item in clone.push()] == [4]
    snap(citizen)
    assert [item["outcome"] for item in citizen.push()] == ["applied"]


def test_a_server_that_forgot_is_told_again(citizen: Device, parts: Parts) -> None:
    """A gap: the server stands before what the device believes to have sent."""
    snap(citizen, 3)
    citizen.push()
    with parts.database.transaction() as session:
        queue = {"queue": citizen.queue}
        session.execute(text("DELETE FROM sync_mutation WHERE queue_id = :queue AND seq > 1"), queue)
        session.execute(text("UPDATE sync_queue SET last_seq = 1 WHERE id = :queue"), queue)
    snap(citizen)
    assert [item["duplicate"] for item in citizen.push()] == [True, True, False]


def test_a_new_epoch_is_met_by_sending_again_and_pulling_from_the_start(citizen: Device, parts: Parts) -> None:
    [hazard_id] = snap(citizen)
    citizen.sync()
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_meta SET value = :epoch WHERE name = 'epoch'"), {"epoch": str(new_id())})
    [other] = snap(citizen)
    assert [(item["outcome"], item["duplicate"]) for item in citizen.push()] == [("applied", True), ("applied", False)]
    end = citizen.pull()
    assert end["checkpoint"] is True
    assert citizen.shown("hazard", hazard_id)
    assert citizen.shown("hazard", other)


def test_a_refusal_that_cannot_be_mended_is_told(citizen: Device) -> None:
    snap(citizen)
    citizen.store.put("epoch", "no epoch")
    with pytest.raises(Refused) as refused:
        citizen.push()
    assert refused.value.code == "invalid_fields"
    assert citizen.store.count_waiting() == 1


def test_the_outbox_survives_the_process(make_device: MakeDevice, tmp_path: Path) -> None:
    path = str(tmp_path / "device.sqlite")
    first = make_device(phone="13600009999", store=Store(path))
    [hazard_id] = snap(first)
    first.store.close()
    again = Device(first.transport, Store(path), first._clock)
    assert (again.install, again.queue, again.key.pem()) == (first.install, first.queue, first.key.pem())
    assert [item["outcome"] for item in again.sync()] == ["applied"]
    assert again.shown("hazard", hazard_id)
    again.store.close()


def test_what_a_named_person_saved_never_goes_out_as_a_guests(citizen: Device) -> None:
    snap(citizen)
    with pytest.raises(NamedStore):
        citizen.sign_in(guest=True)
    assert [result["outcome"] for result in citizen.push()] == ["applied"]


def test_the_device_knows_nothing_of_the_server() -> None:
    allowed = {"device", "__future__", "abc", "base64", "contextlib", "hashlib", "json", "zlib", "time", "typing", "datetime",
               "collections", "functools", "io", "sqlite3", "dataclasses", "httpx", "uuid_utils", "cryptography"}  # fmt: skip
    for path in (ROOT / "device").glob("*.py"):
        for row in path.read_text().splitlines():
            if row.startswith(("import ", "from ")):
                assert row.split()[1].split(".")[0] in allowed, (path.name, row)
