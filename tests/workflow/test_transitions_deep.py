"""Somebody tries something with a case, ten thousand times: what the table forbids never passes, and what passes obeys it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from tests.clock import Clock
from tests.workflow.attempts import DONE, REFUSED, Trials, wrongly_passed
from tests.workflow.depth import SEED, count, seed_named

ATTEMPTS = 10_000
FEWEST_TAKEN = 0.1  # of all attempts: else it is green because nothing was possible


@pytest.mark.deep
def test_no_step_passes_that_the_table_forbids_and_none_leads_elsewhere_than_it_says(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    trials = Trials(client, parts, random.Random(SEED))
    taken: Counter[str] = Counter()
    for nth in range(count(ATTEMPTS)):
        clock.advance(seconds=1)
        with seed_named(SEED, f"attempt {nth}"):
            attempt = trials.attempt()
        where = f"SEED={SEED}, attempt {nth}: {attempt}"
        if attempt.answer in DONE:
            assert wrongly_passed(attempt) is None, f"{where}: {wrongly_passed(attempt)}"
            taken[f"{attempt.case.kind}.{attempt.action}"] += 1
        else:
            assert attempt.answer in REFUSED, where
            assert (attempt.after, attempt.moves) == (attempt.before, []), f"{where}: refused, and yet something happened"
    assert taken.total() > FEWEST_TAKEN * count(ATTEMPTS), f"SEED={SEED}: {trials.tried}"
    never = sorted(f"{kind}.{action}" for kind, action in trials.operations if f"{kind}.{action}" not in taken)
    spent = f"{count(ATTEMPTS)} attempts in {time.monotonic() - began:.0f} s"
    record_property("figures", f"seed {SEED}: {spent}: {dict(trials.tried)}; {len(taken)} acts had their effect, never: {never}")
