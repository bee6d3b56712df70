"""A new release is prepared while the one before still serves."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
from alembic import command
from alembic.script import ScriptDirectory

import operations.migrate
from operations.migrate import alembic_config
from operations.processes import wait_until
from settings import Settings
from tests.architecture.test_schema import scratch
from tests.servers import RunningCluster, settings_for

__all__ = ["scratch"]

# As the release before the order of the queue enters an item.
_ITEM = """
    INSERT INTO task (id, revision, created_at, updated_at, stamps, subject_type, subject_id, region_code, org_id, holder_ids,
                      signer_ids, waiting_for, state, title, due_at, is_open)
    VALUES (%(id)s, 1, now(), now(), '{}', 'hazard', %(id)s, '150102', %(id)s, '{}', '{}', 'register', 'SUBMITTED', '{}',
            '2026-12-01T00:00Z', true)"""
_WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'"
_INDEXES = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE indrelid = 'task'::regclass AND indisvalid AND relname LIKE 'ix_task_%'"""


def entered(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """One more item, for which nobody waits."""
    server.execute("SET lock_timeout = '1s'")
    server.execute(_ITEM, {"id": uuid4()})


def indexes(url: str) -> set[object]:
    with psycopg.connect(url) as owner:
        return {name for (name,) in owner.execute(_INDEXES)}


def test_the_release_before_enters_items_before_while_and_after_the_queue_gets_its_order(scratch: str) -> None:
    command.upgrade(alembic_config(scratch), "0017")
    with psycopg.connect(scratch, autocommit=True) as server, psycopg.connect(scratch) as reader, ThreadPoolExecutor(1) as other:
        entered(server)
        written = server.execute("SELECT xmin::text, ctid::text FROM task").fetchall()
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM hazard")  # it reads as of one moment, for which an index has to wait
        upgrade = other.submit(command.upgrade, alembic_config(scratch), "0018")
        assert wait_until(lambda: upgrade.done() or server.execute(_WAITS).fetchone() is not None, 10)
        assert not upgrade.done()
        entered(server)
        reader.commit()
        upgrade.result(20)
        assert server.execute("SELECT xmin::text, ctid::text FROM task ORDER BY created_at LIMIT 1").fetchall() == written
        entered(server)
        found = server.execute("SELECT hours_up, ranked_up FROM task").fetchall()
        assert found == [(0, [])] * 3
    assert {"ix_task_rank", "ix_task_org_rank", "ix_task_region_rank"} <= indexes(scratch)


def test_a_migration_that_was_broken_off_between_its_parts_begins_anew(scratch: str) -> None:
    config = alembic_config(scratch)
    command.upgrade(config, "0018")
    whole = indexes(scratch)
    with psycopg.connect(scratch) as owner:  # as if it had ended there: the columns, an index, no word that it was done
        owner.execute("DROP INDEX ix_task_org_rank")
    command.stamp(config, "0017")
    command.upgrade(config, "0018")
    assert indexes(scratch) == whole


def test_two_that_migrate_at_once_take_turns(cluster: RunningCluster, scratch: str, worker_id: str, tmp_path: Path) -> None:
    settings: Settings = settings_for(cluster.urls(f"scratch_{worker_id}"), "redis://127.0.0.1:1/0", tmp_path)
    together = threading.Barrier(2)

    def migrate() -> None:
        together.wait()
        operations.migrate.main(settings)

    with ThreadPoolExecutor(2) as both:
        for one in [both.submit(migrate) for _ in range(2)]:
            one.result(60)
    with psycopg.connect(scratch) as owner:
        head = ScriptDirectory.from_config(alembic_config(scratch)).get_current_head()
        assert owner.execute("SELECT version_num FROM alembic_version").fetchall() == [(head,)]
