"""Revisions as ETags: reads answer `304` to If-None-Match, edits require If-Match, actions may carry it.

An ETag is the revision and a checksum of the answer, `"17.2868391"`: what hangs on a record besides its own fields (photos
that arrived, a clock that ran out, who is asking) moves no revision. Of If-Match only the revision counts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from problems import Invalid, RevisionRequired, field_error

_ETAG = re.compile(r'^(?:W/)?"(\d{1,18})(?:\.\d{1,18})?"$')

View = Callable[..., Any]


def if_match(*, required: bool = True) -> Callable[[View], View]:
    """The view takes the revision that If-Match names as `seen_revision`; None if it names none, or any (`*`).

    Raises RevisionRequired if it must be there, Invalid if it is not one of our ETags. `Routes.route` documents it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def matching(*args: Any, **kwargs: Any) -> Any:
            return view(*args, seen_revision=_requested_revision(required=required), **kwargs)

        matching.if_match = "required" if required else "optional"  # type: ignore[attr-defined]
        return matching

    return decorate


def _requested_revision(*, required: bool) -> int | None:
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        if required and header is None:
            raise RevisionRequired
        return None
    match = _ETAG.match(header.strip())
    if match is None:
        raise Invalid(field_error("If-Match", "type", '应为版本号,例如 "3"'))
    return int(match.group(1))


def set_etag(response: Response, revision: int) -> None:
    """Set the ETag; the answer to a read becomes 304 if the caller has just this one."""
    response.set_etag(f"{revision}.{zlib.crc32(response.get_data())}")
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
