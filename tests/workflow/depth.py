"""How far the deep tests of cases go: `COUNT=50 SEED=17 pytest -m deep tests/workflow` goes less far, and another way."""

from __future__ import annotations

import os

SEED = int(os.environ.get("SEED", "20261128"))


def count(usual: int) -> int:
    """How many there are to be: as usual, or what COUNT says."""
    return int(os.environ.get("COUNT", usual))
