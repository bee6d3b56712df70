"""The migrations make what the models say; nothing is left to autogenerate's blind spots."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import api.app  # noqa: F401 - every table is known once the list of parts is imported
import database.seal_check  # noqa: F401
from database.base import Base
from operations.databases import create_database, drop_database
from operations.migrate import alembic_config
from tests.servers import RunningCluster

# What the tables have beyond their names, as PostgreSQL itself writes it down.
FACTS = {
    "column": """
        SELECT table_name || '.' || column_name, data_type || ' ' || udt_name || ' null:' || is_nullable ||
               ' default:' || coalesce(column_default, '')
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "index": "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def facts(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        return {
            f"{kind} {name}": definition
            for kind, question in FACTS.items()
            for name, definition in connection.execute(question)
            if not name.startswith("alembic_version.")
        }


@pytest.fixture
def scratch(cluster: RunningCluster, worker_id: str) -> Iterator[str]:
    name = f"scratch_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    yield cluster.urls(name).owner
    drop_database(cluster.socket_dir, name)


def test_migrating_to_head_gives_what_the_models_say(cluster: RunningCluster, scratch: str, worker_id: str) -> None:
    command.upgrade(alembic_config(scratch), "head")
    migrated = facts(scratch)
    name = f"scratch_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    with psycopg.connect(scratch) as owner:
        owner.execute("CREATE EXTENSION btree_gist")
    engine = create_engine(scratch)
    Base.metadata.create_all(engine)
    engine.dispose()
    declared = facts(scratch)
    differing = [
        f"{fact}: migrated {migrated.get(fact)}, declared {declared.get(fact)}"
        for fact in sorted(migrated.keys() | declared.keys())
        if migrated.get(fact) != declared.get(fact)
    ]
    assert not differing, "\n".join(differing)


def test_there_is_one_head_and_the_way_back_leaves_nothing(scratch: str) -> None:
    config = alembic_config(scratch)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert facts(scratch) == {}
    command.upgrade(config, "head")
    assert facts(scratch)


def test_offices_of_one_name_share_the_numbers_of_papers_and_on_the_way_back_none_begins_anew(scratch: str) -> None:
    config = alembic_config(scratch)
    command.upgrade(config, "0014")
    ids = [f"01a20000-0000-7000-8000-00000000000{nth}" for nth in "ab"]
    with psycopg.connect(scratch) as owner:
        for nth, (office, last) in enumerate(zip(ids, (5, 7), strict=True)):
            owner.execute(
                "INSERT INTO organisation (id, revision, created_at, updated_at, code, name, short_name, kind, region_code,"
                " phone, is_active) VALUES (%s, 1, now(), now(), %s, '城关镇', '城关镇', 'TOWN', %s, '', true)",
                [office, f"XZ{nth}", f"15010{nth + 2}"],
            )
            owner.execute("INSERT INTO number_series VALUES (%s, %s)", [f"order:{office}:2026", last])
    command.upgrade(config, "0015")
    with psycopg.connect(scratch) as owner:
        assert owner.execute("SELECT series, last FROM number_series").fetchall() == [("order:城关镇:2026", 7)]
        owner.execute("UPDATE number_series SET last = 9")
    command.downgrade(config, "0014")
    with psycopg.connect(scratch) as owner:
        went_on = owner.execute("SELECT series, last FROM number_series WHERE series LIKE ANY (%s)", [[f"%{i}%" for i in ids]])
        assert sorted(went_on) == [(f"order:{office}:2026", 9) for office in ids]
    command.upgrade(config, "0015")
    with psycopg.connect(scratch) as owner:
        assert owner.execute("SELECT series, last FROM number_series").fetchall() == [("order:城关镇:2026", 9)]


def test_the_way_back_drops_no_paper_that_has_its_seal(scratch: str) -> None:
    config = alembic_config(scratch)
    command.upgrade(config, "0020")
    with psycopg.connect(scratch) as owner:
        owner.execute("INSERT INTO number_pattern VALUES ('order', '{office}{year}{n}', '', '责令限期改正通知书', '', true)")
        owner.execute(
            "INSERT INTO paper (id, number, paper, title, edition, org_id, entity_type, entity_id, content, sha256, made_at)"
            " SELECT id, '1', 'order', '', '', id, '', id, '', sha256(''), now() FROM gen_random_uuid() AS id"
        )
        sealed = "UPDATE paper_seal SET pdf = '%PDF-', sha256 = sha256(''), seal_no = '1', sealed_at = now(), service = 's'"
        assert owner.execute(sealed).rowcount == 1
    with pytest.raises(RuntimeError, match="1 papers have their official seal"):
        command.downgrade(config, "0019")
    with psycopg.connect(scratch) as owner:
        assert owner.execute("SELECT count(*) FROM paper_seal").fetchone() == (1,)
        owner.execute("DELETE FROM paper_seal")
    command.downgrade(config, "0019")
