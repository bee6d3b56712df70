"""Alembic's entry: every model of the product is known once the application's list of parts is imported."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

import api.app  # noqa: F401 - importing the list of parts registers every table
import database.seal_check  # noqa: F401
from database.base import Base


def run() -> None:
    """Migrate with short lock waits: a migration that cannot have its lock at once fails instead of stopping the service."""
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
