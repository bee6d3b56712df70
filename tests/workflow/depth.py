"""How far the deep tests of cases go: `COUNT=50 SEED=17 pytest -m deep tests/workflow` goes less far, and another way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

SEED = int(os.environ.get("SEED", "20261128"))


def count(usual: int) -> int:
    """How many there are to be: as usual, or what COUNT says."""
    return int(os.environ.get("COUNT", usual))


@contextmanager
def seed_named(seed: int, where: str = "") -> Iterator[None]:
    """Whatever goes wrong within says with which seed it comes again."""
    try:
        yield
    except Exception as error:
        error.add_note(f"SEED={seed} {where}".strip())
        raise
