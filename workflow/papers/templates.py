"""Which text a paper is made from, and the words that go into it: the same on the server and on the phone."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from database.base import Json
from wire import said_day
from workflow.papers.models import PaperTemplate
from workflow.papers.rules import NOBODY, TITLES, filled_in, itemised
from workflow.terms import said


def template_on(session: Session, paper: str, day: date) -> PaperTemplate:
    """The edition of this paper that is in force on a day."""
    in_force = select(PaperTemplate).where(PaperTemplate.paper == paper, PaperTemplate.effective_from <= day)
    newest = in_force.order_by(PaperTemplate.effective_from.desc(), PaperTemplate.edition.desc()).limit(1)
    return session.scalars(newest).one()


def order_text(template: str, office: Organisation, number: str, order: Json, day: date) -> str:
    """《责令立即改正通知书》 or 《责令限期改正通知书》, word for word. `order`: kind, due_on, unit_name, items."""
    return filled_in(
        template,
        {
            "title": TITLES[order["kind"]],
            "number": number,
            "unit": order["unit_name"] or NOBODY,
            "items": itemised((item["description"], item["clause"]) for item in order["items"]),
            "requirement": said(order),
            "office": office.name,
            "day": said_day(day),
        },
    )
