"""Snapshots, digests and photos from the side of the device."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from device.client import Device
from device.storage import Line as PulledLine
from device.store import Store
from device.transport import Answer, NoNetwork
from sync import snapshots
from sync.engine import Engine
from tests.clock import Clock
from tests.device.conftest import Line, lost
from tests.device.test_links import base_of
from tests.device.test_push import snap
from tests.media.makers import telling_photo

MakeDevice = Callable[..., Device]
CHUNK = "/sync/snapshots/"
LAWS = "public:laws#all"
_phones = itertools.count(1)


@pytest.fixture
def small_snapshots(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Scopes of more than ten rows have a snapshot, in chunks of a few kilobytes."""
    monkeypatch.setattr(snapshots, "CHUNK_BYTES", 4096)
    settings = replace(parts.settings, snapshot_rows=10)
    before = parts.sync.settings
    object.__setattr__(parts.sync, "settings", settings)
    for _ in range(5):
        snapshots.make_due(parts.sync)
    yield parts.sync
    object.__setattr__(parts.sync, "settings", before)


@pytest.fixture
def citizen(make_device: MakeDevice) -> Device:
    return make_device(phone=f"1330000{next(_phones):04d}")


# ---- snapshots ----


def test_a_large_scope_begins_with_a_snapshot_and_holds_the_same_as_by_rows(
    make_device: MakeDevice, line: Line, request: pytest.FixtureRequest
) -> None:
    by_rows = make_device(phone="13300009001")
    by_rows.pull()
    request.getfixturevalue("small_snapshots")
    by_chunks = make_device(phone="13300009002")
    by_chunks.pull()
    assert sum(CHUNK in path for path in line.sent) > 2
    for scope in ("public:laws#all", "public:places#all"):
        assert by_chunks.store.digest(scope) == by_rows.store.digest(scope)
    assert not by_chunks.store.filling()
    assert by_chunks.store.adopted() == []


def test_chunks_that_came_are_not_loaded_again_after_a_cut(small_snapshots: Engine, citizen: Device, line: Line) -> None:
    failures = itertools.count()

    def third_is_lost(answer: Answer) -> Answer:
        if CHUNK in line.sent[-1] and next(failures) == 2:
            raise NoNetwork("cut")
        return answer

    line.tampers = [third_is_lost] * 100
    with pytest.raises(NoNetwork):
        citizen.pull()
    assert citizen.store.filling() != set(), "what is not there yet may still come"
    citizen.pull()
    loaded = [path for path in line.sent if CHUNK in path]
    assert len(loaded) == len(set(loaded)) + 1, "only the one that was lost came twice"
    assert not citizen.store.filling()


def test_a_chunk_that_is_not_what_its_name_says_is_not_kept(small_snapshots: Engine, citizen: Device, line: Line) -> None:
    def spoil(answer: Answer) -> Answer:
        return replace(answer, body=answer.body[:-1] + b"?") if CHUNK in line.sent[-1] else answer

    line.tampers = [spoil] * 6
    with pytest.raises(NoNetwork):
        citizen.pull()
    line.tampers = []
    citizen.pull()
    assert not citizen.store.filling()


def test_a_scope_that_was_taken_away_before_its_snapshot_was_whole_leaves_the_phone() -> None:
    store, scope = Store(), "region:150102#officer"
    end: PulledLine = {"kind": "end", "checkpoint": True, "digests": {}}
    row = {"kind": "row", "type": "unit", "id": "1", "revision": 1, "hash": "0" * 16, "data": {}}
    begin = {"kind": "scope", "key": scope, "action": "begin", "from": 0, "to": 1, "whole": True}
    store.apply_page(None, [begin, row, {**end, "more": False, "digests": {scope: [1, 1, "0" * 16]}}], "followed", 0)
    store.apply_page(
        "followed", [{"kind": "snapshot", "key": scope, "id": "s", "chunks": []}, {**end, "more": True}], "offered", 0
    )
    assert store.scopes() == {scope: 1}, "the old rows stay on the screen meanwhile"
    store.apply_page("offered", [{**end, "more": False}], "without", 0)
    assert store.scopes() == {}


# ---- digests ----


def spoil_a_row(device: Device) -> None:
    store = device.store
    assert isinstance(store, Store)
    store._db.execute("DELETE FROM base WHERE scope = ? AND id = (SELECT min(id) FROM base WHERE scope = ?)", [LAWS, LAWS])


def test_a_scope_that_lost_a_row_is_asked_for_again_at_most_once_a_day(citizen: Device, line: Line) -> None:
    citizen.pull()
    whole = base_of(citizen)
    spoil_a_row(citizen)
    citizen.pull()
    assert base_of(citizen) == whole
    spoil_a_row(citizen)
    before = len(line.sent)
    citizen.pull()
    assert len(line.sent) == before + 1, "a server that contradicts itself is not asked for ever"
    citizen.store.put(f"refilled {LAWS}", "2020-01-01T00:00:00Z")
    citizen.pull()
    assert base_of(citizen) == whole


