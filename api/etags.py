"""Revisions as ETags: reads answer `304` to If-None-Match, edits require If-Match, actions may carry it."""

from __future__ import annotations

import re

from flask import Response, request

from problems import Invalid, RevisionRequired, field_error

_ETAG = re.compile(r'^(?:W/)?"(\d{1,18})(?:\.\d{1,18})*"$')


def requested_revision(*, required: bool) -> int | None:
    """The revision of If-Match. Raises RevisionRequired if it must be there, Invalid if it is not one of our ETags."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        if required and header is None:
            raise RevisionRequired
        return None
    match = _ETAG.match(header.strip())
    if match is None:
        raise Invalid(field_error("If-Match", "type", '应为版本号,例如 "3"'))
    return int(match.group(1))


def with_etag(response: Response, revision: int, *others: int) -> Response:
    """Set the ETag; the answer becomes 304 if the caller has this revision, and those of `others` that it depends on."""
    response.set_etag(".".join(str(each) for each in (revision, *others)))
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
