"""What the forms of an application are made of, for whoever fills one in or looks at one."""

from __future__ import annotations

from collections.abc import Mapping

from database.base import Json
from places.unit_kinds import VENUES
from workflow.permits.forms import ACCEPTANCES, FACILITIES, LATER, MATERIALS, OCCASIONS, STRUCTURES
from workflow.permits.need import QUESTIONS
from workflow.permits.rules import ROUTES, VISIT_ITEMS


def guide() -> Json:
    """The three questions, the choices with their words, the materials of both routes, and what is looked at in a visit."""
    return {
        "questions": [{**question, "options": _options(question["options"])} for question in QUESTIONS],
        "routes": _options(ROUTES),
        "structures": _options(STRUCTURES),
        "acceptances": _options(ACCEPTANCES),
        "facilities": _options(FACILITIES),
        "venues": _options(VENUES),
        "occasions": _options(OCCASIONS),
        "materials": _options(MATERIALS),
        "may_come_later": sorted(LATER),
        "visit_items": list(VISIT_ITEMS),
    }


def _options(choices: Mapping[str, str]) -> list[Json]:
    return [{"code": code, "label": label} for code, label in choices.items()]
