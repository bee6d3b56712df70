"""What every visit by a checklist shares, whoever makes it: officers, grid workers, the unit itself. Pure."""

from __future__ import annotations

from typing import Any, Protocol

RESULTS = {"GOOD": "符合", "BAD": "不符合", "NOT_APPLICABLE": "不涉及"}
MAX_ITEMS = 100


class Edition(Protocol):
    """A row of `workflow/models.py: Checklist`."""

    code: Any
    edition: Any
    title: Any
    items: Any


def as_it_stood(row: Edition) -> dict[str, Any]:
    """An edition as a visit keeps it: what was seen by it stays readable whatever comes after."""
    return {"code": row.code, "edition": row.edition, "title": row.title, "items": row.items}
