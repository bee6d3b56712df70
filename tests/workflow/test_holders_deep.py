"""Ten thousand hand-overs at random: at every instant a hazard is in exactly one office's hands, and all are told the same."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.models import Organisation
from api.context import Parts
from tests.clock import START, Clock
from tests.makers import Case
from tests.people import BASE, Json
from tests.workflow.depth import SEED, count, seed_named
from tests.workflow.handing import UNVERIFIED, Wanderers

HANDOVERS, BLOCKS = 10_000, 20  # each block in a database of its own, so that pytest-xdist can share them out
MOVES = {"accept", "return", "close", "tell_reporter", "reopen", "leave_with_sender", "withdraw"}  # after these all are asked
LOOKS, LOOKS_BACK = 0.4, 0.1  # after another step; at a case of which nothing was heard
FINDINGS = ("hazard.verified_true", "hazard.verified_false", "hazard.fixed_on_site")
_EVENTS = text(
    """
    SELECT e.entity_type, e.entity_id, e.name, e.at, e.data, h.id AS hazard_id, l.lack_of_competence, l.reason
      FROM event e
      LEFT JOIN handover l ON e.entity_type = 'handover' AND l.id = e.entity_id
      JOIN hazard h ON h.id = COALESCE(l.hazard_id, e.entity_id) AND e.entity_type IN ('hazard', 'handover')
     WHERE h.reporter_id = ANY(:reporters)
     ORDER BY e.id
    """
)
_CLOCKS = text("SELECT * FROM clock WHERE entity_type = 'hazard' AND rule_id = 'HZ-24H' AND entity_id = ANY(:hazards)")


@dataclass(frozen=True)
class Held:
    """By whom, from when until when."""

    holder: str
    since: datetime
    until: datetime


@dataclass
class Journal:
    """What the journal says of these hazards and of the letters about them, and nothing else."""

    office: str
    events: dict[UUID, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def holders(self, hazard_id: UUID, end: datetime) -> list[Held]:
        """Who held it, in order. The sender's spans come from the hazard's events, the receiver's begin with the letter's."""
        starts: list[tuple[datetime, str]] = []
        ends: list[tuple[datetime, str]] = []
        receiver = ""
        for event in self.events[hazard_id]:
            before, after = event.data.get("from"), event.data.get("to")
            if event.name == "handover.accepted":
                receiver = event.data["org"]
                starts.append((event.at, receiver))
            elif event.name == "hazard.submitted":
                starts.append((event.at, self.office))
            elif event.name == "hazard.handed_over":
                ends.append((event.at, self.office))
            elif event.entity_type == "hazard" and before == "HANDED_OVER" != after and after is not None:
                ends.append((event.at, receiver))
                starts.append((event.at, self.office))
        spans = []
        for since, holder in starts:
            later = [at for at, whose in ends if whose == holder and at >= since]
            spans.append(Held(holder, since, min(later, default=end)))
        return sorted(spans, key=lambda span: (span.since, span.until))

    def transfers_without_check(self, hazard_id: UUID) -> Iterator[Any]:
        """The letters with which it went away before anybody had checked it."""
        accepted: Any = None
        for event in self.events[hazard_id]:
            if event.name == "handover.accepted":
                accepted = event
            elif event.name == "hazard.handed_over" and event.data["from"] in UNVERIFIED:
                yield accepted


def seen(case: Case, chance: random.Random) -> tuple[str, str, Json]:
    """In whose hands it is, as its leader reads it and as its reporter does, by name or by code; and what the leader reads."""
    office = case.read()
    if chance.random() < 0.5:
        told = case.reporter.get(case.path).get_json()
    else:
        told = case.office.client.get(f"{BASE}/hazards/track/{case.tracking_code}").get_json()
    return office["held_by"], told["held_by"], office


def must_run(office: Json) -> bool:
    """A case that nobody has checked and nobody else has taken keeps its 24 hours."""
    clocks = [clock for clock in office["clocks"] if clock["rule_id"] == "HZ-24H"]
    open_ones = [clock for clock in clocks if not (clock["met_at"] or clock["cancelled_at"] or clock["paused_at"])]
    return len(open_ones) == (office["state"] in UNVERIFIED)


@pytest.mark.deep
@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_instant_of_every_hazard_has_one_holder_and_no_transfer_replaces_its_check(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object, block: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    began, seed = time.monotonic(), SEED + block
    chance = random.Random(seed)
    walk = Wanderers(client, parts, clock, chance)
    shown: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    while walk.handovers < count(HANDOVERS) / BLOCKS:
        with seed_named(seed):
            case, step = walk.wander()
        looked_at = [case] if step in MOVES or chance.random() < LOOKS else []
        for one in [*looked_at, *([chance.choice(walk.cases)] if chance.random() < LOOKS_BACK else [])]:
            leader, reporter, office = seen(one, chance)
            assert leader == reporter, f"SEED={seed}: {one.number} is in two hands at {clock.now}"
            assert must_run(office), f"SEED={seed}: {one.number} is {office['state']} at {clock.now}: {office['clocks']}"
            shown[one.id].append((clock.now, leader))
    clock.advance(seconds=1)
    journal = written(parts, walk)
    for case in walk.cases:
        spans = journal.holders(case.id, clock.now)
        born = journal.events[case.id][0].at
        assert spans[0].since == born, f"SEED={seed}"
        assert all(one.until == next_.since for one, next_ in pairwise(spans)), f"SEED={seed}: {case.number}: {spans}"
        assert sum((span.until - span.since for span in spans), timedelta()) == clock.now - born, f"SEED={seed}: {spans}"
        for at, holder in shown[case.id]:
            held = [span.holder for span in spans if span.since <= at < span.until]
            assert held == [holder], f"SEED={seed}: {case.number} at {at}: shown {holder}, the journal says {held}"
    checked_or_let_go(parts, walk, journal, seed)
    taken = {name: walk.taken[name] for name in sorted(walk.taken)}
    spent = f"{walk.handovers} hand-overs of {len(walk.cases)} hazards in {time.monotonic() - began:.0f} s"
    record_property("figures", f"seed {seed}: {spent}, {(clock.now - START).days} days: {taken}")


def written(parts: Parts, walk: Wanderers) -> Journal:
    """All that the journal has of the walk."""
    with parts.database.transaction() as session:
        journal = Journal(session.get_one(Organisation, walk.office.leader.org_id).name)
        for row in session.execute(_EVENTS, {"reporters": [reporter.id for reporter in walk.reporters]}):
            journal.events[row.hazard_id].append(row)
    assert journal.events.keys() == {case.id for case in walk.cases}
    return journal


def checked_or_let_go(parts: Parts, walk: Wanderers, journal: Journal, seed: int) -> None:
    """Each 24-hour clock ended with a finding of two officers, or with a receiver who accepted for lack of competence."""
    let_go: set[tuple[UUID, datetime]] = set()
    for case in walk.cases:
        for letter in journal.transfers_without_check(case.id):
            assert letter.lack_of_competence, f"SEED={seed}: {case.number} was passed on unchecked at {letter.at}"
            assert letter.reason.strip(), f"SEED={seed}: {case.number} was passed on unchecked and without a reason"
            let_go.add((case.id, letter.at))
    found = {(hazard_id, event.at) for hazard_id, events in journal.events.items() for event in events if event.name in FINDINGS}
    with parts.database.transaction() as session:
        clocks = session.execute(_CLOCKS, {"hazards": [case.id for case in walk.cases]}).all()
    ended = {(clock.entity_id, clock.met_at or clock.cancelled_at) for clock in clocks if clock.met_at or clock.cancelled_at}
    assert ended <= found | let_go, f"SEED={seed}: {ended - found - let_go}"
    assert let_go <= ended, f"SEED={seed}"
