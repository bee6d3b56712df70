"""Seed rows of the workflow: deadline rules, hazard categories, numbers, papers and checklists, each with its source.

Existing rows are left as edited.
"""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE
from database.base import Base, new_id
from database.session import now
from workflow.hazards.models import HazardCategory
from workflow.hazards.rewards.models import RewardPolicy
from workflow.models import Checklist, ClockRule, NumberPattern
from workflow.papers.models import PaperTemplate
from workflow.permits.models import CommitmentText

_EDITION, _SINCE = "2026-1", date(2026, 1, 1)
_COMMITMENT = "消防法第十五条;应急〔2021〕34号;文本为平台自拟,以总队公布的告知承诺书为准"
# The basis alone: amounts and conditions are those of a document of the division, which its administrators fill in.
_REWARDS = {
    "title": "火灾隐患举报奖励", "source": "应急消〔2019〕162号", "state": "PENDING",
    "conditions": "金额、条件和期限由各地区依照本地公布的奖励办法填报。",
}  # fmt: skip
# Told or closed by a process that does not know `dispute_until` yet.
_UNTIL = text("""
    UPDATE hazard SET dispute_until = greatest(told_at, closed_at) + interval '15 days'
     WHERE dispute_until IS NULL AND disputed_at IS NULL AND greatest(told_at, closed_at) > now() - interval '15 days'
""")
_DATA = Path(__file__).parent / "data"
_OWN_WORDS = "平台自拟,以总队公布的文书式样为准"


def seed(session: Session) -> None:
    """Insert what is missing. Repeatable, also to put right what a process of the release before has written since."""
    fresh = {"revision": 1, "created_at": now(session), "updated_at": now(session)}
    _insert(session, ClockRule, [{"id": new_id(), **fresh, **row, "n": int(row["n"])} for row in _rows("clock_rules.csv")])
    categories = [{**row, "service_rule_id": row["service_rule_id"] or None} for row in _rows("hazard_categories.csv")]
    _insert(session, HazardCategory, categories)
    patterns = [{**row, "is_sealed": row["is_sealed"] == "1"} for row in _rows("number_patterns.csv")]
    _insert(session, NumberPattern, patterns)
    papers = [
        {"paper": file.stem.rsplit("_", 1)[0], "edition": _EDITION, "effective_from": _SINCE, "basis": _OWN_WORDS,
         "body": file.read_text(encoding="utf-8")}
        for file in sorted((_DATA / "papers").glob("*.txt"))
    ]  # fmt: skip
    _insert(session, PaperTemplate, papers)
    checklists = json.loads((_DATA / "checklists.json").read_text(encoding="utf-8"))
    _insert(session, Checklist, [{**row, "effective_from": date.fromisoformat(row["effective_from"])} for row in checklists])
    if session.scalar(select(RewardPolicy.id).where(RewardPolicy.region_code == REGION_CODE).limit(1)) is None:
        _insert(session, RewardPolicy, [{"id": new_id(), **fresh, "region_code": REGION_CODE, **_REWARDS}])
    body = (_DATA / "commitment_2026.txt").read_text(encoding="utf-8")
    _insert(session, CommitmentText, [{"edition": _EDITION, "effective_from": _SINCE, "body": body, "basis": _COMMITMENT}])
    session.execute(_UNTIL)


def _rows(name: str) -> list[dict[str, Any]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model).on_conflict_do_nothing(), rows)
