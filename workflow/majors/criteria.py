"""The editions of the standard by which a hazard is judged to be major: clauses and their titles, for people to judge by.

Data and no rule: nothing here or elsewhere judges by it (docs/sources.md). Where an edition lists a chapter alone, what stands
below it is named by its number.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from database.base import Json
from workflow.majors.rules import GROUNDS

_FILE = Path(__file__).parent.parent / "data" / "major_criteria.csv"
KINDS = {"EXCLUDED": "不应判定", "DIRECT": "直接判定", "OVERALL": "综合判定", "ANNEX": "附录"}
_GROUNDS = ("DIRECT", "OVERALL")  # by which a hazard is suspected


@dataclass(frozen=True)
class Clause:
    """One line of the standard."""

    clause: str
    kind: str
    title: str


@dataclass(frozen=True)
class Edition:
    """The standard as it is in force from a day on."""

    edition: str
    effective_from: date
    clauses: Sequence[Clause]

    def ground(self, number: str) -> Clause | None:
        """The ground for judging that a clause is, or stands below: 7.3.4 is one of 7.3."""
        for one in self.clauses:
            if one.kind in _GROUNDS and (number == one.clause or number.startswith(f"{one.clause}.")):
                return one
        return None


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition, the oldest first."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        Edition(name, date.fromisoformat(since), [Clause(row["clause"], row["kind"], row["title"]) for row in lines])
        for (name, since), lines in groupby(rows, key=lambda row: (row["edition"], row["effective_from"]))
    ]
    return tuple(sorted(found, key=lambda edition: edition.effective_from))


def edition_on(day: date) -> Edition:
    """The edition in force on a day; the oldest for what lies before."""
    in_force = [edition for edition in editions() if edition.effective_from <= day]
    return in_force[-1] if in_force else editions()[0]


def criteria() -> Json:
    """For forms: every edition, and for what a determined hazard is reported to the government."""
    return {
        "editions": [
            {
                "edition": edition.edition, "effective_from": edition.effective_from,
                "clauses": [{"clause": one.clause, "kind": one.kind, "title": one.title} for one in edition.clauses],
            }
            for edition in editions()
        ],
        "grounds": list(GROUNDS),
    }  # fmt: skip
