"""The clock of the tests: it stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10 o'clock in Beijing, with a working week ahead
SEEDED_AT = START - timedelta(days=1)  # when the template database was seeded: its people have been there for a day


class Clock:
    """Calling it gives the moment, so it can be handed to whatever wants a clock."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> datetime:
        """Let time pass: `clock.advance(hours=25)`."""
        self.now += timedelta(**units)
        return self.now

    def restart(self) -> None:
        """Back to the start."""
        self.now = START
