"""Sheets over HTTP: what is taken as one, and how one goes out."""

from __future__ import annotations

from flask import Response, request

from api.routes import read_body
from problems import UnsupportedMediaType
from sheets import CSV, XLSX

BINARY = {"type": "string", "format": "binary"}
_ACCEPTED = (CSV, XLSX)
SHEET_BODY = {"required": True, "content": {kind: {"schema": BINARY} for kind in _ACCEPTED}}


def read_sheet(max_bytes: int) -> bytes:
    """The body of a request that hands a sheet in. Raises UnsupportedMediaType for anything else, and what `read_body` raises."""
    if request.mimetype not in _ACCEPTED:
        raise UnsupportedMediaType(accepted=", ".join(_ACCEPTED))
    return read_body(max_bytes)


def sheet_answer(name: str, body: bytes, kind: str = XLSX) -> Response:
    """A sheet to be saved under this name. No cache keeps it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, content_type=kind, headers=headers)
