"""What a partner, and with it the public, is told of cases: words, cells, limits. Pure.

Source: docs/sources.md (public sight: type, coarse cell and a count of 3 or more; no photo, no unit, nobody's words).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from workflow.hazards.rules import STATES

OPEN, CLOSED = "open", "closed"  # the two statuses that GeoReport v2 knows

# One hundredth of a degree is about a kilometre: a cell is some 2.2 km high and 1.7 km wide here.
CELLS_PER_DEGREE = 50
FEWEST = 3  # in a cell: fewer would point at somebody
COUNTED_DAYS = 90
MOST_DAYS = 90  # between the two ends of a search (GeoReport v2)
MOST_ROWS = 1000

# Cases of which the public hears: taken up, and under way.
COUNTED_STATES = (
    "REGISTERED", "ASSIGNED", "VERIFYING", "VERIFIED_FALSE", "VERIFIED_FIXED", "VERIFIED_TRUE", "HANDED_OVER", "RECTIFIED",
    "REVIEWING",
)  # fmt: skip

_CHECKING = "已受理,正在核查"  # nobody is warned that officers are on their way
_NOTES = {
    "SUBMITTED": "已收到,等待受理登记",
    "REGISTERED": _CHECKING,
    "ASSIGNED": _CHECKING,
    "VERIFYING": _CHECKING,
    "VERIFIED_FALSE": "已核查,正在办理",
    "VERIFIED_FIXED": "已核查,正在办理",
    "VERIFIED_TRUE": "经现场核查属实,正在整改",
    "HANDED_OVER": "已移交有管辖权的部门办理",
    "RECTIFIED": "整改已经复查合格,即将办结",
    "REVIEWING": "正在复核",
}
_ENDED = frozenset(STATES) - frozenset(_NOTES)


class Told(NamedTuple):
    """How a request stands, in the two words of GeoReport and in a sentence."""

    status: str
    notes: str


def told(state: str, ending: str | None = None) -> Told:
    """By the state of the case; `ending` is what is said of its end."""
    if state in _ENDED:
        return Told(CLOSED, ending or STATES[state])
    return Told(OPEN, _NOTES[state])


class Cell(NamedTuple):
    """A square of the map, counted from the equator and from Greenwich."""

    row: int
    column: int

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of its middle, in degrees."""
        return round((self.column + 0.5) / CELLS_PER_DEGREE, 4), round((self.row + 0.5) / CELLS_PER_DEGREE, 4)


def cell_of(lon: float, lat: float) -> Cell:
    """The cell in which a point lies."""
    return Cell(math.floor(lat * CELLS_PER_DEGREE), math.floor(lon * CELLS_PER_DEGREE))


def cell_id(picture: str, cell: Cell) -> str:
    """By which a count is asked for again: it names no case."""
    return f"{picture}-{cell.row}-{cell.column}"


def span(start: datetime | None, end: datetime | None, moment: datetime) -> tuple[datetime, datetime] | None:
    """From when to when is searched: the last 90 days, or 90 days from or up to what is named. None if it is longer."""
    days = timedelta(days=MOST_DAYS)
    if start is None:
        end = end or moment
        return end - days, end
    if end is None:
        return start, start + days
    return (start, end) if timedelta(0) <= end - start <= days else None
