"""What keeps a process of the product from starting, said in one line instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from database.crypto import BrokenKeyFile
from settings import BadSetting


@contextmanager
def one_line_refusal() -> Iterator[None]:
    """Ends the process with that line on standard error and code 1 when settings, keys or database do not serve."""
    try:
        yield
    except (BadSetting, BrokenKeyFile) as refusal:
        sys.exit(f"cannot start: {refusal}")
    except DBAPIError as error:
        said = str(error.orig).partition("\n")[0]
        unprepared = getattr(error.orig, "sqlstate", None) == "42P01"
        way_out = "; run `python -m operations.prepare` first" if unprepared else ""
        sys.exit(f"cannot start: the database of DATABASE_URL cannot be used: {said}{way_out}")
