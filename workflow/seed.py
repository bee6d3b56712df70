"""Seed rows of the workflow: deadline rules, hazard categories, patterns of numbers, each with its source.

Existing rows are left as edited.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from database.base import Base, new_id
from database.session import now
from workflow.hazards.models import HazardCategory
from workflow.models import ClockRule, NumberPattern

_DATA = Path(__file__).parent / "data"


def seed(session: Session) -> None:
    """Insert what is missing. Repeatable."""
    fresh = {"revision": 1, "created_at": now(session), "updated_at": now(session)}
    _insert(session, ClockRule, [{"id": new_id(), **fresh, **row, "n": int(row["n"])} for row in _rows("clock_rules.csv")])
    _insert(session, HazardCategory, _rows("hazard_categories.csv"))
    _insert(session, NumberPattern, _rows("number_patterns.csv"))


def _rows(name: str) -> list[dict[str, Any]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model).on_conflict_do_nothing(), rows)
