"""The databases of an embedded cluster: their addresses and roles, seen from any process that knows the socket."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OWNER_ROLE = "fire_owner"  # owns the database and everything in it; runs migrations
APP_ROLE = "fire_app"  # what the application connects as; the migrations grant it what it may do
DATABASE = "fire"

PORT = "5432"  # no TCP: it only names the socket file
SOCKET = f".s.PGSQL.{PORT}"


def address(socket_dir: Path, role: str, database: str) -> str:
    """The URL of a database behind a socket, for SQLAlchemy and psycopg alike."""
    return f"postgresql://{role}@/{database}?host={urllib.parse.quote(str(socket_dir), safe='')}&port={PORT}"


@contextmanager
def administration(socket_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the superuser, outside transactions, as CREATE DATABASE needs it."""
    with psycopg.connect(address(socket_dir, "postgres", "postgres"), autocommit=True, connect_timeout=5) as connection:
        yield connection


def create_database(socket_dir: Path, name: str, template: str | None = None) -> None:
    """A database owned by the owner's role: empty, or a copy of `template`, whose sessions end."""
    with administration(socket_dir) as connection:
        if template is not None:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
        # By files: twice as quick for a small one, and no larger journal.
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(statement.format(*map(sql.Identifier, (name, OWNER_ROLE, template or "template1"))))


def drop_database(socket_dir: Path, name: str) -> None:
    """Drop it if it exists, together with the sessions that are in it."""
    with administration(socket_dir) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def ensure_roles_and_database(socket_dir: Path) -> None:
    """Make the two roles and the product's database where they lack; safe to repeat."""
    with administration(socket_dir) as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        missing = not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount
    if missing:
        create_database(socket_dir, DATABASE)
