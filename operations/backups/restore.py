"""`make restore`: the database and the photos of a backup take the place of what is there, as a new epoch."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from database.crypto import KeyRing
from database.known_keys import mark_of
from database.session import utc_now
from media.storage import DirectoryStorage, sync_directory
from operations.backups.cluster import Installation, superuser_url, unpack
from operations.backups.folder import Backup, BadBackup
from operations.postgres import Postgres
from operations.processes import Account, CannotStart, require_free_space
from operations.refusals import in_one_line


@dataclass(frozen=True)
class Restored:
    """What was done."""

    stamp: str
    epoch: str
    set_aside: Path | None  # the data directory that was there before


def main(name: str, environment: Mapping[str, str] = os.environ) -> Restored:
    """Restore one by its stamp. Nothing is deleted. Raises CannotStart (first of all while the product runs), BadBackup."""
    if not name:
        raise CannotStart("say which backup: make restore BACKUP=20261126T015017Z")
    installation = Installation.of(environment)
    backup = installation.backups.find(name)
    with installation.stopped():
        backup.require_sums()
        backup.require_photos()
        _require_keys(backup, installation.key_file)
        _require_newest(backup, installation)
        data_dir = installation.data_dir
        require_free_space(installation.var, backup.facts().cluster_bytes)
        restored = data_dir.with_name(f"{data_dir.name}.restored")
        shutil.rmtree(restored, ignore_errors=True)  # of a restore that was interrupted
        unpack(backup, restored, Account.for_data_in(data_dir))
        epoch = _begin_epoch(restored, backup.stamp, installation.var / "log" / "restore.log")
        _bring_photos(backup, DirectoryStorage(installation.media_dir))
        set_aside = _set_aside(data_dir)
        restored.rename(data_dir)
        sync_directory(data_dir.parent)
    return Restored(backup.stamp, epoch, set_aside)


def _require_keys(backup: Backup, key_file: Path) -> None:
    ring = KeyRing.load(key_file)
    for name, mark in backup.facts().keys.items():
        purpose, _, key_id = name.partition("/")
        if purpose in ("encryption", "blind_index") and not any(
            key.id == key_id and mark_of(purpose, key).hex() == mark for key in ring.all(purpose)
        ):
            raise CannotStart(f"{key_file} is not the key file of this backup: it lacks the {purpose} key {key_id}")


def _require_newest(backup: Backup, installation: Installation) -> None:
    """What a later verified backup holds, devices have let go: only that backup can bring it back."""
    later = [
        stamp for stamp in installation.backups.stamps() if stamp > backup.stamp and installation.backups.find(stamp).is_verified
    ]
    if later:
        raise CannotStart(f"backup {later[-1]} is later and verified, and devices no longer keep what it holds: restore that one")


def _begin_epoch(data_dir: Path, stamp: str, log_path: Path) -> str:
    """A history of its own from here on: devices send again what it lacks, and pull from the start."""
    epoch = str(uuid4())
    with Postgres(data_dir, log_path=log_path) as server, psycopg.connect(superuser_url(server.socket_dir)) as connection:
        connection.execute("UPDATE sync_meta SET value = %s WHERE name = 'epoch'", [epoch])
        connection.execute(
            "INSERT INTO sync_meta (name, value) VALUES ('restored_from', %s)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [stamp],
        )
    return epoch


def _bring_photos(backup: Backup, storage: DirectoryStorage) -> None:
    for photo in backup.photos():
        if not (storage.exists(photo.key) and storage.size(photo.key) == photo.length_bytes):
            with backup.pool.open(photo.sha256) as file:
                storage.put(photo.key, file)


def _set_aside(data_dir: Path) -> Path | None:
    if not data_dir.exists():
        return None
    aside = data_dir.with_name(f"{data_dir.name}.before-{utc_now().strftime('%Y%m%dT%H%M%SZ')}")
    data_dir.rename(aside)
    return aside


if __name__ == "__main__":
    with in_one_line("not restored"):
        try:
            done = main(sys.argv[1] if len(sys.argv) > 1 else "")
        except BadBackup as fault:
            sys.exit(f"REFUSED: {fault}")
        print(f"backup {done.stamp} is restored as epoch {done.epoch}.")
        if done.set_aside is not None:
            print(f"What was there is in {done.set_aside}: remove it when nobody needs it any more.")
        print("Start the product (make run). Devices meet the new epoch by themselves, and send again what this backup lacks;")
        print("take and verify a new backup soon: earlier ones tell devices nothing any more.")