def test_a_scope_is_asked_for_again_until_the_request_has_arrived(citizen: Device, line: Line, clock: Clock) -> None:
    citizen.pull()
    whole = base_of(citizen)
    spoil_a_row(citizen)
    line.tampers = [lambda answer: answer, lost]
    with pytest.raises(NoNetwork):
        citizen.pull()
    started_again = Device(line, citizen.store, clock)
    started_again.pull()
    assert base_of(started_again) == whole


# ---- photos ----


def snap_with_photo(device: Device) -> tuple[str, str]:
    photo = telling_photo()
    photo_id = device.add_photo(photo)
    [hazard_id] = snap(device, photos=[photo_id])
    return hazard_id, photo_id


def test_photos_go_up_after_the_record_and_before_the_pull(client: FlaskClient, citizen: Device, line: Line) -> None:
    hazard_id, photo_id = snap_with_photo(citizen)
    line.sent.clear()
    citizen.sync()
    order = [path.removeprefix("/api/v1") for path in line.sent]
    assert order[0] == "/sync/push"
    assert order[-1] == "/sync/pull"
    assert all(path.startswith("/uploads") for path in order[1:-1])
    assert citizen.store.photos() == []
    shown = citizen.shown("hazard", hazard_id)
    assert shown is not None
    assert shown["photo_ids"] == [photo_id]


def test_a_photo_that_cannot_be_sent_holds_up_neither_records_nor_the_pull(citizen: Device, line: Line) -> None:
    hazard_id, _ = snap_with_photo(citizen)

    def no_uploads(path: str, body: bytes) -> bytes:
        if "/uploads" in path:
            raise NoNetwork("too large for this line")
        return body

    line.before = [no_uploads] * 10
    [result] = citizen.sync()
    assert result["outcome"] == "applied"
    assert citizen.store.overlay() == [], "the checkpoint came too"
    assert len(citizen.store.photos()) == 1
    assert citizen.shown("hazard", hazard_id)


def test_an_upload_goes_on_where_the_server_stands(citizen: Device, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.photos.PIECE_BYTES", 1000)
    snap_with_photo(citizen)
    citizen.push()
    line.tampers = [lambda answer: answer] * 6 + [lost]
    with pytest.raises(NoNetwork):
        citizen.send_photos()
    [photo] = citizen.store.photos()
    line.sent.clear()
    assert citizen.send_photos() == []
    assert citizen.store.photos() == []
    assert "/api/v1/uploads" not in line.sent, "it is not announced again"
    assert line.sent.count(f"/api/v1{photo.url}") < 2 * (photo.length_bytes // 1000 + 1)


def test_a_file_that_is_no_photo_is_told_and_does_not_hold_up_the_next(citizen: Device) -> None:
    bad = citizen.add_photo(b"no photo at all")
    snap_with_photo(citizen)
    assert citizen.send_photos() == [bad]
    assert [photo.id for photo in citizen.store.photos()] == [bad]


def test_photos_that_wait_are_never_all_in_memory(citizen: Device) -> None:
    photo = telling_photo()
    for number in range(16):
        citizen.add_photo(photo + bytes(500_000) + str(number).encode())
    tracemalloc.start()
    try:
        assert citizen.send_photos() == []
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert citizen.store.photos() == []


def test_an_upload_whose_announcement_was_answered_into_the_void_is_the_same_one(citizen: Device, line: Line) -> None:
    """Its bytes are there already: the second announcement leads to the same upload, which says where it stands."""
    _, photo_id = snap_with_photo(citizen)
    citizen.push()
    line.tampers = [lambda answer: answer, lost]
    with pytest.raises(NoNetwork):
        citizen.send_photos()
    citizen.store.place_photo(photo_id, None)
    assert citizen.send_photos() == []
    assert citizen.store.photos() == []


def test_the_rows_of_a_snapshot_do_not_hide_an_own_act_that_the_next_page_brings(citizen: Device) -> None:
    """They are of an earlier moment than the checkpoint that contained the act."""
    [hazard_id] = snap(citizen)
    citizen.push()
    citizen.pull()
    [before] = citizen.store.rows("hazard", hazard_id)
    citizen.mutate("hazard.withdraw", hazard_id, {})
    citizen.push()
    citizen.pull()
    [after] = citizen.store.rows("hazard", hazard_id)
    assert after.revision > before.revision
    assert citizen.store.overlay() == []
    citizen.store.begin_snapshot(after.scope, "of an earlier moment")
    for row, waiting in ((before, ["hazard.withdraw"]), (after, [])):
        line = {"type": row.type, "id": row.id, "revision": row.revision, "data": row.data, "hash": "0"}
        citizen.store.take_chunk(after.scope, str(row.revision), [line])
        assert [sealed.name for sealed in citizen.store.overlay()] == waiting
    citizen.store.take_chunk(after.scope, "again", [{**line, "revision": before.revision}])
    citizen.store.adopt(after.scope, "of an earlier moment")
    assert [sealed.name for sealed in citizen.store.overlay()] == ["hazard.withdraw"]
