"""What the demo prints: who did what, with which result and until when; and the words for moments and states."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from workflow.assistance.rules import LIFE as ASSISTANCE_LIFE
from workflow.handovers.rules import LIFE as LETTER_LIFE
from workflow.hazards.rules import LIFE as HAZARD_LIFE
from workflow.inspections.rules import LIFE as INSPECTION_LIFE
from workflow.majors.rules import LIFE as MAJOR_LIFE
from workflow.measures.rules import LIFE as MEASURE_LIFE
from workflow.permits.rules import LIFE as PERMIT_LIFE
from workflow.rectification.rules import LIFE as ORDER_LIFE
from workflow.transfers.rules import LIFE as TRANSFER_LIFE

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
_WHO_COLUMNS = 26
_WHAT_COLUMNS = 66
_LABELS = {
    life.name: life.labels
    for life in (
        HAZARD_LIFE, LETTER_LIFE, ORDER_LIFE, PERMIT_LIFE, ASSISTANCE_LIFE, INSPECTION_LIFE, MEASURE_LIFE, MAJOR_LIFE,
        TRANSFER_LIFE,
    )
}  # fmt: skip


class Teller:
    """Prints a demo to somebody who watches."""

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._write = write
        self.steps = 0

    def story(self, number: int, title: str) -> None:
        """A story begins."""
        self._write(f"\n━━ {number:>2}  {title}")

    def step(self, who: str, what: str, result: str = "") -> None:
        """Somebody did something."""
        self.steps += 1
        self._write(f"   {padded(who, _WHO_COLUMNS)}{padded(what, _WHAT_COLUMNS)}{'→ ' if result else ''}{result}".rstrip())

    def notice(self, who: str, text: str) -> None:
        """Somebody was told something, word by word."""
        self._write(f"   {padded(who, _WHO_COLUMNS)}✉ {text}")

    def line(self, text: str = "") -> None:
        """Anything else."""
        self._write(text)


def silent() -> Teller:
    """For tests."""
    return Teller(lambda _: None)


def width_of(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, columns: int) -> str:
    """The text with spaces up to this width, one at least."""
    return text + " " * max(1, columns - width_of(text))


def standing(kind: str, answer: dict[str, Any]) -> str:
    """已受理,至11月24日13时05分: the state of a case and until when its next step is due."""
    words = _LABELS[kind].get(answer["state"], answer["state"])
    if answer.get("act_sha256"):
        words += "(已填写,待第二名监督员签名)"
    return f"{words},至{soon(answer['due_at'])}" if answer.get("due_at") else words


def moment_of(text: str) -> datetime:
    """A moment of the wire."""
    return datetime.fromisoformat(text).astimezone(UTC)


def spoken(text: str) -> str:
    """A moment of the wire as notices say it: 2026年11月24日13时05分."""
    local = moment_of(text).astimezone(BEIJING)
    return f"{spoken_day(local)}{local.hour}时{local.minute:02}分"


def soon(text: str) -> str:
    """The same without the year, for a line of the demo."""
    return spoken(text).partition("年")[2]


def spoken_day(day: date) -> str:
    """2026年12月4日."""
    return f"{day.year}年{day.month}月{day.day}日"


def local_day(moment: datetime) -> date:
    """The day in Beijing."""
    return moment.astimezone(BEIJING).date()
