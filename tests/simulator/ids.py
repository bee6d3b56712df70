"""Ids that a seed decides: the same steps make the same records, and a red seed is red again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from random import Random
from unittest.mock import patch
from uuid import UUID

from tests.clock import Clock


@contextlib.contextmanager
def deterministic_ids(seed: str, clock: Clock) -> Iterator[None]:
    """UUIDv7 by the seed and the virtual clock."""
    rng, count = Random(seed), 0

    def make() -> UUID:
        nonlocal count
        count += 1
        millis = int(datetime.timestamp(clock.now) * 1000)
        return UUID(int=(millis << 80) | (7 << 76) | ((count & 0xFFF) << 64) | (2 << 62) | (count << 32) | rng.getrandbits(32))

    with patch("uuid_utils.uuid7", make), patch("uuid_utils.compat.uuid7", make):
        yield
