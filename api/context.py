"""What a view may ask for: the parts of the application, the transaction of this request, and who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.crypto import KeyRing
from database.session import Database
from media.access import MediaRules
from media.storage import Storage
from notifications.observing import Notifications
from settings import Settings
from sync.catalog import Catalog
from sync.engine import Engine
from sync.mutations import Mutations


@dataclass(frozen=True)
class Parts:
    """The assembled application: one of each for a process."""

    settings: Settings
    database: Database
    ring: KeyRing
    catalog: Catalog
    mutations: Mutations
    sync: Engine
    notifications: Notifications
    storage: Storage
    media_rules: MediaRules


def parts() -> Parts:
    """The parts of the running application."""
    return cast(Parts, current_app.extensions["fire"])


def session() -> Session:
    """The transaction of this request; views that own their transactions have none."""
    return cast(Session, g.session)


def actor() -> Actor:
    """Who is calling, where nobody is let in without saying so."""
    return cast(Actor, g.actor)


def caller() -> Actor | None:
    """Who is calling a public endpoint; None without a token."""
    return cast("Actor | None", g.actor)
