"""The databases that the fixtures of this test suite hand out."""

from __future__ import annotations

import psycopg
import pytest

from settings import Settings
from tests.servers import DatabaseUrls, RunningCluster


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_a_fresh_database_is_migrated_and_forgets_what_a_test_wrote(
    cluster: RunningCluster, fresh_database: DatabaseUrls, database_name: str
) -> None:
    migrated = tables(fresh_database.owner)
    assert migrated
    with psycopg.connect(fresh_database.owner) as owner:
        owner.execute("CREATE TABLE scratch (id int)")
    idle = psycopg.connect(fresh_database.app)
    cluster.recreate(database_name)
    assert tables(fresh_database.owner) == migrated
    idle.close()


def test_the_application_and_the_owner_are_two_roles(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as app, psycopg.connect(settings.database_owner_url) as owner:
        assert app.execute("SELECT current_user").fetchone() == ("fire_app",)
        assert owner.execute("SELECT current_user").fetchone() == ("fire_owner",)


def test_a_database_somewhere_else_cannot_be_reached_by_accident(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    with psycopg.connect(settings.database_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
