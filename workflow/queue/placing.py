"""Where an item of the queue is: of what it came of, if it has no position of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from places.models import Unit
from workflow.hazards.models import Hazard
from workflow.inspections.models import Inspection

BEHIND: dict[str, Any] = {"hazard_id": Hazard, "inspection_id": Inspection, "unit_id": Unit}
Spot = tuple[float | None, float | None]


def spot_of(session: Session, subject: Any) -> Spot:
    """Longitude and latitude (WGS-84) of a case: its own, of its report or inspection, of its unit; else None twice."""
    if getattr(subject, "lon", None) is not None:
        return subject.lon, subject.lat
    for name, model in BEHIND.items():
        behind_id = getattr(subject, name, None)
        behind = session.get(model, behind_id) if behind_id is not None else None
        spot = spot_of(session, behind) if behind is not None else (None, None)
        if spot[0] is not None:
            return spot
    return None, None
