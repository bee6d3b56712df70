"""The demo's accounts as a table for the console."""

from __future__ import annotations

import json
import unicodedata
from http.client import HTTPConnection, HTTPException
from typing import Any

_INDENT = "  "


def demo_logins(port: int) -> str:
    """What `GET /api/v1/demo/accounts` lists, one account a line; why not, when it cannot be read."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/v1/demo/accounts")
        response = connection.getresponse()
        if response.status != 200:
            return f"{_INDENT}(the demo accounts are not listed: HTTP {response.status})"
        return table(json.loads(response.read()))
    except (OSError, HTTPException, ValueError) as error:
        return f"{_INDENT}(the demo accounts are not listed: {error})"
    finally:
        connection.close()


def table(answer: Any) -> str:
    """Rows of an answer (a list, or an object that holds one) under the names of their fields, in columns."""
    listed = answer if isinstance(answer, list) else next((value for value in answer.values() if isinstance(value, list)), [])
    rows = [_flat(row) for row in listed]
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([row.get(name, "") for name in names] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        _INDENT + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _flat(row: dict[str, Any]) -> dict[str, str]:
    """Fields of inner objects stand beside the others; ids are of no use to a reader."""
    flat: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= _flat(value)
        elif isinstance(value, list):
            flat[name] = ", ".join(str(item) for item in value if not isinstance(item, dict))
        elif name != "id" and not name.endswith("_id") and value is not None:
            flat[name] = str(value)
    return flat


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
