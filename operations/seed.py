"""What a new database starts with: the region, offices, rules of law, laws and lessons; in the demo also its people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import accounts.seed
import notifications.seed
import places.seed
import sync.seed
import training_content.seed
import workflow.assistance.seed
import workflow.seed
from api.app import assemble
from database.session import utc_now
from settings import Settings


def main(settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
    """Insert what is missing; rows that an administrator edited stay as they are. Repeatable."""
    parts = assemble(settings, clock)
    with parts.database.transaction() as session:
        sync.seed.seed(session)
        places.seed.seed(session, places.seed.DEMO_OPEN if settings.demo else ())
        accounts.seed.seed_organisations(session)
        workflow.seed.seed(session)
        notifications.seed.seed(session)
        training_content.seed.seed(session)
        if settings.demo:
            accounts.seed.seed_demo(session)
            workflow.assistance.seed.seed_demo(session)
    parts.database.dispose()


if __name__ == "__main__":
    main(Settings.from_environment())
