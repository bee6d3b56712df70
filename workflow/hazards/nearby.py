"""附近是否已有人反映: what somebody may know of a place before he reports it. It answers, and keeps nobody from reporting."""

from __future__ import annotations

from math import floor
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.actor import Actor
from database.base import Json
from database.session import now
from media.models import Media
from places.jurisdiction import Point, located
from workflow.hazards.doubles import ENOUGH, LOOKED_AT, Report, compare, look_of, looks_of, report_of
from workflow.hazards.models import Hazard
from workflow.hazards.reporting import place_text
from workflow.hazards.rules import LIFE, STATES
from workflow.hazards.schemas import PICTURES

CELL = 0.01  # degrees, about a kilometre: fixed cells, so that nobody finds a place by asking from many
FEWEST = 3  # docs/sources.md: public sight
_MOST_COUNTED = 100
_MOST_OWN = 3
_OWN_LOOKED_AT = 50


def nearby(session: Session, actor: Actor | None, asked: dict[str, Any]) -> Json:
    """Of others' open reports of this kind a count of three or more in the cell; of the actor's own exactly which.

    `asked` as loaded by AskNearbySchema. Photos count that are the actor's and whose bytes are here.
    """
    lon, lat = located(Point(**asked["position"]))
    return {"around": _around(session, asked["picture"], lon, lat), "own": _own(session, actor, asked, lon, lat) if actor else []}


def _around(session: Session, picture: str, lon: float, lat: float) -> Json | None:
    west, south = (floor(degrees / CELL) * CELL for degrees in (lon, lat))
    master = aliased(Hazard)
    is_open = or_(
        Hazard.state.not_in(LIFE.final),
        select(master.id).where(master.id == Hazard.master_id, master.state.not_in(LIFE.final - {"MERGED"})).exists(),
    )
    found = select(Hazard.id).where(
        Hazard.lon >= west, Hazard.lon < west + CELL, Hazard.lat >= south, Hazard.lat < south + CELL,
        Hazard.picture == picture, Hazard.submitted_at >= now(session) - LOOKED_AT, is_open,
    )  # fmt: skip
    count = session.scalar(select(func.count()).select_from(found.limit(_MOST_COUNTED).subquery())) or 0
    if count < FEWEST:
        return None
    return {
        "picture": picture, "label": PICTURES[picture], "west": round(west, 2), "south": round(south, 2), "size": CELL,
        "count": count, "days": LOOKED_AT.days,
    }  # fmt: skip


def _own(session: Session, actor: Actor, asked: dict[str, Any], lon: float, lat: float) -> list[Json]:
    owned = select(Media).where(Media.id.in_(asked["photos"]), Media.owner_id == actor.id)
    looks = tuple(look_of(photo) for photo in session.scalars(owned))
    wanted = Report(asked["picture"], lon, lat, asked["place_name"], {}, asked["description"], now(session), looks)
    earlier = select(Hazard).where(
        Hazard.reporter_id == actor.id, Hazard.state.not_in(LIFE.final - {"MERGED"}),
        Hazard.submitted_at >= now(session) - LOOKED_AT,
    )  # fmt: skip
    rows = list(session.scalars(earlier.order_by(Hazard.id.desc()).limit(_OWN_LOOKED_AT)))
    seen = looks_of(session, [row.id for row in rows])
    alike = [(compare(wanted, report_of(row, seen)), row) for row in rows]
    alike = sorted((pair for pair in alike if pair[0].points >= ENOUGH), key=lambda pair: -pair[0].points)
    return [
        {
            "id": row.id, "number": row.number, "state": row.state, "state_label": STATES[row.state], "place": place_text(row),
            "submitted_at": row.submitted_at, "reason": ",".join(likeness.reasons),
        }
        for likeness, row in alike[:_MOST_OWN]
    ]  # fmt: skip
