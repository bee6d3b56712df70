"""What happens to the server of a seed, and when: it is restarted, backed up, restored, and replaced by a new release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from random import Random

from tests.simulator import releases
from tests.simulator.server import SimulatedServer

RESTARTS = 4

Happening = tuple[str, Callable[[], None]]


def calendar(seed: int, rng: Random, server: SimulatedServer, steps: int) -> dict[int, list[Happening]]:
    """Step -> what happens before it. A backup comes in every second seed, a restore in each fourth, a release in each third."""
    found: dict[int, list[Happening]] = defaultdict(list)
    for step in rng.sample(range(steps), RESTARTS):
        found[step].append(("is restarted", server.restart))
    backup, restore = sorted(rng.sample(range(steps), 2))
    if seed % 2:
        found[backup].append(("is backed up", server.back_up))
    if seed % 4 == 3:
        found[restore].append(("is restored", server.restore))
    begin, end, last = sorted(rng.sample(range(steps // 3, steps), 3))  # by then phones hold cases
    before = releases.old(rng)
    if seed % 3 == 1:
        release = server.release
        found[0].append((f"does not know {', '.join(sorted(before.unknown))}", partial(release, before)))
        found[begin].append(("is partly of the new release", partial(release, before, releases.NEW)))
        found[end].append(("is of the new release", partial(release, releases.NEW)))
        found[last].append(("sends nothing to old apps any more", partial(release, releases.LAST)))
    return found
