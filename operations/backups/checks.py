"""What must hold in a copy of the database that came out of a backup. Each check raises BadBackup with what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy.orm import Session

from database.crypto import KeyRing
from database.known_keys import ForeignKeyFile, require_own_keys
from database.seal import verify_chain
from database.session import Database
from operations.backups.cluster import connection_of, run_tool, superuser_url
from operations.backups.folder import Backup, BadBackup
from operations.databases import DATABASE
from operations.migrate import alembic_config
from operations.processes import CannotStart

_LISTED = "CREATE TEMPORARY TABLE backup_photo (sha256 text, length_bytes bigint, changed_ns bigint, key text)"
_RULES = {
    "the line {} lies beyond the head of its scope": """
        SELECT s.key || ' ' || f.position FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id
         WHERE f.position > s.head OR f.position < 1""",
    "the position {} is taken twice": """
        SELECT s.key || ' ' || f.position FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id
         GROUP BY s.key, f.position HAVING count(*) > 1""",
    "the queue {} has not every mutation that it acknowledged": """
        SELECT q.id::text FROM sync_queue q LEFT JOIN sync_mutation m ON m.queue_id = q.id AND m.seq BETWEEN 1 AND q.last_seq
         GROUP BY q.id HAVING count(m.seq) <> q.last_seq""",
    "the mutation {} has no receipt": """
        SELECT m.mid::text FROM sync_mutation m JOIN sync_queue q ON q.id = m.queue_id
         WHERE m.mid IS NOT NULL AND NOT EXISTS (SELECT FROM receipt r WHERE r.owner_id = q.owner_id AND r.key = m.mid)""",
    "the stored photo {} has no object": """
        SELECT m.id::text FROM media m LEFT JOIN backup_photo p ON p.key = m.storage_key
         WHERE m.state IN ('stored', 'ready') AND p.key IS NULL""",
    "the rendition {} has no object, or another one": """
        SELECT r.storage_key FROM media_rendition r JOIN media m ON m.id = r.media_id AND m.state IN ('stored', 'ready')
          LEFT JOIN backup_photo p ON p.key = r.storage_key
         WHERE p.sha256 IS DISTINCT FROM encode(r.sha256, 'hex')""",
}


def check_copy(socket_dir: Path, backup: Backup, ring: KeyRing) -> None:
    """Everything, the cheap things first."""
    facts = backup.facts()
    with psycopg.connect(superuser_url(socket_dir), autocommit=True) as connection:
        _check_revision(connection, facts.revision)
        _check_rows(connection, facts.rows)
        connection.execute(_LISTED)
        with connection.cursor().copy("COPY backup_photo FROM STDIN") as copy:
            for photo in backup.photos():
                copy.write_row((photo.sha256, photo.length_bytes, photo.changed_ns, photo.key))
        for complaint, question in _RULES.items():
            found = connection.execute(question + " LIMIT 1").fetchone()
            if found is not None:
                raise BadBackup(complaint.format(found[0]))
    try:
        run_tool("pg_amcheck", *connection_of(socket_dir), "--database", DATABASE, "--install-missing", "--heapallindexed")
    except CannotStart as error:
        raise BadBackup(f"tables and indexes differ: {error}") from None
    database = Database(superuser_url(socket_dir), pool_size=1, statement_timeout_ms=0)
    try:
        with database.snapshot() as session:
            _check_keys(session, ring)
            _check_journal(session)
    finally:
        database.dispose()


def _check_revision(connection: psycopg.Connection[Any], said: str) -> None:
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or not row[0] == said == head:
        raise BadBackup(f"its schema is {row and row[0]}, this program's is {head}")


def _check_rows(connection: psycopg.Connection[Any], at_least: dict[str, int]) -> None:
    """Every table is read whole; those that only grow hold what they held when the backup was begun."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        counts[table] = row[0]
    for table, count in at_least.items():
        if counts.get(table, 0) < count:
            raise BadBackup(f"{table} has {counts.get(table, 0)} rows, there were {count}")


def _check_keys(session: Session, ring: KeyRing) -> None:
    try:
        require_own_keys(session, ring)
    except ForeignKeyFile as error:
        raise BadBackup(f"it cannot be read with this key file: {error}") from None


def _check_journal(session: Session) -> None:
    broken = verify_chain(session)
    if broken is not None:
        raise BadBackup(f"the journal is broken at {broken.what} {broken.id}: {broken.reason}")
