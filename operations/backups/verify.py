"""`make verify-backup`: restore it aside, look at everything, and only then tell devices what they may let go."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from database.crypto import KeyRing
from media.storage import sync_directory
from operations.backups.checks import check_copy
from operations.backups.cluster import Installation, superuser_url, unpack
from operations.backups.folder import VERIFIED, Backup, BadBackup
from operations.postgres import Postgres
from operations.processes import Account, require_free_space
from operations.refusals import in_one_line

_BATCH = 500


@dataclass(frozen=True)
class Verdict:
    """Of a backup that is whole."""

    stamp: str
    queues: int  # whose watermark it moved
    is_of_this_history: bool


def main(name: str, environment: Mapping[str, str] = os.environ) -> Verdict:
    """Verify one (the newest where nothing is named). Raises BadBackup, and then no watermark was set; CannotStart."""
    installation = Installation.of(environment)
    backup = installation.backups.find(name)
    backup.require_sums()
    backup.require_photos()
    facts = backup.facts()
    aside = installation.backups.root / f".aside-{backup.stamp}-{os.getpid()}"
    aside.mkdir(mode=0o711)  # a server under another account has to reach its own directory
    try:
        require_free_space(aside, facts.cluster_bytes)
        unpack(backup, aside / "postgres", Account.for_data_in(installation.data_dir))
        with Postgres(aside / "postgres", durable=False) as copy:
            check_copy(copy.socket_dir, backup, KeyRing.load(installation.key_file))
            with installation.database() as living:
                return _set_watermark(backup, copy.socket_dir, living)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _set_watermark(backup: Backup, copy_dir: Path, living_dir: Path) -> Verdict:
    """What the copy really holds is durable. A queue of another history holds other mutations under the same numbers."""
    with (
        psycopg.connect(superuser_url(copy_dir)) as copy,
        psycopg.connect(superuser_url(living_dir), autocommit=True) as living,
    ):
        epochs = [
            connection.execute("SELECT value FROM sync_meta WHERE name = 'epoch'").fetchone() for connection in (copy, living)
        ]
        if epochs[0] != epochs[1]:
            return Verdict(backup.stamp, 0, is_of_this_history=False)
        (backup.path / VERIFIED).touch()
        sync_directory(backup.path)  # before a device may let go of what it holds
        moved = 0
        held = copy.execute("SELECT id, last_seq FROM sync_queue WHERE last_seq > 0 ORDER BY id")
        while rows := held.fetchmany(_BATCH):  # in short transactions: no push waits long for its queue
            moved += living.execute(_ADVANCE, [[row[0] for row in rows], [row[1] for row in rows]]).rowcount
        living.execute(_NOTE, [backup.stamp])
        return Verdict(backup.stamp, moved, is_of_this_history=True)


_ADVANCE = """
    UPDATE sync_queue q SET durable_seq = held.seq
      FROM unnest(%s::uuid[], %s::bigint[]) AS held (id, seq)
     WHERE q.id = held.id AND q.durable_seq < held.seq AND held.seq <= q.last_seq
"""
_NOTE = """
    INSERT INTO sync_meta (name, value) VALUES ('verified_backup', %s)
    ON CONFLICT (name) DO UPDATE SET value = greatest(sync_meta.value, excluded.value)
"""

if __name__ == "__main__":
    with in_one_line("not verified"):
        try:
            verdict = main(sys.argv[1] if len(sys.argv) > 1 else "")
        except BadBackup as fault:
            sys.exit(f"REFUSED: {fault}")
        if verdict.is_of_this_history:
            print(f"backup {verdict.stamp} is whole; devices of {verdict.queues} queues may let go of what it holds")
        else:
            print(f"backup {verdict.stamp} is whole, and of an earlier epoch: devices are told nothing")
