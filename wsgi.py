"""The web process: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

from api.app import create_app
from settings import Settings

app = create_app(Settings.from_environment())
