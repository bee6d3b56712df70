"""What push, pull and replay share: one of it for a process, assembled in `api/app.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.crypto import KeyRing
from database.session import Database
from settings import Settings
from sync.catalog import Catalog
from sync.merge import Stamps
from sync.mutations import Mutations


@dataclass(frozen=True)
class Versions:
    """Of the protocol and of the lines: the one that this server speaks, and the oldest that it still serves.

    What was saved is taken from every version, so `min_push` stays.
    """

    current: int = 1
    min_pull: int = 1
    min_push: int = 1


# Who a person was at a moment: the powers that he held then. None: there is no such person.
Author = Callable[[Session, UUID, datetime], Actor | None]
# Who is calling, read in the transaction that does the work. Raises Unauthenticated, Wiped.
Authenticate = Callable[[Session], Actor]


@dataclass(frozen=True)
class Engine:
    """The parts. `stopwatch` bounds a chunk and decides nothing else, in seconds."""

    database: Database
    catalog: Catalog
    mutations: Mutations
    ring: KeyRing
    settings: Settings
    author: Author
    stopwatch: Callable[[], float] = time.monotonic
    versions: Versions = Versions()

    def watch(self, maker: Any) -> None:
        """Stamp the fields of every record that a session of this maker changes."""
        models = {name: synced.model for name, synced in self.catalog.by_type.items()}
        Stamps(self.mutations.by_name.values(), models).watch(maker)
