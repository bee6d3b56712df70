"""Whose work is taken up when a web process has much to do at once (docs/sync-protocol.md 7).

A process counts the requests that are under way in it, since they share its threads and its interpreter. What can wait is
taken up only while fewer than its room are under way. Who finds none is told at once, before his body is read, when to come
again: no thread is held by waiting. The rooms grow smaller down the list, so that whatever comes later in it can never take
the room of what comes before. Everything else, small pushes above all, is always taken up.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import cast

from flask import current_app

from problems import Crowded
from settings import Settings

_SHORTEST_SECONDS, _LONGEST_SECONDS = 1, 3  # by chance: who were refused together do not come back together


class Waitable(Enum):
    """What can wait, and how many requests may be under way beside it."""

    PULL = "pull"
    LARGE_PUSH = "large_push"
    BOOTSTRAP = "bootstrap"
    MEDIA = "media"


class Admission:
    """The count of one process."""

    def __init__(self, settings: Settings) -> None:
        self._room = {
            Waitable.PULL: settings.room_for_pulls,
            Waitable.LARGE_PUSH: settings.room_for_large_pushes,
            Waitable.BOOTSTRAP: settings.room_for_bootstraps,
            Waitable.MEDIA: settings.room_for_media,
        }
        self._lock = threading.Lock()
        self._under_way = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """From when a request has its thread until it is answered."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def require_room(self, work: Waitable) -> None:
        """Asked by the request that wants to do it, which counts itself. Raises Crowded."""
        if self._under_way > self._room[work]:
            raise Crowded(retry_after_seconds=random.randint(_SHORTEST_SECONDS, _LONGEST_SECONDS))  # noqa: S311 - jitter


def require_room(work: Waitable) -> None:
    """In the process that answers this request. Raises Crowded."""
    cast(Admission, current_app.extensions["admission"]).require_room(work)
