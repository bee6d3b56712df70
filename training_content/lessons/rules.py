"""What a lesson is made of. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

# Whom a lesson is for (docs/sources.md); empty: everybody.
AUDIENCES = {
    "RESPONSIBLE": "消防安全责任人",
    "MANAGER": "消防安全管理人",
    "CONTROL_ROOM": "消防控制室值班人员",
    "STAFF": "员工",
    "NEW_STAFF": "新上岗人员",
    "RESIDENT": "居民",
    "HERDSMAN": "农牧民",
    "STUDENT": "学生",
    "GRID": "网格员",
    "OFFICER": "消防监督员",
}
# A block is a heading, a paragraph, a warning (each with `text`), or a list or numbered steps (with `items`).
TEXT_BLOCKS = ("heading", "paragraph", "warning")
LIST_BLOCKS = ("list", "steps")

MAX_BLOCKS = 100
MAX_BODY_BYTES = 48_000  # a lesson is one line of the feed, and a line has 64 KB at most


def block_fits(block: dict[str, Any]) -> bool:
    """True if the block has what its kind needs, and nothing else."""
    wanted = bool(block["text"]), bool(block["items"])
    return wanted == ((True, False) if block["kind"] in TEXT_BLOCKS else (False, True))


def body_fits(body: Sequence[dict[str, Any]]) -> bool:
    """True if the body leaves room for the rest of its line."""
    return len(orjson.dumps(list(body))) <= MAX_BODY_BYTES
