"""Two-character grams, the way in which Chinese is searched here: no dictionary, and two-character words are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RUN = re.compile(r"[^\W_]+")


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def grams_of(texts: Iterable[str]) -> list[str]:
    """What a search can find in these texts: each two neighbouring characters, and the last one of a run by itself."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _runs(text):
            found.update(dict.fromkeys(run[index : index + 2] for index in range(len(run) - 1)))
            found[run[-1]] = None
    return list(found)


def search_expression(text: str) -> str | None:
    """PostgreSQL's `tsquery` that wants every gram of the text; None if it has no letter or digit.

    A single character finds what begins with it: all that contains it. Grams hold letters and digits alone, so none
    needs an escape.
    """
    wanted: dict[str, None] = {}
    for run in _runs(text):
        if len(run) == 1:
            wanted[f"'{run}':*"] = None
        wanted.update(dict.fromkeys(f"'{run[index : index + 2]}'" for index in range(len(run) - 1)))
    return " & ".join(wanted) or None
