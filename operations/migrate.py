"""Bring the database to the newest schema, as its owner, and give the application's role what it may do."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy.engine import make_url

from settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
# What nobody may change or remove afterwards, the application included.
_INSERT_ONLY = ("event", "event_seal")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config(str(_ROOT / "alembic.ini"))
    config.attributes["url"] = url
    return config


def main(settings: Settings) -> None:
    """Migrate to head, then grant. Safe to repeat; two at once take turns."""
    with psycopg.connect(plain(settings.database_owner_url), autocommit=True) as turn:
        while not _has_turn(turn):  # a statement that waited would keep an index from being built beside it
            time.sleep(0.1)
        try:
            command.upgrade(alembic_config(settings.database_owner_url), "head")
        finally:  # what was done before one broke off may be used
            role = make_url(settings.database_url).username
            if role and role != make_url(settings.database_owner_url).username:
                _grant(turn, role)


def _has_turn(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    taken = connection.execute("SELECT pg_try_advisory_lock(hashtext('fire.migrate'))").fetchone()
    return taken == (True,)


def _grant(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    name = sql.Identifier(role)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
    connection.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(name))
    connection.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
    for table in _INSERT_ONLY:
        connection.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name))


def plain(url: str) -> str:
    """The address as psycopg reads it, without SQLAlchemy's driver name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main(Settings.from_environment())
