"""Ten thousand numbers that officers are lent over a thousand weeks: each stands for one paper, or for a reason that is known."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.context import Parts
from tests.clock import START, Clock
from tests.workflow.depth import SEED, count, seed_named
from tests.workflow.lending import Entry, Seasons
from workflow.papers.rules import HELD, LOST, MOST_LENT, RETURNED, USED, VOID

NUMBERS, A_WEEK = 10_000, 10
_LENT = text("SELECT b.id, b.settled_at, n.* FROM number_block b, jsonb_to_recordset(b.numbers) AS n(number text, state text,"
             " reason text, paper_id uuid)")  # fmt: skip
_PAPERS = text("SELECT id, number, content, sha256, served FROM paper WHERE paper IN ('order', 'seal_record')")
_SERIES = text("SELECT sum(last) FROM number_series WHERE series LIKE 'order:%' OR series LIKE 'seal_record:%'")


def portions(chance: random.Random, numbers: int) -> list[int]:
    """How many are lent in each week: ten on an average, from one to as many as one block may have."""
    weeks = [A_WEEK] * (numbers // A_WEEK)
    for _ in weeks * 5:
        giver, taker = chance.randrange(len(weeks)), chance.randrange(len(weeks))
        if weeks[giver] > 1 and weeks[taker] < MOST_LENT:
            weeks[giver] -= 1
            weeks[taker] += 1
    return weeks


@pytest.mark.deep
def test_ten_thousand_numbers_of_a_thousand_weeks_are_each_accounted_for_once(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    began, chance = time.monotonic(), random.Random(SEED)
    seasons = Seasons(client, clock, chance)
    weeks = portions(chance, count(NUMBERS))
    for number_of_week, lent in enumerate(weeks):
        with seed_named(SEED, f"week {number_of_week}"):
            seasons.week(lent)
    with parts.database.transaction() as session:
        lent_numbers = session.execute(_LENT).all()
        papers = session.execute(_PAPERS).all()
        numbered = session.execute(_SERIES).scalar_one()
    every = [row.number for row in lent_numbers]
    assert len(every) == len(set(every)) == sum(weeks), f"SEED={SEED}: {Counter(every).most_common(3)}"
    assert set(every) == seasons.book.keys(), f"SEED={SEED}"
    archive = {paper.number: paper for paper in papers}
    assert len(archive) == len(papers), f"SEED={SEED}: two papers under one number"
    assert numbered == len(set(every) | archive.keys()), f"SEED={SEED}: a number was taken from its series and given to nobody"
    for row in lent_numbers:
        accounted_for(row, seasons.book[row.number], archive.get(row.number))
    states = Counter(row.state for row in lent_numbers)
    years = (clock.now - START).days // 365
    spent = f"{len(every)} numbers of {len(weeks)} weeks ({years} years) in {time.monotonic() - began:.0f} s"
    record_property("figures", f"seed {SEED}: {spent}: {dict(states)}, {dict(seasons.happened)}")


def accounted_for(row: Any, entry: Entry, paper: Any) -> None:
    """The product says of this number what its officer says, with a paper of the very bytes, a reason, or an open block."""
    where = f"SEED={SEED}: {row.number}"
    assert row.state == entry.state, f"{where} is {row.state}, and became {entry.state}"
    if row.state == USED:
        assert (paper.id, paper.number) == (row.paper_id, row.number), where
        handed_over = hashlib.sha256(entry.body.encode()).digest()
        assert hashlib.sha256(paper.content).digest() == paper.sha256 == handed_over, f"{where}: other bytes than were served"
        assert paper.served is not None, where
        return
    assert (paper, row.paper_id) == (None, None), f"{where} is {row.state}, and stands on a paper"
    if row.state in (VOID, LOST):
        assert row.reason == entry.reason != "", where
    elif row.state == HELD:
        assert row.settled_at is None, f"{where} is held, and its block is settled"
    else:
        assert row.state == RETURNED, where
