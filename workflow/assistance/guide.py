"""What the forms of assistance are made of, for whoever fills one in."""

from __future__ import annotations

from collections.abc import Mapping

from database.base import Json
from workflow.assistance.rules import COSTS, DANGERS, DANGERS_BASIS, KINDS, MODES, PROMISE, TOPICS


def guide() -> Json:
    """Applicants, topics, modes and classes of cost with their words; the imminent dangers with their source; the promise."""
    return {
        "applicant_kinds": _options(KINDS),
        "topics": _options(TOPICS),
        "modes": _options(MODES),
        "costs": _options(COSTS),
        "dangers": _options({code: danger.label for code, danger in DANGERS.items()}),
        "dangers_basis": DANGERS_BASIS,
        "promise": PROMISE,
    }


def _options(choices: Mapping[str, str]) -> list[Json]:
    return [{"code": code, "label": label} for code, label in choices.items()]
