"""Key file, schema, seed: what a database needs before the product starts, in one process."""

from __future__ import annotations

import psycopg

import operations.migrate
import operations.seed
from operations.keys import ensure_key_file
from operations.processes import CannotStart
from operations.refusals import in_one_line
from settings import Settings


def main() -> None:
    """Safe to repeat. Raises CannotStart when the key file is missing or damaged and the database needs the old one."""
    settings = Settings.from_environment()
    operations.migrate.main(settings)
    if not settings.key_file.exists() and _is_sealed(settings):
        raise CannotStart(
            f"the key file {settings.key_file} is missing, and what the database has sealed cannot be read without it: restore it"
        )
    ensure_key_file(settings.key_file)
    operations.seed.main(settings)


def _is_sealed(settings: Settings) -> bool:
    with psycopg.connect(operations.migrate.plain(settings.database_owner_url)) as connection:
        return connection.execute("SELECT FROM known_key LIMIT 1").rowcount > 0


if __name__ == "__main__":
    with in_one_line():
        main()
