"""Logs as one JSON line for each event, on standard error; no local variables, which would hold names and numbers."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict

from database.errors import without_values


def configure() -> None:
    """Once for each process, before the first line is logged. Repeatable."""
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _without_values(_: object, __: str, event: EventDict) -> EventDict:
    """The traceback of a violated constraint would quote the row."""
    if "exception" in event:
        event["exception"] = without_values(event["exception"])
    return event


def _line(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


# One list for the whole process: loggers that have spoken before a second `configure` keep to it.
_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _without_values,
    structlog.processors.JSONRenderer(serializer=_line),
]
