"""`make backup`: a copy of the cluster as of one moment, then the photos that no earlier backup has."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from database.session import utc_now
from media.storage import DirectoryStorage, NoSuchObject, StoredObject, place_of, sync_directory
from operations.backups.cluster import Installation, connection_of, run_tool, superuser_url
from operations.backups.folder import CLUSTER, MEDIA_LIST, Backup, Facts, Photo, digest_of, read_photos, write_facts
from operations.processes import require_free_space
from operations.refusals import in_one_line

GROWING = ("event", "event_seal", "receipt", "sync_mutation", "sync_queue")  # never deleted from
_MARGIN_BYTES = 64 * 2**20


def main(environment: Mapping[str, str] = os.environ) -> Backup:
    """Take one, whether the product runs or not. Raises CannotStart; what was half done is removed."""
    installation = Installation.of(environment)
    root = installation.backups.root
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = utc_now().strftime("%Y%m%dT%H%M%SZ")
    unfinished = root / f".unfinished-{stamp}"
    unfinished.mkdir(mode=0o700)
    try:
        with installation.database() as socket_dir:
            facts = _facts(socket_dir, stamp)
            require_free_space(root, facts.cluster_bytes + _MARGIN_BYTES)
            run_tool(
                "pg_basebackup", *connection_of(socket_dir), "--pgdata", str(unfinished / CLUSTER), "--format=tar",
                "--compress=gzip:1", "--wal-method=stream", "--checkpoint=fast", "--label", stamp,
            )  # fmt: skip
        # After the database: what it names as stored was stored before it was named.
        _gather(installation, unfinished / MEDIA_LIST)
        write_facts(unfinished, facts)
        unfinished.rename(root / stamp)
        sync_directory(root)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return installation.backups.find(stamp)


def _facts(socket_dir: Path, stamp: str) -> Facts:
    with psycopg.connect(superuser_url(socket_dir)) as connection:

        def ask(question: sql.SQL | sql.Composed) -> Any:
            row = connection.execute(question).fetchone()
            assert row is not None
            return row[0]

        keys = connection.execute("SELECT purpose || '/' || id, encode(fingerprint, 'hex') FROM known_key ORDER BY 1").fetchall()
        return Facts(
            made_at=stamp,
            postgres=ask(sql.SQL("SHOW server_version")),
            revision=ask(sql.SQL("SELECT version_num FROM alembic_version")),
            epoch=ask(sql.SQL("SELECT value FROM sync_meta WHERE name = 'epoch'")),
            cluster_bytes=ask(sql.SQL("SELECT sum(pg_database_size(oid))::bigint FROM pg_database")),
            rows={table: ask(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))) for table in GROWING},
            keys=dict(keys),
        )


def _gather(installation: Installation, list_path: Path) -> None:
    """Bring every photo into the pool, and write down which they are. Those of the last backup are not read again."""
    storage, pool = DirectoryStorage(installation.media_dir), installation.backups.pool
    stamps = installation.backups.stamps()
    known = _Known(read_photos(installation.backups.root / stamps[-1] / MEDIA_LIST) if stamps else iter(()))
    with list_path.open("w", encoding="ascii") as lines:
        for found in storage.objects():
            try:
                photo = known.same(found) or _copied(storage, pool, found)
            except NoSuchObject:  # removed meanwhile
                continue
            lines.write(f"{photo.sha256} {photo.length_bytes} {photo.changed_ns} {photo.key}\n")
        lines.flush()
        os.fsync(lines.fileno())


class _Known:
    """The last list, read along: both are in the order of places."""

    def __init__(self, photos: Iterator[Photo]) -> None:
        self._photos = photos
        self._next = next(photos, None)

    def same(self, found: StoredObject) -> Photo | None:
        while self._next is not None and place_of(self._next.key) < place_of(found.key):
            self._next = next(self._photos, None)
        photo = self._next
        if photo is None:
            return None
        is_same = (photo.key, photo.length_bytes, photo.changed_ns) == (found.key, found.length_bytes, found.changed_ns)
        return photo if is_same else None


def _copied(storage: DirectoryStorage, pool: DirectoryStorage, found: StoredObject) -> Photo:
    with storage.open(found.key) as file:
        sha256 = digest_of(file)
        length_bytes = file.tell()
        if not (pool.exists(sha256) and pool.size(sha256) == length_bytes):
            pool.put(sha256, file)
    return Photo(sha256, length_bytes, found.changed_ns, found.key)


if __name__ == "__main__":
    with in_one_line("no backup"):
        began = time.monotonic()
        taken = main()
        mebibytes = sum(path.stat().st_size for path in taken.path.rglob("*") if path.is_file()) / 2**20
        print(f"backup {taken.stamp}: {mebibytes:.0f} MB and the photos, {time.monotonic() - began:.1f} s, in {taken.path}")
