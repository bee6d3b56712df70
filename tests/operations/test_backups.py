"""Backups: whole or refused, verified by restoring them aside, restored as a new epoch. On real servers."""

from __future__ import annotations

import errno
import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from accounts.actor import Role
from accounts.demo import accounts
from database.crypto import KeyRing
from database.seal import seal_finished, verify_chain
from media.storage import place_of
from operations.backups import restore, take, verify
from operations.backups.checks import check_copy
from operations.backups.cluster import unpack
from operations.backups.folder import Backup, BadBackup
from operations.keys import ensure_key_file
from operations.postgres import Postgres
from operations.processes import Account, CannotStart
from tests.clock import Clock
from tests.operations.installation import Installation, install, snap
from tests.people import HOME
from tests.servers import RunningCluster

IN_CLUSTER = ("base.tar.gz", "pg_wal.tar.gz", "backup_manifest")
_phones = itertools.count(1)


@pytest.fixture(scope="module")
def base(cluster: RunningCluster) -> Iterator[Installation]:
    """One installation for all tests here; in a short path, so that the socket lies where it is looked for."""
    directory = Path(tempfile.mkdtemp(prefix="fire-"))
    directory.chmod(0o755)
    made = install(directory / "var", cluster.directory / "keys.json", Clock())
    with made.serving() as parts:
        made.photographed(parts)
    yield made
    shutil.rmtree(directory)


