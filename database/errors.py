"""What an error of the database means, and what of it may be written down."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError as PoolTimeout

# PostgreSQL says: lock timeout, statement timeout, deadlock, serialisation failure, out of memory or connections or disk,
# shutting down.
_PASSING = frozenset({"55P03", "57014", "40P01", "40001", "53000", "53100", "53200", "53300", "57P01", "57P02", "57P03", "58030"})
# A quoted row may hold any number of lines, so all goes up to what SQLAlchemy or a traceback says next.
_VALUES = re.compile(r"^DETAIL: .*?(?=^\[SQL:|^The above exception|^During handling|\Z)", re.MULTILINE | re.DOTALL)


def is_passing(error: Exception) -> bool:
    """True if infrastructure failed and the same may succeed later; False if the statement itself was wrong."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is None:
        return isinstance(error, OperationalError) or error.connection_invalidated
    return sqlstate in _PASSING or sqlstate.startswith("08")


def without_values(message: str) -> str:
    """A message or traceback without the lines in which PostgreSQL quotes a row: they are people's data."""
    return _VALUES.sub("", message)
