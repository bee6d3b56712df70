"""The web process: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

from api.app import create_app
from api.starting import one_line_refusal
from settings import Settings

with one_line_refusal():
    app = create_app(Settings.from_environment())
