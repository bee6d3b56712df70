"""Migrate, then seed: what a database needs before the product starts, in one process."""

from __future__ import annotations

import operations.migrate
import operations.seed
from settings import Settings


def main() -> None:
    """Safe to repeat."""
    settings = Settings.from_environment()
    operations.migrate.main(settings)
    operations.seed.main(settings)


if __name__ == "__main__":
    main()
