"""The worker of the simulated server: those lines of its timetable that change what devices hold, in one go."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from api.context import Parts
from notifications.delivery import work_outbox
from timetable import TIMETABLE, Process, renderer_of, tasks_of

_LINES = frozenset({
    "raise_untouched", "remind_holders", "mark_breaches", "refer_unsigned", "expire_terms", "lapse_claims",
    "make_snapshots", "forget_snapshots", "forget_tombstones", "publish_dirty",
})  # fmt: skip

# What a region fills within months, a small world fills within hours.
_SMALL = {
    "sync.pull.CURSOR_BYTES": 3000,
    "sync.pull.BLOCK_BYTES": 1500,
    "sync.scope_reading.BLOCK_BYTES": 1500,
    "sync.snapshots.CHUNK_BYTES": 16_000,
    "sync.snapshots._KEPT_FOR": timedelta(minutes=20),
    "sync.retention.TOMBSTONES_KEPT_FOR": timedelta(hours=1),
}
# A chunk is cut off by its number of lines alone, for a seed knows no real time.
SMALL_SETTINGS: dict[str, Any] = {
    "pull_bytes": 8000, "snapshot_rows": 10, "push_chunk_mutations": 3, "push_chunk_seconds": 3600, "database_pool_size": 1,
    "access_token_lifetime": timedelta(hours=3), "lease_lifetime": timedelta(hours=3), "drain_lifetime": timedelta(hours=2),
}  # fmt: skip


def work(parts: Parts) -> None:
    """All that is due. Photos are left alone: what is made of them takes processes of its own."""
    tasks = {**tasks_of(parts), "render_media": lambda *_: None}
    work_outbox(parts.database, tasks)
    process = Process(parts, tasks, {}, renderer_of(parts))
    for line in TIMETABLE:
        if line.name in _LINES:
            line.run(process)


@contextlib.contextmanager
def scaled_down() -> Iterator[None]:
    """Pages, chunks and what is kept of them as small as the world."""
    with contextlib.ExitStack() as stack:
        for name, value in _SMALL.items():
            stack.enter_context(patch(name, value))
        yield