@pytest.fixture
def stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backups of one second would have one name: each comes a minute after the last."""
    minutes = itertools.count(1)

    def later() -> datetime:
        number = next(minutes)
        return datetime(2026, 11, 26, number // 60, number % 60)  # noqa: DTZ001 - only its digits are used

    monkeypatch.setattr(take, "utc_now", later)


@pytest.fixture
def installation(base: Installation, stamps: None) -> Iterator[Installation]:
    """No backups yet."""
    yield base
    shutil.rmtree(base.var / "backups", ignore_errors=True)


def phone() -> str:
    return f"1370000{next(_phones):04d}"


def leader_of(region_code: str) -> dict[str, str]:
    """How the leader of a brigade signs in."""
    return next(who.way_in() for who in accounts() if (who.role, who.region_code) == (Role.UNIT_LEADER, region_code))


def durable(device_queue: str, installation: Installation) -> int:
    return int(installation.ask("SELECT durable_seq FROM sync_queue WHERE id = %s", device_queue))


def written(directory: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in directory.rglob("*") if path.is_file()}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_backup_that_is_taken_while_devices_write_holds_what_was_acknowledged_before_it(installation: Installation) -> None:
    with installation.serving():
        device = installation.device(phone())
        snap(device, 5)
        device.sync()
        queues: list[str] = []
        acknowledged, begun, stop = itertools.count(1), threading.Event(), threading.Event()
        last = 0

        def write() -> None:
            nonlocal last
            writing = installation.device(phone())
            queues.append(writing.queue)
            while not stop.is_set():
                snap(writing)
                writing.push()
                last = next(acknowledged)
                begun.set()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert begun.wait(30)
            before = last
            backup = take.main(installation.environment)
        finally:
            stop.set()
            writer.join()
        assert durable(device.queue, installation) == 0
        verdict = verify.main("", installation.environment)
        assert (verdict.stamp, verdict.is_of_this_history) == (backup.stamp, True)
        assert durable(device.queue, installation) == 5
        assert before <= durable(queues[0], installation) <= last
        assert b"fire_backup_verified_age_seconds" in installation.line.send("GET", "/metrics", {}, b"").body
        snap(device)
        assert device.register()["durable_seq"] == 5


def test_a_second_backup_copies_no_photo_again_and_a_stopped_product_is_backed_up_too(installation: Installation) -> None:
    first = take.main(installation.environment)
    pool = written(installation.var / "backups" / "media")
    assert len(pool) == installation.objects() > 0
    second = take.main(installation.environment)
    assert written(installation.var / "backups" / "media") == pool
    assert list(first.photos()) == list(second.photos())
    assert verify.main(second.stamp, installation.environment).is_of_this_history


@pytest.mark.parametrize("name", ["SHA256SUMS", "manifest.json", "media.list", *(f"cluster/{name}" for name in IN_CLUSTER)])
def test_a_flipped_byte_anywhere_is_refused_and_sets_no_watermark(installation: Installation, name: str) -> None:
    backup = take.main(installation.environment)
    flip(backup.path / name)
    with pytest.raises(BadBackup):
        verify.main(backup.stamp, installation.environment)
    assert not backup.is_verified
    with pytest.raises(BadBackup):
        restore.main(backup.stamp, installation.environment)
    assert not (installation.var / "postgres.restored").exists()


@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_a_photo_that_is_not_there_byte_for_byte_is_refused(installation: Installation, harm: str) -> None:
    backup = take.main(installation.environment)
    photo = next(backup.photos())
    path = installation.var / "backups" / "media" / place_of(photo.sha256)
    flip(path) if harm == "changed" else path.unlink()
    with pytest.raises(BadBackup, match="the photo"):
        verify.main(backup.stamp, installation.environment)
    assert not backup.is_verified


@pytest.fixture
def copy(installation: Installation) -> Iterator[tuple[Backup, Postgres]]:
    """A backup, and a server on what is in it."""
    with installation.serving():
        device = installation.device(phone())
        snap(device, 2)
        device.sync()
    backup = take.main(installation.environment)
    aside = installation.var / "aside"
    unpack(backup, aside, Account.for_data_in(installation.data_dir))
    with Postgres(aside, durable=False) as server:
        yield backup, server
    shutil.rmtree(aside)


HARMS = {
    "beyond the head of its scope": "UPDATE sync_scope SET head = head - 1 WHERE head > 0",
    "has not every mutation that it acknowledged": "UPDATE sync_mutation SET seq = seq + 1000000 WHERE seq = 1",
    "has no receipt": "UPDATE receipt SET key = gen_random_uuid() WHERE key IN (SELECT mid FROM sync_mutation)",
    "has no object": "UPDATE media SET storage_key = storage_key || 'x' WHERE state = 'ready'",
    "has no object, or another one": "UPDATE media_rendition SET sha256 = sha256(sha256)",
    "digest_differs": "UPDATE event SET data = '{}' WHERE data <> '{}'",
    "were": "DELETE FROM receipt",
    "its schema is": "UPDATE alembic_version SET version_num = '0000'",
    "cannot be read with this key file": "UPDATE known_key SET fingerprint = sha256(fingerprint)",
}


def test_what_the_database_itself_would_not_notice_is_found(installation: Installation, copy: tuple[Backup, Postgres]) -> None:
    backup, server = copy
    ring = KeyRing.load(installation.var / "keys.json")
    check_copy(server.socket_dir, backup, ring)
    for complaint, harm in HARMS.items():
        server.create_database("kept", template="fire")
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
            connection.execute(harm)
        with pytest.raises(BadBackup) as refused:
            check_copy(server.socket_dir, backup, ring)
        assert complaint in str(refused.value)
        server.drop_database("fire")
        server.create_database("fire", template="kept")
        server.drop_database("kept")


def test_what_was_never_finished_is_not_taken_for_a_backup(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(take, "write_facts", full)
    with pytest.raises(OSError, match="No space left"):
        take.main(installation.environment)
    assert not list((installation.var / "backups").glob(".unfinished-*"))
    (installation.var / "backups" / ".unfinished-20261126T000000Z").mkdir()  # of one that was killed
    with pytest.raises(CannotStart, match="there is no finished backup"):
        verify.main("", installation.environment)


def test_a_database_of_ones_own_is_left_to_its_own_tools(installation: Installation) -> None:
    for do in (take.main, lambda env: verify.main("", env), lambda env: restore.main("x", env)):
        with pytest.raises(CannotStart, match="its own tools back it up"):
            do({**installation.environment, "DATABASE_URL": "postgresql://db.example/fire"})


def test_nothing_is_restored_while_the_product_runs_or_with_the_keys_of_another(installation: Installation) -> None:
    backup = take.main(installation.environment)
    before = (installation.data_dir / "PG_VERSION").stat().st_ino
    with installation.serving(), pytest.raises(CannotStart, match="is running: stop the product first"):
        restore.main(backup.stamp, installation.environment)
    ensure_key_file(installation.var / "other.json")
    with pytest.raises(CannotStart, match="is not the key file of this backup"):
        restore.main(backup.stamp, {**installation.environment, "KEY_FILE": str(installation.var / "other.json")})
    assert (installation.data_dir / "PG_VERSION").stat().st_ino == before


def test_what_devices_have_let_go_is_not_given_up_by_restoring_an_older_backup(installation: Installation) -> None:
    older, newer = take.main(installation.environment), take.main(installation.environment)
    verify.main(newer.stamp, installation.environment)
    with pytest.raises(CannotStart, match=f"backup {newer.stamp} is later and verified"):
        restore.main(older.stamp, installation.environment)


def test_after_a_restore_devices_meet_the_new_epoch_and_what_was_lost_comes_again_under_its_mids(
    installation: Installation,
) -> None:
    with installation.serving() as parts:
        installation.photographed(parts)
        device = installation.device(phone())
        leader = installation.device(**leader_of(HOME))
        kept = snap(device, 2)
        device.sync()
        photos = installation.objects()
        backup = take.main(installation.environment)
        lost = snap(device, 3)
        device.sync()
        vanished = installation.device(phone())
        [forgotten] = snap(vanished)
        vanished.sync()  # and is never seen again
        leader.sync()
        assert all(leader.shown("hazard", hazard_id) for hazard_id in (*kept, *lost, forgotten))
        mids = [sealed.mid for sealed in device.store.lines_from(3, 3)]
        old_epoch, cursor = device.store.get("epoch"), device.store.get("cursor")
    shutil.rmtree(installation.var / "media")
    restored = restore.main(backup.stamp, installation.environment)
    assert restored.epoch != old_epoch
    assert restored.set_aside is not None
    assert (restored.set_aside / "PG_VERSION").exists()
    assert installation.objects() == photos
    with installation.serving() as parts:
        assert installation.ask("SELECT count(*) FROM hazard WHERE id = ANY(%s::uuid[])", lost) == 0
        assert device.store.get("cursor") == cursor
        leader.sync()
        assert {row.id for row in leader.store.limbo() if row.type == "hazard"} == {*lost, forgotten}
        device.sync()
        assert device.store.get("epoch") == restored.epoch
        assert installation.ask("SELECT count(*) FROM hazard WHERE id = ANY(%s::uuid[])", kept + lost) == 5
        applied = "SELECT count(*) FROM sync_mutation WHERE mid = ANY(%s::uuid[]) AND outcome = 'applied'"
        assert installation.ask(applied, mids) == 3
        assert all(device.shown("hazard", hazard_id) for hazard_id in kept + lost)
        leader.sync()
        assert all(leader.shown("hazard", hazard_id) for hazard_id in kept + lost)
        assert {row.id for row in leader.store.limbo() if row.type == "hazard"} == {forgotten}, "for a person to decide"
        assert installation.ask("SELECT sum(refills) FROM sync_hold") == 0, "every digest agreed"
        with parts.database.transaction() as session:
            assert seal_finished(session) is not None  # the journal goes on where it was
        with parts.database.snapshot() as session:
            assert verify_chain(session) is None
        assert not verify.main(backup.stamp, installation.environment).is_of_this_history
        assert durable(device.queue, installation) == 0
        again = take.main(installation.environment)
        assert verify.main(again.stamp, installation.environment).is_of_this_history
        assert durable(device.queue, installation) == 5
    shutil.rmtree(restored.set_aside)
