"""Which text a paper is made from, and the words that go into it: the same on the server and on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.base import Json
from wire import said_day
from workflow.papers.models import PaperTemplate
from workflow.papers.rules import ABSENT, NO_WITNESS, NOBODY, SEAL_RECORD, TITLES, filled_in, itemised
from workflow.terms import said


def template_on(session: Session, paper: str, day: date) -> PaperTemplate:
    """The edition of this paper that is in force on a day."""
    in_force = select(PaperTemplate).where(PaperTemplate.paper == paper, PaperTemplate.effective_from <= day)
    newest = in_force.order_by(PaperTemplate.effective_from.desc(), PaperTemplate.edition.desc()).limit(1)
    return session.scalars(newest).one()


@dataclass(frozen=True)
class SpotPaper:
    """A paper that two officers may make where there is no network, as their act has it.

    `words` lack what its number stands for: the number itself and the office.
    """

    paper: str
    title: str
    words: Mapping[str, str]

    def text(self, template: str, office: str, number: str) -> str:
        """Word for word, as web/src/features/papers/filling.ts makes it."""
        return filled_in(template, {**self.words, "title": self.title, "number": number, "office": office})


def order_paper(order: Json, day: date) -> SpotPaper:
    """《责令立即改正通知书》 or 《责令限期改正通知书》 of a day. `order`: kind, due_on, unit_name, items."""
    words = {
        "unit": order["unit_name"] or NOBODY,
        "items": itemised((item["description"], item["clause"]) for item in order["items"]),
        "requirement": said(order),
        "day": said_day(day),
    }
    return SpotPaper("order", TITLES[order["kind"]], words)


def record_paper(measure: Any, record: Json, officers: str, day: date) -> SpotPaper:
    """《临时查封现场笔录》 of the day of the sealing.

    `measure`: unit_name, place, danger; `record`: record, attended_by, witness_name.
    """
    words = {
        "unit": measure.unit_name,
        "place": measure.place,
        "danger": measure.danger,
        "record": record["record"],
        "officers": officers,
        "attended": record.get("attended_by") or record.get("party_name") or ABSENT,
        "witness": record.get("witness_name") or NO_WITNESS,
        "day": said_day(day),
    }
    return SpotPaper("seal_record", SEAL_RECORD, words)
