"""The web process: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

import gc
import sys

from api.app import create_app
from api.starting import one_line_refusal
from settings import Settings

# A thread that computes, with a long push, lets go of the interpreter so soon; the default is 5 ms, and a short request asks
# for it again after each of its dozens of statements.
sys.setswitchinterval(0.0005)

with one_line_refusal():
    app = create_app(Settings.from_environment())

# What was loaded stays for good: nobody looks through it again, and through what requests leave behind less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
