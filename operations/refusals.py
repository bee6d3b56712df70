"""How the commands of `operations` end when something outside the program must change: one line, and code 1."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from alembic.util import CommandError

from api.starting import one_line_refusal
from operations.processes import CannotStart


@contextmanager
def in_one_line(what: str = "cannot start") -> Iterator[None]:
    """Whatever a person can act on is a line that begins with `what`; bugs stay loud."""
    try:
        with one_line_refusal():
            yield
    except CannotStart as refusal:
        sys.exit(f"{what}: {refusal}")
    except CommandError as error:
        sys.exit(f"{what}: the database was made by another version of the product ({error})")
    except psycopg.Error as error:
        sys.exit(f"{what}: the database says: {str(error).strip().partition(chr(10))[0]}")
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        sys.exit(f"{what}: {why}{f' ({error.filename})' if error.filename else ''}")
