"""Make lines of the corpus: `python -m tests.corpus` those that are missing, `python -m tests.corpus NAME …` these anew.

Only a version that no client has yet is made anew; the line of a released one stands for what phones in the field hold.
"""

from __future__ import annotations

import sys

from tests.application import Application
from tests.contracts.world import World
from tests.corpus.lines import keep, kept
from tests.corpus.occasions import occasion
from tests.people import BASE
from tests.servers import ClusterOfThisRun, settings_for


def main(names: list[str]) -> None:
    """Seal them on phones of a server of its own."""
    cluster = ClusterOfThisRun()
    try:
        running = cluster.start()
        running.recreate("fire_corpus")
        settings = settings_for(running.urls("fire_corpus"), "redis://127.0.0.1:1/0", running.directory / "corpus")
        application = Application(settings)
        client = application.app.test_client()
        world = World(client, client.get(f"{BASE}/openapi.json").get_json())
        for mutation in application.parts.mutations.by_name.values():
            is_missing = mutation.devices and (mutation.name, mutation.version) not in kept()
            if mutation.name in names or (not names and is_missing):
                application.clock.restart()
                keep(mutation, occasion(world, mutation).seal(mutation))
                print(f"{mutation.name} {mutation.version}")  # noqa: T201 - a command prints for whoever started it
        application.dispose()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
